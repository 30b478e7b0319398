// Event files out, as Python sees it.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings/borrowed_number.h"
#include "bindings/gil_release.h"
#include "bindings/sections.h"
#include "format/crc32c.h"
#include "format/tfrecord.h"
#include "writing/event_writer.h"

namespace kymo::python {
namespace {

namespace nb = nanobind;
using namespace nb::literals;
using kymo::ScalarForm, kymo::Stamp;

std::span<const std::byte> view(const nb::bytes& bytes) {
    return {static_cast<const std::byte*>(bytes.data()), bytes.size()};
}

// Reading the tags and numbers out of a list by hand costs a third of what the generic conversion does.
std::vector<kymo::Scalar> scalars_of(const nb::tuple& items) {
    std::vector<kymo::Scalar> scalars;
    scalars.reserve(items.size());
    for (nb::handle item : items) {
        PyObject* pair = item.ptr();
        if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2)
            throw nb::type_error("items must be (tag, value) pairs");
        Py_ssize_t size = 0;
        const char* tag = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(pair, 0), &size);
        if (tag == nullptr) throw nb::python_error();
        const double value = PyFloat_AsDouble(PyTuple_GET_ITEM(pair, 1));
        if (value == -1.0 && PyErr_Occurred() != nullptr) throw nb::python_error();
        scalars.push_back({{tag, static_cast<std::size_t>(size)}, value});
    }
    return scalars;
}

// Small events are appended with the GIL held: giving it up would take longer, and wait for other threads' turns.
constexpr std::size_t small_event = 64 << 10;

// Collecting a writer flushes it, for which no other thread may have to wait.
class CollectedEventWriter : public kymo::EventWriter {
  public:
    using kymo::EventWriter::EventWriter;
    ~CollectedEventWriter() {
        GilRelease unlocked;
        close();
    }
};

// Whether there are notices; nothing when the writer is closed, as another thread may do at any moment.
template <typename Add>
std::optional<bool> append_if_open(CollectedEventWriter& writer, std::size_t size, Add&& add) {
    if (writer.congested()) {
        GilRelease unlocked;
        writer.wait_for_room();
    }
    kymo::EventWriter::Append outcome;
    if (size <= small_event && !writer.writes_through()) {
        outcome = add();
    } else {
        GilRelease unlocked;
        outcome = add();
    }
    if (outcome == kymo::EventWriter::Append::closed) return std::nullopt;
    return outcome == kymo::EventWriter::Append::done_with_notices;
}

template <typename Add>
bool append(CollectedEventWriter& writer, std::size_t size, Add&& add) {
    const auto noticed = append_if_open(writer, size, std::forward<Add>(add));
    if (!noticed) throw nb::value_error("the event writer is closed");
    return *noticed;
}

bool add_scalar(CollectedEventWriter& writer, std::string_view tag, double value, std::int64_t step, double wall_time,
                ScalarForm form) {
    const kymo::Scalar scalar{tag, value};
    return append(writer, tag.size(), [&] { return writer.add_scalars({&scalar, 1}, form, {wall_time, step}); });
}

template <ScalarForm form>
bool add_one(CollectedEventWriter& writer, std::string_view tag, double value, std::int64_t step, double wall_time) {
    return add_scalar(writer, tag, value, step, wall_time, form);
}

std::optional<std::int64_t> plain_step(PyObject* object) {
    if (!PyLong_CheckExact(object)) return std::nullopt;
    int overflow = 0;
    const long long step = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow != 0) return std::nullopt;
    return step;
}

double seconds_since_epoch() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Valid as long as the object: nothing where it is no plain str of ASCII.
std::optional<std::string_view> plain_tag(PyObject* object) {
    if (!PyUnicode_CheckExact(object) || !PyUnicode_IS_ASCII(object)) return std::nullopt;
    return std::string_view(static_cast<const char*>(PyUnicode_DATA(object)),
                            static_cast<std::size_t>(PyUnicode_GET_LENGTH(object)));
}

// Between the steps of a training, what a call touches has left the processor's caches, and its cost goes by how much
// that is: one native call that looks at the arguments, takes the time and appends touches less than Python does for
// the same (benches/paced_call.py).
nb::object add_now(CollectedEventWriter& writer, nb::handle tag, nb::handle value, nb::handle step) {
    const auto whole = plain_step(step.ptr());
    const auto name = plain_tag(tag.ptr());
    if (!whole || !name || !PyFloat_CheckExact(value.ptr())) return nb::none();
    const kymo::Scalar scalar{*name, PyFloat_AS_DOUBLE(value.ptr())};
    const Stamp stamp{seconds_since_epoch(), *whole};
    const auto noticed = append_if_open(
        writer, scalar.tag.size(), [&] { return writer.add_scalars({&scalar, 1}, ScalarForm::simple_value, stamp); });
    return noticed ? nb::object(nb::bool_(*noticed)) : nb::none();
}

