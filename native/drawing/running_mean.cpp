#include "drawing/running_mean.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace kymo {
namespace {

constexpr double scale = 0x1p-64;
constexpr double unscale = 0x1p64;
constexpr double longest = 1e15;

// high + low is the sum; low holds what rounding took from high.
struct Sum {
    double high = 0.0, low = 0.0, count = 0.0;

    void add_exactly(double term) {
        const double sum = high + term;
        const double added = sum - high;
        low += (high - (sum - added)) + (term - added);
        high = sum;
    }
    void add(double value) {
        if (!std::isfinite(value)) return;
        add_exactly(value * scale);
        count += 1.0;
    }
    void add(const Sum& other) {
        add_exactly(other.high);
        low += other.low;
        count += other.count;
    }
    double mean() const {
        const double quotient = high / count;
        const double rest = std::fma(-quotient, count, high) + low;
        return (quotient + rest / count) * unscale;
    }
};

}  // namespace

MeanWindow::MeanWindow(double points) {
    const auto length =
        points >= 1.0 ? static_cast<std::size_t>(std::round(std::min(points, longest))) : std::size_t{1};
    before = length / 2;
    behind = length - 1 - before;
}

void MeanWindow::smooth(std::span<const double> values, std::size_t start, std::size_t first,
                        std::span<double> smoothed) const {
    const std::size_t length = before + 1 + behind;
    const std::size_t stop = start + values.size();
    const std::size_t end = first + smoothed.size();
    const auto end_of_window = [&](std::size_t index) { return stop - index <= behind ? stop : index + behind + 1; };
    const auto emit = [&](std::size_t index, const Sum& sum) {
        const double value = values[index - start];
        smoothed[index - first] = std::isfinite(value) ? sum.mean() : value;
    };

    std::size_t index = first;
    Sum prefix;
    std::size_t taken = 0;  // the prefix covers its block up to here
    const auto take_until = [&](std::size_t to) {
        for (; taken < to; ++taken) prefix.add(values[taken - start]);
    };
    for (; index < end && index <= before; ++index) {  // windows that begin with the series
        take_until(end_of_window(index));
        emit(index, prefix);
    }

    std::vector<Sum> suffixes;
    while (index < end) {
        const std::size_t left = index - before;
        const std::size_t block_end = std::min((left / length + 1) * length, stop);
        suffixes.resize(block_end - left);
        Sum suffix;
        for (std::size_t i = block_end; i-- > left;) {
            suffix.add(values[i - start]);
            suffixes[i - left] = suffix;
        }
        prefix = {};
        taken = block_end;
        for (; index < end && index - before < block_end; ++index) {
            take_until(end_of_window(index));
            Sum window = suffixes[index - before - left];
            window.add(prefix);
            emit(index, window);
        }
    }
}

}  // namespace kymo
