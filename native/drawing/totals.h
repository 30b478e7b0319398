// What a stretch of a line comes to: every value is counted, in lanes of selects, which compilers turn into vector
// instructions.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace kymo {

// Of the finite values alone.
struct Totals {
    std::uint64_t count = 0;
    double mean = std::numeric_limits<double>::quiet_NaN();  // these three only where the count is not 0
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
};

constexpr std::size_t total_lanes = 4;

// Calls take(lane, value, whether it is finite) for each value.
template <typename Line, typename Take>
void each_value(std::size_t first, std::size_t last, const Line& line, const Take& take) {
    const auto pass = [&](std::size_t lane, double value) { take(lane, value, value * 0.0 == 0.0); };
    for (; last - first >= total_lanes; first += total_lanes) {
        for (std::size_t lane = 0; lane < total_lanes; ++lane) pass(lane, line(first + lane));
    }
    for (; first < last; ++first) pass(0, line(first));
}

// The sum over the finite values of term(value).
template <typename Line, typename Term>
double sum_of(std::size_t first, std::size_t last, const Line& line, const Term& term) {
    std::array<double, total_lanes> sums{};
    each_value(first, last, line,
               [&](std::size_t lane, double value, bool finite) { sums[lane] += finite ? term(value) : 0.0; });
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

template <typename Line>
Totals totals_of(std::size_t first, std::size_t last, const Line& line) {
    std::array<double, total_lanes> sums{}, counts{}, low, high;
    low.fill(Totals().low);
    high.fill(Totals().high);
    each_value(first, last, line, [&](std::size_t lane, double value, bool finite) {
        const double least = finite ? value : Totals().low, greatest = finite ? value : Totals().high;
        sums[lane] += finite ? value : 0.0;
        counts[lane] += finite ? 1.0 : 0.0;
        low[lane] = least < low[lane] ? least : low[lane];
        high[lane] = greatest > high[lane] ? greatest : high[lane];
    });
    const double count = (counts[0] + counts[1]) + (counts[2] + counts[3]);
    if (count == 0.0) return {};
    Totals totals{static_cast<std::uint64_t>(count), ((sums[0] + sums[1]) + (sums[2] + sums[3])) / count,
                  *std::ranges::min_element(low), *std::ranges::max_element(high)};
    if (!std::isfinite(totals.mean)) {  // the sum of huge values overflows where their mean does not
        totals.mean = sum_of(first, last, line, [&](double value) { return value / count; });
    }
    // Rounding must not carry a mean beyond what it is the mean of.
    totals.mean = std::clamp(totals.mean, totals.low, totals.high);
    return totals;
}

// The standard deviation of the finite values, whose totals these are.
template <typename Line>
double deviation_of(std::size_t first, std::size_t last, const Line& line, const Totals& totals) {
    // Scaled by a power of two, so that no square of a distance overflows or vanishes.
    const double farthest = std::max(totals.high - totals.mean, totals.mean - totals.low);
    if (farthest == 0.0) return 0.0;
    const int exponent = std::clamp(std::ilogb(farthest), -1000, 1000);
    const double scale = std::ldexp(1.0, -exponent), mean = totals.mean * scale;
    const double squares = sum_of(first, last, line, [&](double value) {
        const double distance = value * scale - mean;
        return distance * distance;
    });
    return std::ldexp(std::sqrt(squares / static_cast<double>(totals.count)), exponent);
}

}  // namespace kymo
