// The mean of a centred window of points.
#pragma once

#include <cstddef>
#include <span>

namespace kymo {

// Window sums are put together from a suffix of one block and a prefix of the next (blocks as long as the window), as
// van Herk (1992) and Gil and Werman (1993) do for extrema: nothing is ever subtracted, so no error piles up along the
// series and an outlier leaves no trace once it has left the window. Both parts are summed with their rounding errors
// kept (Knuth's TwoSum), so a mean is right to the last bits however long the window. Values are scaled by 2^-64
// meanwhile, so that no sum overflows; what that loses is below 1e-300.
struct MeanWindow {
    std::size_t before, behind;  // points of the window on either side of its centre; at the series' ends it is shorter

    explicit MeanWindow(double points);

    // values holds the points from index `start` on, as far as the windows of the outputs reach; a window that would
    // reach beyond them ends there. Fills smoothed with the outputs from index `first` on.
    void smooth(std::span<const double> values, std::size_t start, std::size_t first, std::span<double> smoothed) const;
};

}  // namespace kymo
