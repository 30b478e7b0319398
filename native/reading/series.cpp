#include "reading/series.h"

#include <algorithm>

namespace kymo {

Points Series::points() const {
    const std::lock_guard lock(mutex_);
    return points_;
}

std::size_t Series::size() const {
    const std::lock_guard lock(mutex_);
    return points_.size();
}

std::uint64_t Series::version() const {
    const std::lock_guard lock(mutex_);
    return version_;
}

std::uint64_t Series::superseded_count() const {
    const std::lock_guard lock(mutex_);
    return superseded_count_;
}

void Series::publish(Points points) {
    const auto mask = points.superseded.span();
    const auto count = static_cast<std::uint64_t>(std::count(mask.begin(), mask.end(), std::uint8_t{1}));
    const std::lock_guard lock(mutex_);
    points_ = std::move(points);
    superseded_count_ = count;
    ++version_;
}

}  // namespace kymo
