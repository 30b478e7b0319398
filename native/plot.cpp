#include "plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

namespace kymo {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct Knot {
    std::int64_t step;
    double value;
};

std::vector<Knot> knots_of(const Points& points) {
    std::vector<Knot> knots;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (i < points.superseded.size && points.superseded.block[i] != 0) continue;
        if (std::isfinite(points.value(i))) knots.push_back({points.steps.block[i], points.value(i)});
    }
    std::stable_sort(knots.begin(), knots.end(), [](const Knot& a, const Knot& b) { return a.step < b.step; });
    std::vector<Knot> distinct;
    for (const Knot& knot : knots) {
        if (!distinct.empty() && distinct.back().step == knot.step) {
            distinct.back() = knot;
        } else {
            distinct.push_back(knot);
        }
    }
    return distinct;
}

// As a difference of unsigned numbers it cannot overflow.
double distance(std::int64_t from, std::int64_t to) {
    return from <= to ? static_cast<double>(static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from))
                      : -distance(to, from);
}

double mapped(const std::vector<Knot>& knots, std::int64_t step) {
    if (knots.empty()) return not_a_number;
    if (knots.size() == 1) return knots[0].value;
    auto after =
        std::lower_bound(knots.begin(), knots.end(), step, [](const Knot& k, std::int64_t s) { return k.step < s; });
    if (after == knots.begin()) ++after;
    if (after == knots.end()) --after;
    const Knot &a = *(after - 1), &b = *after;
    const double half = b.value * 0.5 - a.value * 0.5, width = distance(a.step, b.step);
    if (step > b.step || step < a.step) {
        const Knot& end = step > b.step ? b : a;
        const double x = end.value + 2 * half / width * distance(end.step, step);
        return std::clamp(x, -std::numeric_limits<double>::max(), std::numeric_limits<double>::max());
    }
    const double part = half * (distance(a.step, step) / width);
    return std::clamp(a.value + part + part, std::min(a.value, b.value), std::max(a.value, b.value));
}

std::vector<double> smooth(const std::vector<double>& y, const std::vector<double>& t, Smoothing kind, double amount) {
    std::vector<double> out(y);
    double mean = 0, weight = 0, last = -infinity;
    const auto n = static_cast<std::int64_t>(y.size());
    for (std::int64_t i = 0; i < n; ++i) {
        if (!std::isfinite(y[i])) continue;
        if (kind == Smoothing::exponential || kind == Smoothing::time_exponential) {
            double keep = std::clamp(amount, 0.0, 1.0);
            if (kind == Smoothing::time_exponential) {
                const double gap = weight != 0 && t[i] > last ? t[i] - last : 0.0;
                if (t[i] > last || weight == 0) last = t[i];
                keep = amount > 0 ? std::exp(-gap / amount) : 0.0;
            }
            weight = keep * weight + 1;
            mean += (y[i] - mean) / weight;
            out[i] = mean;
            continue;
        }
        std::int64_t before = 0, behind = 0;
        if (kind == Smoothing::running_mean) {
            const auto window = std::max<std::int64_t>(1, std::llround(amount));
            before = window / 2;
            behind = window - 1 - before;
        } else if (kind == Smoothing::gaussian && amount > 0) {
            before = behind = static_cast<std::int64_t>(std::ceil(5 * amount));
        }
        double sum = 0, total = 0;
        for (std::int64_t j = std::max<std::int64_t>(0, i - before); j <= std::min(n - 1, i + behind); ++j) {
            const double u = static_cast<double>(j - i) / amount;
            const double w = kind == Smoothing::gaussian && amount > 0 ? std::exp(-0.5 * u * u) : 1.0;
            if (std::isfinite(y[j])) sum += w * y[j], total += w;
        }
        out[i] = sum / total;
    }
    return out;
}

}  // namespace

Axis axis_named(std::string_view name) {
    if (name == "step") return Axis::step;
    if (name == "wall_time") return Axis::wall_time;
    if (name == "relative_time") return Axis::relative_time;
    if (name == "mapped") return Axis::mapped;
    throw std::invalid_argument("axis is " + std::string(name) + "; use step, wall_time, relative_time or mapped");
}

Smoothing smoothing_named(std::string_view name) {
    if (name == "none") return Smoothing::none;
    if (name == "exponential") return Smoothing::exponential;
    if (name == "time_exponential") return Smoothing::time_exponential;
    if (name == "running_mean") return Smoothing::running_mean;
    if (name == "gaussian") return Smoothing::gaussian;
    throw std::invalid_argument("smoothing is " + std::string(name) +
                                "; use none, exponential, time_exponential, running_mean or gaussian");
}

