// Minima and maxima of blocks of a line: where in a stretch of it the extremes are, without reading the whole stretch.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace kymo {

enum class Mark : std::uint8_t { not_a_number = 0, positive_infinity = 1, negative_infinity = 2 };

inline Mark mark_of(double value) {
    return std::isnan(value) ? Mark::not_a_number : value > 0 ? Mark::positive_infinity : Mark::negative_infinity;
}

// A line is anything that gives the value at a position: line(position) -> double. The pyramid keeps none of its
// values, only 24 bytes a block, so every call is handed the line. Only finite values are minima and maxima.
class Pyramid {
  public:
    static constexpr std::size_t block_size = 256;

    struct Extremes {
        std::size_t lowest, highest;  // the first position of each
        bool found;                   // false: no value is finite
    };

    std::size_t size() const { return size_; }
    std::size_t memory() const { return blocks_.capacity() * sizeof(Block); }
    bool has_marks() const { return marks_ != 0; }

    // Forgets what was known from `size` on.
    void truncate(std::size_t size) {
        if (size >= size_) return;
        size_ = size - size % block_size;
        blocks_.resize(size_ / block_size);
    }

    template <typename Line>
    void extend(std::size_t size, const Line& line) {
        if (size <= size_) return;
        size_ -= size_ % block_size;
        blocks_.resize(size_ / block_size);
        blocks_.reserve((size + block_size - 1) / block_size);
        for (; size_ < size; size_ = std::min(size, size_ + block_size)) {
            blocks_.push_back(summary(size_, std::min(size, size_ + block_size), line));
            marks_ |= blocks_.back().marks;
        }
    }

    template <typename Line>
    Extremes extremes(std::size_t first, std::size_t last, const Line& line) const;

    // The first position in [first, last) with a finite value, or last.
    template <typename Line>
    std::size_t next_finite(std::size_t first, std::size_t last, const Line& line) const {
        return next(
            first, last, [](const Block& block) { return block.low <= block.high; },
            [&](std::size_t position) { return std::isfinite(line(position)); });
    }
    // The first position in [first, last) with this mark, or last.
    template <typename Line>
    std::size_t next_mark(std::size_t first, std::size_t last, Mark mark, const Line& line) const {
        return next(
            first, last, [&](const Block& block) { return (block.marks >> static_cast<int>(mark) & 1) != 0; },
            [&](std::size_t position) {
                const double value = line(position);
                return !std::isfinite(value) && mark_of(value) == mark;
            });
    }
    // The last position in [first, last) with a finite value, or last.
    template <typename Line>
    std::size_t previous_finite(std::size_t first, std::size_t last, const Line& line) const;

  private:
    struct Block {
        double low = std::numeric_limits<double>::infinity();
        double high = -std::numeric_limits<double>::infinity();
        std::uint8_t marks = 0;  // bit k: a mark of kind k is there
    };

    struct Bounds {
        double low = std::numeric_limits<double>::infinity();
        double high = -std::numeric_limits<double>::infinity();
        bool marked = false;  // some value is not finite: the bounds do not hold
    };

    // In four lanes of selects, which compilers turn into vector instructions.
    template <typename Line>
    static Bounds bounds(std::size_t first, std::size_t last, const Line& line) {
        constexpr std::size_t lanes = 4;
        std::array<double, lanes> low, high, probe{};
        low.fill(Bounds().low);
        high.fill(Bounds().high);
        const auto take = [&](std::size_t lane, double value) {
            low[lane] = value < low[lane] ? value : low[lane];
            high[lane] = value > high[lane] ? value : high[lane];
            probe[lane] += value * 0.0;  // NaN from the first value on that is not finite
        };
        for (; last - first >= lanes; first += lanes) {
            for (std::size_t lane = 0; lane < lanes; ++lane) take(lane, line(first + lane));
        }
        for (; first < last; ++first) take(0, line(first));
        return {*std::ranges::min_element(low), *std::ranges::max_element(high),
                std::isnan(probe[0] + probe[1] + probe[2] + probe[3])};
    }

    template <typename Line>
    static Block summary(std::size_t first, std::size_t last, const Line& line) {
        const Bounds unmarked = bounds(first, last, line);
        if (!unmarked.marked) return {unmarked.low, unmarked.high, 0};
        Block block;
        for (std::size_t position = first; position < last; ++position) {
            const double value = line(position);
            if (!std::isfinite(value)) {
                block.marks = static_cast<std::uint8_t>(block.marks | 1u << static_cast<int>(mark_of(value)));
                continue;
            }
            block.low = std::min(block.low, value);
            block.high = std::max(block.high, value);
        }
        return block;
    }

    template <typename HasBlock, typename HasPosition>
    std::size_t next(std::size_t first, std::size_t last, HasBlock has_block, HasPosition has_position) const {
        while (first < last) {
            const std::size_t end = std::min(last, first - first % block_size + block_size);
            if (has_block(blocks_[first / block_size])) {
                for (; first < end; ++first) {
                    if (has_position(first)) return first;
                }
            }
            first = end;
        }
        return last;
    }

    std::vector<Block> blocks_;
    std::size_t size_ = 0;
    std::uint8_t marks_ = 0;  // bit k: some block has had a mark of kind k
};

template <typename Line>
Pyramid::Extremes Pyramid::extremes(std::size_t first, std::size_t last, const Line& line) const {
    Block extremes;
    std::size_t low_from = last, high_from = last;  // the extreme lies there or behind; its position comes last
    while (first < last) {
        const std::size_t end = std::min(last, first - first % block_size + block_size);
        const Block part = end - first == block_size ? blocks_[first / block_size] : summary(first, end, line);
        if (part.low < extremes.low) extremes.low = part.low, low_from = first;
        if (part.high > extremes.high) extremes.high = part.high, high_from = first;
        first = end;
    }
    if (extremes.low > extremes.high) return {last, last, false};
    while (line(low_from) != extremes.low) ++low_from;
    while (line(high_from) != extremes.high) ++high_from;
    return {low_from, high_from, true};
}

template <typename Line>
std::size_t Pyramid::previous_finite(std::size_t first, std::size_t last, const Line& line) const {
    for (std::size_t end = last; end > first;) {
        const std::size_t begin = std::max(first, (end - 1) - (end - 1) % block_size);
        const Block& block = blocks_[begin / block_size];
        if (block.low <= block.high) {
            for (std::size_t position = end; position-- > begin;) {
                if (std::isfinite(line(position))) return position;
            }
        }
        end = begin;
    }
    return last;
}

}  // namespace kymo
