// The buffer between those who append records and the thread that writes them to the file.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "writing/event_codec.h"
#include "writing/event_file.h"
#include "writing/event_writer.h"
#include "writing/record_buffer.h"

namespace kymo {

// Belongs to the process that made it: its lock and its thread mean nothing in a forked child.
class WriteChannel : public std::enable_shared_from_this<WriteChannel> {
  public:
    WriteChannel(std::string path, const EventWriterOptions& options);

    void start();

    // Encodes the event into the buffer, or counts it as dropped when the buffer is full. False: stopped.
    template <typename Event>
    bool append(const Event& event) {
        const std::size_t data_size = event.size();
        const std::lock_guard lock(mutex_);
        if (stopping_) return false;
        if (std::byte* record = reserve(record_size(data_size))) write_record(event, data_size, record);
        return true;
    }

    bool congested() const { return congested_.load(std::memory_order_relaxed); }
    void wait_for_room();
    bool flush(bool sync) { return end_flush(begin_flush(sync), sync, options_.patience); }
    std::uint64_t begin_flush(bool sync);
    bool end_flush(std::uint64_t request, bool sync, Seconds patience);

    // Has everything flushed to the disk and the thread end; stop waits for it, and answers as flush does. Any number
    // of threads may call either.
    void begin_stop();
    bool stop();

    // Makes has_notices true, so that whoever appends next looks at the path.
    void announce() { has_notices_.store(true, std::memory_order_relaxed); }
    bool has_notices() const { return has_notices_.load(std::memory_order_relaxed); }
    std::vector<std::string> take_notices();

    std::uint64_t fork_count() const { return fork_count_; }
    const std::string& path() const { return file_.path(); }
    std::size_t pending_bytes() const;
    std::uint64_t dropped_records() const;

  private:
    using Clock = std::chrono::steady_clock;

    std::byte* reserve(std::size_t size);
    void run();
    void await_work(std::unique_lock<std::mutex>& lock);
    void look_again(Clock::time_point now);
    void write_out(std::unique_lock<std::mutex>& lock);
    int drain(std::unique_lock<std::mutex>& lock);
    void sync(std::unique_lock<std::mutex>& lock);
    void note_write(int error, bool recreated);
    void note_end_of_outage();
    void note_sync(int error);
    std::uint64_t request(bool sync);
    void notice(std::string text);
    std::size_t waiting() const { return buffer_.bytes() + writing_bytes_; }
    bool whole(bool sync) const;
    Clock::time_point deadline_of(Seconds patience) const;

    const std::uint64_t fork_count_;
    const EventWriterOptions options_;
    EventFile file_;  // the writing thread's own
    Chunks writing_;  // the writing thread's own
    std::thread thread_;

    mutable std::mutex mutex_;  // guards all that follows
    std::condition_variable work_, outcome_;
    RecordBuffer buffer_;
    std::size_t writing_bytes_ = 0;
    // When what waits must be written. Without it nothing waits, and the thread sleeps until it is woken.
    std::optional<Clock::time_point> due_;
    int looks_left_ = 0;
    bool due_at_once_ = false;
    std::uint64_t requested_ = 0, answered_ = 0, succeeded_ = 0;                 // the newest flush of each kind
    std::uint64_t sync_requested_ = 0, sync_answered_ = 0, sync_succeeded_ = 0;  // the same for those with fsync
    bool stopping_ = false, stopped_ = false, ended_ = false;
    Clock::time_point stop_by_;
    std::optional<Clock::time_point> operation_began_;  // what the thread does with the file at present
    bool stalled_ = false;                              // the file takes long to answer
    int failure_ = 0, sync_failure_ = 0;                // errno of the last write and of the last fsync
    bool outage_told_ = false;
    Clock::duration retry_delay_{};
    std::uint64_t dropped_ = 0, dropped_before_ = 0;  // before the present outage
    std::vector<std::string> notices_;
    std::atomic<bool> congested_ = false, has_notices_ = false;
};

}  // namespace kymo
