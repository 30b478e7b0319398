// What of a series must be drawn: a viewport of a given width in pixels, smoothed over all points first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "drawing/points.h"

namespace kymo {

enum class Axis { step, wall_time, relative_time, mapped };

enum class Smoothing { none, exponential, time_exponential, running_mean, gaussian };

// The values of an axis or a smoothing by its name ("step", "running_mean"); std::invalid_argument tells the known
// names.
Axis axis_named(std::string_view name);
Smoothing smoothing_named(std::string_view name);

// The range of x is [low, high]; NaN is an open end. Pixels are columns of equal width over it (over the extent of the
// points, where an end is open); with log_x of equal ratio, and x that is not above zero is not in the range. x rises: where it does not rise by itself, points are sorted by it, stably. Points
// whose x is not finite (a wall time that is NaN) cannot be drawn.
struct ViewportQuery {
    Axis axis = Axis::step;
    double origin = 0.0;              // relative_time: x = wall_time - origin, in seconds
    const Points* mapping = nullptr;  // mapped: x is this series' value at the point's step; see Knots
    double low = -std::numeric_limits<double>::infinity();  // range of x in view
    double high = std::numeric_limits<double>::infinity();
    std::uint32_t pixels = 1000;  // 0 is taken as 1, more than a million (2^20) as that
    Smoothing smoothing = Smoothing::none;
    double amount = 0.0;      // weight, time constant in seconds, window or sigma in points
    bool superseded = false;  // include superseded points
    bool log_x = false;
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
    std::uint64_t not_positive = 0;       // with log_x: points between low and high that x leaves out
    bool downsampled = false;
    bool is_smoothed = false;  // a smoothing was asked for, though no row may be there
};

// Answers viewport queries on one growing series; keeps what makes the next query fast, and extends it when the series
// has grown. Safe to use from many threads.
//
// What is kept, in bytes a point: 0.1 for minima and maxima; 8 for each smoothed line (the last two); 4 for the order
// of an axis where it is not the order written; 4 for the list of visible points where some are superseded.
class Plot {
  public:
    Plot();
    ~Plot();
    // points is a snapshot of the one series this plot is of. std::invalid_argument: an origin that is not finite.
    Viewport query(const Points& points, const ViewportQuery& query);

    void release();              // gives back all that is kept; the next query makes it anew
    std::size_t memory() const;  // bytes kept

  private:
    struct Cache;
    std::unique_ptr<Cache> cache_;
};

}  // namespace kymo
