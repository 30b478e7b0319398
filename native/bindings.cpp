// The only file that knows Python: everything it exposes is declared in the headers it includes.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "crc32c.h"
#include "tfrecord.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

// ---- writing: event_writer.h -------------------------------------------------------------------

std::span<const std::byte> view(const nb::bytes& bytes) {
    return {static_cast<const std::byte*>(bytes.data()), bytes.size()};
}

void bind_writing(nb::module_& module) {
    module.def(
        "crc32c",
        [](const nb::bytes& data, std::uint32_t crc) {
            const auto bytes = view(data);
            nb::gil_scoped_release unlocked;
            return kymo::crc32c(bytes, crc);
        },
        "data"_a, "crc"_a = 0, "CRC-32C of `data`, continuing from the checksum `crc`.");
    module.def(
        "crc32c_table",
        [](const nb::bytes& data, std::uint32_t crc) {
            const auto bytes = view(data);
            nb::gil_scoped_release unlocked;
            return kymo::crc32c_table(bytes, crc);
        },
        "data"_a, "crc"_a = 0, "The same, by the portable implementation.");
    module.def("crc32c_implementation", &kymo::crc32c_implementation, "Which implementation crc32c uses.");
    module.def("mask_crc", &kymo::mask_crc, "crc"_a, "The masked form in which TFRecord stores a checksum.");
}

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
