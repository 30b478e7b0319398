// What the points in a range of x come to.
#pragma once

#include <cstdint>
#include <limits>

namespace kymo {

struct PlacedLine;

struct PlacedPoint {
    double x, wall_time, value;
    std::int64_t step;
};

struct Statistics {
    std::uint64_t points = 0;  // in the range
    std::uint64_t finite = 0;  // of these; all that follows is of them, and nothing where there are none
    PlacedPoint minimum{}, maximum{}, first{}, last{};  // in the order of x; of several extremes the first
    double mean = std::numeric_limits<double>::quiet_NaN();
    double deviation = std::numeric_limits<double>::quiet_NaN();  // of all of them, not of a sample
};

// Of the points as they are, not smoothed, in [low, high].
Statistics statistics(const PlacedLine& line, double low, double high);

}  // namespace kymo
