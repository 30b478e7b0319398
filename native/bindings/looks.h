// What can be asked of a series that has a plot, whatever keeps its points: the same methods for each.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/tuple.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "bindings/gil_release.h"
#include "drawing/plot.h"

namespace kymo::python {

template <typename T>
using Array1 = nanobind::ndarray<const T, nanobind::ndim<1>, nanobind::c_contig, nanobind::device::cpu>;

template <typename T>
std::span<const T> elements(const Array1<T>& array) {
    return {array.data(), array.size()};
}

// A method that looks at the line that its keyword arguments name: look(plot, points, query, more...), without the GIL.
template <typename... More, typename Owner, typename Look, typename... Names>
void bind_look(nanobind::class_<Owner>& type, const char* name, const Look& look, const Names&... names) {
    using namespace nanobind::literals;
    type.def(
        name,
        [look](Owner& owner, std::string_view axis, double origin, const Owner* mapping, std::string_view smoothing,
               double amount, bool superseded, bool log_x, const More&... more) {
            LineQuery query{axis_named(axis), origin, nullptr, smoothing_named(smoothing), amount, superseded, log_x};
            const GilRelease released;
            const Points mapped_by = mapping != nullptr ? mapping->points() : Points();
            if (mapping != nullptr) query.mapping = &mapped_by;
            return look(owner.plot(), owner.points(), query, more...);
        },
        nanobind::kw_only(), "axis"_a = "step", "origin"_a = 0.0, "mapping"_a = nanobind::none(),
        "smoothing"_a = "none", "amount"_a = 0.0, "superseded"_a = false, "log_x"_a = false, names...);
}

template <typename Owner>
void bind_looks(nanobind::class_<Owner>& type) {
    using namespace nanobind::literals;
    using Doubles = Array1<double>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const auto low = "low"_a = -infinity, high = "high"_a = infinity;
    bind_look<double, double, std::uint32_t>(
        type, "viewport",
        [](Plot& plot, const Points& points, const LineQuery& query, double from, double to, std::uint32_t pixels) {
            return plot.viewport(points, {query, from, to, pixels});
        },
        low, high, "pixels"_a = 1000);
    bind_look<Doubles, Doubles, Doubles>(
        type, "buckets",
        [](Plot& plot, const Points& points, const LineQuery& query, const Doubles& from, const Doubles& to,
           const Doubles& place) {
            return plot.buckets(points, query, {elements(from), elements(to), elements(place)});
        },
        "low"_a, "high"_a, "place"_a);
    bind_look<double, double, std::size_t>(
        type, "places",
        [](Plot& plot, const Points& points, const LineQuery& query, double from, double to, std::size_t limit) {
            return plot.places(points, query, from, to, limit);
        },
        low, high, "limit"_a);
    bind_look<double, double>(
        type, "statistics",
        [](Plot& plot, const Points& points, const LineQuery& query, double from, double to) {
            return plot.statistics(points, query, from, to);
        },
        low, high);
}

}  // namespace kymo::python
