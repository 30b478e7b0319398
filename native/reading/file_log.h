// What one event file holds, tag by tag, in the order it was written.
#pragma once

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
#include "reading/tag_columns.h"

namespace kymo {

struct FileTag {
    std::string key;        // the name as it stands in the file
    std::string name;       // the same as valid UTF-8
    std::string_view kind;  // one of a fixed set of names
    bool is_scalar = false;
    bool described = false;
    Metadata metadata;
    Table<ScalarColumns> scalars;
    Table<PayloadColumns> payloads;
    std::uint32_t follower = 0;  // the tag that came after this one the last time: logs cycle through their tags
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

class FileLog {
  public:
    // False where the record is not an event: none of it is taken in then.
    bool add(const EventBytes& record, DamageReport& report);

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
    bool add_plain(Bytes record);
    bool add_summary(const EventView& event, const EventBytes& record, DamageReport& report);
    void add_value(const EventView& event, const ValueView& value, Extent extent, DamageReport& report);
    void add_point(FileTag& tag, std::int64_t step, double wall_time, Number number);
    void tell_odd_value(FileTag& tag, std::int64_t step, Extent extent, DamageReport& report);
    void add_payload(FileTag& tag, const EventView& event, Extent extent);
    bool add_session(const EventView& event);
    bool add_graph(const EventView& event, const EventBytes& record);
    void note_time(double wall_time, std::uint64_t offset, DamageReport& report);
    FileTag& new_tag(std::string_view name, std::string_view kind);
    FileTag* find(std::string_view name);
    void touch(FileTag& tag);

    std::deque<FileTag> tags_;  // stable addresses: the index's keys point into the names
    std::unordered_map<std::string_view, std::uint32_t> index_;
    std::vector<std::uint32_t> changed_;
    std::uint32_t latest_ = 0;
    std::vector<Session> sessions_, restarts_;
    TimeRange values_range_, events_range_;
    std::string writer_;
    std::uint64_t events_ = 0, points_ = 0;
    bool told_wall_time_ = false;

    EventView event_;
    std::vector<ValueView> values_;  // of the event being read, kept for its storage
};

}  // namespace kymo
