#include "reading/file_log.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "format/utf8.h"
#include "reading/tag_kind.h"

namespace kymo {

FileLog::FileLog(FileLogSnapshot&& snapshot)
    : sessions_(std::move(snapshot.sessions)),
      values_range_(snapshot.values_range),
      events_range_(snapshot.events_range),
      writer_(std::move(snapshot.writer)),
      events_(snapshot.events),
      reached_(snapshot.reached),
      told_wall_time_(snapshot.told_wall_time) {
    for (const Session& session : sessions_) {
        if (session.status == session_start) restarts_.push_back(session);
    }
    for (FileTag& kept : snapshot.tags) {
        FileTag& tag = enter(std::move(kept));
        points_ += tag.scalars.columns.size();
        touch(tag);
    }
}

FileLogSnapshot FileLog::snapshot() const {
    return {{tags_.begin(), tags_.end()},
            sessions_,
            values_range_,
            events_range_,
            writer_,
            events_,
            reached_,
            told_wall_time_};
}

bool FileLog::add(const EventBytes& record, DamageReport& report) {
    if (!decode_event(record.bytes(), event_)) return false;
    reached_ = record.offset();
    bool understood = true;
    switch (event_.content) {
        case EventContent::summary:
            understood = add_summary(event_, record, report);
            break;
        case EventContent::session_log:
            understood = add_session(event_);
            break;
        case EventContent::graph_def:
        case EventContent::meta_graph_def:
        case EventContent::tagged_run_metadata:
            understood = add_graph(event_, record, report);
            break;
        default:
            break;
    }
    if (!understood) return false;
    ++events_;
    if (!event_.writer.empty() && writer_.empty()) writer_ = event_.writer;
    note_time(event_.wall_time, record.offset(), report);
    return true;
}

void FileLog::note_time(double wall_time, std::uint64_t offset, DamageReport& report) {
    if (std::isfinite(wall_time)) {
        events_range_.include(wall_time);
    } else if (!told_wall_time_) {
        told_wall_time_ = true;
        report.add(offset, rules::wall_time,
                   "An event's wall time is " + std::string(std::isnan(wall_time) ? "NaN" : "infinite") +
                       "; its points are kept and stand beside their neighbours in time.");
    }
}

bool FileLog::add_summary(const EventView& event, const EventBytes& record, DamageReport& report) {
    // The whole event is decoded before any of it counts: a record is taken in or refused as one.
    std::size_t count = 0;
    for (Bytes part : event.parts) {
        const bool whole = each_value(part, [&](Bytes message) {
            if (values_.size() == count && count < values_limit) values_.emplace_back();
            return decode_value(message, values_[count++ % values_limit]);
        });
        if (!whole) return false;
    }
    if (count != 0 && std::isfinite(event.wall_time)) values_range_.include(event.wall_time);
    const auto take = [&](const ValueView& value) {
        add_value(event, value, record.extent_of(value.message), report);
        return true;
    };
    if (count <= values_limit) {
        std::for_each_n(values_.begin(), count, take);
        return true;
    }
    for (Bytes part : event.parts) {
        each_value(part,
                   [&](Bytes message) { return decode_value(message, values_.front()) && take(values_.front()); });
    }
    return true;
}

void FileLog::add_value(const EventView& event, const ValueView& value, Extent extent, DamageReport& report) {
    FileTag* known = find(value.name());
    if (known == nullptr) known = shown_as(value.name());
    if (known == nullptr) {
        const std::string_view kind = kind_of(value);
        if (kind.empty()) {
            report.add(extent.offset, rules::no_value, "A value has neither content nor a plugin, so it says nothing.");
            return;
        }
        known = &new_tag(value.name(), kind);
    }
    FileTag& tag = *known;
    tell_odd_name(tag, value.name(), extent.offset, report);
    if (value.metadata.present && !tag.described) {
        tag.described = true;
        tag.metadata.make() = {std::string(value.metadata.plugin), std::string(value.metadata.content),
                               std::string(value.metadata.display_name), std::string(value.metadata.description)};
    }
    if (tag.is_scalar) {
        if (const auto number = number_of(value)) {
            add_point(tag, event.step, event.wall_time, *number);
            return;
        }
    }
    if (tag.is_scalar || value.field == ValueField::simple_value) {
        tell_odd_value(tag, event.step, extent, report);
    }
    add_payload(tag, event, extent);
}

void FileLog::tell_odd_value(FileTag& tag, std::int64_t step, Extent extent, DamageReport& report) {
    if (tag.told_odd_value) return;
    tag.told_odd_value = true;
    const std::string where = ", but its value at step " + std::to_string(step);
    if (tag.is_scalar) {
        report.add(extent.offset, rules::not_a_scalar,
                   "Tag '" + tag.name + "' holds scalars" + where + " is not one real number.");
    } else {
        report.add(
            extent.offset, rules::other_kind,
            "Tag '" + tag.name + "' holds data of kind " + std::string(tag.kind) + where + " is a plain number.");
    }
}

void FileLog::add_payload(FileTag& tag, const EventView& event, Extent extent) {
    Table<PayloadColumns>& payloads = tag.payloads.make();
    payloads.marks.before_row(restarts_.size(), payloads.columns.size());
    payloads.columns.steps.append(event.step);
    payloads.columns.wall_times.append(event.wall_time);
    payloads.columns.offsets.append(extent.offset);
    payloads.columns.lengths.append(extent.length);
    touch(tag);
}

bool FileLog::add_session(const EventView& event) {
    SessionLogView log;
    for (Bytes part : event.parts) {
        if (!decode_session_log(part, log)) return false;
    }
    if (std::isfinite(event.wall_time)) values_range_.include(event.wall_time);
    const Session session{log.status, event.step, event.wall_time, values_range_.last};
    sessions_.push_back(session);
    if (log.status == session_start) restarts_.push_back(session);
    return true;
}

bool FileLog::add_graph(const EventView& event, const EventBytes& record, DamageReport& report) {
    std::string name = "__run_graph__";
    std::string_view kind = kinds::graph;
    if (event.content == EventContent::meta_graph_def) {
        name = "__meta_graph__";
        kind = kinds::meta_graph;
    } else if (event.content == EventContent::tagged_run_metadata) {
        std::string_view tag;
        for (Bytes part : event.parts) {
            if (!decode_run_metadata_tag(part, tag)) return false;
        }
        name = "__run_metadata__/" + std::string(tag);
        kind = kinds::run_metadata;
    }
    if (std::isfinite(event.wall_time)) values_range_.include(event.wall_time);
    const Extent extent = record.extent_of(event.parts.back());
    FileTag* tag = find(name);
    if (tag == nullptr) tag = shown_as(name);
    if (tag == nullptr) tag = &new_tag(name, kind);
    tell_odd_name(*tag, name, extent.offset, report);
    add_payload(*tag, event, extent);
    return true;
}

FileTag* FileLog::look_up(std::string_view name) {
    const auto at = index_.find(name);
    if (at == index_.end()) return nullptr;
    latest_->follower = &tags_[at->second];
    return latest_ = latest_->follower;
}

// The tag that a name which is not UTF-8 is shown as.
FileTag* FileLog::shown_as(std::string_view name) {
    const auto at = index_.find(valid_utf8(name));
    return at == index_.end() ? nullptr : &tags_[at->second];
}

void FileLog::tell_odd_name(FileTag& tag, std::string_view key, std::uint64_t offset, DamageReport& report) {
    const bool told = tag.key != tag.name;
    if (told || key == tag.name) return;
    tag.key = key;
    report.add(offset, rules::tag_encoding, "A tag is not UTF-8; it is shown as '" + tag.name + "'.");
}

FileTag& FileLog::new_tag(std::string_view name, std::string_view kind) {
    FileTag tag;
    tag.key = valid_utf8(name);
    tag.kind = kind;
    return enter(std::move(tag));
}

// What follows from a tag's name, kind and place.
FileTag& FileLog::enter(FileTag&& entered) {
    FileTag& tag = tags_.emplace_back(std::move(entered));
    tag.name = valid_utf8(tag.key);
    tag.is_scalar = tag.kind == kinds::scalar;
    tag.position = static_cast<std::uint32_t>(tags_.size() - 1);
    tag.follower = &tag;
    tag.changed = false;
    index_.emplace(tag.name, tag.position);
    if (latest_ != nullptr) latest_->follower = &tag;
    latest_ = &tag;
    return tag;
}

// Little is copied when a column grows at once to what it will hold in the end. What a few rows foretell is uncertain,
// and so is the size of a file that is sparse or was given its whole size in advance: hence the bounds. A short file
// bounds them further: there may be very many of those.
void FileLog::make_room(ScalarColumns& columns) const {
    constexpr std::size_t few = 256, short_event = 32;
    constexpr double least = 1.5, most_of_few = 4.0, most = 32.0, spare = 1.02;
    const std::size_t rows = std::max(columns.size(), std::size_t{16});
    const double foretold = static_cast<double>(file_size_) / static_cast<double>(std::max(reached_, std::uint64_t{1}));
    const double times = std::clamp(foretold * spare, least, rows < few ? most_of_few : most);
    const std::size_t left = file_size_ > reached_ ? static_cast<std::size_t>(file_size_ - reached_) / short_event : 0;
    const auto wanted = static_cast<std::size_t>(static_cast<double>(rows) * times);
    columns.reserve(std::max(columns.size() + columns.size() / 2, std::min(wanted, columns.size() + left)) + 1);
}

void FileLog::touch(FileTag& tag) {
    if (tag.changed) return;
    tag.changed = true;
    changed_.push_back(tag.position);
}

std::vector<std::uint32_t> FileLog::take_changed() {
    for (std::uint32_t position : changed_) tags_[position].changed = false;
    return std::exchange(changed_, {});
}

}  // namespace kymo
