#include "format/utf8.h"

#include <string>

#include "fuzz/invariant.h"
#include "fuzz/targets.h"

namespace kymo::fuzz {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

std::string encoded(std::uint32_t point) {
    const auto byte = [](std::uint32_t bits) { return static_cast<char>(bits); };
    const auto tail = [&](int shift) { return byte(0x80 | (point >> shift & 0x3f)); };
    if (point < 0x80) return {byte(point)};
    if (point < 0x800) return {byte(0xc0 | point >> 6), tail(0)};
    if (point < 0x10000) return {byte(0xe0 | point >> 12), tail(6), tail(0)};
    return {byte(0xf0 | point >> 18), tail(12), tail(6), tail(0)};
}

// A character by its definition: the one encoding of a code point that is no surrogate. 0 where there is none.
std::size_t character_at_front(std::string_view text) {
    for (std::size_t size = 1; size <= 4 && size <= text.size(); ++size) {
        std::uint32_t point = static_cast<std::uint8_t>(text[0]);
        if (size > 1) point &= 0x7fu >> size;
        for (std::size_t i = 1; i < size; ++i) point = point << 6 | (static_cast<std::uint8_t>(text[i]) & 0x3fu);
        const bool scalar = point < 0xd800 || (point > 0xdfff && point <= 0x10ffff);
        if (scalar && encoded(point) == text.substr(0, size)) return size;
    }
    return 0;
}

}  // namespace

void utf8(Bytes input) {
    const std::string_view text = text_of(input);
    std::string expected;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t size = character_at_front(text.substr(at));
        expected += size == 0 ? replacement : text.substr(at, size);
        at += size == 0 ? 1 : size;
    }
    const std::string valid = valid_utf8(text);
    KYMO_HOLDS(valid == expected);
    KYMO_HOLDS(valid_utf8(valid) == valid);
}

}  // namespace kymo::fuzz
