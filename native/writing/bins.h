// How many values lie in each of some bins, and what else is told of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <span>
#include <tuple>
#include <vector>

#include "writing/bin_cells.h"

namespace kymo {

// What was counted of values. All but the counts of NaN and infinities is of the finite ones.
struct ValueCounts {
    std::vector<std::int64_t> bins;
    std::int64_t below = 0, above = 0;  // outside of all bins
    std::int64_t nan = 0, positive_infinity = 0, negative_infinity = 0;
    std::int64_t finite = 0, zeros = 0;
    double min = std::numeric_limits<double>::quiet_NaN(), max = min;  // NaN where there is none
    double sum = 0.0, sum_squares = 0.0;
};

// Bins between ascending edges. Each holds its lower edge; the last one holds its upper edge, too, as NumPy's do.
// Safe to use from many threads.
class Bins {
  public:
    // At least two edges, ascending, none of them NaN.
    explicit Bins(std::span<const double> edges);
    Bins(const Bins&) = delete;
    Bins& operator=(const Bins&) = delete;

    std::size_t size() const { return edges_.size() - 1; }
    // Millions of values are shared out among a few threads.
    template <typename T>
    ValueCounts count(std::span<const T> values) const;

  private:
    // Made when it is first worth it.
    template <typename T>
    struct Table {
        std::once_flag made;
        std::unique_ptr<const BinCells<T>> cells;
    };

    template <typename T>
    const BinCells<T>& cells() const;
    template <typename T>
    ValueCounts count_part(std::span<const T> values) const;

    std::vector<double> edges_;  // the last one is just beyond the last value that belongs to its bin
    mutable std::tuple<Table<float>, Table<double>> tables_;
};

}  // namespace kymo
