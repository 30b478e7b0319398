#include "writing/write_channel.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "writing/fork_count.h"

namespace kymo {
namespace {

constexpr std::chrono::milliseconds first_retry{100};
constexpr std::chrono::seconds slowest_retry{5};
// A full buffer is waited for only while each write takes no longer than this: nobody waits for a file that is slow.
constexpr std::chrono::milliseconds prompt_write{50};
// Before a write began the thread may have to wait for a processor, as anyone.
constexpr std::chrono::seconds longest_pause{1};
constexpr std::size_t most_notices = 32;
constexpr int most_looks = 10;  // without finding anything, before the thread sleeps until it is woken

std::vector<std::byte> make_preamble() {
    const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    const FileVersionEvent event({now, 0}, "kymo");
    std::vector<std::byte> record(record_size(event.size()));
    write_record(event, event.size(), record.data());
    return record;
}

std::size_t count_unwritten(const Chunks& chunks) {
    std::size_t bytes = 0;
    for (const Chunk& chunk : chunks) bytes += chunk.preamble ? 0 : chunk.size - chunk.written;
    return bytes;
}

}  // namespace

WriteChannel::WriteChannel(std::string path, const EventWriterOptions& options)
    : fork_count_(kymo::fork_count()), options_(options), file_(std::move(path), make_preamble()) {}

void WriteChannel::start() {
    // Signals belong to the threads of the program: one that landed here would not wake a sleeping main thread.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        // The thread keeps the channel alive, so that it may be left behind when the file never answers.
        const std::lock_guard lock(mutex_);
        thread_ = std::thread([self = shared_from_this()] { self->run(); });
    } catch (const std::system_error& error) {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        failure_ = error.code().value();
        notice("cannot start a thread to write '" + path() + "' (" + error.what() + "): what is logged will be lost");
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

std::byte* WriteChannel::reserve(std::size_t size) {
    const std::size_t before = waiting();
    // Those who saw room at the same moment may overshoot while the file can be written; they wait the next time.
    const std::size_t most = failure_ != 0 || stalled_ ? options_.buffer_limit : 2 * options_.buffer_limit;
    if (before >= most) {
        if (dropped_++ == dropped_before_) {
            notice("the " + std::to_string(options_.buffer_limit >> 20) + " MiB kept in memory for '" + path() +
                   "' are full: what is logged until it can be written again is lost");
        }
        return nullptr;
    }
    std::byte* record = buffer_.append(size);
    if (failure_ != 0) return record;  // the next attempt has its time already
    const bool full = before + size >= options_.buffer_limit;
    congested_ = full && !stalled_;
    const bool much = full || buffer_.bytes() >= options_.flush_bytes;
    if (!due_ || (much && !due_at_once_)) {
        const auto wait = std::chrono::duration_cast<Clock::duration>(options_.flush_interval);
        due_ = much ? Clock::now() : Clock::now() + wait;
        due_at_once_ = much;
        work_.notify_one();
    }
    return record;
}

void WriteChannel::wait_for_room() {
    std::unique_lock lock(mutex_);
    const Clock::time_point limit = Clock::now() + longest_pause;
    while (congested_) {
        const Clock::time_point now = Clock::now();
        if (now >= limit || (operation_began_ && now >= *operation_began_ + prompt_write)) {
            stalled_ = true;
            congested_ = false;
        } else {
            outcome_.wait_until(lock, std::min(limit, operation_began_.value_or(now) + prompt_write));
        }
    }
}

std::uint64_t WriteChannel::begin_flush(bool sync) {
    const std::lock_guard lock(mutex_);
    return stopping_ || stopped_ ? requested_ + 1 : request(sync);
}

bool WriteChannel::end_flush(std::uint64_t request, bool sync, Seconds patience) {
    std::unique_lock lock(mutex_);
    const Clock::time_point deadline = deadline_of(patience);
    const std::uint64_t& answered = sync ? sync_answered_ : answered_;
    outcome_.wait_until(lock, deadline, [&] { return answered >= request || stopped_; });
    return answered >= request ? (sync ? sync_succeeded_ : succeeded_) >= request : whole(sync);
}

std::uint64_t WriteChannel::request(bool sync) {
    ++requested_;
    if (sync) sync_requested_ = requested_;
    work_.notify_one();
    return requested_;
}

// A file that has not answered for so long is not waited for again.
WriteChannel::Clock::time_point WriteChannel::deadline_of(Seconds patience) const {
    return operation_began_.value_or(Clock::now()) + std::chrono::duration_cast<Clock::duration>(patience);
}

// Once no more comes.
bool WriteChannel::whole(bool sync) const {
    return stopped_ && failure_ == 0 && waiting() == 0 && !(sync && sync_failure_ != 0);
}

void WriteChannel::begin_stop() {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    stop_by_ = deadline_of(options_.patience);
    request(true);
}

bool WriteChannel::stop() {
    begin_stop();
    std::unique_lock lock(mutex_);
    const bool stopped = outcome_.wait_until(lock, stop_by_, [this] { return stopped_; });
    const bool answer = whole(true);
    if (std::exchange(ended_, true)) return answer;
    if (waiting() != 0)
        notice(std::to_string(waiting()) + " bytes for '" + path() + "' could not be written and are lost");
    lock.unlock();
    if (thread_.joinable()) stopped ? thread_.join() : thread_.detach();
    return answer;
}

std::vector<std::string> WriteChannel::take_notices() {
    const std::lock_guard lock(mutex_);
    has_notices_ = false;
    return std::exchange(notices_, {});
}

std::size_t WriteChannel::pending_bytes() const {
    const std::lock_guard lock(mutex_);
    return waiting();
}

std::uint64_t WriteChannel::dropped_records() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
}

void WriteChannel::run() {
    pthread_setname_np(pthread_self(), "kymo-writer");
    std::unique_lock lock(mutex_);
    while (true) {
        await_work(lock);
        const bool last = stopping_;
        write_out(lock);
        if (last) break;
    }
    stopped_ = true;
    outcome_.notify_all();
}

void WriteChannel::await_work(std::unique_lock<std::mutex>& lock) {
    while (!stopping_ && answered_ == requested_) {
        if (!due_) {
            work_.wait(lock);
            continue;
        }
        const Clock::time_point due = *due_, now = Clock::now();
        if (now < due) {
            work_.wait_until(lock, due);
            continue;
        }
        if (failure_ != 0 || waiting() != 0) return;
        look_again(now);
    }
}

// While events come in, the thread looks for them by itself: waking it would cost whoever logs more than all the rest
// of logging does. It goes to sleep when it has found nothing for a while.
void WriteChannel::look_again(Clock::time_point now) {
    due_.reset();
    due_at_once_ = false;
    if (looks_left_ == 0) return;
    --looks_left_;
    due_ = now + std::chrono::duration_cast<Clock::duration>(options_.flush_interval);
}

void WriteChannel::write_out(std::unique_lock<std::mutex>& lock) {
    const std::uint64_t request = requested_, sync_request = sync_requested_;
    int error = writing_.empty() ? 0 : drain(lock);
    // Taken only when an outage has left nothing: each attempt would add a chunk that is nearly empty.
    if (error == 0) {
        writing_bytes_ = buffer_.bytes();
        writing_ = buffer_.take();
        if (writing_bytes_ != 0) looks_left_ = most_looks;
        look_again(Clock::now());
        error = drain(lock);
    }
    note_write(error, file_.take_recreated());
    answered_ = request;
    if (error == 0) succeeded_ = request;
    if (sync_request > sync_answered_) {
        outcome_.notify_all();  // for those who do not ask for the disk
        if (error == 0) sync(lock);
        sync_answered_ = sync_request;
        if (error == 0 && sync_failure_ == 0) sync_succeeded_ = sync_request;
    }
    outcome_.notify_all();
}

int WriteChannel::drain(std::unique_lock<std::mutex>& lock) {
    int error = 0;
    // A file that was deleted is not made again for nothing.
    while (error == 0 && (!writing_.empty() || !file_.opened())) {
        operation_began_ = Clock::now();
        lock.unlock();
        std::vector<Chunk> drained;
        error = file_.write_some(writing_, drained);
        const std::size_t left = count_unwritten(writing_);
        lock.lock();
        stalled_ = Clock::now() - *operation_began_ > prompt_write;
        operation_began_.reset();
        writing_bytes_ = left;
        buffer_.recycle(std::move(drained));
        const bool was_congested = congested_;
        congested_ = error == 0 && !stalled_ && waiting() >= options_.buffer_limit;
        if (was_congested && !congested_) outcome_.notify_all();
    }
    return error;
}

void WriteChannel::sync(std::unique_lock<std::mutex>& lock) {
    operation_began_ = Clock::now();
    lock.unlock();
    const int error = file_.sync();
    lock.lock();
    operation_began_.reset();
    note_sync(error);
}

void WriteChannel::note_write(int error, bool recreated) {
    if (recreated) notice("'" + path() + "' had vanished and was made again: what it held is gone");
    failure_ = error;
    if (error == 0) {
        retry_delay_ = {};
        // Not over while so much waits that more may be lost any moment.
        if (waiting() <= options_.buffer_limit / 2) note_end_of_outage();
        return;
    }
    if (!std::exchange(outage_told_, true)) {
        notice("cannot write '" + path() + "' (" + std::generic_category().message(error) + "): keeping up to " +
               std::to_string(options_.buffer_limit >> 20) + " MiB in memory and trying again");
    }
    retry_delay_ = std::min<Clock::duration>(std::max<Clock::duration>(retry_delay_ * 2, first_retry), slowest_retry);
    due_ = Clock::now() + retry_delay_;
}

void WriteChannel::note_end_of_outage() {
    const std::uint64_t lost = dropped_ - dropped_before_;
    if (!outage_told_ && lost == 0) return;
    notice("'" + path() +
           "' is written again: " + (lost == 0 ? "nothing was lost" : std::to_string(lost) + " events were lost"));
    outage_told_ = false;
    dropped_before_ = dropped_;
}

// The events have left the buffer, and are in the file: only the machine's end could lose them.
void WriteChannel::note_sync(int error) {
    const int before = std::exchange(sync_failure_, error);
    if (error != 0 && before == 0) {
        notice("cannot bring '" + path() + "' to the disk (" + std::generic_category().message(error) +
               "): it can be read, but may be lost if the machine stops");
    } else if (error == 0 && before != 0) {
        notice("'" + path() + "' reaches the disk again, but what was written before may not be on it");
    }
}

void WriteChannel::notice(std::string text) {
    if (notices_.size() < most_notices) notices_.push_back(std::move(text));
    has_notices_ = true;
}

}  // namespace kymo
