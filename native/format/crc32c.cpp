#include "format/crc32c.h"

#include <array>
#include <cstring>

#include "format/crc32c_instruction.h"

#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace kymo {
namespace {

constexpr std::uint32_t polynomial = 0x82f63b78u;  // bit-reflected

using Table = std::array<std::uint32_t, 256>;

constexpr std::array<Table, 8> make_slicing_tables() {
    std::array<Table, 8> tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? polynomial : 0);
        tables[0][byte] = crc;
    }
    for (std::size_t slice = 1; slice < 8; ++slice) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint32_t crc = tables[slice - 1][byte];
            tables[slice][byte] = (crc >> 8) ^ tables[0][crc & 0xff];
        }
    }
    return tables;
}

constexpr std::array<Table, 8> slicing = make_slicing_tables();

std::uint64_t load64(const std::byte* at) {
    std::uint64_t value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

#if defined(KYMO_CRC32C_TARGET)

// A linear map of 32-bit vectors over GF(2), as its 32 columns.
using Matrix = std::array<std::uint32_t, 32>;

constexpr std::uint32_t multiply(const Matrix& matrix, std::uint32_t vector) {
    std::uint32_t product = 0;
    for (std::size_t column = 0; column < 32; ++column) {
        if ((vector >> column & 1) != 0) product ^= matrix[column];
    }
    return product;
}

// Four tables, one for each byte of a checksum register, that together run `length` zero bytes through it.
// `length` is a power of two.
constexpr std::array<Table, 4> make_skip_tables(std::size_t length) {
    Matrix skip{};
    for (std::size_t column = 0; column < 32; ++column) {
        const std::uint32_t crc = 1u << column;
        skip[column] = (crc >> 8) ^ slicing[0][crc & 0xff];
    }
    for (std::size_t done = 1; done < length; done *= 2) {
        Matrix squared{};
        for (std::size_t column = 0; column < 32; ++column) squared[column] = multiply(skip, skip[column]);
        skip = squared;
    }
    std::array<Table, 4> tables{};
    for (std::size_t position = 0; position < 4; ++position) {
        for (std::uint32_t byte = 0; byte < 256; ++byte) {
            tables[position][byte] = multiply(skip, byte << (8 * position));
        }
    }
    return tables;
}

// The instruction has a latency of three cycles and a throughput of one: three independent lanes keep it busy.
constexpr std::size_t long_lane = 4096, short_lane = 256;
constexpr std::array<Table, 4> skip_long = make_skip_tables(long_lane);
constexpr std::array<Table, 4> skip_short = make_skip_tables(short_lane);

std::uint32_t skip_lane(const std::array<Table, 4>& tables, std::uint32_t crc) {
    return tables[0][crc & 0xff] ^ tables[1][crc >> 8 & 0xff] ^ tables[2][crc >> 16 & 0xff] ^ tables[3][crc >> 24];
}

#if defined(__x86_64__)
bool has_instruction() { return __builtin_cpu_supports("sse4.2") != 0; }
constexpr std::string_view instruction_name = "sse4.2";
#else
bool has_instruction() { return (getauxval(AT_HWCAP) & (1u << 7)) != 0; }  // HWCAP_CRC32
constexpr std::string_view instruction_name = "armv8";
#endif

template <std::size_t lane>
KYMO_CRC32C_TARGET void run_lanes(const std::array<Table, 4>& skip, std::uint64_t& crc, const std::byte*& at,
                                  std::size_t& left) {
    while (left >= 3 * lane) {
        std::uint64_t second = 0, third = 0;
        for (const std::byte* end = at + lane; at != end; at += 8) {
            crc = crc32c_advance(crc, load64(at));
            second = crc32c_advance(second, load64(at + lane));
            third = crc32c_advance(third, load64(at + 2 * lane));
        }
        crc = skip_lane(skip, static_cast<std::uint32_t>(crc)) ^ second;
        crc = skip_lane(skip, static_cast<std::uint32_t>(crc)) ^ third;
        at += 2 * lane;
        left -= 3 * lane;
    }
}

KYMO_CRC32C_TARGET std::uint32_t crc32c_instruction(std::span<const std::byte> bytes, std::uint32_t previous) {
    std::uint64_t crc = ~previous;
    const std::byte* at = bytes.data();
    std::size_t left = bytes.size();
    run_lanes<long_lane>(skip_long, crc, at, left);
    run_lanes<short_lane>(skip_short, crc, at, left);
    return ~crc32c_advance(crc, at, left);
}

const bool use_instruction = has_instruction();

#endif

}  // namespace

std::uint32_t crc32c_table(std::span<const std::byte> bytes, std::uint32_t previous) {
    std::uint32_t crc = ~previous;
    const std::byte* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) {
        const std::uint64_t mixed = load64(at) ^ crc;
        crc = 0;
        for (std::size_t byte = 0; byte < 8; ++byte) crc ^= slicing[7 - byte][mixed >> (8 * byte) & 0xff];
    }
    for (; left != 0; --left, ++at) crc = (crc >> 8) ^ slicing[0][(crc ^ std::to_integer<std::uint32_t>(*at)) & 0xff];
    return ~crc;
}

#if defined(KYMO_CRC32C_TARGET)

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc) {
    return use_instruction ? crc32c_instruction(bytes, crc) : crc32c_table(bytes, crc);
}

std::string_view crc32c_implementation() { return use_instruction ? instruction_name : "table"; }

bool crc32c_has_instruction() { return use_instruction; }

#else

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc) { return crc32c_table(bytes, crc); }

std::string_view crc32c_implementation() { return "table"; }

bool crc32c_has_instruction() { return false; }

#endif

}  // namespace kymo
