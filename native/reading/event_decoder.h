// Event, Summary.Value, SummaryMetadata and the scalar part of TensorProto, decoded in place.
//
// Any valid encoding is read as protobuf reads it: unknown fields and known fields of another wire type are passed
// over, fields come in any order, the last of a repeated singular field counts, and a message given in pieces is
// merged.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "format/wire_reader.h"

namespace kymo {

enum class EventContent : std::uint8_t {
    none = 0,
    file_version = 3,
    graph_def = 4,
    summary = 5,
    log_message = 6,
    session_log = 7,
    tagged_run_metadata = 8,
    meta_graph_def = 9,
};

struct EventView {
    double wall_time = 0.0;
    std::int64_t step = 0;
    EventContent content = EventContent::none;
    std::vector<Bytes> parts;  // of the content: one, or more where its message was given in pieces
    std::string_view writer;   // source_metadata.writer

    void clear();
};

bool decode_event(Bytes message, EventView& event);

// Whether the bytes are an event down to its values: what FileLog takes in.
bool is_event(Bytes message);

struct SessionLogView {
    std::int32_t status = 0;
};

bool decode_session_log(Bytes message, SessionLogView& session);  // merges into `session`

struct MetadataView {
    bool present = false;
    std::string_view plugin, content, display_name, description;
    std::int32_t data_class = 0;
};

enum class ValueField : std::uint8_t {
    none = 0,
    simple_value = 2,
    obsolete_histogram = 3,
    image = 4,
    histogram = 5,
    audio = 6,
    tensor = 8,
};

namespace dtypes {
enum : std::int32_t {
    float32 = 1,
    float64 = 2,
    int32 = 3,
    uint8 = 4,
    int16 = 5,
    int8 = 6,
    string = 7,
    int64 = 9,
    boolean = 10,
    bfloat16 = 14,
    uint16 = 17,
    half = 19,
    uint32 = 22,
    uint64 = 23,
};
}

// A tensor as far as a single number needs it: of each list of values the first one, and how many there are.
struct TensorView {
    struct List {
        std::uint64_t first = 0;  // the bits as they stand in the file
        std::uint64_t count = 0;
    };
    static constexpr std::size_t list_count = 8;

    std::int32_t dtype = 0;
    std::uint32_t rank = 0;
    std::uint64_t elements = 1;
    bool unknown_rank = false;
    Bytes content;
    List lists[list_count];
};

// Which of the lists holds the repeated field of that number; list_count for any other field.
std::size_t tensor_list(std::uint32_t field);

struct ValueView {
    Bytes message;  // the serialized Summary.Value
    std::string_view tag, node_name;
    MetadataView metadata;
    ValueField field = ValueField::none;
    float simple_value = 0.0F;
    TensorView tensor;

    std::string_view name() const { return tag.empty() ? node_name : tag; }
};

bool decode_value(Bytes message, ValueView& value);

// Calls `take(Bytes)` with each serialized Value; false where the bytes are not a Summary or `take` returns false.
template <typename Take>
bool each_value(Bytes summary, Take&& take) {
    WireReader reader(summary);
    while (!reader.done()) {
        std::uint32_t key = 0;
        if (!reader.read_key(key)) return false;
        if (key != wire_key(1, WireType::bytes)) {
            if (!reader.skip(key)) return false;
            continue;
        }
        Bytes message;
        if (!reader.read_bytes(message) || !take(message)) return false;
    }
    return true;
}

// The tag of a TaggedRunMetadata.
bool decode_run_metadata_tag(Bytes message, std::string_view& tag);

}  // namespace kymo
