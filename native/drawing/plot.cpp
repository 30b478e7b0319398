#include "drawing/plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <stdexcept>
#include <string>

#include "drawing/plot_lane.h"

namespace kymo {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::uint64_t points_per_pixel =
    4;  // as many as are chosen of a raw line: below that, choosing saves nothing
constexpr std::uint32_t most_pixels = 1u << 20;
constexpr double least_positive = std::numeric_limits<double>::denorm_min();

std::uint32_t pixels_of(const ViewportQuery& query) { return std::clamp<std::uint32_t>(query.pixels, 1, most_pixels); }

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

// Where each pixel's column of x ends.
class Division {
  public:
    Division(double low, double high, double pixels, bool geometric)
        : low_(geometric ? std::log(low) : low), geometric_(geometric) {
        const double end = geometric ? std::log(high) : high;
        const double extent = end - low_;
        width_ = extent < infinity ? extent / pixels : end / pixels - low_ / pixels;
    }
    double end(double pixel) const {
        const double place = low_ + width_ * pixel;
        return geometric_ ? std::exp(place) : place;
    }

  private:
    double low_, width_;
    bool geometric_;
};

// Puts together the viewport of one query.
class Choice {
  public:
    Choice(const Points& points, const ViewportQuery& query, const Drawing& drawing, const AxisX& x)
        : points_(points), query_(query), drawing_(drawing), x_(x) {
        view_.is_smoothed = drawing.smoothed != nullptr;
    }

    Viewport choose();

  private:
    double x_at(std::size_t position) const { return x_(drawing_.point(position)); }
    std::size_t first_at_least(double bound, std::size_t first, std::size_t last, std::size_t guess) const {
        return find_bound(first, last, guess, [&](std::size_t position) { return x_at(position) < bound; });
    }
    std::size_t first_above(double bound, std::size_t first, std::size_t last) const {
        return find_bound(first, last, first, [&](std::size_t position) { return x_at(position) <= bound; });
    }
    void choose_pixels(std::size_t first, std::size_t last, double low, double high);
    void choose_extremes(std::size_t first, std::size_t last);
    void choose_marks(std::size_t first, std::size_t last);
    void take(std::size_t position) { chosen_.push_back(position); }
    void fill();

    const Points& points_;
    const ViewportQuery& query_;
    const Drawing& drawing_;
    const AxisX& x_;
    std::vector<std::size_t> chosen_;  // positions, ascending
    Viewport view_;
};

Viewport Choice::choose() {
    const std::size_t size = drawing_.size;
    const DrawnLine& raw = *drawing_.raw;
    const double high = query_.high < infinity ? query_.high : x_at(size - 1);
    const std::size_t in_range = query_.low > -infinity ? first_at_least(query_.low, 0, size, size / 2) : 0;
    const std::size_t placed = query_.log_x ? first_at_least(least_positive, 0, size, 0) : 0;
    const std::size_t first = std::max(in_range, placed);
    const std::size_t last = query_.high < infinity ? first_above(high, first, size) : size;
    const double low = query_.low > (query_.log_x ? 0.0 : -infinity) ? query_.low : x_at(std::min(placed, size - 1));
    view_.points_in_view = last - first;
    view_.not_positive = first_above(high, in_range, first) - in_range;
    view_.downsampled = view_.points_in_view > points_per_pixel * pixels_of(query_);

    const std::uint64_t most = (drawing_.smoothed != nullptr ? 6 : 4) * std::uint64_t{pixels_of(query_)};
    chosen_.reserve(std::min(view_.points_in_view, most) + 2);
    const std::size_t before = raw.previous_finite(placed, first);
    if (before < first) take(before);
    if (view_.downsampled || raw.has_marks()) choose_pixels(first, last, low, high);
    for (std::size_t position = first; position < last && !view_.downsampled; ++position) {
        if (std::isfinite(raw.at(position))) take(position);
    }
    const std::size_t behind = raw.next_finite(last, size);
    if (behind < size) take(behind);
    fill();
    return std::move(view_);
}

void Choice::choose_pixels(std::size_t first, std::size_t last, double low, double high) {
    const double pixels = pixels_of(query_);
    const Division division(low, high, pixels, query_.log_x);
    std::size_t length = 0;
    for (double pixel = 1.0; first < last; pixel += 1.0) {
        const std::size_t end =
            pixel < pixels ? first_at_least(division.end(pixel), first, last, first + length) : last;
        length = end - first;
        if (view_.downsampled) choose_extremes(first, end);
        if (drawing_.raw->has_marks()) choose_marks(first, end);
        first = end;
    }
}

void Choice::choose_extremes(std::size_t first, std::size_t last) {
    const DrawnLine& raw = *drawing_.raw;
    const Pyramid::Extremes extremes = raw.extremes(first, last);
    if (!extremes.found) return;
    std::array<std::size_t, 6> chosen = {raw.next_finite(first, last), raw.previous_finite(first, last),
                                         extremes.lowest, extremes.highest};
    std::size_t count = 4;
    if (drawing_.smoothed != nullptr) {
        const Pyramid::Extremes smoothed = drawing_.smoothed->extremes(first, last);
        if (smoothed.found) chosen[count++] = smoothed.lowest, chosen[count++] = smoothed.highest;
    }
    std::sort(chosen.begin(), chosen.begin() + count);
    for (std::size_t i = 0; i < count; ++i) {
        if (i == 0 || chosen[i] != chosen[i - 1]) take(chosen[i]);
    }
}

void Choice::choose_marks(std::size_t first, std::size_t last) {
    std::array<std::size_t, 3> found{};
    std::array<Mark, 3> marks = {Mark::not_a_number, Mark::positive_infinity, Mark::negative_infinity};
    for (const Mark mark : marks) {
        found[static_cast<std::size_t>(mark)] = drawing_.raw->next_mark(first, last, mark);
    }
    std::ranges::sort(marks, {}, [&](Mark mark) { return found[static_cast<std::size_t>(mark)]; });
    for (const Mark mark : marks) {
        const std::size_t position = found[static_cast<std::size_t>(mark)];
        if (position == last) break;
        view_.mark_x.push_back(x_at(position));
        view_.mark_kind.push_back(static_cast<std::uint8_t>(mark));
    }
}

// A column at a time: its scattered reads wait for memory together, not each behind the search for the next pixel.
void Choice::fill() {
    const auto fill_column = [&](auto& column, const auto& from) {
        column.resize(chosen_.size());
        std::ranges::transform(chosen_, column.begin(), from);
    };
    fill_column(view_.value, [&](std::size_t position) { return drawing_.raw->at(position); });
    if (drawing_.smoothed != nullptr) {
        fill_column(view_.smoothed, [&](std::size_t position) { return drawing_.smoothed->at(position); });
    }
    for (std::size_t& position : chosen_) position = drawing_.point(position);
    fill_column(view_.x, [&](std::size_t point) { return x_(point); });
    fill_column(view_.wall_times, [&](std::size_t point) { return points_.wall_times.block[point]; });
    fill_column(view_.steps, [&](std::size_t point) { return points_.steps.block[point]; });
}

}  // namespace

