// The only file that knows Python: everything it exposes is declared in the headers it includes.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;
using namespace nb::literals;

namespace {

// ---- writing: event_writer.h -------------------------------------------------------------------

void bind_writing(nb::module_& module) { (void)module; }

// ---- reading: run_log.h ------------------------------------------------------------------------

void bind_reading(nb::module_& module) { (void)module; }

// ---- drawing: plot.h ---------------------------------------------------------------------------

void bind_drawing(nb::module_& module) { (void)module; }

}  // namespace

NB_MODULE(_core, module) {
    module.doc() = "The native core of kymo: event files in and out, columns, viewports.";
    bind_writing(module);
    bind_reading(module);
    bind_drawing(module);
}
