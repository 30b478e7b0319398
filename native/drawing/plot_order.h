// The order in which points are drawn: that of x, where they were written in another.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace kymo {

// Positions in drawing order -> ranks, which are positions in the order written. Costs nothing while points come in
// ascending order, 4 bytes a point from the first that does not, or is left out.
class DrawOrder {
  public:
    bool as_written() const { return as_written_; }
    std::size_t size() const { return as_written_ ? taken_ : order_.size(); }
    std::size_t memory() const { return order_.capacity() * sizeof(std::uint32_t); }
    const std::uint32_t* ranks() const { return as_written_ ? nullptr : order_.data(); }

    // Takes in ranks up to `count`: those that keep(rank) accepts, stably sorted by less(rank, rank). Returns the first
    // position whose rank is new or changed.
    template <typename Keep, typename Less>
    std::size_t extend(std::size_t count, const Keep& keep, const Less& less) {
        const std::size_t known = size();
        if (as_written_) {
            for (; taken_ < count; ++taken_) {
                if (!keep(taken_) || (taken_ != 0 && less(taken_, taken_ - 1))) break;
            }
            if (taken_ == count) return known;
            as_written_ = false;
            order_.resize(taken_);
            std::iota(order_.begin(), order_.end(), std::uint32_t{0});
        }
        if (count > std::numeric_limits<std::uint32_t>::max()) {
            throw std::length_error("a series of over 2^32 points is not in ascending order; draw a part of it");
        }
        const auto middle = static_cast<std::ptrdiff_t>(order_.size());
        for (; taken_ < count; ++taken_) {
            if (keep(taken_)) order_.push_back(static_cast<std::uint32_t>(taken_));
        }
        const auto fresh = order_.begin() + middle;
        if (fresh == order_.end()) return std::min(known, order_.size());
        if (!std::is_sorted(fresh, order_.end(), less)) std::stable_sort(fresh, order_.end(), less);
        if (middle == 0 || !less(*fresh, *(fresh - 1))) return std::min(known, static_cast<std::size_t>(middle));
        const auto changed = std::upper_bound(order_.begin(), fresh, *fresh, less) - order_.begin();
        std::inplace_merge(order_.begin() + changed, fresh, order_.end(), less);
        return std::min(known, static_cast<std::size_t>(changed));
    }

  private:
    bool as_written_ = true;
    std::size_t taken_ = 0;
    std::vector<std::uint32_t> order_;
};

}  // namespace kymo
