// Appends events to a file from any thread; a thread of its own writes them out.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "writing/event_codec.h"

namespace kymo {

class WriteChannel;

using Seconds = std::chrono::duration<double>;

struct EventWriterOptions {
    Seconds flush_interval{0.04};         // the longest that an event waits before it is written
    std::size_t flush_bytes = 1 << 20;    // written sooner when so much waits
    std::size_t buffer_limit = 64 << 20;  // kept in memory while the file cannot be written
    Seconds patience{30.0};               // the longest that flush and close are waited for
};

// Nothing here blocks on the file but flush, close, finish and wait_for_room, each for a bounded time, and nothing
// fails because of it: what cannot be written is kept, up to a limit, and tried again.
//
// A process that was forked off never touches its parent's file: its first event opens a file of its own, at the same
// path with ".<pid>" behind it. What the parent had not written yet is the parent's to write.
class EventWriter {
  public:
    // What became of an event.
    enum class Append : std::uint8_t { done, done_with_notices, closed };

    EventWriter(std::string path, const EventWriterOptions& options);
    ~EventWriter();
    EventWriter(const EventWriter&) = delete;
    EventWriter& operator=(const EventWriter&) = delete;

    Append add_scalars(std::span<const Scalar> scalars, ScalarForm form, Stamp stamp);
    Append add_summary(std::span<const std::byte> summary, Stamp stamp);
    Append add_event(std::span<const std::byte> event);
    Append add_file_version(Stamp stamp);
    Append add_session(SessionStatus status, Stamp stamp);

    // More waits than may be kept although the file takes what it is given: wait_for_room before the next event, or it
    // is dropped. A file that is slow to answer is not waited for.
    bool congested() const;
    void wait_for_room();

    // Whether everything that was added so far is in the file; with `sync`, on the disk. Also after close.
    bool flush(bool sync) { return end_flush(begin_flush(sync), sync, options_.patience); }

    // The two halves of it, so that many writers can be flushed at once: end_flush waits for what begin_flush asked
    // for.
    std::uint64_t begin_flush(bool sync);
    bool end_flush(std::uint64_t request, bool sync, Seconds patience);

    // Flushes to the disk; from then on every event is written before its call returns, until one cannot be. For the
    // end of a process.
    bool finish() { return end_flush(begin_finish(), true, options_.patience); }
    std::uint64_t begin_finish();
    bool writes_through() const { return write_through_.load(std::memory_order_relaxed); }

    // Flushes to the disk and ends; later events are refused. begin_close does not wait for it, so that many writers
    // can be closed at once.
    void begin_close();
    bool close();

    // Problems, each a sentence that was not taken before.
    std::vector<std::string> take_notices();

    std::string path() const;
    bool closed() const;
    std::size_t pending_bytes() const;
    std::uint64_t dropped_records() const;

  private:
    WriteChannel& channel();
    WriteChannel* own_channel() const;  // nullptr where it is a parent process' one
    template <typename Event>
    Append append(const Event& event);

    const std::string path_;
    const EventWriterOptions options_;
    std::atomic<std::shared_ptr<WriteChannel>*> channel_;
    std::atomic<bool> closed_ = false, write_through_ = false;
};

}  // namespace kymo
