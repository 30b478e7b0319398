#include "writing/event_writer.h"

#include <unistd.h>

#include <utility>

#include "writing/fork_count.h"
#include "writing/write_channel.h"

namespace kymo {

EventWriter::EventWriter(std::string path, const EventWriterOptions& options)
    : path_(std::move(path)),
      options_(options),
      channel_(new std::shared_ptr<WriteChannel>(std::make_shared<WriteChannel>(path_, options))) {
    channel_.load()->get()->start();
    channel_.load()->get()->flush(false);
}

EventWriter::~EventWriter() {
    close();
    // A channel inherited through a fork is left as it is: its lock may be held by a thread that is not here.
    if (own_channel() != nullptr) delete channel_.load();
}

WriteChannel* EventWriter::own_channel() const {
    WriteChannel* channel = channel_.load(std::memory_order_acquire)->get();
    return channel->fork_count() == fork_count() ? channel : nullptr;
}

WriteChannel& EventWriter::channel() {
    if (WriteChannel* own = own_channel()) return *own;
    auto* inherited = channel_.load();
    if (inherited->get()->fork_count() != fork_count()) {
        auto path = path_ + "." + std::to_string(getpid());
        auto* fresh = new std::shared_ptr<WriteChannel>(std::make_shared<WriteChannel>(std::move(path), options_));
        if (channel_.compare_exchange_strong(inherited, fresh)) {
            fresh->get()->start();
            fresh->get()->announce();
        } else {
            delete fresh;  // another thread of this process was faster
        }
    }
    return *channel_.load()->get();
}

template <typename Event>
EventWriter::Append EventWriter::append(const Event& event) {
    if (closed_.load(std::memory_order_acquire)) return Append::closed;
    WriteChannel& own = channel();
    if (!own.append(event)) return Append::closed;
    // A file that does not answer holds the end of a process up once, not for each event.
    if (writes_through() && !own.flush(false)) write_through_ = false;
    return own.has_notices() ? Append::done_with_notices : Append::done;
}

EventWriter::Append EventWriter::add_scalars(std::span<const Scalar> scalars, ScalarForm form, Stamp stamp) {
    return append(ScalarsEvent(scalars, form, stamp));
}

EventWriter::Append EventWriter::add_summary(std::span<const std::byte> summary, Stamp stamp) {
    return append(SummaryEvent(summary, stamp));
}

EventWriter::Append EventWriter::add_event(std::span<const std::byte> event) { return append(EncodedEvent(event)); }

EventWriter::Append EventWriter::add_file_version(Stamp stamp) { return append(FileVersionEvent(stamp, {})); }

EventWriter::Append EventWriter::add_session(SessionStatus status, Stamp stamp) {
    return append(SessionLogEvent(status, stamp));
}

bool EventWriter::congested() const {
    const WriteChannel* own = own_channel();
    return own != nullptr && own->congested();
}

void EventWriter::wait_for_room() {
    if (WriteChannel* own = own_channel()) own->wait_for_room();
}

std::uint64_t EventWriter::begin_flush(bool sync) {
    WriteChannel* own = own_channel();
    return own == nullptr ? 0 : own->begin_flush(sync);
}

bool EventWriter::end_flush(std::uint64_t request, bool sync, Seconds patience) {
    WriteChannel* own = own_channel();
    return own == nullptr || own->end_flush(request, sync, patience);
}

std::uint64_t EventWriter::begin_finish() {
    write_through_ = true;
    return begin_flush(true);
}

void EventWriter::begin_close() {
    closed_ = true;
    if (WriteChannel* own = own_channel()) own->begin_stop();
}

bool EventWriter::close() {
    closed_ = true;
    WriteChannel* own = own_channel();
    return own == nullptr || own->stop();
}

std::vector<std::string> EventWriter::take_notices() {
    WriteChannel* own = own_channel();
    return own == nullptr ? std::vector<std::string>{} : own->take_notices();
}

std::string EventWriter::path() const {
    const WriteChannel* own = own_channel();
    return own == nullptr ? path_ : own->path();
}

bool EventWriter::closed() const { return closed_; }

std::size_t EventWriter::pending_bytes() const {
    const WriteChannel* own = own_channel();
    return own == nullptr ? 0 : own->pending_bytes();
}

std::uint64_t EventWriter::dropped_records() const {
    const WriteChannel* own = own_channel();
    return own == nullptr ? 0 : own->dropped_records();
}

}  // namespace kymo
