// The number that a tensor holds, read where it lies.
#pragma once

#include <Python.h>

#include <optional>

namespace kymo::bindings {

// Of a tensor of one float32 or float64 on the CPU whose type offers DLPack's exchange interface, without a
// call of item(). Nothing of anything else, and no Python error is left behind.
std::optional<double> borrowed_number(PyObject* object);

}  // namespace kymo::bindings
