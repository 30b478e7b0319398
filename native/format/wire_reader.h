// Protobuf's wire format, reading: varints, fixed words, length-delimited fields, unknown fields skipped.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace kymo {

static_assert(std::endian::native == std::endian::little, "event files are read in place, as little-endian words");

using Bytes = std::span<const std::byte>;

inline std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

template <typename Word>
inline Word load_word(const std::byte* from) {
    Word word;
    std::memcpy(&word, from, sizeof(Word));
    return word;
}

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, group_begin = 3, group_end = 4, fixed32 = 5 };

// A field's number and wire type in one word, as they stand in the file, so that a known field is one comparison.
constexpr std::uint32_t wire_key(std::uint32_t field, WireType type) {
    return field << 3 | static_cast<std::uint32_t>(type);
}

// A cursor over one message. Every read returns false where the bytes are not a message; the cursor is then useless.
class WireReader {
  public:
    explicit WireReader(Bytes message) : cursor_(message.data()), end_(message.data() + message.size()) {}

    bool done() const { return cursor_ == end_; }
    std::size_t left() const { return static_cast<std::size_t>(end_ - cursor_); }

    bool read_varint(std::uint64_t& value) {
        if (cursor_ != end_ && static_cast<std::uint8_t>(*cursor_) < 0x80) {
            value = static_cast<std::uint8_t>(*cursor_++);
            return true;
        }
        return read_long_varint(value);
    }
    bool read_key(std::uint32_t& key) {
        std::uint64_t value = 0;
        if (!read_varint(value) || value > UINT32_MAX || value < 8) return false;
        key = static_cast<std::uint32_t>(value);
        return true;
    }
    template <typename Word>
    bool read_fixed(Word& value) {
        if (static_cast<std::size_t>(end_ - cursor_) < sizeof(Word)) return false;
        value = load_word<Word>(cursor_);
        cursor_ += sizeof(Word);
        return true;
    }
    bool read_bytes(Bytes& value) {
        std::uint64_t size = 0;
        if (!read_varint(size) || size > static_cast<std::size_t>(end_ - cursor_)) return false;
        value = {cursor_, static_cast<std::size_t>(size)};
        cursor_ += size;
        return true;
    }
    // Passes over the field whose key was read, whole groups included.
    bool skip(std::uint32_t key, int depth = 0) {
        std::uint64_t word = 0;
        std::uint32_t half = 0;
        Bytes bytes;
        switch (static_cast<WireType>(key & 7)) {
            case WireType::varint:
                return read_varint(word);
            case WireType::fixed64:
                return read_fixed(word);
            case WireType::fixed32:
                return read_fixed(half);
            case WireType::bytes:
                return read_bytes(bytes);
            case WireType::group_begin:
                return skip_group(key, depth);
            default:
                return false;
        }
    }

  private:
    static constexpr int group_depth_limit = 100;

    bool read_long_varint(std::uint64_t& value) {
        std::uint64_t result = 0;
        for (int shift = 0; shift < 70 && cursor_ != end_; shift += 7) {
            const auto byte = static_cast<std::uint8_t>(*cursor_++);
            result |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) {
                value = result;
                return true;
            }
        }
        return false;
    }
    bool skip_group(std::uint32_t key, int depth) {
        if (depth >= group_depth_limit) return false;
        const std::uint32_t closing = wire_key(key >> 3, WireType::group_end);
        std::uint32_t inner = 0;
        while (read_key(inner)) {
            if (inner == closing) return true;
            if (!skip(inner, depth + 1)) return false;
        }
        return false;
    }

    const std::byte* cursor_;
    const std::byte* end_;
};

}  // namespace kymo
