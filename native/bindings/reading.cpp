// Event files in, as Python sees it.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings/gil_release.h"
#include "bindings/looks.h"
#include "bindings/sections.h"
#include "drawing/plot_axis.h"
#include "reading/run_log.h"
#include "reading/tag_kind.h"

namespace kymo::python {
namespace {

namespace nb = nanobind;
using namespace nb::literals;

// Text of a file may be broken; it must never be what keeps a log from being read.
nb::object text(std::string_view bytes) {
    return nb::steal(PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "replace"));
}

// Paths are bytes to the system: what is not UTF-8 passes through Python and back unharmed.
nb::object path_text(const std::string& path) {
    return nb::steal(PyUnicode_DecodeFSDefaultAndSize(path.data(), static_cast<Py_ssize_t>(path.size())));
}

std::string path_bytes(nb::handle path) {
    PyObject* encoded = nullptr;
    if (PyUnicode_FSConverter(path.ptr(), &encoded) == 0) throw nb::python_error();
    const nb::bytes bytes = nb::steal<nb::bytes>(encoded);
    return {bytes.c_str(), bytes.size()};
}

template <typename T, typename Shown = T>
using ReadOnly = nb::ndarray<nb::numpy, const Shown, nb::ndim<1>>;

// Each array brings its owner: the object that it was asked of must not be made one.
constexpr auto owning = nb::rv_policy::automatic;

// A view of a column's block: the array holds the block alive, whatever becomes of the series.
template <typename T, typename Shown = T>
ReadOnly<T, Shown> column_array(const typename Column<T>::View& column) {
    static_assert(sizeof(T) == sizeof(Shown));
    static const T nothing{};
    const void* data = column.block ? static_cast<const void*>(column.block.get()) : &nothing;
    using Block = std::shared_ptr<const T[]>;
    nb::capsule owner(new Block(column.block), [](void* block) noexcept { delete static_cast<Block*>(block); });
    return ReadOnly<T, Shown>(static_cast<const Shown*>(data), {column.size}, owner);
}

// A mask of `size` rows, for columns that have none while nothing is masked.
ReadOnly<std::uint8_t, bool> mask_array(const Column<std::uint8_t>::View& mask, std::size_t size) {
    if (mask.size == size) return column_array<std::uint8_t, bool>(mask);
    Column<std::uint8_t> clear;
    const std::vector<std::uint8_t> zeros(size);
    clear.append(zeros);
    return column_array<std::uint8_t, bool>(clear.view());
}

const auto values_signature = nb::for_getter(
    nb::sig("def values(self) -> numpy.typing.NDArray[numpy.float32] | numpy.typing.NDArray[numpy.float64]"));

nb::object value_array(const Points& points) {
    if (points.values64.size != 0) return nb::cast(column_array<double>(points.values64));
    return nb::cast(column_array<float>(points.values32));
}

std::optional<double> first_time(const TimeRange& range) {
    if (range.empty()) return std::nullopt;
    return range.first;
}

std::optional<double> last_time(const TimeRange& range) {
    if (range.empty()) return std::nullopt;
    return range.last;
}

nb::object session_status(std::int32_t status) {
    static constexpr std::string_view names[] = {"UNSPECIFIED", "START", "STOP", "CHECKPOINT"};
    return text(status >= 0 && status < 4 ? std::string(names[status]) : std::to_string(status));
}

using Point = std::tuple<std::int64_t, double, double>;

std::optional<Point> last_point(const Series& series) {
    const Points points = series.points();
    for (std::size_t row = points.size(); row-- > 0;) {
        if (points.superseded.size != 0 && points.superseded.block[row] != 0) continue;
        return Point{points.steps.block[row], points.wall_times.block[row], points.value(row)};
    }
    return std::nullopt;
}

ReadOnly<double> values_at_steps(const Series& series, const Array1<std::int64_t>& steps) {
    auto values = std::make_unique<std::vector<double>>(steps.size(), std::numeric_limits<double>::quiet_NaN());
    Knots knots;
    knots.update(series.points());
    if (!knots.empty()) std::ranges::transform(elements(steps), values->begin(), std::cref(knots));
    const double* data = values->data();
    nb::capsule owner(values.release(), [](void* held) noexcept { delete static_cast<std::vector<double>*>(held); });
    return {data, {steps.size()}, owner};
}

void bind_series(nb::module_& module) {
    nb::class_<Points>(module, "SeriesColumns", "A series at one instant: columns of one length, read-only.")
        .def_prop_ro(
            "steps", [](const Points& points) { return column_array<std::int64_t>(points.steps); }, owning)
        .def_prop_ro(
            "wall_times", [](const Points& points) { return column_array<double>(points.wall_times); }, owning)
        .def_prop_ro("values", &value_array, values_signature)
        .def_prop_ro(
            "superseded", [](const Points& points) { return mask_array(points.superseded, points.size()); }, owning)
        .def("__len__", &Points::size);

    nb::class_<Series> type(module, "Series", "One tag's numbers over a whole run; grows as the run does.");
    type.def_prop_ro("tag", [](const Series& series) { return nb::str(text(series.tag())); })
        .def_prop_ro("version", &Series::version)
        .def_prop_ro("superseded_count", &Series::superseded_count)
        .def("__len__", &Series::size)
        .def("snapshot", &Series::points)
        .def_prop_ro(
            "steps", [](const Series& series) { return column_array<std::int64_t>(series.points().steps); }, owning)
        .def_prop_ro(
            "wall_times", [](const Series& series) { return column_array<double>(series.points().wall_times); }, owning)
        .def_prop_ro(
            "values", [](const Series& series) { return value_array(series.points()); }, values_signature)
        .def_prop_ro(
            "superseded",
            [](const Series& series) {
                const Points points = series.points();
                return mask_array(points.superseded, points.size());
            },
            owning)
        .def_prop_ro("last", &last_point, "The newest (step, wall_time, value) that no restart has superseded.")
        .def("at_steps", &values_at_steps, owning, "steps"_a,
             "What the axis \"mapped\" makes of each step where it goes by this series; NaN where it has no point.");
    bind_looks(type);
}

void bind_run_parts(nb::module_& module) {
    nb::class_<Refresh>(module, "Refresh", "What one refresh found.")
        .def_prop_ro("tags",
                     [](const Refresh& refresh) {
                         nb::list tags;
                         for (const std::string& tag : refresh.tags) tags.append(text(tag));
                         return nb::typed<nb::list, nb::str>(tags);
                     })
        .def_ro("points", &Refresh::points)
        .def_ro("bytes", &Refresh::bytes)
        .def_ro("more", &Refresh::more)
        .def_ro("offset", &Refresh::offset, "How many bytes of all files are read.")
        .def_ro("size", &Refresh::size, "How many bytes all files have.")
        .def_ro("waiting", &Refresh::waiting, "How many files are not read to their end.")
        .def_ro("modified", &Refresh::modified, "When the newest file was written to, in nanoseconds; 0 without files.")
        .def_ro("index_due", &Refresh::index_due, "So much was read that `save_indexes` is worth it.");
    nb::class_<SavedIndexes>(module, "SavedIndexes", "What was kept of the scans.")
        .def_ro("files", &SavedIndexes::files)
        .def_ro("bytes", &SavedIndexes::bytes)
        .def_prop_ro("error", [](const SavedIndexes& saved) { return nb::str(text(saved.error)); });
    nb::class_<TagInfo>(module, "TagInfo", "A tag and what its first value said about it.")
        .def_prop_ro("tag", [](const TagInfo& info) { return nb::str(text(info.tag)); })
        .def_prop_ro("kind", [](const TagInfo& info) { return nb::str(text(info.kind)); })
        .def_prop_ro("plugin", [](const TagInfo& info) { return nb::str(text(info.metadata->plugin)); })
        .def_prop_ro("display_name", [](const TagInfo& info) { return nb::str(text(info.metadata->display_name)); })
        .def_prop_ro("description", [](const TagInfo& info) { return nb::str(text(info.metadata->description)); })
        .def_prop_ro(
            "content",
            [](const TagInfo& info) { return nb::bytes(info.metadata->content.data(), info.metadata->content.size()); })
        .def_prop_ro("count", [](const TagInfo& info) { return info.count.load(); }, "How many values it has by now.");
    nb::class_<FileInfo>(module, "FileInfo", "One event file and how far it was read.")
        .def_prop_ro("path", [](const FileInfo& info) { return nb::str(path_text(info.path)); })
        .def_ro("size", &FileInfo::size)
        .def_ro("offset", &FileInfo::offset)
        .def_ro("events", &FileInfo::events)
        .def_ro("damage", &FileInfo::damage, "How many pieces of damage were found, those not kept included.")
        .def_prop_ro("first_wall_time", [](const FileInfo& info) { return first_time(info.range); })
        .def_prop_ro("last_wall_time", [](const FileInfo& info) { return last_time(info.range); })
        .def_prop_ro("writer", [](const FileInfo& info) { return nb::str(text(info.writer)); })
        .def_ro("missing", &FileInfo::missing);
    nb::class_<LoggedSession>(module, "SessionEvent", "A session log of the run: a start, a stop or a checkpoint.")
        .def_prop_ro("status", [](const LoggedSession& event) { return nb::str(session_status(event.status)); })
        .def_ro("step", &LoggedSession::step)
        .def_ro("wall_time", &LoggedSession::wall_time)
        .def_ro("file", &LoggedSession::file);
    nb::class_<FileDamage>(module, "Damage", "What was wrong at one place of a file.")
        .def_prop_ro("file", [](const FileDamage& at) { return nb::str(path_text(at.file)); })
        .def_prop_ro("offset", [](const FileDamage& at) { return at.damage.offset; })
        .def_prop_ro("rule", [](const FileDamage& at) { return nb::str(text(at.damage.rule)); })
        .def_prop_ro("cause", [](const FileDamage& at) { return nb::str(text(at.damage.cause)); });
    nb::class_<Payloads>(module, "Payloads", "Where the values of a tag lie: columns of one length, read-only.")
        .def_prop_ro(
            "steps", [](const Payloads& at) { return column_array<std::int64_t>(at.steps); }, owning)
        .def_prop_ro(
            "wall_times", [](const Payloads& at) { return column_array<double>(at.wall_times); }, owning)
        .def_prop_ro(
            "offsets", [](const Payloads& at) { return column_array<std::uint64_t>(at.offsets); }, owning)
        .def_prop_ro(
            "lengths", [](const Payloads& at) { return column_array<std::uint64_t>(at.lengths); }, owning)
        .def_prop_ro(
            "files", [](const Payloads& at) { return column_array<std::uint32_t>(at.files); }, owning)
        .def_prop_ro(
            "superseded", [](const Payloads& at) { return mask_array(at.superseded, at.steps.size); }, owning)
        .def("__len__", [](const Payloads& at) { return at.steps.size; });
}

nb::builtin_exception no_tag(std::string_view tag) { return nb::key_error(std::string(tag).c_str()); }

nb::typed<nb::list, nb::str> scalar_tags(const RunLog& log) {
    const std::shared_ptr<const RunView> view = log.view();
    nb::list tags;
    for (const auto& info : *view->tags) {
        if (info->kind == kinds::scalar) tags.append(text(info->tag));
    }
    return nb::typed<nb::list, nb::str>(tags);
}

using TaggedPoint = std::tuple<nb::str, std::int64_t, double, double>;

std::optional<TaggedPoint> newest_point(const RunLog& log) {
    const std::shared_ptr<const RunView> view = log.view();
    if (!view->newest) return std::nullopt;
    const NewestPoint& point = *view->newest;
    return TaggedPoint{nb::str(text(point.tag->tag)), point.step, point.wall_time, point.value};
}

// All in one call: there may be very many, and each return to Python may have to wait for its lock.
std::vector<std::size_t> outdated(const nb::sequence& logs) {
    std::vector<RunLog*> asked;
    for (const nb::handle log : logs) asked.push_back(nb::cast<RunLog*>(log));
    std::vector<std::size_t> found;
    const GilRelease unlocked;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        if (asked[i]->outdated()) found.push_back(i);
    }
    return found;
}

