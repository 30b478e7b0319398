#include "drawing/plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <vector>

#include "drawing/plot_axis.h"
#include "drawing/plotter.h"
#include "drawing/pyramid.h"
#include "fuzz/input.h"
#include "fuzz/invariant.h"
#include "fuzz/same_log.h"
#include "fuzz/targets.h"

namespace kymo::fuzz {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t most_points = 4000;

// Points that a fuzzer names one by one, or many that follow a simple rule, so that viewports have what to leave out.
void grow(Plotter& plotter, Input& input) {
    std::vector<std::int64_t> steps;
    std::vector<double> times, values;
    std::vector<std::uint8_t> superseded;
    const bool many = input.byte() > 160;
    std::size_t count = many ? input.up_to(900) : input.up_to(12);
    if (plotter.points().size() + count > most_points) count = 0;
    const std::int64_t first_step = input.step() / 2;
    const double first_time = input.number();
    const auto slope = static_cast<std::int64_t>(input.up_to(8)) - 2;
    const unsigned factor = input.word<std::uint16_t>();
    for (std::size_t i = 0; i < count; ++i) {
        const auto at = static_cast<std::int64_t>(i);
        steps.push_back(many ? first_step + slope * at : input.step());
        times.push_back(many ? first_time + static_cast<double>(slope * at) : input.number());
        values.push_back(many ? static_cast<double>(factor * (i + 1) * 2654435761u >> 7) : input.number());
        superseded.push_back(many ? factor % 7 == 0 && i % 3 == 0 : input.byte() > 200);
    }
    for (std::size_t odd = many ? input.up_to(3) : 0; odd > 0 && count != 0; --odd) {
        values[input.word<std::uint16_t>() % count] = input.number();
    }
    const std::span<const std::uint8_t> mask = input.flip() ? superseded : std::span<const std::uint8_t>{};
    if (input.flip()) {
        plotter.append(steps, times, values, mask);
    } else {
        plotter.append(steps, times, std::vector<float>(values.begin(), values.end()), mask);
    }
    if (input.byte() > 220) {
        std::vector<std::uint8_t> flags(plotter.points().size());
        for (std::size_t i = 0; i < flags.size(); ++i) flags[i] = (i * factor >> 4 & 1) != 0;
        plotter.supersede(flags);
    }
}

ViewportQuery make_query(Input& input, const Points& mapping) {
    ViewportQuery query;
    query.axis = static_cast<Axis>(input.up_to(3));
    query.mapping = &mapping;
    if (input.flip()) query.low = input.number();
    if (input.flip()) query.high = input.number();
    query.origin = input.number();
    if (!std::isfinite(query.origin)) query.origin = 0.0;
    query.pixels = static_cast<std::uint32_t>(input.up_to(100));
    query.smoothing = static_cast<Smoothing>(input.up_to(4));
    query.amount = query.smoothing == Smoothing::exponential ? input.byte() / 200.0 : input.number();
    query.superseded = input.flip();
    query.log_x = input.byte() > 190;
    return query;
}

// A visible point in drawing order.
struct Drawn {
    double x, value, wall_time;
    std::int64_t step;
    bool finite() const { return std::isfinite(value); }
};

std::vector<Drawn> drawing_order(const Points& points, const ViewportQuery& query) {
    Knots knots;
    if (query.axis == Axis::mapped) knots.update(*query.mapping);
    if (query.axis == Axis::mapped && knots.empty()) return {};
    const AxisX x{query.axis, points.steps.block.get(), points.wall_times.block.get(), query.origin, &knots};
    const bool by_time = query.axis == Axis::wall_time || query.axis == Axis::relative_time;
    std::vector<Drawn> drawn;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const bool hidden = points.superseded.size != 0 && points.superseded.block[i] != 0;
        if ((hidden && !query.superseded) || (by_time && !std::isfinite(points.wall_times.block[i]))) continue;
        drawn.push_back({x(i), points.value(i), points.wall_times.block[i], points.steps.block[i]});
    }
    std::stable_sort(drawn.begin(), drawn.end(), [&](const Drawn& a, const Drawn& b) {
        if (by_time) return a.wall_time < b.wall_time;
        if (query.axis == Axis::mapped && a.x != b.x) return a.x < b.x;
        return a.step < b.step;
    });
    return drawn;
}

class ViewportCheck {
  public:
    ViewportCheck(const Points& points, const ViewportQuery& query, const Viewport& view)
        : query_(query), view_(view), drawn_(drawing_order(points, query)) {}

    void hold() {
        KYMO_HOLDS(view_.is_smoothed == (query_.smoothing != Smoothing::none));
        const std::size_t size = view_.x.size();
        KYMO_HOLDS(view_.value.size() == size && view_.wall_times.size() == size && view_.steps.size() == size);
        KYMO_HOLDS(view_.smoothed.size() == (view_.is_smoothed ? size : 0));
        if (drawn_.empty() || query_.low > query_.high) {
            KYMO_HOLDS(size == 0 && view_.mark_x.empty() && view_.points_in_view == 0);
            return;
        }
        leave_out_what_has_no_place();
        const auto below = [&](const Drawn& at) { return query_.low > -infinity && at.x < query_.low; };
        const auto above = [&](const Drawn& at) { return query_.high < infinity && at.x > query_.high; };
        first_ = std::find_if_not(drawn_.cbegin(), drawn_.cend(), below);
        last_ = std::find_if(first_, drawn_.cend(), above);
        hold_rows();
        hold_neighbours();
        hold_extremes();
        hold_marks();
        if (view_.is_smoothed) hold_smoothed();
    }

