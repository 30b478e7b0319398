// Which line is drawn through the points of a series, and over what.
#pragma once

#include <string_view>

#include "drawing/points.h"

namespace kymo {

enum class Axis { step, wall_time, relative_time, mapped };

enum class Smoothing { none, exponential, time_exponential, running_mean, gaussian };

// The values of an axis or a smoothing by its name ("step", "running_mean"); std::invalid_argument tells the known
// names.
Axis axis_named(std::string_view name);
Smoothing smoothing_named(std::string_view name);

// x rises: where it does not rise by itself, points are sorted by it, stably. Points whose x is not finite (a wall time
// that is NaN) cannot be drawn.
struct LineQuery {
    Axis axis = Axis::step;
    double origin = 0.0;              // relative_time: x = wall_time - origin, in seconds
    const Points* mapping = nullptr;  // mapped: x is this series' value at the point's step; see Knots
    Smoothing smoothing = Smoothing::none;
    double amount = 0.0;      // weight, time constant in seconds, window or sigma in points
    bool superseded = false;  // include superseded points
    bool log_x = false;       // x is drawn logarithmically: points whose x is not above zero have no place on it
};

}  // namespace kymo
