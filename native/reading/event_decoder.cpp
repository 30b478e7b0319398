#include "reading/event_decoder.h"

#include <algorithm>
#include <bit>

namespace kymo {

namespace {

constexpr auto varint = WireType::varint;
constexpr auto fixed64 = WireType::fixed64;
constexpr auto fixed32 = WireType::fixed32;
constexpr auto bytes = WireType::bytes;

// Walks the fields of a message. `take(key, reader)` reads a field and says whether it could; a field it does not know
// it hands to reader.skip.
template <typename Take>
bool each_field(Bytes message, Take&& take) {
    WireReader reader(message);
    while (!reader.done()) {
        std::uint32_t key = 0;
        if (!reader.read_key(key) || !take(key, reader)) return false;
    }
    return true;
}

bool read_text(WireReader& reader, std::string_view& text) {
    Bytes value;
    if (!reader.read_bytes(value)) return false;
    text = text_of(value);
    return true;
}

bool read_int32(WireReader& reader, std::int32_t& value) {
    std::uint64_t word = 0;
    if (!reader.read_varint(word)) return false;
    value = static_cast<std::int32_t>(static_cast<std::uint32_t>(word));
    return true;
}

bool read_content(std::uint32_t key, WireReader& reader, EventView& event) {
    const auto content = static_cast<EventContent>(key >> 3);
    Bytes part;
    if (!reader.read_bytes(part)) return false;
    const bool is_message = content != EventContent::file_version && content != EventContent::graph_def &&
                            content != EventContent::meta_graph_def;
    if (event.content != content || !is_message) event.parts.clear();
    event.content = content;
    event.parts.push_back(part);
    return true;
}

bool decode_source_metadata(Bytes message, EventView& event) {
    return each_field(message, [&](std::uint32_t key, WireReader& reader) {
        return key == wire_key(1, bytes) ? read_text(reader, event.writer) : reader.skip(key);
    });
}

bool decode_plugin_data(Bytes message, MetadataView& metadata) {
    return each_field(message, [&](std::uint32_t key, WireReader& reader) {
        switch (key) {
            case wire_key(1, bytes):
                return read_text(reader, metadata.plugin);
            case wire_key(2, bytes):
                return read_text(reader, metadata.content);
            default:
                return reader.skip(key);
        }
    });
}

bool decode_metadata(Bytes message, MetadataView& metadata) {
    metadata.present = true;
    return each_field(message, [&](std::uint32_t key, WireReader& reader) {
        Bytes part;
        switch (key) {
            case wire_key(1, bytes):
                return reader.read_bytes(part) && decode_plugin_data(part, metadata);
            case wire_key(2, bytes):
                return read_text(reader, metadata.display_name);
            case wire_key(3, bytes):
                return read_text(reader, metadata.description);
            case wire_key(4, varint):
                return read_int32(reader, metadata.data_class);
            default:
                return reader.skip(key);
        }
    });
}

bool decode_dimension(Bytes message, std::uint64_t& size) {
    return each_field(message, [&](std::uint32_t key, WireReader& reader) {
        return key == wire_key(1, varint) ? reader.read_varint(size) : reader.skip(key);
    });
}

bool decode_shape(Bytes message, TensorView& tensor) {
    return each_field(message, [&](std::uint32_t key, WireReader& reader) {
        Bytes part;
        std::uint64_t size = 0;
        switch (key) {
            case wire_key(2, bytes):
                if (!reader.read_bytes(part) || !decode_dimension(part, size)) return false;
                ++tensor.rank;
                tensor.elements *= size;
                return true;
            case wire_key(3, varint):
                if (!reader.read_varint(size)) return false;
                tensor.unknown_rank = size != 0;
                return true;
            default:
                return reader.skip(key);
        }
    });
}

void add_number(TensorView::List& list, std::uint64_t bits) {
    if (list.count++ == 0) list.first = bits;
}

template <typename Word>
bool read_fixed_numbers(Bytes packed, TensorView::List& list) {
    if (packed.size() % sizeof(Word) != 0) return false;
    if (!packed.empty() && list.count == 0) list.first = load_word<Word>(packed.data());
    list.count += packed.size() / sizeof(Word);
    return true;
}

bool read_varint_numbers(Bytes packed, TensorView::List& list) {
    WireReader reader(packed);
    while (!reader.done()) {
        std::uint64_t bits = 0;
        if (!reader.read_varint(bits)) return false;
        add_number(list, bits);
    }
    return true;
}

}  // namespace

std::size_t tensor_list(std::uint32_t field) {
    switch (field) {
        case 5:
            return 0;  // float_val
        case 6:
            return 1;  // double_val
        case 7:
            return 2;  // int_val
        case 10:
            return 3;  // int64_val
        case 11:
            return 4;  // bool_val
        case 13:
            return 5;  // half_val
        case 16:
            return 6;  // uint32_val
        case 17:
            return 7;  // uint64_val
        default:
            return TensorView::list_count;
    }
}

namespace {

bool read_numbers(std::uint32_t key, WireReader& reader, TensorView& tensor) {
    const std::uint32_t field = key >> 3;
    const std::size_t index = tensor_list(field);
    if (index == TensorView::list_count) return reader.skip(key);
    TensorView::List& list = tensor.lists[index];
    const auto type = static_cast<WireType>(key & 7);
    if (type == bytes) {
        Bytes packed;
        if (!reader.read_bytes(packed)) return false;
        if (field == 5) return read_fixed_numbers<std::uint32_t>(packed, list);
        if (field == 6) return read_fixed_numbers<std::uint64_t>(packed, list);
        return read_varint_numbers(packed, list);
    }
    std::uint64_t word = 0;
    std::uint32_t half = 0;
    if (field == 5 && type == fixed32) {
        if (!reader.read_fixed(half)) return false;
        word = half;
    } else if (field == 6 && type == fixed64) {
        if (!reader.read_fixed(word)) return false;
    } else if (field > 6 && type == varint) {
        if (!reader.read_varint(word)) return false;
    } else {
        return reader.skip(key);
    }
    add_number(list, word);
    return true;
}

bool decode_tensor(Bytes message, TensorView& tensor) {
    return each_field(message, [&](std::uint32_t key, WireReader& reader) {
        Bytes part;
        switch (key) {
            case wire_key(1, varint):
                return read_int32(reader, tensor.dtype);
            case wire_key(2, bytes):
                return reader.read_bytes(part) && decode_shape(part, tensor);
            case wire_key(4, bytes):
                return reader.read_bytes(tensor.content);
            default:
                return read_numbers(key, reader, tensor);
        }
    });
}

}  // namespace

void EventView::clear() {
    wall_time = 0.0;
    step = 0;
    content = EventContent::none;
    parts.clear();
    writer = {};
}

bool decode_event(Bytes message, EventView& event) {
    event.clear();
    return each_field(message, [&](std::uint32_t key, WireReader& reader) {
        std::uint64_t word = 0;
        Bytes part;
        switch (key) {
            case wire_key(1, fixed64):
                if (!reader.read_fixed(word)) return false;
                event.wall_time = std::bit_cast<double>(word);
                return true;
            case wire_key(2, varint):
                if (!reader.read_varint(word)) return false;
                event.step = static_cast<std::int64_t>(word);
                return true;
            case wire_key(3, bytes):
            case wire_key(4, bytes):
            case wire_key(5, bytes):
            case wire_key(6, bytes):
            case wire_key(7, bytes):
            case wire_key(8, bytes):
            case wire_key(9, bytes):
                return read_content(key, reader, event);
            case wire_key(10, bytes):
                return reader.read_bytes(part) && decode_source_metadata(part, event);
            default:
                return reader.skip(key);
        }
    });
}

bool decode_session_log(Bytes message, SessionLogView& session) {
    return each_field(message, [&](std::uint32_t key, WireReader& reader) {
        return key == wire_key(1, varint) ? read_int32(reader, session.status) : reader.skip(key);
    });
}

bool decode_run_metadata_tag(Bytes message, std::string_view& tag) {
    return each_field(message, [&](std::uint32_t key, WireReader& reader) {
        return key == wire_key(1, bytes) ? read_text(reader, tag) : reader.skip(key);
    });
}

namespace {

// The fields of Value's oneof: a field of another kind than the one before starts anew.
bool read_value_field(std::uint32_t key, WireReader& reader, ValueView& value) {
    const auto field = static_cast<ValueField>(key >> 3);
    const bool merges = value.field == field;
    value.field = field;
    if (field == ValueField::simple_value) {
        std::uint32_t bits = 0;
        if (!reader.read_fixed(bits)) return false;
        value.simple_value = std::bit_cast<float>(bits);
        return true;
    }
    Bytes part;
    if (!reader.read_bytes(part)) return false;
    if (field != ValueField::tensor) return true;
    if (!merges) value.tensor = TensorView{};
    return decode_tensor(part, value.tensor);
}

}  // namespace

bool decode_value(Bytes message, ValueView& value) {
    value.message = message;
    value.tag = value.node_name = {};
    value.metadata = MetadataView{};
    value.field = ValueField::none;
    return each_field(message, [&](std::uint32_t key, WireReader& reader) {
        Bytes part;
        switch (key) {
            case wire_key(1, bytes):
                return read_text(reader, value.tag);
            case wire_key(7, bytes):
                return read_text(reader, value.node_name);
            case wire_key(9, bytes):
                return reader.read_bytes(part) && decode_metadata(part, value.metadata);
            case wire_key(2, fixed32):
            case wire_key(3, bytes):
            case wire_key(4, bytes):
            case wire_key(5, bytes):
            case wire_key(6, bytes):
            case wire_key(8, bytes):
                return read_value_field(key, reader, value);
            default:
                return reader.skip(key);
        }
    });
}

bool is_event(Bytes message) {
    EventView event;
    if (!decode_event(message, event)) return false;
    return std::all_of(event.parts.begin(), event.parts.end(), [&](Bytes part) {
        ValueView value;
        SessionLogView session;
        std::string_view tag;
        switch (event.content) {
            case EventContent::summary:
                return each_value(part, [&](Bytes bytes) { return decode_value(bytes, value); });
            case EventContent::session_log:
                return decode_session_log(part, session);
            case EventContent::tagged_run_metadata:
                return decode_run_metadata_tag(part, tag);
            default:
                return true;
        }
    });
}

}  // namespace kymo
