// A table that says, of any float or double, how many of some edges are at most as large.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

namespace kymo {

// The upper 16 bits of a number (its sign, its exponent and the first bits of its fraction) say which cell of the
// number line it is in. Of each cell it is known beforehand how many edges lie below, and which edge lies in it: where
// edges grow by a tenth from one to the next, no cell has more than one.
template <typename T>
class BinCells {
  public:
    // Ascending edges, which must outlive the table.
    explicit BinCells(std::span<const double> edges) : edges_(edges), cells_(cell_count) {
        // Positive numbers ascend with their bits, negative ones descend.
        std::size_t edge = 0;
        for (std::size_t cell = cell_count; cell-- > cell_count / 2;) edge = fill(cell, edge);
        edge = 0;
        for (std::size_t cell = 0; cell < cell_count / 2; ++cell) edge = fill(cell, edge);
    }

    // Whether more than one edge lies in some cell.
    bool crowded() const { return crowded_; }

    // Not for NaN. Where no cell is crowded, there is one question less to ask of each number.
    template <bool may_be_crowded>
    std::size_t edges_up_to(T value) const {
        const Cell& cell = cells_[std::bit_cast<Bits>(value) >> cell_shift];
        if (may_be_crowded && (cell.below & several) != 0) [[unlikely]]
            return static_cast<std::size_t>(std::ranges::upper_bound(edges_, static_cast<double>(value)) -
                                            edges_.begin());
        return cell.below + static_cast<std::size_t>(value >= cell.edge);
    }

  private:
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    static constexpr std::size_t cell_count = 1 << 16;
    static constexpr int cell_shift = 8 * sizeof(T) - 16;
    static constexpr std::uint32_t several = std::uint32_t{1} << 31;
    static constexpr Bits rest_bits = (Bits{1} << cell_shift) - 1;

    struct Cell {
        T edge = std::numeric_limits<T>::infinity();  // the least value from which on one edge more is passed
        std::uint32_t below = 0;
    };

    // Fills a cell in, for which at least `edge` edges lie below, and returns how many do.
    std::size_t fill(std::size_t number, std::size_t edge) {
        const Bits first = static_cast<Bits>(number) << cell_shift, last = first | rest_bits;
        const bool negative = number >= cell_count / 2;
        const auto low = static_cast<double>(std::bit_cast<T>(negative ? last : first));
        const auto high = static_cast<double>(std::bit_cast<T>(negative ? first : last));
        if (std::isnan(low) || std::isnan(high)) return edge;
        while (edge < edges_.size() && edges_[edge] <= low) ++edge;
        Cell& cell = cells_[number];
        cell.below = static_cast<std::uint32_t>(edge);
        if (edge < edges_.size() && edges_[edge] <= high) {
            cell.edge = at_least(edges_[edge]);
            if (edge + 1 < edges_.size() && edges_[edge + 1] <= high) {
                cell.below |= several;
                crowded_ = true;
            }
        }
        return edge;
    }

    static T at_least(double edge) {
        const T value = static_cast<T>(edge);
        return static_cast<double>(value) < edge ? std::nextafter(value, std::numeric_limits<T>::infinity()) : value;
    }

    std::span<const double> edges_;
    std::vector<Cell> cells_;
    bool crowded_ = false;
};

}  // namespace kymo
