// Values counted in bins, as Python sees it.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <new>
#include <span>

#include "bindings/gil_release.h"
#include "bindings/looks.h"
#include "bindings/sections.h"
#include "writing/bins.h"

namespace kymo::python {
namespace {

namespace nb = nanobind;
using namespace nb::literals;

void make_bins(Bins* bins, const Array1<double>& edges) {
    const std::span<const double> given = elements(edges);
    if (given.size() < 2) throw nb::value_error("Bins need at least two edges.");
    if (!std::ranges::is_sorted(given) || std::ranges::any_of(given, [](double edge) { return std::isnan(edge); }))
        throw nb::value_error("The edges of bins must ascend, and none may be NaN.");
    new (bins) Bins(given);
}

template <typename T>
ValueCounts count(const Bins& bins, const Array1<T>& values) {
    const GilRelease unlocked;
    return bins.count(elements(values));
}

using Counts = nb::ndarray<nb::numpy, const std::int64_t, nb::ndim<1>>;

}  // namespace

void bind_counting(nb::module_& module) {
    nb::class_<ValueCounts>(module, "ValueCounts",
                            "What was counted of values; all but NaN and infinities is of the finite ones.")
        .def_prop_ro(
            "bins", [](const ValueCounts& counts) { return Counts(counts.bins.data(), {counts.bins.size()}); },
            nb::rv_policy::reference_internal, "How many values lie in each bin.")
        .def_ro("below", &ValueCounts::below, "Values below all bins.")
        .def_ro("above", &ValueCounts::above, "Values above all bins.")
        .def_ro("nan", &ValueCounts::nan)
        .def_ro("positive_infinity", &ValueCounts::positive_infinity)
        .def_ro("negative_infinity", &ValueCounts::negative_infinity)
        .def_ro("finite", &ValueCounts::finite, "How many values are finite.")
        .def_ro("zeros", &ValueCounts::zeros)
        .def_ro("min", &ValueCounts::min, "NaN where no value is finite.")
        .def_ro("max", &ValueCounts::max, "NaN where no value is finite.")
        .def_ro("sum", &ValueCounts::sum)
        .def_ro("sum_squares", &ValueCounts::sum_squares);
    nb::class_<Bins>(module, "Bins",
                     "Bins between ascending edges: each holds its lower edge, the last one its upper edge, too.")
        .def("__init__", &make_bins, "edges"_a)
        .def("__len__", &Bins::size)
        .def("count", &count<float>, "values"_a.noconvert())
        .def("count", &count<double>, "values"_a.noconvert(), "Counts values in a single pass, without the GIL.");
}

}  // namespace kymo::python
