// The module `kymo._core`.
#include "bindings/sections.h"

NB_MODULE(_core, module) {
    module.doc() = "The native core of kymo: event files in and out, columns, viewports.";
    kymo::python::bind_writing(module);
    kymo::python::bind_counting(module);
    kymo::python::bind_drawing(module);
    kymo::python::bind_reading(module);
}
