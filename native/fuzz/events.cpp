#include <cmath>
#include <optional>
#include <vector>

#include "fuzz/event_maker.h"
#include "fuzz/invariant.h"
#include "fuzz/same_log.h"
#include "fuzz/targets.h"
#include "reading/event_decoder.h"
#include "reading/tag_kind.h"
#include "reading/tensor_number.h"

namespace kymo::fuzz {

namespace {

bool within(Bytes part, Bytes whole) {
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}
bool within(std::string_view part, Bytes whole) { return within(std::as_bytes(std::span(part)), whole); }

bool same_part(Bytes a, Bytes b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

bool same_number(const std::optional<Number>& a, const std::optional<Number>& b) {
    if (!a || !b) return !a && !b;
    return a->single == b->single && (same_bits(a->value, b->value) || (std::isnan(a->value) && std::isnan(b->value)));
}

void hold_value(Bytes message) {
    ValueView value;
    if (!decode_value(message, value)) return;
    for (const std::string_view text : {value.tag, value.node_name, value.metadata.plugin, value.metadata.content,
                                        value.metadata.display_name, value.metadata.description}) {
        KYMO_HOLDS(within(text, message));
    }
    KYMO_HOLDS(within(value.message, message));
    const auto number = number_of(value);
    if (number && number->single && !std::isnan(number->value)) {
        KYMO_HOLDS(static_cast<double>(static_cast<float>(number->value)) == number->value);
    }
    if (value.field != ValueField::none) KYMO_HOLDS(!kind_of(value).empty());
    // What is decoded into before leaves no trace.
    ValueView again;
    again.tensor.rank = 7, again.tensor.dtype = dtypes::string, again.simple_value = 3;
    again.field = ValueField::tensor, again.tag = "stale", again.metadata.plugin = "stale";
    KYMO_HOLDS(decode_value(message, again));
    KYMO_HOLDS(again.name() == value.name() && kind_of(again) == kind_of(value));
    KYMO_HOLDS(same_number(number_of(again), number));
}

void hold_content(Bytes message, const EventView& event) {
    for (const Bytes part : event.parts) {
        KYMO_HOLDS(within(part, message));
        SessionLogView session;
        std::string_view tag;
        if (event.content == EventContent::session_log) decode_session_log(part, session);
        if (event.content == EventContent::tagged_run_metadata && decode_run_metadata_tag(part, tag)) {
            KYMO_HOLDS(within(tag, message));
        }
        if (event.content != EventContent::summary) continue;
        each_value(part, [&](Bytes value) {
            KYMO_HOLDS(within(value, message));
            hold_value(value);
            return true;
        });
    }
}

// Protobuf's own laws: an unknown field changes nothing, and two messages in a row are the second merged into the
// first.
void hold_laws(const std::vector<std::byte>& message, const EventView& event) {
    static constexpr std::uint8_t unknown[] = {0xa3, 0x06, 0x08, 0x01, 0xa4, 0x06, 0xf8, 0x7f, 0x80, 0x01};
    std::vector<std::byte> extended = message;
    for (const std::uint8_t byte : unknown) extended.push_back(static_cast<std::byte>(byte));
    EventView other;
    KYMO_HOLDS(decode_event(extended, other));
    KYMO_HOLDS(same_bits(other.wall_time, event.wall_time) && other.step == event.step);
    KYMO_HOLDS(other.content == event.content && other.writer == event.writer);
    KYMO_HOLDS(other.parts.size() == event.parts.size());
    for (std::size_t i = 0; i < event.parts.size(); ++i) KYMO_HOLDS(same_part(other.parts[i], event.parts[i]));

    std::vector<std::byte> twice = message;
    twice.insert(twice.end(), message.begin(), message.end());
    KYMO_HOLDS(decode_event(twice, other));
    KYMO_HOLDS(same_bits(other.wall_time, event.wall_time) && other.step == event.step);
    KYMO_HOLDS(other.content == event.content && other.writer == event.writer);
}

void hold_log(const std::vector<std::byte>& message, bool is_event) {
    FileLog log;
    DamageReport report;
    const bool taken = log.add({message, 1000}, report);
    KYMO_HOLDS(is_event || !taken);
    KYMO_HOLDS(log.events() == (taken ? 1 : 0));
    if (!taken) KYMO_HOLDS(log.tags().empty() && log.sessions().empty() && report.count() == 0);
    std::uint64_t points = 0;
    for (const FileTag& tag : log.tags()) {
        points += tag.scalars.columns.size();
        const auto& payloads = tag.payloads->columns;
        for (std::size_t row = 0; row < payloads.size(); ++row) {
            KYMO_HOLDS(payloads.lengths[row] <= message.size());
            KYMO_HOLDS(payloads.offsets[row] >= 1000);
            KYMO_HOLDS(payloads.offsets[row] + payloads.lengths[row] <= 1000 + message.size());
        }
    }
    KYMO_HOLDS(points == log.points());
}

}  // namespace

void events(Bytes input) {
    Input decisions(input);
    const bool made = decisions.flip();
    const Bytes rest = decisions.rest();
    const std::vector<std::byte> message = made ? make_event(decisions) : std::vector(rest.begin(), rest.end());
    EventView event;
    const bool is_event = decode_event(message, event);
    hold_log(message, is_event);
    if (!is_event) return;
    KYMO_HOLDS(within(event.writer, message));
    hold_content(message, event);
    hold_laws(message, event);
}

}  // namespace kymo::fuzz
