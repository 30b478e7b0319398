// CRC-32C (Castagnoli), the checksum of TFRecord files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace kymo {

// `crc` is the checksum of the bytes that came before; the fastest implementation this processor has is used.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc = 0);

// The portable implementation, there on every processor.
std::uint32_t crc32c_table(std::span<const std::byte> bytes, std::uint32_t crc = 0);

// "sse4.2", "armv8" or "table".
std::string_view crc32c_implementation();

// Whether functions marked KYMO_CRC32C_TARGET may be called; see crc32c_instruction.h.
bool crc32c_has_instruction();

}  // namespace kymo