  private:
    using At = std::vector<Drawn>::const_iterator;

    void leave_out_what_has_no_place() {
        std::uint64_t left_out = 0;
        std::erase_if(drawn_, [&](const Drawn& at) {
            const bool placed = !query_.log_x || at.x > 0.0;
            left_out += !placed && !(at.x < query_.low) && !(at.x > query_.high) ? 1 : 0;
            return !placed;
        });
        KYMO_HOLDS(view_.not_positive == left_out);
    }
    static bool same(const Drawn& a, const Drawn& b) {
        return a.x == b.x && same_bits(a.value, b.value) && same_bits(a.wall_time, b.wall_time) && a.step == b.step;
    }
    Drawn row(std::size_t i) const { return {view_.x[i], view_.value[i], view_.wall_times[i], view_.steps[i]}; }
    bool has(const Drawn& point) const {
        for (std::size_t i = 0; i < view_.x.size(); ++i) {
            if (same(row(i), point)) return true;
        }
        return false;
    }

    // Every row is a finite point, in drawing order, none twice.
    void hold_rows() {
        At at = drawn_.cbegin();
        std::size_t in_view = 0;
        for (std::size_t i = 0; i < view_.x.size(); ++i) {
            const Drawn wanted = row(i);
            KYMO_HOLDS(wanted.finite());
            at = std::find_if(at, drawn_.cend(), [&](const Drawn& point) { return same(point, wanted); });
            KYMO_HOLDS(at != drawn_.cend());
            in_view += at >= first_ && at < last_ ? 1 : 0;
            ++at;
        }
        const auto finite = static_cast<std::size_t>(std::count_if(first_, last_, [](auto& p) { return p.finite(); }));
        const std::uint64_t pixels = std::max<std::uint32_t>(query_.pixels, 1);
        KYMO_HOLDS(view_.points_in_view == static_cast<std::uint64_t>(last_ - first_));
        KYMO_HOLDS(view_.downsampled == (view_.points_in_view > 4 * pixels));
        KYMO_HOLDS(view_.x.size() <= in_view + 2);
        KYMO_HOLDS(view_.downsampled ? in_view <= pixels * (view_.is_smoothed ? 6 : 4) : in_view == finite);
    }

    void hold_neighbours() const {
        const auto finite = [](const Drawn& point) { return point.finite(); };
        const auto before = std::find_if(std::make_reverse_iterator(first_), drawn_.crend(), finite);
        if (before != drawn_.crend()) KYMO_HOLDS(!view_.x.empty() && same(row(0), *before));
        const auto behind = std::find_if(last_, drawn_.cend(), finite);
        if (behind != drawn_.cend()) KYMO_HOLDS(!view_.x.empty() && same(row(view_.x.size() - 1), *behind));
    }

    void hold_extremes() const {
        std::vector<Drawn> finite;
        std::copy_if(first_, last_, std::back_inserter(finite), [](const Drawn& point) { return point.finite(); });
        if (finite.empty()) return;
        const auto [low, high] = std::minmax_element(finite.begin(), finite.end(),
                                                     [](const Drawn& a, const Drawn& b) { return a.value < b.value; });
        KYMO_HOLDS(has(finite.front()) && has(finite.back()));
        KYMO_HOLDS(std::find(view_.value.begin(), view_.value.end(), low->value) != view_.value.end());
        KYMO_HOLDS(std::find(view_.value.begin(), view_.value.end(), high->value) != view_.value.end());
    }

    void hold_marks() const {
        KYMO_HOLDS(view_.mark_x.size() == view_.mark_kind.size());
        std::array<bool, 3> expected{}, found{};
        for (At at = first_; at != last_; ++at) {
            if (!at->finite()) expected[static_cast<std::size_t>(mark_of(at->value))] = true;
        }
        for (std::size_t i = 0; i < view_.mark_x.size(); ++i) {
            found.at(view_.mark_kind[i]) = true;
            KYMO_HOLDS(view_.mark_x[i] >= first_->x && view_.mark_x[i] <= (last_ - 1)->x);
            KYMO_HOLDS(i == 0 || view_.mark_x[i] >= view_.mark_x[i - 1]);
        }
        KYMO_HOLDS(found == expected);
    }

    // A mean lies among what it is the mean of, as near as doubles and the Gaussian's grid go.
    void hold_smoothed() const {
        double low = infinity, high = -infinity;
        for (const Drawn& point : all()) {
            if (!point.finite()) continue;
            low = std::min(low, point.value);
            high = std::max(high, point.value);
        }
        const double slack = (high / 2 - low / 2) * 2e-4 + std::max(std::abs(low), std::abs(high)) * 1e-9;
        for (const double value : view_.smoothed) {
            KYMO_HOLDS(std::isfinite(value));
            KYMO_HOLDS(value >= low - slack && value <= high + slack);
        }
    }
    const std::vector<Drawn>& all() const { return smoothed_over_; }

