// The processor's own CRC-32C instruction, for loops too hot for a call. KYMO_CRC32C_TARGET is defined where the
// architecture may have it. A function that uses it, or that these are to be inlined into, is marked so, and is called
// only where crc32c_has_instruction() says that this processor has it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#define KYMO_CRC32C_TARGET __attribute__((target("sse4.2")))
#elif defined(__aarch64__)
#include <arm_acle.h>
#if defined(__clang__)
#define KYMO_CRC32C_TARGET __attribute__((target("crc")))
#else
#define KYMO_CRC32C_TARGET __attribute__((target("+crc")))
#endif
#endif

#if defined(KYMO_CRC32C_TARGET)

namespace kymo {

// `crc` is the register: the complement of a checksum.
KYMO_CRC32C_TARGET inline std::uint64_t crc32c_advance(std::uint64_t crc, std::uint64_t word) {
#if defined(__x86_64__)
    return _mm_crc32_u64(crc, word);
#else
    return __crc32cd(static_cast<std::uint32_t>(crc), word);
#endif
}

// Meant for some tens of bytes: long ones are summed faster by crc32c().
KYMO_CRC32C_TARGET inline std::uint32_t crc32c_advance(std::uint64_t wide, const std::byte* at, std::size_t size) {
    const std::byte* const words_end = at + size / 8 * 8;
    for (; at != words_end; at += 8) {
        std::uint64_t word;
        std::memcpy(&word, at, sizeof word);
        wide = crc32c_advance(wide, word);
    }
    auto crc = static_cast<std::uint32_t>(wide);
    std::uint32_t half;
    std::uint16_t pair;
    if ((size & 4) != 0) {
        std::memcpy(&half, at, sizeof half);
        at += 4;
#if defined(__x86_64__)
        crc = _mm_crc32_u32(crc, half);
#else
        crc = __crc32cw(crc, half);
#endif
    }
    if ((size & 2) != 0) {
        std::memcpy(&pair, at, sizeof pair);
        at += 2;
#if defined(__x86_64__)
        crc = _mm_crc32_u16(crc, pair);
#else
        crc = __crc32ch(crc, pair);
#endif
    }
    if ((size & 1) != 0) {
#if defined(__x86_64__)
        crc = _mm_crc32_u8(crc, static_cast<std::uint8_t>(*at));
#else
        crc = __crc32cb(crc, static_cast<std::uint8_t>(*at));
#endif
    }
    return crc;
}

}  // namespace kymo

#endif
