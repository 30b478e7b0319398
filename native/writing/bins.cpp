#include "writing/bins.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <future>
#include <numeric>
#include <thread>

namespace kymo {

namespace {

constexpr std::size_t block_size = 1024;
constexpr std::size_t few = 4096;           // values for which a table is not worth being made
constexpr std::size_t part_size = 1 << 20;  // values for which a thread is worth being started
constexpr std::size_t most_threads = 4;

std::size_t threads() { return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, most_threads); }

struct Sums {
    double values = 0.0, squares = 0.0;
};

// In lanes, so that none of the additions waits for the one before, and in a loop that compilers have vectors for.
template <typename T>
Sums sums_of(std::span<const T> block) {
    constexpr std::size_t lanes = 8;
    std::array<double, lanes> sums{}, squares{};
    const auto take = [&](std::size_t lane, double value) {
        sums[lane] += value;
        squares[lane] += value * value;
    };
    const std::size_t whole = block.size() / lanes * lanes;
    for (std::size_t i = 0; i < whole; i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) take(lane, static_cast<double>(block[i + lane]));
    }
    for (std::size_t i = whole; i < block.size(); ++i) take(i - whole, static_cast<double>(block[i]));
    return {std::accumulate(sums.begin(), sums.end(), 0.0), std::accumulate(squares.begin(), squares.end(), 0.0)};
}

// The finite values of a block; the others are counted.
template <typename T>
std::span<const T> finite_part(std::span<const T> block, std::array<T, block_size>& kept, ValueCounts& counts) {
    std::size_t size = 0;
    for (const T value : block) {
        if (std::isfinite(value)) {
            kept[size++] = value;
        } else if (std::isnan(value)) {
            ++counts.nan;
        } else {
            ++(value > 0 ? counts.positive_infinity : counts.negative_infinity);
        }
    }
    return {kept.data(), size};
}

// The least and the greatest of finite values, and how many are zero.
template <typename T>
struct Extent {
    T low = std::numeric_limits<T>::infinity(), high = -low;
    std::int64_t zeros = 0;

    // Few blocks reach beyond those before; whether one does is found out in half the time of finding its extremes.
    void take_in(std::span<const T> block) {
        std::int32_t block_zeros = 0, beyond = 0;
        for (const T value : block) {
            block_zeros += static_cast<std::int32_t>(value == T{0});
            beyond |= static_cast<std::int32_t>(value < low) | static_cast<std::int32_t>(value > high);
        }
        zeros += block_zeros;
        if (beyond == 0) return;
        const auto [least, greatest] = std::ranges::minmax_element(block);
        low = std::min(low, *least);
        high = std::max(high, *greatest);
    }
};

// How many values pass how many edges.
class Tallies {
  public:
    explicit Tallies(std::size_t edges) : even_(edges + 1), odd_(edges + 1) {}

    // A block. Where each value belongs is found out before any is counted, so that no look-up waits for a count to be
    // written; neighbours, which often belong together, do not wait for each other either.
    template <typename T, typename EdgesUpTo>
    void add(std::span<const T> block, const EdgesUpTo& edges_up_to) {
        std::array<std::uint32_t, block_size> edges;
        for (std::size_t i = 0; i < block.size(); ++i) edges[i] = static_cast<std::uint32_t>(edges_up_to(block[i]));
        std::size_t i = 0;
        for (; i + 2 <= block.size(); i += 2) {
            ++even_[edges[i]];
            ++odd_[edges[i + 1]];
        }
        if (i < block.size()) ++even_[edges[i]];
    }

    void put_into(ValueCounts& counts) const {
        std::vector<std::int64_t> all(even_.size());
        std::ranges::transform(even_, odd_, all.begin(), std::plus<>());
        counts.below = all.front();
        counts.above = all.back();
        counts.bins.assign(all.begin() + 1, all.end() - 1);
    }

  private:
    std::vector<std::int64_t> even_, odd_;
};

void merge(ValueCounts& into, const ValueCounts& from) {
    std::ranges::transform(into.bins, from.bins, into.bins.begin(), std::plus<>());
    into.below += from.below;
    into.above += from.above;
    into.nan += from.nan;
    into.positive_infinity += from.positive_infinity;
    into.negative_infinity += from.negative_infinity;
    into.finite += from.finite;
    into.zeros += from.zeros;
    into.sum += from.sum;
    into.sum_squares += from.sum_squares;
    into.min = std::fmin(into.min, from.min);  // NaN where there is none
    into.max = std::fmax(into.max, from.max);
}

}  // namespace

Bins::Bins(std::span<const double> edges) : edges_(edges.begin(), edges.end()) {
    edges_.back() = std::nextafter(edges_.back(), std::numeric_limits<double>::infinity());
}

template <typename T>
const BinCells<T>& Bins::cells() const {
    auto& table = std::get<Table<T>>(tables_);
    std::call_once(table.made, [&] { table.cells = std::make_unique<const BinCells<T>>(edges_); });
    return *table.cells;
}

template <typename T>
ValueCounts Bins::count(std::span<const T> values) const {
    const std::size_t parts = std::clamp<std::size_t>(values.size() / part_size, 1, threads());
    const std::size_t size = (values.size() + parts - 1) / parts;
    const auto part = [&](std::size_t number) {
        const std::size_t begin = std::min(number * size, values.size());
        return values.subspan(begin, std::min(size, values.size() - begin));
    };
    std::vector<std::future<ValueCounts>> others;  // where no thread can be started, they are counted by this one
    for (std::size_t number = 1; number < parts; ++number)
        others.push_back(std::async([this, part, number] { return count_part(part(number)); }));
    ValueCounts counts = count_part(part(0));
    for (auto& other : others) merge(counts, other.get());
    return counts;
}

template <typename T>
ValueCounts Bins::count_part(std::span<const T> values) const {
    ValueCounts counts;
    Tallies tallies(edges_.size());
    Extent<T> extent;
    const BinCells<T>* const table = values.size() > few ? &cells<T>() : nullptr;
    std::array<T, block_size> kept;
    for (std::size_t at = 0; at < values.size(); at += block_size) {
        auto block = values.subspan(at, std::min(block_size, values.size() - at));
        auto sums = sums_of(block);
        // The sum is finite where all values are, but for very large ones.
        if (!std::isfinite(sums.values)) {
            block = finite_part(block, kept, counts);
            sums = sums_of(block);
        }
        // Sums of blocks are added up, so that an error grows with the number of blocks rather than of values.
        counts.sum += sums.values;
        counts.sum_squares += sums.squares;
        counts.finite += static_cast<std::int64_t>(block.size());
        extent.take_in(block);
        if (table != nullptr && table->crowded()) {
            tallies.add(block, [table](T value) { return table->template edges_up_to<true>(value); });
        } else if (table != nullptr) {
            tallies.add(block, [table](T value) { return table->template edges_up_to<false>(value); });
        } else {
            tallies.add(block, [this](T value) {
                return std::ranges::upper_bound(edges_, static_cast<double>(value)) - edges_.begin();
            });
        }
    }
    tallies.put_into(counts);
    counts.zeros = extent.zeros;
    if (counts.finite != 0) {
        counts.min = static_cast<double>(extent.low);
        counts.max = static_cast<double>(extent.high);
    }
    return counts;
}

template ValueCounts Bins::count(std::span<const float> values) const;
template ValueCounts Bins::count(std::span<const double> values) const;

}  // namespace kymo