void bind_run_log(nb::module_& module) {
    nb::class_<RunLog>(module, "RunLog", "All event files of one run directory: follows each and merges their tags.")
        .def(nb::init<>())
        .def(
            "set_files",
            [](RunLog& log, const nb::sequence& paths, const nb::sequence& indexes) {
                std::vector<WantedFile> files;
                for (const nb::handle path : paths) files.push_back({path_bytes(path), {}});
                std::size_t i = 0;
                for (const nb::handle index : indexes) {
                    if (i == files.size())
                        throw nb::value_error("There are more indexes than files: give one for each.");
                    files[i++].index = path_bytes(index);
                }
                log.set_files(std::move(files));
            },
            "paths"_a, "indexes"_a = nb::tuple(),
            nb::sig("def set_files(self, paths: collections.abc.Sequence[str], indexes: "
                    "collections.abc.Sequence[str] = ()) -> None"),
            "The run's event files, from the next refresh on, and for each the file that its scan is kept in.")
        .def("index_due", &RunLog::index_due, "ending"_a = false, nb::call_guard<GilRelease>(),
             "Whether `save_indexes` would save anything.")
        .def(
            "save_indexes", &RunLog::save_indexes, "ending"_a = false, nb::call_guard<GilRelease>(),
            "Keeps the scans that have grown by a quarter since they were last kept, or noticeably where the log ends.")
        .def("refresh", &RunLog::refresh, "byte_budget"_a = 0, nb::call_guard<GilRelease>(),
             "Reads what has grown, at most about `byte_budget` bytes of it unless that is 0.")
        .def_prop_ro("version", [](const RunLog& log) { return log.view()->version; })
        .def_prop_ro(
            "tags_version", [](const RunLog& log) { return log.view()->tags_version; },
            "Grows when `tags` answers other tags; their counts aside.")
        .def("tags", [](const RunLog& log) { return *log.view()->tags; })
        .def("scalars", &scalar_tags, "The tags whose values are plain numbers.")
        .def("info", &RunLog::info, "tag"_a, nb::sig("def info(self, tag: str) -> TagInfo | None"),
             "What a tag is; None where the run has no such tag.")
        .def("files", [](const RunLog& log) { return log.view()->files; })
        .def("sessions", [](const RunLog& log) { return log.view()->sessions; })
        .def("damage", [](const RunLog& log) { return log.view()->damage; })
        .def_prop_ro("first_wall_time", [](const RunLog& log) { return first_time(log.view()->range); })
        .def_prop_ro("last_wall_time", [](const RunLog& log) { return last_time(log.view()->range); })
        .def_prop_ro("points", [](const RunLog& log) { return log.view()->points; })
        .def_prop_ro("newest", &newest_point, "(tag, step, wall_time, value) of the scalar that was logged last.")
        .def(
            "series",
            [](const RunLog& log, std::string_view tag) {
                auto series = log.series(tag);
                if (!series) throw no_tag(tag);
                return series;
            },
            "tag"_a, "The live series of a tag; KeyError where the run has no such tag.")
        .def(
            "payloads",
            [](const RunLog& log, std::string_view tag) {
                auto payloads = log.payloads(tag);
                if (!payloads) throw no_tag(tag);
                return *payloads;
            },
            "tag"_a, "Where the values of a tag lie; KeyError where the run has no such tag.");
}

}  // namespace

void bind_reading(nb::module_& module) {
    bind_series(module);
    bind_run_parts(module);
    bind_run_log(module);
    module.def("outdated", &outdated, "logs"_a,
               nb::sig("def outdated(logs: collections.abc.Sequence[RunLog]) -> list[int]"),
               "The numbers of those that have a file which differs from what was read; costs one stat a file.");
}

}  // namespace kymo::python
