#include "drawing/statistics.h"

#include "drawing/placed_line.h"

namespace kymo {

Statistics statistics(const PlacedLine& line, double low, double high) {
    Statistics statistics;
    if (line.size() == 0 || low > high) return statistics;
    const DrawnLine& raw = line.raw();
    const auto [first, last] = line.between(low, high);
    const Totals totals = raw.totals(first, last);
    statistics.points = last - first;
    statistics.finite = totals.count;
    if (totals.count == 0) return statistics;
    const auto point = [&](std::size_t position) {
        const std::size_t index = line.drawing.point(position);
        return PlacedPoint{line.x(index), line.points.wall_times.block[index], raw.at(position),
                           line.points.steps.block[index]};
    };
    const Pyramid::Extremes extremes = raw.extremes(first, last);
    statistics.minimum = point(extremes.lowest);
    statistics.maximum = point(extremes.highest);
    statistics.first = point(raw.next_finite(first, last));
    statistics.last = point(raw.previous_finite(first, last));
    statistics.mean = totals.mean;
    statistics.deviation = raw.deviation(first, last, totals);
    return statistics;
}

}  // namespace kymo
