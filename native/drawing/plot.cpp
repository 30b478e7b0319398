#include "drawing/plot.h"

#include <array>
#include <cmath>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <string>

#include "drawing/placed_line.h"

namespace kymo {

// What was made of one state of the series: of its first `size` points under one generation.
struct Kept {
    explicit Kept(const Points& points) : generation(points.generation), supersedes(points.superseded.size != 0) {}

    bool fits(const Points& points) const {
        return generation == points.generation && supersedes == (points.superseded.size != 0);
    }
    PlacedLine place(const Points& points, const LineQuery& query);

    std::uint64_t generation;
    bool supersedes;
    std::size_t size = 0;
    std::array<Lane, 2> lanes = {Lane(true), Lane(false)};
    Knots knots;
};

PlacedLine Kept::place(const Points& points, const LineQuery& query) {
    const AxisX x = {query.axis, points.steps.block.get(), points.wall_times.block.get(), query.origin, &knots};
    if (query.axis == Axis::mapped) {
        if (query.mapping == nullptr) return PlacedLine{points, {}, x};
        knots.update(*query.mapping);
        if (knots.empty()) return PlacedLine{points, {}, x};
    }
    size = points.size();
    PlacedLine line{points, lanes[supersedes && query.superseded ? 1 : 0].draw(points, query, knots), x};
    if (query.log_x) line.begin = line.first_at_least(std::numeric_limits<double>::denorm_min(), 0, line.size(), 0);
    return line;
}

struct Plot::Cache {
    mutable std::mutex mutex;
    std::unique_ptr<Kept> kept;  // absent until the first query: a series that nobody looks at costs nothing
};

Plot::Plot() : cache_(std::make_unique<Cache>()) {}
Plot::~Plot() = default;

template <typename Look>
auto Plot::look(const Points& points, const LineQuery& query, const Look& look) {
    if (query.axis == Axis::relative_time && !std::isfinite(query.origin)) {
        throw std::invalid_argument("origin is " + std::to_string(query.origin) +
                                    "; relative time needs a finite one, in seconds");
    }
    const std::lock_guard lock(cache_->mutex);
    std::unique_ptr<Kept>& kept = cache_->kept;
    if (kept != nullptr && kept->fits(points) && points.size() < kept->size) {
        // A snapshot taken before the one last drawn: rare, and no reason to throw away what was made of the later one.
        Kept earlier(points);
        return look(earlier.place(points, query));
    }
    if (kept == nullptr || !kept->fits(points)) kept = std::make_unique<Kept>(points);
    try {
        return look(kept->place(points, query));
    } catch (...) {
        kept.reset();  // out of memory halfway: what is kept may not fit together
        throw;
    }
}

Viewport Plot::viewport(const Points& points, const ViewportQuery& query) {
    return look(points, query, [&](const PlacedLine& line) { return kymo::viewport(line, query); });
}

Buckets Plot::buckets(const Points& points, const LineQuery& query, const Intervals& intervals) {
    intervals.check();
    return look(points, query, [&](const PlacedLine& line) { return kymo::buckets(line, intervals); });
}

Places Plot::places(const Points& points, const LineQuery& query, double low, double high, std::size_t limit) {
    return look(points, query, [&](const PlacedLine& line) { return kymo::places(line, low, high, limit); });
}

Statistics Plot::statistics(const Points& points, const LineQuery& query, double low, double high) {
    LineQuery raw = query;
    raw.smoothing = Smoothing::none;
    return look(points, raw, [&](const PlacedLine& line) { return kymo::statistics(line, low, high); });
}

void Plot::release() {
    const std::lock_guard lock(cache_->mutex);
    cache_->kept.reset();
}

std::size_t Plot::memory() const {
    const std::lock_guard lock(cache_->mutex);
    const Kept* kept = cache_->kept.get();
    return kept == nullptr ? 0
                           : sizeof(Kept) + kept->lanes[0].memory() + kept->lanes[1].memory() + kept->knots.memory();
}

}  // namespace kymo
