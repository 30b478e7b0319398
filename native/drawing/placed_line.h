// The points of a series in drawing order with their x: positions are found by it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

#include "drawing/plot_axis.h"
#include "drawing/plot_lane.h"
#include "drawing/points.h"

namespace kymo {

constexpr double infinity = std::numeric_limits<double>::infinity();

// The first position in [first, last) that is not `before`, looked for around `guess`: pixels follow each other, so the
// guess is mostly near, and what it is compared with is mostly in the cache.
template <typename Before>
std::size_t find_bound(std::size_t first, std::size_t last, std::size_t guess, const Before& before) {
    std::size_t low = first, high = last;
    std::size_t stride = 1;
    if (guess < last && before(guess)) {
        low = guess + 1;
        while (last - low > stride && before(low + stride)) low += stride + 1, stride *= 2;
        high = last - low > stride ? low + stride : last;
    } else {
        high = std::min(guess, last);
        while (high - first > stride && !before(high - stride)) high -= stride, stride *= 2;
        low = high - first > stride ? high - stride : first;
    }
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (before(middle)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// Positions, the last of which is not one of them.
struct Stretch {
    std::size_t first, last;
};

// Refers to the points and to what a plot keeps of them; without points to draw, only its size may be asked for.
struct PlacedLine {
    const Points& points;
    Drawing drawing;
    AxisX x;
    std::size_t begin = 0;  // positions before it have no place on the axis

    std::size_t size() const { return drawing.size; }
    const DrawnLine& raw() const { return *drawing.raw; }
    // The line that is looked at: smoothed, where that was asked for. It is finite where the raw one is.
    const DrawnLine& line() const { return drawing.smoothed != nullptr ? *drawing.smoothed : *drawing.raw; }
    double x_at(std::size_t position) const { return x(drawing.point(position)); }

    // The first position in [first, last) whose x is not below the bound, or is above it; looked for around the guess.
    std::size_t first_at_least(double bound, std::size_t first, std::size_t last, std::size_t guess) const {
        return find_bound(first, last, guess, [&](std::size_t position) { return x_at(position) < bound; });
    }
    std::size_t first_above(double bound, std::size_t first, std::size_t last, std::size_t guess) const {
        return find_bound(first, last, guess, [&](std::size_t position) { return x_at(position) <= bound; });
    }
    // What of a stretch lies in [low, high]; NaN is an open end.
    Stretch between(double low, double high, Stretch of) const {
        const std::size_t middle = of.first + (of.last - of.first) / 2;
        const std::size_t first = low > -infinity ? first_at_least(low, of.first, of.last, middle) : of.first;
        return {first, high < infinity ? first_above(high, first, of.last, first) : of.last};
    }
    Stretch between(double low, double high) const { return between(low, high, {begin, size()}); }
};

}  // namespace kymo
