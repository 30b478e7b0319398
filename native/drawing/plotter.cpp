#include "drawing/plotter.h"

#include <stdexcept>
#include <vector>

namespace kymo {

void Plotter::append(std::span<const std::int64_t> steps, std::span<const double> wall_times,
                     std::span<const float> values, std::span<const std::uint8_t> superseded) {
    if (values.size() != steps.size()) throw std::invalid_argument("steps and values differ in length");
    const std::lock_guard lock(mutex_);
    append_points(steps, wall_times, superseded);
    if (values64_.empty()) {
        values32_.append(values);
    } else {
        for (const float value : values) values64_.append(static_cast<double>(value));
    }
}

void Plotter::append(std::span<const std::int64_t> steps, std::span<const double> wall_times,
                     std::span<const double> values, std::span<const std::uint8_t> superseded) {
    if (values.size() != steps.size()) throw std::invalid_argument("steps and values differ in length");
    if (values.empty()) return;
    const std::lock_guard lock(mutex_);
    append_points(steps, wall_times, superseded);
    if (values64_.empty()) {
        for (const float value : values32_.span()) values64_.append(static_cast<double>(value));
        values32_ = {};
    }
    values64_.append(values);
}

void Plotter::supersede(std::span<const std::uint8_t> superseded) {
    const std::lock_guard lock(mutex_);
    if (superseded.size() != steps_.size()) throw std::invalid_argument("one flag a point is needed");
    superseded_ = {};
    superseded_.append(superseded);
    ++generation_;
}

void Plotter::append_points(std::span<const std::int64_t> steps, std::span<const double> wall_times,
                            std::span<const std::uint8_t> superseded) {
    if (wall_times.size() != steps.size()) throw std::invalid_argument("steps and wall_times differ in length");
    if (!superseded.empty() && superseded.size() != steps.size()) {
        throw std::invalid_argument("steps and superseded_mask differ in length");
    }
    if (!superseded.empty() || !superseded_.empty()) {
        if (superseded_.empty()) {
            superseded_.append(std::vector<std::uint8_t>(steps_.size()));
            ++generation_;
        }
        superseded_.append(superseded.empty() ? std::vector<std::uint8_t>(steps.size())
                                              : std::vector<std::uint8_t>(superseded.begin(), superseded.end()));
    }
    steps_.append(steps);
    wall_times_.append(wall_times);
}

Points Plotter::points() const {
    const std::lock_guard lock(mutex_);
    return {steps_.view(), wall_times_.view(), values32_.view(), values64_.view(), superseded_.view(), generation_};
}

}  // namespace kymo
