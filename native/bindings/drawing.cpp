// What a series that has a plot is asked for, as Python sees it.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/tuple.h>

#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>

#include "bindings/gil_release.h"
#include "bindings/looks.h"
#include "bindings/sections.h"
#include "drawing/plot.h"
#include "drawing/plotter.h"

namespace kymo::python {
namespace {

namespace nb = nanobind;
using namespace nb::literals;

template <typename T>
using Numpy1 = nb::ndarray<nb::numpy, const T, nb::ndim<1>>;

std::span<const std::uint8_t> flags(const std::optional<Array1<bool>>& mask) {
    if (!mask) return {};
    return {reinterpret_cast<const std::uint8_t*>(mask->data()), mask->size()};
}

template <typename T>
void plotter_append(Plotter& plotter, const Array1<std::int64_t>& steps, const Array1<double>& wall_times,
                    const Array1<T>& values, const std::optional<Array1<bool>>& superseded_mask) {
    const auto mask = flags(superseded_mask);
    const GilRelease released;
    plotter.append(elements(steps), elements(wall_times), elements(values), mask);
}

template <auto Member, typename Answer>
auto column_of(const Answer& answer) {
    const auto& column = answer.*Member;
    return Numpy1<typename std::remove_cvref_t<decltype(column)>::value_type>(column.data(), {column.size()});
}

std::optional<double> place(double x) { return std::isnan(x) ? std::nullopt : std::optional(x); }

using PointRow = std::tuple<double, std::int64_t, double, double>;

template <auto Member>
std::optional<PointRow> point_of(const Statistics& statistics) {
    if (statistics.finite == 0) return std::nullopt;
    const PlacedPoint& point = statistics.*Member;
    return PointRow{point.x, point.step, point.wall_time, point.value};
}

template <auto Member>
std::optional<double> number_of(const Statistics& statistics) {
    return statistics.finite == 0 ? std::nullopt : std::optional(statistics.*Member);
}

void bind_answers(nb::module_& module) {
    constexpr auto inside = nb::rv_policy::reference_internal;
    nb::class_<Viewport>(module, "Viewport", "What of a series must be drawn: chosen points in order of x.")
        .def_prop_ro("x", &column_of<&Viewport::x, Viewport>, inside)
        .def_prop_ro("value", &column_of<&Viewport::value, Viewport>, inside)
        .def_prop_ro(
            "smoothed",
            [](const Viewport& viewport) -> std::optional<Numpy1<double>> {
                if (!viewport.is_smoothed) return std::nullopt;
                return column_of<&Viewport::smoothed>(viewport);
            },
            inside)
        .def_prop_ro("wall_times", &column_of<&Viewport::wall_times, Viewport>, inside)
        .def_prop_ro("steps", &column_of<&Viewport::steps, Viewport>, inside)
        .def_prop_ro("mark_x", &column_of<&Viewport::mark_x, Viewport>, inside)
        .def_prop_ro("mark_kind", &column_of<&Viewport::mark_kind, Viewport>, inside)
        .def_ro("points_in_view", &Viewport::points_in_view)
        .def_ro("not_positive", &Viewport::not_positive)
        .def_ro("downsampled", &Viewport::downsampled);

    nb::class_<Buckets>(module, "Buckets", "What a line comes to in intervals of x: one element for each.")
        .def_prop_ro("mean", &column_of<&Buckets::mean, Buckets>, inside)
        .def_prop_ro("low", &column_of<&Buckets::low, Buckets>, inside)
        .def_prop_ro("high", &column_of<&Buckets::high, Buckets>, inside);

    nb::class_<Places>(module, "Places", "Where on x a series has finite points.")
        .def_prop_ro("x", &column_of<&Places::x, Places>, inside)
        .def_ro("complete", &Places::complete)
        .def_prop_ro("first", [](const Places& places) { return place(places.first); })
        .def_prop_ro("last", [](const Places& places) { return place(places.last); })
        .def_prop_ro("before", [](const Places& places) { return place(places.before); })
        .def_prop_ro("behind", [](const Places& places) { return place(places.behind); });

    nb::class_<Statistics>(module, "Statistics", "What points come to; a point is (x, step, wall_time, value).")
        .def_ro("points", &Statistics::points)
        .def_ro("finite", &Statistics::finite)
        .def_prop_ro("minimum", &point_of<&Statistics::minimum>)
        .def_prop_ro("maximum", &point_of<&Statistics::maximum>)
        .def_prop_ro("first", &point_of<&Statistics::first>)
        .def_prop_ro("last", &point_of<&Statistics::last>)
        .def_prop_ro("mean", &number_of<&Statistics::mean>)
        .def_prop_ro("deviation", &number_of<&Statistics::deviation>);
}

}  // namespace

void bind_drawing(nb::module_& module) {
    bind_answers(module);
    nb::class_<Plotter> plotter(module, "Plotter", "A series that grows in memory, with its plot.");
    plotter.def(nb::init<>())
        .def("append", &plotter_append<float>, "steps"_a, "wall_times"_a, "values"_a.noconvert(),
             "superseded_mask"_a = nb::none())
        .def("append", &plotter_append<double>, "steps"_a, "wall_times"_a, "values"_a, "superseded_mask"_a = nb::none())
        .def(
            "supersede", [](Plotter& series, const Array1<bool>& mask) { series.supersede(flags(mask)); },
            "superseded_mask"_a)
        .def_prop_ro("memory", [](Plotter& series) { return series.plot().memory(); })
        .def("release", [](Plotter& series) { series.plot().release(); })
        .def("__len__", [](const Plotter& series) { return series.points().size(); });
    bind_looks(plotter);
}

}  // namespace kymo::python
