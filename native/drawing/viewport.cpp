#include "drawing/viewport.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "drawing/placed_line.h"

namespace kymo {
namespace {

constexpr std::uint64_t points_per_pixel =
    4;  // as many as are chosen of a raw line: below that, choosing saves nothing
constexpr std::uint32_t most_pixels = 1u << 20;

std::uint32_t pixels_of(const ViewportQuery& query) { return std::clamp<std::uint32_t>(query.pixels, 1, most_pixels); }

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
    Choice(const PlacedLine& line, const ViewportQuery& query)
        : line_(line), raw_(line.raw()), smoothed_(line.drawing.smoothed.get()), query_(query) {}

    Viewport choose();

  private:
    void choose_pixels(std::size_t first, std::size_t last, double low, double high);
    void choose_extremes(std::size_t first, std::size_t last);
    void choose_marks(std::size_t first, std::size_t last);
    void take(std::size_t position) { chosen_.push_back(position); }
    void fill();

    const PlacedLine& line_;
    const DrawnLine& raw_;
    const DrawnLine* smoothed_;  // absent without smoothing
    const ViewportQuery& query_;
    std::vector<std::size_t> chosen_;  // positions, ascending
    Viewport view_;
};

Viewport Choice::choose() {
    const std::size_t size = line_.size();
    const auto [first, last] = line_.between(query_.low, query_.high);
    const double floor = query_.log_x ? 0.0 : -infinity;
    const double low = query_.low > floor ? query_.low : line_.x_at(std::min(line_.begin, size - 1));
    const double high = query_.high < infinity ? query_.high : line_.x_at(size - 1);
    view_.points_in_view = last - first;
    const auto [hidden, shown] = line_.between(query_.low, query_.high, {0, line_.begin});
    view_.not_positive = shown - hidden;
    view_.downsampled = view_.points_in_view > points_per_pixel * pixels_of(query_);

    const std::uint64_t most = (smoothed_ != nullptr ? 6 : 4) * std::uint64_t{pixels_of(query_)};
    chosen_.reserve(std::min(view_.points_in_view, most) + 2);
    const std::size_t before = raw_.previous_finite(line_.begin, first);
    if (before < first) take(before);
    if (view_.downsampled || raw_.has_marks()) choose_pixels(first, last, low, high);
    for (std::size_t position = first; position < last && !view_.downsampled; ++position) {
        if (std::isfinite(raw_.at(position))) take(position);
    }
    const std::size_t behind = raw_.next_finite(last, size);
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
            pixel < pixels ? line_.first_at_least(division.end(pixel), first, last, first + length) : last;
        length = end - first;
        if (view_.downsampled) choose_extremes(first, end);
        if (raw_.has_marks()) choose_marks(first, end);
        first = end;
    }
}

void Choice::choose_extremes(std::size_t first, std::size_t last) {
    const Pyramid::Extremes extremes = raw_.extremes(first, last);
    if (!extremes.found) return;
    std::array<std::size_t, 6> chosen = {raw_.next_finite(first, last), raw_.previous_finite(first, last),
                                         extremes.lowest, extremes.highest};
    std::size_t count = 4;
    if (smoothed_ != nullptr) {
        const Pyramid::Extremes smoothed = smoothed_->extremes(first, last);
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
        found[static_cast<std::size_t>(mark)] = raw_.next_mark(first, last, mark);
    }
    std::ranges::sort(marks, {}, [&](Mark mark) { return found[static_cast<std::size_t>(mark)]; });
    for (const Mark mark : marks) {
        const std::size_t position = found[static_cast<std::size_t>(mark)];
        if (position == last) break;
        view_.mark_x.push_back(line_.x_at(position));
        view_.mark_kind.push_back(static_cast<std::uint8_t>(mark));
    }
}

// A column at a time: its scattered reads wait for memory together, not each behind the search for the next pixel.
void Choice::fill() {
    const auto fill_column = [&](auto& column, const auto& from) {
        column.resize(chosen_.size());
        std::ranges::transform(chosen_, column.begin(), from);
    };
    fill_column(view_.value, [&](std::size_t position) { return raw_.at(position); });
    if (smoothed_ != nullptr) {
        fill_column(view_.smoothed, [&](std::size_t position) { return smoothed_->at(position); });
    }
    for (std::size_t& position : chosen_) position = line_.drawing.point(position);
    fill_column(view_.x, [&](std::size_t point) { return line_.x(point); });
    fill_column(view_.wall_times, [&](std::size_t point) { return line_.points.wall_times.block[point]; });
    fill_column(view_.steps, [&](std::size_t point) { return line_.points.steps.block[point]; });
}

}  // namespace

Viewport viewport(const PlacedLine& line, const ViewportQuery& query) {
    Viewport view;
    if (line.size() != 0 && !(query.low > query.high)) view = Choice(line, query).choose();
    view.is_smoothed = query.smoothing != Smoothing::none;
    return view;
}

}  // namespace kymo
