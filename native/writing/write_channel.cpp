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
// A full buffer is waited for this long, once: a file that does not answer by then must not hold the program up again.
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
    const std::size_t waiting = buffer_.bytes() + writing_bytes_;
    // Those who saw room at the same moment may overshoot while the file can be written; they wait the next time.
    const std::size_t most = failure_ != 0 || stalled_ ? options_.buffer_limit : 2 * options_.buffer_limit;
    if (waiting >= most) {
        if (dropped_++ == dropped_before_) {
            notice("the " + std::to_string(options_.buffer_limit >> 20) + " MiB kept in memory for '" + path() +
                   "' are full: what is logged until it can be written again is lost");
        }
        return nullptr;
    }
    std::byte* record = buffer_.append(size);
    if (failure_ != 0) return record;  // the next attempt has its time already
    const bool full = waiting + size >= options_.buffer_limit;
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
    if (outcome_.wait_for(lock, longest_pause, [this] { return !congested_; })) return;
    stalled_ = true;
    congested_ = false;
}

bool WriteChannel::flush(bool sync) {
    std::unique_lock lock(mutex_);
    if (stopped_) return false;
    const std::uint64_t request = ++requested_;
    if (sync) synced_request_ = request;
    work_.notify_one();
    return outcome_.wait_for(lock, patience(), [&] { return answered_ >= request; }) && succeeded_ >= request;
}

bool WriteChannel::stop() {
    const Clock::time_point deadline = Clock::now() + patience();
    const bool flushed = flush(true);
    std::unique_lock lock(mutex_);
    stopping_ = true;
    work_.notify_one();
    const bool ended = outcome_.wait_until(lock, deadline, [this] { return stopped_; });
    const std::size_t left = buffer_.bytes() + writing_bytes_;
    if (left != 0) notice(std::to_string(left) + " bytes for '" + path() + "' could not be written and are lost");
    lock.unlock();
    if (thread_.joinable()) ended ? thread_.join() : thread_.detach();
    return flushed && left == 0;
}

std::vector<std::string> WriteChannel::take_notices() {
    const std::lock_guard lock(mutex_);
    has_notices_ = false;
    return std::exchange(notices_, {});
}

std::size_t WriteChannel::pending_bytes() const {
    const std::lock_guard lock(mutex_);
    return buffer_.bytes() + writing_bytes_;
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
        if (failure_ != 0 || buffer_.bytes() + writing_bytes_ != 0) return;
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
    const std::uint64_t request = requested_;
    const bool sync = synced_request_ > answered_;
    int error = writing_.empty() ? 0 : drain(lock, false);
    // Taken only when an outage has left nothing: each attempt would add a chunk that is nearly empty.
    if (error == 0) {
        writing_bytes_ = buffer_.bytes();
        writing_ = buffer_.take();
        if (writing_bytes_ != 0) looks_left_ = most_looks;
        look_again(Clock::now());
        error = drain(lock, sync);
    }
    stalled_ = false;
    note_outcome(error, file_.take_recreated());
    answered_ = request;
    if (error == 0) succeeded_ = request;
    congested_ = failure_ == 0 && buffer_.bytes() + writing_bytes_ >= options_.buffer_limit;
    outcome_.notify_all();
}

int WriteChannel::drain(std::unique_lock<std::mutex>& lock, bool sync) {
    lock.unlock();
    std::vector<Chunk> drained;
    int error = 0;
    // A file that was deleted is not made again for nothing.
    if (!writing_.empty() || !file_.opened()) error = file_.drain(writing_, drained);
    if (error == 0 && sync) error = file_.sync();
    const std::size_t left = count_unwritten(writing_);
    lock.lock();
    writing_bytes_ = left;
    buffer_.recycle(std::move(drained));
    return error;
}

void WriteChannel::note_outcome(int error, bool recreated) {
    if (recreated) notice("'" + path() + "' had vanished and was made again: what it held is gone");
    if (error == 0) {
        const std::uint64_t lost = dropped_ - dropped_before_;
        if (failure_ != 0 || lost != 0) {
            notice("'" + path() + "' is written again: " +
                   (lost == 0 ? "nothing was lost" : std::to_string(lost) + " events were lost"));
        }
        failure_ = 0;
        dropped_before_ = dropped_;
        retry_delay_ = {};
        return;
    }
    if (failure_ == 0) {
        notice("cannot write '" + path() + "' (" + std::generic_category().message(error) + "): keeping up to " +
               std::to_string(options_.buffer_limit >> 20) + " MiB in memory and trying again");
    }
    failure_ = error;
    retry_delay_ = std::min<Clock::duration>(std::max<Clock::duration>(retry_delay_ * 2, first_retry), slowest_retry);
    due_ = Clock::now() + retry_delay_;
}

void WriteChannel::notice(std::string text) {
    if (notices_.size() < most_notices) notices_.push_back(std::move(text));
    has_notices_ = true;
}

WriteChannel::Clock::duration WriteChannel::patience() const {
    return std::chrono::duration_cast<Clock::duration>(options_.patience);
}

}  // namespace kymo
