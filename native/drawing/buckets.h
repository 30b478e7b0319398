// What a line comes to in each of many intervals of x: what lines over several series are computed from.
#pragma once

#include <span>
#include <vector>

namespace kymo {

struct PlacedLine;

// Intervals of x, both ends of which belong to them. No end lies below that of the interval before, and each interval
// stands for one place in it.
struct Intervals {
    std::span<const double> low, high, place;

    // std::invalid_argument: the columns differ in length, or an end lies below the one before.
    void check() const;
};

// One element an interval: mean, least and greatest of the line's finite points there. Where there are none the line is
// taken at the place, all three of it: straight between the nearest finite points before and behind; NaN where the line
// has not begun, or has ended.
struct Buckets {
    std::vector<double> mean, low, high;
};

Buckets buckets(const PlacedLine& line, const Intervals& intervals);

}  // namespace kymo
