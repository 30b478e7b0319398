// TFRecord framing: u64 length, masked CRC of the length, the data, masked CRC of the data; all little endian.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace kymo {

// Records are read and written by copying integers as they lie in memory.
static_assert(std::endian::native == std::endian::little, "kymo needs a little-endian machine");

constexpr std::size_t record_length_size = 8;
constexpr std::size_t record_header_size = 12;
constexpr std::size_t record_footer_size = 4;

constexpr std::uint32_t mask_crc(std::uint32_t crc) { return std::rotr(crc, 15) + 0xa282ead8u; }
constexpr std::uint32_t unmask_crc(std::uint32_t masked) { return std::rotl(masked - 0xa282ead8u, 15); }

}  // namespace kymo