  public:
    // Smoothing takes in the points that time hides from the axis too.
    void set_smoothed_over(std::vector<Drawn> points) { smoothed_over_ = std::move(points); }

  private:
    const ViewportQuery& query_;
    const Viewport& view_;
    std::vector<Drawn> drawn_, smoothed_over_;
    At first_, last_;
};

bool same_values(const std::vector<double>& a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_bits);
}

void hold_same(const Viewport& a, const Viewport& b) {
    KYMO_HOLDS(same_values(a.x, b.x) && same_values(a.value, b.value) && same_values(a.wall_times, b.wall_times));
    KYMO_HOLDS(a.steps == b.steps && a.mark_kind == b.mark_kind && same_values(a.mark_x, b.mark_x));
    KYMO_HOLDS(a.points_in_view == b.points_in_view && a.downsampled == b.downsampled);
    KYMO_HOLDS(a.not_positive == b.not_positive);
    KYMO_HOLDS(same_values(a.smoothed, b.smoothed));
}

// The places are those of the finite points, and between them lines stay within what they join.
void hold_line(Plot& plot, const Points& points, const ViewportQuery& query) {
    std::vector<Drawn> drawn = drawing_order(points, query);
    std::erase_if(drawn, [&](const Drawn& at) { return !at.finite() || (query.log_x && !(at.x > 0.0)); });
    std::vector<double> x;
    for (const Drawn& at : drawn) x.push_back(at.x);
    std::ranges::sort(x);
    x.erase(std::unique(x.begin(), x.end()), x.end());
    const Places places = plot.places(points, query, -infinity, infinity, x.size());
    KYMO_HOLDS(places.complete && places.x == x);
    KYMO_HOLDS(x.empty() || !plot.places(points, query, -infinity, infinity, x.size() - 1).complete);

    LineQuery raw = query;
    raw.smoothing = Smoothing::none;
    const Buckets exact = plot.buckets(points, raw, {x, x, x});
    std::vector<double> middle;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) middle.push_back(x[i] / 2 + x[i + 1] / 2);
    const Buckets joined = plot.buckets(points, raw, {middle, middle, middle});
    for (std::size_t i = 0; i < x.size(); ++i) {
        KYMO_HOLDS(exact.low[i] <= exact.mean[i] && exact.mean[i] <= exact.high[i]);
        if (i == 0 || x[i - 1] == middle[i - 1] || middle[i - 1] == x[i]) continue;
        KYMO_HOLDS(joined.mean[i - 1] >= std::min(exact.low[i - 1], exact.low[i]));
        KYMO_HOLDS(joined.mean[i - 1] <= std::max(exact.high[i - 1], exact.high[i]));
    }
}

void hold_statistics(Plot& plot, const Points& points, const ViewportQuery& query, const Viewport& view) {
    LineQuery linear = query;
    linear.log_x = false;
    const Statistics told = plot.statistics(points, linear, query.low, query.high);
    KYMO_HOLDS(told.points == view.points_in_view + view.not_positive && told.finite <= told.points);
    if (told.finite == 0) return;
    KYMO_HOLDS(told.first.x <= told.last.x && told.deviation >= 0.0);
    KYMO_HOLDS(told.minimum.value <= told.mean && told.mean <= told.maximum.value);
    KYMO_HOLDS(told.minimum.value <= told.first.value && told.last.value <= told.maximum.value);
    KYMO_HOLDS(told.deviation <= told.maximum.value - told.minimum.value);
}

void hold_query(Plot& plot, const Points& points, const ViewportQuery& query) {
    const Viewport view = plot.viewport(points, query);
    ViewportQuery by_step = query;
    by_step.axis = Axis::step;
    ViewportCheck check(points, query, view);
    check.set_smoothed_over(drawing_order(points, by_step));
    check.hold();
    Plot fresh;  // what is kept of earlier queries changes nothing
    hold_same(view, fresh.viewport(points, query));
    hold_line(plot, points, query);
    hold_statistics(plot, points, query, view);
}

}  // namespace

void plot(Bytes input) {
    Input decisions(input);
    Plotter plotter, mapping;
    Plot kept;
    Points earlier;
    for (int rounds = 0; rounds < 6 && !decisions.done(); ++rounds) {
        grow(plotter, decisions);
        if (decisions.byte() > 128) grow(mapping, decisions);
        const Points points = plotter.points(), mapped_by = mapping.points();
        for (std::size_t queries = 1 + decisions.up_to(2); queries > 0; --queries) {
            const ViewportQuery query = make_query(decisions, mapped_by);
            hold_query(kept, points, query);
            if (decisions.byte() > 230) hold_query(kept, earlier, query);
        }
        earlier = points;
        if (decisions.byte() > 240) kept.release();
        KYMO_HOLDS(kept.memory() < 1000 * (points.size() + mapped_by.size() + 100));
    }
}

}  // namespace kymo::fuzz
