// The sections of the module, one for each room of the core. Only this folder knows Python.
#pragma once

#include <nanobind/nanobind.h>

namespace kymo::python {

void bind_writing(nanobind::module_& module);
void bind_counting(nanobind::module_& module);
void bind_drawing(nanobind::module_& module);
void bind_reading(nanobind::module_& module);

}  // namespace kymo::python
