// Where on x a series has points.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

namespace kymo {

struct PlacedLine;

// The places of finite points; NaN stands for none.
struct Places {
    std::vector<double> x;  // all in the range, ascending, each once; empty where there are more than were asked for
    bool complete = true;   // false: there are more
    double first = std::numeric_limits<double>::quiet_NaN(), last = first;      // the ends of these
    double before = std::numeric_limits<double>::quiet_NaN(), behind = before;  // the nearest ones outside of the range
};

// A range of [low, high], with at most `limit` places.
Places places(const PlacedLine& line, double low, double high, std::size_t limit);

}  // namespace kymo
