// Decisions taken from a fuzzer's bytes, so that every change of a byte is a change of one decision.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "format/wire_reader.h"

namespace kymo::fuzz {

// Behind the end of the bytes every decision is 0.
class Input {
  public:
    explicit Input(Bytes bytes) : bytes_(bytes) {}

    bool done() const { return bytes_.empty(); }
    Bytes rest() const { return bytes_; }

    Bytes take(std::size_t size) {
        const Bytes taken = bytes_.first(std::min(size, bytes_.size()));
        bytes_ = bytes_.subspan(taken.size());
        return taken;
    }
    template <typename Word>
    Word word() {
        Word word{};
        const Bytes from = take(sizeof word);
        if (!from.empty()) std::memcpy(&word, from.data(), from.size());
        return word;
    }
    std::uint8_t byte() { return word<std::uint8_t>(); }
    bool flip() { return (byte() & 1) != 0; }
    // In [0, most], which is at most 65535.
    std::size_t up_to(std::size_t most) {
        const std::size_t value = most < 256 ? byte() : word<std::uint16_t>();
        return value % (most + 1);
    }

    // Small numbers, those at the edge of what a double holds, and any.
    double number() {
        using limits = std::numeric_limits<double>;
        constexpr std::array edges = {limits::quiet_NaN(),  limits::infinity(),
                                      -limits::infinity(),  limits::max(),
                                      limits::lowest(),     limits::min(),
                                      limits::denorm_min(), -0.0,
                                      limits::max() / 2,    3.5e38};
        const std::uint8_t choice = byte();
        if (choice < edges.size()) return edges[choice];
        if (choice < 32) return word<double>();
        return static_cast<double>(choice) - 128.0;
    }
    std::int64_t step() {
        using limits = std::numeric_limits<std::int64_t>;
        constexpr std::array<std::int64_t, 6> edges = {limits::min(), limits::max(),   limits::min() + 1,
                                                       1LL << 53,     (1LL << 53) + 1, -1};
        const std::uint8_t choice = byte();
        if (choice < edges.size()) return edges[choice];
        if (choice < 16) return word<std::int64_t>();
        return choice - 16;
    }

  private:
    Bytes bytes_;
};

}  // namespace kymo::fuzz
