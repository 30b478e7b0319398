#include "drawing/gaussian.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace kymo {
namespace {

constexpr double cut = 5.0;
constexpr double nodes_per_sigma = 8.0;
constexpr double widest = 1e9;  // wider than any series: a plain mean

constexpr double longest_spacing = 16384.0;
constexpr std::size_t stencil = 6;  // nodes that a point is spread over: 2 before its own, its own, 3 after
constexpr std::size_t stencil_before = 2;
constexpr double scale = 0x1p-64;  // no sum of scaled values overflows
constexpr double unscale = 0x1p64;

std::array<double, stencil> lagrange(double place) {
    std::array<double, stencil> weights;
    for (std::size_t node = 0; node < stencil; ++node) {
        double weight = 1.0;
        for (std::size_t other = 0; other < stencil; ++other) {
            if (other == node) continue;
            const double at = static_cast<double>(other) - static_cast<double>(stencil_before);
            weight *= (place - at) / (static_cast<double>(node) - static_cast<double>(other));
        }
        weights[node] = weight;
    }
    return weights;
}

// Sums of the terms around each of `length` terms: weights[d] for the two at distance d <= reach.
void weighted_sums(const double* terms, const double* weights, std::size_t reach, double* sums, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i) sums[i] = weights[0] * terms[i];
    for (std::size_t distance = 1; distance <= reach; ++distance) {
        const double weight = weights[distance];
        const double* before = terms - distance;
        const double* behind = terms + distance;
        for (std::size_t i = 0; i < length; ++i) sums[i] += weight * (before[i] + behind[i]);
    }
}

}  // namespace

// Sums of scaled values and of weights on nodes; index 0 is node `origin`. With spacing 1 a node is a point. Else a
// point in cell c = index / spacing is spread over nodes c ... c + 5, of which the third stands at the cell's first
// point.
struct Gaussian::Grid {
    std::size_t origin = 0;
    std::vector<double> values, weights;

    Grid(std::size_t first, std::size_t size) : origin(first), values(size), weights(size) {}
};

Gaussian::Gaussian(double sigma) {
    const double width = std::clamp(sigma, 1e-3, widest);
    const double spacing =
        width < 2 * nodes_per_sigma ? 1.0 : std::min(std::floor(width / nodes_per_sigma), longest_spacing);
    spacing_ = static_cast<std::size_t>(spacing);
    const double step = spacing / width;
    const auto nodes = static_cast<std::size_t>(std::ceil(cut / step));
    weights_.resize(nodes + 1);
    double sum = 0.0;
    for (std::size_t i = 0; i <= nodes; ++i) {
        const double distance = static_cast<double>(i) * step;
        weights_[i] = std::exp(-0.5 * distance * distance);
        sum += i == 0 ? weights_[i] : 2 * weights_[i];
    }
    for (double& weight : weights_) weight /= sum;
    reach_ = spacing_ == 1 ? nodes : (nodes + stencil + 1) * spacing_;
    if (spacing_ == 1) return;
    spread_.reserve(spacing_ * stencil);
    for (std::size_t i = 0; i < spacing_; ++i) {
        const auto weights = lagrange(static_cast<double>(i) / spacing);
        spread_.insert(spread_.end(), weights.begin(), weights.end());
    }
}

Gaussian::Grid Gaussian::gather(std::span<const double> values, std::size_t start) const {
    if (spacing_ == 1) {
        Grid grid(start, values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (!std::isfinite(values[i])) continue;
            grid.values[i] = values[i] * scale;
            grid.weights[i] = 1.0;
        }
        return grid;
    }
    const std::size_t origin = start / spacing_;
    Grid grid(origin, (start + values.size() - 1) / spacing_ - origin + stencil);
    std::size_t cell = 0, place = start % spacing_;
    for (const double value : values) {
        if (std::isfinite(value)) {
            const double* weights = &spread_[place * stencil];
            for (std::size_t node = 0; node < stencil; ++node) {
                grid.values[cell + node] += weights[node] * (value * scale);
                grid.weights[cell + node] += weights[node];
            }
        }
        if (++place == spacing_) place = 0, ++cell;
    }
    return grid;
}

// Both sums of the nodes [from, to), which are nodes of the grid; beyond the grid there is nothing.
Gaussian::Grid Gaussian::convolve(const Grid& grid, std::size_t from, std::size_t to) const {
    constexpr std::size_t block = 256;
    const std::size_t taps = std::min(weights_.size() - 1, grid.values.size());
    std::vector<double> values(to - from + 2 * taps), weights(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t node = from + i;  // plus taps, to stay above zero
        if (node < grid.origin + taps || node - taps - grid.origin >= grid.values.size()) continue;
        values[i] = grid.values[node - taps - grid.origin];
        weights[i] = grid.weights[node - taps - grid.origin];
    }
    Grid sums(from, to - from);
    for (std::size_t at = 0; at < to - from; at += block) {
        const std::size_t length = std::min(block, to - from - at);
        weighted_sums(&values[at + taps], weights_.data(), taps, &sums.values[at], length);
        const auto around = std::span(weights).subspan(at, length + 2 * taps);
        if (taps + 1 == weights_.size() && std::ranges::all_of(around, [](double weight) { return weight == 1.0; })) {
            std::fill_n(&sums.weights[at], length, 1.0);
        } else {
            weighted_sums(&weights[at + taps], weights_.data(), taps, &sums.weights[at], length);
        }
    }
    return sums;
}

void Gaussian::smooth(std::span<const double> values, std::size_t start, std::size_t first,
                      std::span<double> smoothed) const {
    if (smoothed.empty()) return;
    const std::size_t from = first / spacing_;
    const std::size_t to = (first + smoothed.size() - 1) / spacing_ + (spacing_ == 1 ? 1 : stencil);
    const Grid sums = convolve(gather(values, start), from, to);
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const double value : values) {
        if (!std::isfinite(value)) continue;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    std::size_t cell = 0, place = first % spacing_;
    for (std::size_t i = 0; i < smoothed.size(); ++i) {
        double value = sums.values[cell], weight = sums.weights[cell];
        if (spacing_ != 1) {
            value = weight = 0.0;
            const double* weights = &spread_[place * stencil];
            for (std::size_t node = 0; node < stencil; ++node) {
                value += weights[node] * sums.values[cell + node];
                weight += weights[node] * sums.weights[cell + node];
            }
        }
        const double own = values[first + i - start];
        // A mean lies between the values it is of; rounding must not make a constant series look alive.
        smoothed[i] = std::isfinite(own) ? std::clamp(value / weight * unscale, low, high) : own;
        if (++place == spacing_) place = 0, ++cell;
    }
}

}  // namespace kymo
