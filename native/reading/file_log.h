// What one event file holds, tag by tag, in the order it was written.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "reading/damage.h"
#include "reading/event_decoder.h"
#include "reading/event_outline.h"
#include "reading/rare.h"
#include "reading/tag_columns.h"

namespace kymo {

struct FileTag {
    std::string key;        // the name as it stands in the file, once: names of other wrong bytes may show the same
    std::string name;       // the same as valid UTF-8; a file's tags differ in it
    std::string_view kind;  // one of a fixed set of names
    bool described = false;
    Rare<Metadata> metadata;
    Table<ScalarColumns> scalars;
    Rare<Table<PayloadColumns>> payloads;
    FileTag* follower = this;    // the tag that came after this one the last time: logs cycle through their tags
    std::uint32_t position = 0;  // among the file's tags
    bool is_scalar = false;      // `kind` is kinds::scalar
    bool changed = false;
    bool told_odd_value = false;
};

struct Session {
    std::int32_t status = 0;
    std::int64_t step = 0;
    double wall_time = 0.0;
    double time = 0.0;  // the latest finite time up to here: what merging goes by
};

constexpr std::int32_t session_start = 1;

// The times of values and restarts; empty while there are none.
struct TimeRange {
    double first = std::numeric_limits<double>::infinity();
    double last = -std::numeric_limits<double>::infinity();
    bool empty() const { return first > last; }
    void include(double time) {
        if (time < first) first = time;
        if (time > last) last = time;
    }
};

// An event of nothing but float32 numbers, which nearly every event of a log is.
struct PlainEvent {
    struct Value {
        std::string_view tag;
        float number;
    };
    static constexpr std::size_t limit = 32;

    std::uint64_t offset;  // where in the file
    double wall_time;
    std::int64_t step;
    std::size_t count;
    std::array<Value, limit> values;
};

// All of a log at one instant. Its columns share the log's storage.
struct FileLogSnapshot {
    std::vector<FileTag> tags;
    std::vector<Session> sessions;
    TimeRange values_range, events_range;
    std::string writer;
    std::uint64_t events = 0, reached = 0;
    bool told_wall_time = false;
};

class FileLog {
  public:
    FileLog() = default;
    explicit FileLog(FileLogSnapshot&& snapshot);
    FileLog(const FileLog&) = delete;
    FileLog& operator=(const FileLog&) = delete;

    // False where the record is not an event: none of it is taken in then.
    bool add(const EventBytes& record, DamageReport& report);
    // The same for a plain event, faster. False where there is more to say of it than its numbers: a tag that is not
    // known to hold scalars, an odd time. None of it is taken in then, and `add` is what it needs.
    bool add_plain(const PlainEvent& event);

    FileLogSnapshot snapshot() const;

    // The size of the file: columns grow with what is left of it in view.
    void expect(std::uint64_t file_size) { file_size_ = file_size; }

    const std::deque<FileTag>& tags() const { return tags_; }
    std::vector<std::uint32_t> take_changed();
    const std::vector<Session>& sessions() const { return sessions_; }
    const std::vector<Session>& restarts() const { return restarts_; }  // those of `sessions` that are a START
    const TimeRange& values_range() const { return values_range_; }
    const TimeRange& events_range() const { return events_range_; }
    const std::string& writer() const { return writer_; }
    std::uint64_t events() const { return events_; }
    std::uint64_t points() const { return points_; }

  private:
    bool add_summary(const EventView& event, const EventBytes& record, DamageReport& report);
    void add_value(const EventView& event, const ValueView& value, Extent extent, DamageReport& report);
    void add_point(FileTag& tag, std::int64_t step, double wall_time, Number number);
    void tell_odd_value(FileTag& tag, std::int64_t step, Extent extent, DamageReport& report);
    void add_payload(FileTag& tag, const EventView& event, Extent extent);
    bool add_session(const EventView& event);
    bool add_graph(const EventView& event, const EventBytes& record, DamageReport& report);
    void note_time(double wall_time, std::uint64_t offset, DamageReport& report);
    FileTag& new_tag(std::string_view name, std::string_view kind);
    FileTag& enter(FileTag&& tag);
    void tell_odd_name(FileTag& tag, std::string_view key, std::uint64_t offset, DamageReport& report);
    FileTag* find(std::string_view name);
    FileTag* look_up(std::string_view name);
    FileTag* shown_as(std::string_view name);
    void make_room(ScalarColumns& columns) const;
    void touch(FileTag& tag);

    std::deque<FileTag> tags_;  // stable addresses: the index's keys are the names
    std::unordered_map<std::string_view, std::uint32_t> index_;
    std::vector<std::uint32_t> changed_;
    FileTag* latest_ = nullptr;  // null while there is no tag
    std::vector<Session> sessions_, restarts_;
    TimeRange values_range_, events_range_;
    std::string writer_;
    std::uint64_t events_ = 0, points_ = 0;
    std::uint64_t file_size_ = 0, reached_ = 0;
    bool told_wall_time_ = false;

    EventView event_;
    // Of the event being read, kept for its storage. An event of more values than these is decoded twice, so that many
    // small ones take no memory.
    static constexpr std::size_t values_limit = 64;
    std::vector<ValueView> values_;
};

// Names are compared for every value read, and are mostly equal: no call, and eight bytes at a time.
inline bool same_name(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    if (a.size() < 8) return a == b;
    const auto word = [](std::string_view text, std::size_t at) {
        return load_word<std::uint64_t>(reinterpret_cast<const std::byte*>(text.data()) + at);
    };
    for (std::size_t at = 0; at + 8 <= a.size(); at += 8) {
        if (word(a, at) != word(b, at)) return false;
    }
    return word(a, a.size() - 8) == word(b, a.size() - 8);
}

inline FileTag* FileLog::find(std::string_view name) {
    if (latest_ == nullptr) return nullptr;
    FileTag* const guess = latest_->follower;
    return same_name(guess->key, name) ? latest_ = guess : look_up(name);
}

inline void FileLog::add_point(FileTag& tag, std::int64_t step, double wall_time, Number number) {
    ScalarColumns& columns = tag.scalars.columns;
    tag.scalars.marks.before_row(restarts_.size(), columns.size());
    if (columns.full()) make_room(columns);
    columns.append(step, wall_time, number);
    ++points_;
    if (!tag.changed) touch(tag);
}

inline bool FileLog::add_plain(const PlainEvent& event) {
    if (!std::isfinite(event.wall_time)) return false;
    std::array<FileTag*, PlainEvent::limit> tags;
    for (std::size_t i = 0; i < event.count; ++i) {
        tags[i] = find(event.values[i].tag);
        if (tags[i] == nullptr || !tags[i]->is_scalar) return false;
    }
    reached_ = event.offset;
    for (std::size_t i = 0; i < event.count; ++i) {
        add_point(*tags[i], event.step, event.wall_time, {event.values[i].number, true});
    }
    values_range_.include(event.wall_time);
    events_range_.include(event.wall_time);
    ++events_;
    return true;
}

}  // namespace kymo
