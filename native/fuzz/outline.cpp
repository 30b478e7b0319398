#include <vector>

#include "fuzz/event_maker.h"
#include "fuzz/invariant.h"
#include "fuzz/memory_source.h"
#include "fuzz/targets.h"
#include "reading/event_outline.h"
#include "reading/file_log.h"

namespace kymo::fuzz {

namespace {

constexpr std::uint64_t offset = 40;  // where in its file the event stands

// Fields may be emptied, but each value stays what it is, with its place.
void hold_same_places(const FileLog& whole, const FileLog& outlined) {
    KYMO_HOLDS(whole.points() == outlined.points());
    KYMO_HOLDS(whole.sessions().size() == outlined.sessions().size());
    KYMO_HOLDS(whole.tags().size() == outlined.tags().size());
    for (std::size_t i = 0; i < whole.tags().size(); ++i) {
        const FileTag &one = whole.tags()[i], &other = outlined.tags()[i];
        KYMO_HOLDS(one.kind == other.kind && one.key == other.key);
        KYMO_HOLDS(one.metadata->plugin == other.metadata->plugin);
        KYMO_HOLDS(one.scalars.columns.size() == other.scalars.columns.size());
        const PayloadColumns &places = one.payloads->columns, &others = other.payloads->columns;
        KYMO_HOLDS(places.size() == others.size());
        for (std::size_t row = 0; row < places.size(); ++row) {
            KYMO_HOLDS(places.steps[row] == others.steps[row]);
            KYMO_HOLDS(places.offsets[row] == others.offsets[row] && places.lengths[row] == others.lengths[row]);
        }
    }
}

// Names decide what a value is; no known writer makes one so long.
bool has_long_name(Bytes message, std::uint64_t limit) {
    EventView event;
    bool found = false;
    if (!decode_event(message, event)) return false;
    for (const Bytes part : event.parts) {
        std::string_view tag;
        if (event.content == EventContent::tagged_run_metadata) {
            found |= decode_run_metadata_tag(part, tag) && tag.size() > limit;
        }
        if (event.content != EventContent::summary) continue;
        each_value(part, [&](Bytes bytes) {
            ValueView value;
            found |=
                decode_value(bytes, value) && (value.name().size() > limit || value.metadata.plugin.size() > limit);
            return true;
        });
    }
    return found;
}

// A group is never held in part: an event with one longer than the limit is refused, and no known writer makes any.
bool has_long_group(Bytes message, std::uint64_t limit) {
    WireReader reader(message);
    while (!reader.done()) {
        const std::size_t before = reader.left();
        std::uint32_t key = 0;
        if (!reader.read_key(key)) return false;
        Bytes inner;
        const auto type = static_cast<WireType>(key & 7);
        if (type == WireType::bytes ? !reader.read_bytes(inner) : !reader.skip(key)) return false;
        if (type == WireType::group_begin && before - reader.left() > limit) return true;
        if (has_long_group(inner, limit)) return true;
    }
    return false;
}

// Of an event's contents the last counts, and only that one is decoded; in outline each is looked into.
bool has_two_contents(Bytes event) {
    WireReader reader(event);
    std::uint32_t key = 0, content = 0;
    while (!reader.done() && reader.read_key(key) && reader.skip(key)) {
        const std::uint32_t field = key >> 3;
        if (field < 3 || field > 9) continue;
        if (content != 0 && content != field) return true;
        content = field;
    }
    return false;
}

}  // namespace

void outline(Bytes input) {
    Input decisions(input);
    const std::uint64_t limit = 32 + decisions.byte();
    const bool made = decisions.flip();
    const Bytes rest = decisions.rest();
    const std::vector<std::byte> message = made ? make_event(decisions) : std::vector(rest.begin(), rest.end());

    std::vector<std::byte> file(offset);
    file.insert(file.end(), message.begin(), message.end());
    MemorySource source(file);
    RecordReader reader(source, file.size());
    EventOutline in_short;
    const bool outlined = outline_event(reader, offset, message.size(), in_short, limit);

    FileLog whole_log, outlined_log;
    DamageReport whole_report, outlined_report;
    const bool whole = whole_log.add({message, offset}, whole_report);
    const bool taken = outlined && outlined_log.add({in_short.bytes, offset, in_short.moved}, outlined_report);
    if (!whole || has_long_name(message, limit)) return;
    if (!taken) {
        KYMO_HOLDS(has_long_group(message, limit) || has_two_contents(message));
        return;
    }
    hold_same_places(whole_log, outlined_log);
    KYMO_HOLDS(whole_report.count() == outlined_report.count());
}

}  // namespace kymo::fuzz