Axis axis_named(std::string_view name) {
    if (name == "step") return Axis::step;
    if (name == "wall_time") return Axis::wall_time;
    if (name == "relative_time") return Axis::relative_time;
    if (name == "mapped") return Axis::mapped;
    throw std::invalid_argument("axis is \"" + std::string(name) + "\"; use step, wall_time, relative_time or mapped");
}

Smoothing smoothing_named(std::string_view name) {
    if (name == "none") return Smoothing::none;
    if (name == "exponential") return Smoothing::exponential;
    if (name == "time_exponential") return Smoothing::time_exponential;
    if (name == "running_mean") return Smoothing::running_mean;
    if (name == "gaussian") return Smoothing::gaussian;
    throw std::invalid_argument("smoothing is \"" + std::string(name) +
                                "\"; use none, exponential, time_exponential, running_mean or gaussian");
}

// What was made of one state of the series: of its first `size` points under one generation.
struct Kept {
    explicit Kept(const Points& points) : generation(points.generation), supersedes(points.superseded.size != 0) {}

    bool fits(const Points& points) const {
        return generation == points.generation && supersedes == (points.superseded.size != 0);
    }
    Viewport query(const Points& points, const ViewportQuery& query);

    std::uint64_t generation;
    bool supersedes;
    std::size_t size = 0;
    std::array<Lane, 2> lanes = {Lane(true), Lane(false)};
    Knots knots;
};

Viewport Kept::query(const Points& points, const ViewportQuery& query) {
    Viewport empty;
    empty.is_smoothed = query.smoothing != Smoothing::none;
    if (query.axis == Axis::mapped) {
        if (query.mapping == nullptr) return empty;
        knots.update(*query.mapping);
        if (knots.empty()) return empty;
    }
    size = points.size();
    Lane& lane = lanes[supersedes && query.superseded ? 1 : 0];
    const Drawing drawing = lane.draw(points, query, knots);
    if (drawing.size == 0 || query.low > query.high) return empty;
    const AxisX x = {query.axis, points.steps.block.get(), points.wall_times.block.get(), query.origin, &knots};
    return Choice(points, query, drawing, x).choose();
}

struct Plot::Cache {
    mutable std::mutex mutex;
    std::unique_ptr<Kept> kept;  // absent until the first query: a series that nobody looks at costs nothing
};

Plot::Plot() : cache_(std::make_unique<Cache>()) {}
Plot::~Plot() = default;

Viewport Plot::query(const Points& points, const ViewportQuery& query) {
    if (query.axis == Axis::relative_time && !std::isfinite(query.origin)) {
        throw std::invalid_argument("origin is " + std::to_string(query.origin) +
                                    "; relative time needs a finite one, in seconds");
    }
    const std::lock_guard lock(cache_->mutex);
    std::unique_ptr<Kept>& kept = cache_->kept;
    if (kept != nullptr && kept->fits(points) && points.size() < kept->size) {
        // A snapshot taken before the one last drawn: rare, and no reason to throw away what was made of the later one.
        return Kept(points).query(points, query);
    }
    if (kept == nullptr || !kept->fits(points)) kept = std::make_unique<Kept>(points);
    try {
        return kept->query(points, query);
    } catch (...) {
        kept.reset();  // out of memory halfway: what is kept may not fit together
        throw;
    }
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
