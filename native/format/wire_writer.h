// The primitives of protobuf's wire format, written into memory whose size was computed beforehand.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace kymo {

constexpr std::size_t varint_size(std::uint64_t value) {
    return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

// Size of a length-delimited field whose number is below 16.
constexpr std::size_t field_size(std::size_t length) { return 1 + varint_size(length) + length; }

// Writes forwards from `at`; the caller guarantees the room. Field numbers below 16 only: their keys are one byte.
class WireWriter {
  public:
    explicit WireWriter(std::byte* at) : at_(at) {}

    std::byte* at() const { return at_; }

    void varint_field(unsigned field, std::uint64_t value) {
        key(field, 0);
        varint(value);
    }
    void double_field(unsigned field, double value) {
        key(field, 1);
        fixed(value);
    }
    void float_field(unsigned field, float value) {
        key(field, 5);
        fixed(value);
    }
    void bytes_field(unsigned field, std::span<const std::byte> bytes) {
        open_field(field, bytes.size());
        raw(bytes.data(), bytes.size());
    }
    void string_field(unsigned field, std::string_view text) {
        open_field(field, text.size());
        raw(text.data(), text.size());
    }

    // The key and the length of a length-delimited field, whose `length` bytes must follow.
    void open_field(unsigned field, std::size_t length) {
        key(field, 2);
        varint(length);
    }

    template <typename T>
        requires std::integral<T> || std::floating_point<T>
    void fixed(T value) {
        raw(&value, sizeof value);
    }

    void raw(const void* bytes, std::size_t size) {
        if (size != 0) std::memcpy(at_, bytes, size);
        at_ += size;
    }

  private:
    void key(unsigned field, unsigned wire_type) { *at_++ = static_cast<std::byte>(field << 3 | wire_type); }

    void varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) *at_++ = static_cast<std::byte>(value | 0x80);
        *at_++ = static_cast<std::byte>(value);
    }

    std::byte* at_;
};

}  // namespace kymo
