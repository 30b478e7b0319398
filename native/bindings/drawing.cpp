// Viewports, as Python sees them.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string_view.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "bindings/gil_release.h"
#include "bindings/sections.h"
#include "drawing/plot.h"
#include "drawing/plotter.h"

namespace kymo::python {
namespace {

namespace nb = nanobind;
using namespace nb::literals;

template <typename T>
using Array1 = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

template <typename T>
using Numpy1 = nb::ndarray<nb::numpy, const T, nb::ndim<1>>;

template <typename T>
std::span<const T> elements(const Array1<T>& array) {
    return {array.data(), array.size()};
}

std::span<const std::uint8_t> flags(const std::optional<Array1<bool>>& mask) {
    if (!mask) return {};
    return {reinterpret_cast<const std::uint8_t*>(mask->data()), mask->size()};
}

ViewportQuery viewport_query(std::string_view axis, double origin, double low, double high, std::uint32_t pixels,
                             std::string_view smoothing, double amount, bool superseded, bool log_x) {
    return {axis_named(axis), origin, nullptr, low, high, pixels, smoothing_named(smoothing), amount, superseded, log_x};
}

Viewport plotter_viewport(Plotter& plotter, std::string_view axis, double origin, Plotter* mapping, double low,
                          double high, std::uint32_t pixels, std::string_view smoothing, double amount,
                          bool superseded, bool log_x) {
    ViewportQuery query = viewport_query(axis, origin, low, high, pixels, smoothing, amount, superseded, log_x);
    const GilRelease released;
    const Points mapped_by = mapping != nullptr ? mapping->snapshot() : Points();
    if (mapping != nullptr) query.mapping = &mapped_by;
    return plotter.viewport(query);
}

template <typename T>
void plotter_append(Plotter& plotter, const Array1<std::int64_t>& steps, const Array1<double>& wall_times,
                    const Array1<T>& values, const std::optional<Array1<bool>>& superseded_mask) {
    const auto mask = flags(superseded_mask);
    const GilRelease released;
    plotter.append(elements(steps), elements(wall_times), elements(values), mask);
}

template <typename T>
Viewport plot_points(const Array1<std::int64_t>& steps, const Array1<double>& wall_times, const Array1<T>& values,
                     std::string_view axis, double origin, Plotter* mapping, double low, double high,
                     std::uint32_t pixels, std::string_view smoothing, double amount, bool superseded, bool log_x,
                     const std::optional<Array1<bool>>& superseded_mask) {
    Plotter plotter;
    plotter_append<T>(plotter, steps, wall_times, values, superseded_mask);
    return plotter_viewport(plotter, axis, origin, mapping, low, high, pixels, smoothing, amount, superseded,
                            log_x);
}

template <auto Member>
auto viewport_column(const Viewport& viewport) {
    const auto& column = viewport.*Member;
    return Numpy1<typename std::remove_cvref_t<decltype(column)>::value_type>(column.data(), {column.size()});
}

}  // namespace

void bind_drawing(nb::module_& module) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    constexpr auto inside = nb::rv_policy::reference_internal;
    nb::class_<Viewport>(module, "Viewport", "What of a series must be drawn: chosen points in order of x.")
        .def_prop_ro("x", &viewport_column<&Viewport::x>, inside)
        .def_prop_ro("value", &viewport_column<&Viewport::value>, inside)
        .def_prop_ro(
            "smoothed",
            [](const Viewport& viewport) -> std::optional<Numpy1<double>> {
                if (!viewport.is_smoothed) return std::nullopt;
                return viewport_column<&Viewport::smoothed>(viewport);
            },
            inside)
        .def_prop_ro("wall_times", &viewport_column<&Viewport::wall_times>, inside)
        .def_prop_ro("steps", &viewport_column<&Viewport::steps>, inside)
        .def_prop_ro("mark_x", &viewport_column<&Viewport::mark_x>, inside)
        .def_prop_ro("mark_kind", &viewport_column<&Viewport::mark_kind>, inside)
        .def_ro("points_in_view", &Viewport::points_in_view)
        .def_ro("not_positive", &Viewport::not_positive)
        .def_ro("downsampled", &Viewport::downsampled);

    nb::class_<Plotter>(module, "Plotter", "A series that grows in memory, with its plot.")
        .def(nb::init<>())
        .def("append", &plotter_append<float>, "steps"_a, "wall_times"_a, "values"_a.noconvert(),
             "superseded_mask"_a = nb::none())
        .def("append", &plotter_append<double>, "steps"_a, "wall_times"_a, "values"_a, "superseded_mask"_a = nb::none())
        .def(
            "supersede", [](Plotter& plotter, const Array1<bool>& mask) { plotter.supersede(flags(mask)); },
            "superseded_mask"_a)
        .def_prop_ro("memory", &Plotter::memory)
        .def("release", &Plotter::release)
        .def("__len__", [](const Plotter& plotter) { return plotter.snapshot().size(); })
        .def("viewport", &plotter_viewport, nb::kw_only(), "axis"_a = "step", "origin"_a = 0.0,
             "mapping"_a = nb::none(), "low"_a = -infinity, "high"_a = infinity, "pixels"_a = 1000,
             "smoothing"_a = "none", "amount"_a = 0.0, "superseded"_a = false, "log_x"_a = false);

    const auto bind_plot_points = [&](auto function, auto values) {
        module.def("plot_points", function, "steps"_a, "wall_times"_a, values, nb::kw_only(), "axis"_a = "step",
                   "origin"_a = 0.0, "mapping"_a = nb::none(), "low"_a = -infinity, "high"_a = infinity,
                   "pixels"_a = 1000, "smoothing"_a = "none", "amount"_a = 0.0, "superseded"_a = false, "log_x"_a = false,
                   "superseded_mask"_a = nb::none());
    };
    bind_plot_points(&plot_points<float>, "values"_a.noconvert());
    bind_plot_points(&plot_points<double>, "values"_a);
}

}  // namespace kymo::python
