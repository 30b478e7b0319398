#include "file_log.h"

#include <cmath>
#include <utility>

#include "tag_kind.h"

namespace kymo {

bool FileLog::add(Bytes record, std::uint64_t offset, DamageReport& report) {
    if (!decode_event(record, event_)) return false;
    const auto offset_of = [&](Bytes part) { return offset + static_cast<std::uint64_t>(part.data() - record.data()); };
    bool understood = true;
    switch (event_.content) {
        case EventContent::summary:
            understood = add_summary(event_, record.data(), offset, report);
            break;
        case EventContent::session_log:
            understood = add_session(event_);
            break;
        case EventContent::graph_def:
            add_graph(event_, "__run_graph__", kinds::graph, offset_of(event_.parts.back()));
            break;
        case EventContent::meta_graph_def:
            add_graph(event_, "__meta_graph__", kinds::meta_graph, offset_of(event_.parts.back()));
            break;
        case EventContent::tagged_run_metadata: {
            std::string_view tag;
            for (Bytes part : event_.parts) understood = understood && decode_run_metadata_tag(part, tag);
            if (!understood) break;
            add_graph(event_, "__run_metadata__/" + std::string(tag), kinds::run_metadata,
                      offset_of(event_.parts.back()));
            break;
        }
        default:
            break;
    }
    if (!understood) return false;
    ++events_;
    if (!event_.writer.empty() && writer_.empty()) writer_ = event_.writer;
    note_time(event_.wall_time, offset, report);
    return true;
}

void FileLog::note_time(double wall_time, std::uint64_t offset, DamageReport& report) {
    if (std::isfinite(wall_time)) {
        events_range_.include(wall_time);
    } else if (!told_wall_time_) {
        told_wall_time_ = true;
        report.add(offset, rules::wall_time,
                   "an event's wall time is " + std::string(std::isnan(wall_time) ? "NaN" : "infinite") +
                       "; its points are kept and stand beside their neighbours in time");
    }
}

bool FileLog::add_summary(const EventView& event, const std::byte* origin, std::uint64_t offset, DamageReport& report) {
    // The whole event is decoded before any of it counts: a record is taken in or refused as one.
    std::size_t count = 0;
    for (Bytes part : event.parts) {
        const bool whole = each_value(part, [&](Bytes message) {
            if (values_.size() == count) values_.emplace_back();
            return decode_value(message, values_[count++]);
        });
        if (!whole) return false;
    }
    if (count != 0 && std::isfinite(event.wall_time)) values_range_.include(event.wall_time);
    for (std::size_t i = 0; i < count; ++i) {
        const auto place = static_cast<std::uint64_t>(values_[i].message.data() - origin);
        add_value(event, values_[i], offset + place, report);
    }
    return true;
}

void FileLog::add_value(const EventView& event, const ValueView& value, std::uint64_t offset, DamageReport& report) {
    FileTag* known = find(value.name());
    if (known == nullptr) {
        const std::string_view kind = kind_of(value);
        if (kind.empty()) {
            report.add(offset, rules::no_value, "tag '" + std::string(value.name()) + "' has neither value nor plugin");
            return;
        }
        known = &tag_named(value.name(), kind, &value.metadata);
    }
    FileTag& tag = *known;
    if (tag.kind == kinds::scalar) {
        if (const auto number = number_of(value)) {
            tag.scalars.marks.before_row(restarts_.size(), tag.scalars.columns.size());
            tag.scalars.columns.append(event.step, event.wall_time, *number);
            ++points_;
            touch(tag);
            return;
        }
    }
    const bool odd = tag.kind == kinds::scalar || value.field == ValueField::simple_value;
    if (odd && !tag.told_odd_value) {
        tag.told_odd_value = true;
        if (tag.kind == kinds::scalar) {
            report.add(offset, rules::not_a_scalar,
                       "tag '" + tag.name + "' holds scalars, but the value at step " + std::to_string(event.step) +
                           " is not one real number");
        } else {
            report.add(offset, rules::other_kind,
                       "tag '" + tag.name + "' holds data of kind " + std::string(tag.kind) +
                           ", but the value at step " + std::to_string(event.step) + " is a plain number");
        }
    }
    add_payload(tag, event, offset, value.message.size());
}

void FileLog::add_payload(FileTag& tag, const EventView& event, std::uint64_t offset, std::uint64_t length) {
    tag.payloads.marks.before_row(restarts_.size(), tag.payloads.columns.size());
    tag.payloads.columns.steps.append(event.step);
    tag.payloads.columns.wall_times.append(event.wall_time);
    tag.payloads.columns.offsets.append(offset);
    tag.payloads.columns.lengths.append(length);
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

void FileLog::add_graph(const EventView& event, std::string_view name, std::string_view kind, std::uint64_t offset) {
    if (std::isfinite(event.wall_time)) values_range_.include(event.wall_time);
    add_payload(tag_named(name, kind, nullptr), event, offset, event.parts.back().size());
}

FileTag* FileLog::find(std::string_view name) {
    if (tags_.empty()) return nullptr;
    FileTag& latest = tags_[latest_];
    FileTag& guess = tags_[latest.follower];
    if (guess.name == name) {
        latest_ = latest.follower;
        return &guess;
    }
    const auto at = index_.find(name);
    if (at == index_.end()) return nullptr;
    latest_ = latest.follower = at->second;
    return &tags_[at->second];
}

FileTag& FileLog::tag_named(std::string_view name, std::string_view kind, const MetadataView* metadata) {
    if (FileTag* known = find(name)) return *known;
    const auto position = static_cast<std::uint32_t>(tags_.size());
    FileTag& tag = tags_.emplace_back();
    tag.name = name;
    tag.kind = kind;
    tag.follower = position;
    if (metadata != nullptr) {
        tag.metadata = {std::string(metadata->plugin), std::string(metadata->content),
                        std::string(metadata->display_name), std::string(metadata->description)};
    }
    index_.emplace(tag.name, position);
    if (position != 0) tags_[latest_].follower = position;
    latest_ = position;
    return tag;
}

void FileLog::touch(FileTag& tag) {
    if (tag.changed) return;
    tag.changed = true;
    changed_.push_back(index_.find(tag.name)->second);
}

std::vector<std::uint32_t> FileLog::take_changed() {
    for (std::uint32_t position : changed_) tags_[position].changed = false;
    return std::exchange(changed_, {});
}

}  // namespace kymo
