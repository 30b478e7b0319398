// Gives the GIL up for as long as it lives.
#pragma once

#include <Python.h>
#include <unistd.h>

#ifdef __GLIBCXX__
#include <cxxabi.h>
#endif

namespace kymo::python {

// nanobind's own guard ends the process with SIGABRT when the interpreter ends meanwhile: CPython before 3.14 then
// unwinds a daemon thread that asks for the GIL, through frames that are noexcept. Here such a thread stops instead.
class GilRelease {
  public:
    GilRelease() : state_(PyEval_SaveThread()) {}
#ifdef __GLIBCXX__
    // A forced unwinding is no object: what is caught refers to nothing, which the sanitizer would tell.
    __attribute__((no_sanitize("undefined")))
#endif
    ~GilRelease() {
#ifdef __GLIBCXX__
        try {
            PyEval_RestoreThread(state_);
        } catch (const abi::__forced_unwind&) {
            while (true) pause();
        }
#else
        PyEval_RestoreThread(state_);
#endif
    }
    GilRelease(const GilRelease&) = delete;
    GilRelease& operator=(const GilRelease&) = delete;

  private:
    PyThreadState* state_;
};

}  // namespace kymo::python