// What a float holds, or a tensor of one float on the CPU.
std::optional<double> plain_number(PyObject* value) {
    if (PyFloat_CheckExact(value)) return PyFloat_AS_DOUBLE(value);
    if (const auto number = kymo::bindings::borrowed_number(value)) return number;
    static PyObject* const is_cpu = PyUnicode_InternFromString("is_cpu");
    static PyObject* const item = PyUnicode_InternFromString("item");
    const nb::object on_cpu = nb::steal(PyObject_GetAttr(value, is_cpu));
    const nb::object number = nb::steal(on_cpu.ptr() == Py_True ? PyObject_CallMethodNoArgs(value, item) : nullptr);
    PyErr_Clear();  // whoever looks closely says what is wrong
    if (!number.is_valid() || !PyFloat_CheckExact(number.ptr())) return std::nullopt;
    return PyFloat_AS_DOUBLE(number.ptr());
}

// As add_now, of all numbers of a dict; `read` is given a copy of it that holds floats alone.
nb::object add_numbers_now(CollectedEventWriter& writer, nb::handle values, nb::handle step, nb::list read) {
    const auto whole = plain_step(step.ptr());
    if (!whole || !PyDict_CheckExact(values.ptr()) || PyDict_GET_SIZE(values.ptr()) == 0) return nb::none();
    const nb::object own = nb::steal(PyDict_Copy(values.ptr()));
    if (!own.is_valid()) throw nb::python_error();
    std::vector<kymo::Scalar> scalars;
    scalars.reserve(static_cast<std::size_t>(PyDict_GET_SIZE(own.ptr())));
    PyObject *tag = nullptr, *value = nullptr;
    for (Py_ssize_t position = 0; PyDict_Next(own.ptr(), &position, &tag, &value) != 0;) {
        const auto name = plain_tag(tag);
        const auto number = name ? plain_number(value) : std::nullopt;
        if (!number) return nb::none();
        // Another value of a key that is there may be set while a dict is walked through.
        if (!PyFloat_CheckExact(value) && PyDict_SetItem(own.ptr(), tag, nb::float_(*number).ptr()) != 0)
            throw nb::python_error();
        scalars.push_back({*name, *number});
    }
    const Stamp stamp{seconds_since_epoch(), *whole};
    const auto noticed =
        append_if_open(writer, 0, [&] { return writer.add_scalars(scalars, ScalarForm::simple_value, stamp); });
    if (!noticed) return nb::none();
    read.append(own);
    return nb::bool_(*noticed);
}