struct Plot::Cache {};

Plot::Plot() = default;
Plot::~Plot() = default;

Viewport Plot::query(const Points& points, const ViewportQuery& query) {
    Viewport view;
    const std::vector<Knot> knots = query.mapping != nullptr ? knots_of(*query.mapping) : std::vector<Knot>();
    std::vector<std::size_t> visible;
    std::vector<double> y, t, x;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!query.superseded && i < points.superseded.size && points.superseded.block[i] != 0) continue;
        visible.push_back(i);
        y.push_back(points.value(i));
        t.push_back(points.wall_times.block[i]);
        x.push_back(query.axis == Axis::step            ? static_cast<double>(points.steps.block[i])
                    : query.axis == Axis::wall_time     ? t.back()
                    : query.axis == Axis::relative_time ? t.back() - query.origin
                                                        : mapped(knots, points.steps.block[i]));
    }
    const bool smoothing = query.smoothing != Smoothing::none;
    view.is_smoothed = smoothing;
    const std::vector<double> s = smoothing ? smooth(y, t, query.smoothing, query.amount) : std::vector<double>();

    std::vector<std::size_t> order;
    for (std::size_t rank = 0; rank < x.size(); ++rank) {
        if (std::isfinite(x[rank])) order.push_back(rank);
    }
    if (query.axis == Axis::mapped) {
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return points.steps.block[visible[a]] < points.steps.block[visible[b]];
        });
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
    if (order.empty() || query.low > query.high) return view;

    const auto at = [&](double bound) {
        return static_cast<std::size_t>(
            std::partition_point(order.begin(), order.end(), [&](std::size_t rank) { return x[rank] < bound; }) -
            order.begin());
    };
    const double low = query.low > -infinity ? query.low : x[order.front()];
    const double high = query.high < infinity ? query.high : x[order.back()];
    const std::size_t first = at(low);
    const std::size_t last = high == infinity ? order.size() : at(std::nextafter(high, infinity));
    const std::size_t pixels = std::max<std::size_t>(1, query.pixels);
    view.points_in_view = last > first ? last - first : 0;
    view.downsampled = view.points_in_view > 4 * pixels;
    const double width = std::isfinite(high - low)
                             ? (high - low) / static_cast<double>(pixels)
                             : high / static_cast<double>(pixels) - low / static_cast<double>(pixels);

    const auto row = [&](std::size_t position) {
        const std::size_t rank = order[position];
        view.x.push_back(x[rank]);
        view.value.push_back(y[rank]);
        if (smoothing) view.smoothed.push_back(s[rank]);
        view.wall_times.push_back(t[rank]);
        view.steps.push_back(points.steps.block[visible[rank]]);
    };
    for (std::size_t position = std::min(first, order.size()); position-- > 0;) {
        if (std::isfinite(y[order[position]])) {
            row(position);
            break;
        }
    }
    std::size_t position = first;
    for (std::size_t pixel = 0; pixel < pixels && position < last; ++pixel) {
        const std::size_t end =
            pixel + 1 == pixels ? last : std::clamp(at(low + width * static_cast<double>(pixel + 1)), position, last);
        std::array<bool, 3> marked{};
        std::vector<std::size_t> chosen;
        for (; position < end; ++position) {
            const double value = y[order[position]];
            if (std::isfinite(value)) {
                chosen.push_back(position);
                continue;
            }
            const std::uint8_t kind = std::isnan(value) ? 0 : value > 0 ? 1 : 2;
            if (marked[kind]) continue;
            marked[kind] = true;
            view.mark_x.push_back(x[order[position]]);
            view.mark_kind.push_back(kind);
        }
        if (view.downsampled && !chosen.empty()) {
            std::vector<std::size_t> kept = {chosen.front(), chosen.back()};
            for (const std::vector<double>* line : {static_cast<const std::vector<double>*>(&y), &s}) {
                if (line->empty()) continue;
                const auto less = [&](std::size_t a, std::size_t b) { return (*line)[order[a]] < (*line)[order[b]]; };
                kept.push_back(*std::min_element(chosen.begin(), chosen.end(), less));
                kept.push_back(*std::max_element(chosen.begin(), chosen.end(), less));
            }
            std::sort(kept.begin(), kept.end());
            kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
            chosen = kept;
        }
        for (const std::size_t kept : chosen) row(kept);
    }
    for (position = last; position < order.size(); ++position) {
        if (std::isfinite(y[order[position]])) {
            row(position);
            break;
        }
    }
    return view;
}

}  // namespace kymo
