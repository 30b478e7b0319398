// What of a series must be drawn: a viewport of a given width in pixels, smoothed over all points first.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "drawing/line_query.h"

namespace kymo {

struct PlacedLine;

// The range of x is [low, high]; NaN is an open end. Pixels are columns of equal width over it (over the extent of the
// points, where an end is open); with log_x of equal ratio.
struct ViewportQuery : LineQuery {
    double low = -std::numeric_limits<double>::infinity();  // range of x in view
    double high = std::numeric_limits<double>::infinity();
    std::uint32_t pixels = 1000;  // 0 is taken as 1, more than a million (2^20) as that
};

// One row a chosen point: all finite ones where the range holds few (four a pixel), else each pixel's first, last,
// minimum and maximum of the raw and of the smoothed line, in order of x, plus the nearest point outside of each end of
// the range so that lines run out of the view.
struct Viewport {
    std::vector<double> x, value, smoothed, wall_times;  // smoothed is empty without smoothing
    std::vector<std::int64_t> steps;
    std::vector<double> mark_x;           // non-finite points, at most one a pixel and kind
    std::vector<std::uint8_t> mark_kind;  // 0 NaN, 1 +infinity, 2 -infinity
    std::uint64_t points_in_view = 0;     // finite and non-finite, before choosing
    std::uint64_t not_positive = 0;       // points of the range that have no place on a logarithmic axis
    bool downsampled = false;
    bool is_smoothed = false;  // a smoothing was asked for, though no row may be there
};

Viewport viewport(const PlacedLine& line, const ViewportQuery& query);

}  // namespace kymo