void bind_event_writer(nb::module_& module) {
    using EventWriter = CollectedEventWriter;
    using kymo::ScalarForm;
    using kymo::Seconds;
    using Unlocked = nb::call_guard<GilRelease>;
    const kymo::EventWriterOptions standard;

    nb::class_<EventWriter>(module, "EventWriter",
                            "Appends events to a file from any thread; a thread of its own writes them out.\n\n"
                            "Each add_ method returns whether notices wait (see take_notices) or `path` changed "
                            "because the process was forked.")
        .def(
            "__init__",
            [](EventWriter* self, std::string path, double flush_interval, std::size_t flush_bytes,
               std::size_t buffer_limit, double patience) {
                GilRelease unlocked;
                new (self) EventWriter(std::move(path),
                                       {Seconds(flush_interval), flush_bytes, buffer_limit, Seconds(patience)});
            },
            "path"_a, nb::kw_only(), "flush_interval"_a = standard.flush_interval.count(),
            "flush_bytes"_a = standard.flush_bytes, "buffer_limit"_a = standard.buffer_limit,
            "patience"_a = standard.patience.count())
        .def("add_now", &add_now, nb::arg().none(), nb::arg().none(), nb::arg().none(),
             "A float32 in simple_value, stamped with the present time, if tag is an ASCII str, value a float and step "
             "an int64 as an int. None, and nothing is added, if one is not or the writer is closed.",
             nb::sig("def add_now(self, tag: object, value: object, step: object, /) -> bool | None"))
        .def("add_numbers_now", &add_numbers_now, nb::arg().none(), nb::arg().none(), nb::arg(),
             "One event of the numbers of a dict, stamped with the present time, if its keys are ASCII str and its "
             "values floats or tensors of one float on the CPU; a copy that holds floats is appended to `read`. None, "
             "and nothing is added, if one is not, the dict is empty or the writer is closed.",
             nb::sig("def add_numbers_now(self, values: object, step: object, read: list[dict[str, float]], /) -> "
                     "bool | None"))
        .def("add_scalar", &add_one<ScalarForm::simple_value>, "tag"_a, "value"_a, "step"_a, "wall_time"_a,
             "A float32 in simple_value.")
        .def("add_scalar_tensor", &add_one<ScalarForm::float_tensor>, "tag"_a, "value"_a, "step"_a, "wall_time"_a,
             "A rank-0 float32 tensor of the scalars plugin.")
        .def("add_scalar_double", &add_one<ScalarForm::double_tensor>, "tag"_a, "value"_a, "step"_a, "wall_time"_a,
             "A rank-0 float64 tensor of the scalars plugin.")
        .def(
            "add_scalars",
            [](CollectedEventWriter& writer, const nb::list& items, std::int64_t step, double wall_time) {
                const nb::tuple kept(items);  // the tags must outlive what other threads do to the list
                const auto scalars = scalars_of(kept);
                return append(writer, 0,
                              [&] { return writer.add_scalars(scalars, ScalarForm::simple_value, {wall_time, step}); });
            },
            "items"_a, "step"_a, "wall_time"_a, "One event that holds a simple_value for each (tag, value) pair.",
            nb::sig("def add_scalars(self, items: list[tuple[str, float]], step: int, wall_time: float) -> bool"))
        .def(
            "add_summary",
            [](CollectedEventWriter& writer, const nb::bytes& summary, std::int64_t step, double wall_time) {
                const auto bytes = view(summary);
                return append(writer, bytes.size(), [&] { return writer.add_summary(bytes, {wall_time, step}); });
            },
            "summary"_a, "step"_a, "wall_time"_a, "An encoded Summary.")
        .def(
            "add_event",
            [](CollectedEventWriter& writer, const nb::bytes& event) {
                const auto bytes = view(event);
                return append(writer, bytes.size(), [&] { return writer.add_event(bytes); });
            },
            "event"_a, "An encoded Event.")
        .def(
            "add_session_start",
            [](CollectedEventWriter& writer, std::int64_t step, double wall_time) {
                append(writer, 0, [&] { return writer.add_file_version({wall_time, step}); });
                return append(writer, 0,
                              [&] { return writer.add_session(kymo::SessionStatus::start, {wall_time, step}); });
            },
            "step"_a, "wall_time"_a, "Marks what other files of the run hold from `step` on as superseded.")
        .def("flush", &EventWriter::flush, "sync"_a = false, Unlocked(),
             "Whether all that was added is in the file; with `sync`, on the disk. Also after close.")
        .def("begin_flush", &EventWriter::begin_flush, "sync"_a = false, Unlocked(),
             "The first half of flush, so that many writers can be flushed at once: asks for it.")
        .def(
            "end_flush",
            [](EventWriter& writer, std::uint64_t request, bool sync, double patience) {
                return writer.end_flush(request, sync, Seconds(patience));
            },
            "request"_a, "sync"_a, "patience"_a, Unlocked(),
            "The second half: waits, for `patience` seconds at most, for what begin_flush or begin_finish returned.")
        .def("finish", &EventWriter::finish, Unlocked(),
             "Flushes to the disk; from then on every event is written before its call returns.")
        .def("begin_finish", &EventWriter::begin_finish, Unlocked(),
             "The first half of finish; the second is end_flush with `sync`.")
        .def("begin_close", &EventWriter::begin_close, Unlocked(),
             "Begins what close waits for: many writers can be closed at once.")
        .def("close", &EventWriter::close, Unlocked(),
             "Flushes to the disk and ends. Whether everything that waited was written.")
        .def("take_notices", &EventWriter::take_notices, "Problems, each a sentence that was not taken before.")
        .def_prop_ro("path", &EventWriter::path)
        .def_prop_ro("closed", &EventWriter::closed)
        .def_prop_ro("pending_bytes", &EventWriter::pending_bytes)
        .def_prop_ro("dropped_records", &EventWriter::dropped_records);
}

}  // namespace

void bind_writing(nb::module_& module) {
    // Writers that live until the interpreter ends are no leak: they are flushed before it.
    nb::set_leak_warnings(false);
    bind_event_writer(module);
    module.def(
        "crc32c",
        [](const nb::bytes& data, std::uint32_t crc) {
            const auto bytes = view(data);
            GilRelease unlocked;
            return kymo::crc32c(bytes, crc);
        },
        "data"_a, "crc"_a = 0, "CRC-32C of `data`, continuing from the checksum `crc`.");
    module.def(
        "crc32c_table",
        [](const nb::bytes& data, std::uint32_t crc) {
            const auto bytes = view(data);
            GilRelease unlocked;
            return kymo::crc32c_table(bytes, crc);
        },
        "data"_a, "crc"_a = 0, "The same, by the portable implementation.");
    module.def("crc32c_implementation", &kymo::crc32c_implementation, "Which implementation crc32c uses.");
    module.def("mask_crc", &kymo::mask_crc, "crc"_a, "The masked form in which TFRecord stores a checksum.");
}

}  // namespace kymo::python
