// A value on the straight line between two others.
#pragma once

#include <algorithm>

namespace kymo {

// A part, in [0, 1], of the way from one value to another. Half the rise is taken twice, for the rise between two huge
// values overflows; rounding does not carry the result beyond either.
inline double between(double from, double to, double part) {
    const double half = (to * 0.5 - from * 0.5) * part;
    return std::clamp(from + half + half, std::min(from, to), std::max(from, to));
}

}  // namespace kymo
