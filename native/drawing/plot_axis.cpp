#include "drawing/plot_axis.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "drawing/interpolation.h"

namespace kymo {
namespace {

constexpr double largest = std::numeric_limits<double>::max();

// As a difference of unsigned numbers it cannot overflow.
double distance(std::int64_t from, std::int64_t to) {
    const auto ahead = static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
    return from <= to ? static_cast<double>(ahead) : -static_cast<double>(0 - ahead);
}

bool counts(const Points& mapping, std::size_t index) {
    const bool superseded = index < mapping.superseded.size && mapping.superseded.block[index] != 0;
    return !superseded && std::isfinite(mapping.value(index));
}

}  // namespace

bool Knots::grown_from_known(const Points& mapping) const {
    const bool same_block = !source_.owner_before(mapping.steps.block) && !mapping.steps.block.owner_before(source_);
    return taken_ != 0 && same_block && mapping.generation == generation_ && mapping.size() >= taken_;
}

void Knots::update(const Points& mapping) {
    if (!grown_from_known(mapping)) {
        rebuild(mapping);
        return;
    }
    for (; taken_ < mapping.size(); ++taken_) {
        if (!counts(mapping, taken_)) continue;
        if (!steps_.empty() && mapping.steps.block[taken_] < steps_.back()) {
            rebuild(mapping);
            return;
        }
        add(mapping.steps.block[taken_], mapping.value(taken_));
    }
}

void Knots::rebuild(const Points& mapping) {
    steps_.clear();
    values_.clear();
    settled_ascending_ = true;
    ++version_;
    source_ = mapping.steps.block;
    generation_ = mapping.generation;
    taken_ = mapping.size();
    std::vector<std::size_t> order(mapping.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto step_less = [&](std::size_t a, std::size_t b) {
        return mapping.steps.block[a] < mapping.steps.block[b];
    };
    if (!std::is_sorted(order.begin(), order.end(), step_less)) std::stable_sort(order.begin(), order.end(), step_less);
    for (const std::size_t index : order) {
        if (counts(mapping, index)) add(mapping.steps.block[index], mapping.value(index));
    }
}

void Knots::add(std::int64_t step, double value) {
    ++version_;
    if (!steps_.empty() && steps_.back() == step) {
        values_.back() = value;
        return;
    }
    settled_ascending_ = ascending();
    steps_.push_back(step);
    values_.push_back(value);
}

double Knots::operator()(std::int64_t step) const {
    if (steps_.size() == 1) return values_[0];
    auto behind = static_cast<std::size_t>(std::lower_bound(steps_.begin(), steps_.end(), step) - steps_.begin());
    behind = std::clamp<std::size_t>(behind, 1, steps_.size() - 1);
    const std::int64_t from = steps_[behind - 1], to = steps_[behind];
    const double low = values_[behind - 1], high = values_[behind];
    const double width = distance(from, to);
    if (step >= from && step <= to) return between(low, high, distance(from, step) / width);
    // Half the rise, taken twice: the rise between two huge values overflows.
    const double half_rise = high * 0.5 - low * 0.5;
    if (step < from) return std::clamp(low + 2 * (half_rise / width * distance(from, step)), -largest, largest);
    return std::clamp(high + 2 * (half_rise / width * distance(to, step)), -largest, largest);
}

double AxisX::operator()(std::size_t point) const {
    switch (axis) {
        case Axis::step:
            return static_cast<double>(steps[point]);
        case Axis::wall_time:
            return wall_times[point];
        case Axis::relative_time:
            return std::clamp(wall_times[point] - origin, -largest, largest);
        case Axis::mapped:
            return (*knots)(steps[point]);
    }
    return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace kymo
