#include "drawing/buckets.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "drawing/interpolation.h"
#include "drawing/placed_line.h"

namespace kymo {
namespace {

// The line between its points, asked at places that rise.
class Bridge {
  public:
    explicit Bridge(const PlacedLine& line) : line_(line), looked_at_(line.begin) {}

    // At a place behind all positions below `position`, and before all others; NaN where there are none on a side.
    double at(double place, std::size_t position) {
        const std::size_t size = line_.size();
        const std::size_t newer = line_.raw().previous_finite(looked_at_, position);
        if (newer < position) before_ = newer, begun_ = true;
        looked_at_ = position;
        if (begun_ && behind_ < position) behind_ = line_.raw().next_finite(position, size);
        if (!begun_ || behind_ == size) return std::numeric_limits<double>::quiet_NaN();
        const double from = line_.x_at(before_), to = line_.x_at(behind_);
        const double part = (place * 0.5 - from * 0.5) / (to * 0.5 - from * 0.5);
        return between(line_.line().at(before_), line_.line().at(behind_), std::clamp(part, 0.0, 1.0));
    }

  private:
    const PlacedLine& line_;
    std::size_t looked_at_;
    std::size_t before_ = 0, behind_ = 0;
    bool begun_ = false;
};

}  // namespace

void Intervals::check() const {
    if (low.size() != place.size() || high.size() != place.size()) {
        throw std::invalid_argument("low, high and place differ in length");
    }
    if (!std::ranges::is_sorted(low) || !std::ranges::is_sorted(high)) {
        throw std::invalid_argument("an interval ends below the one before it; give them in the order of x");
    }
}

Buckets buckets(const PlacedLine& line, const Intervals& intervals) {
    const std::size_t count = intervals.place.size();
    const std::vector<double> nothing(count, std::numeric_limits<double>::quiet_NaN());
    Buckets buckets{nothing, nothing, nothing};
    if (line.size() == 0) return buckets;
    Bridge bridge(line);
    std::size_t first = line.begin, length = 0;
    for (std::size_t i = 0; i < count; ++i) {
        first = line.first_at_least(intervals.low[i], first, line.size(), first + length);
        const std::size_t last = line.first_above(intervals.high[i], first, line.size(), first + length);
        length = last - first;
        const Totals totals = line.line().totals(first, last);
        if (totals.count != 0) {
            buckets.mean[i] = totals.mean;
            buckets.low[i] = totals.low;
            buckets.high[i] = totals.high;
        } else {
            buckets.mean[i] = buckets.low[i] = buckets.high[i] = bridge.at(intervals.place[i], first);
        }
    }
    return buckets;
}

}  // namespace kymo
