// The columns of one tag: numbers, or where heavier values lie in the file.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "drawing/points.h"
#include "reading/tensor_number.h"

namespace kymo {

struct Metadata {
    std::string plugin, content, display_name, description;
    bool operator==(const Metadata&) const = default;
};

// Single precision until one value needs more; from then on the whole column is double.
struct ScalarColumns {
    Column<std::int64_t> steps;
    Column<double> wall_times;
    Column<float> values32;
    Column<double> values64;
    bool wide = false;

    std::size_t size() const { return steps.size(); }
    bool full() const { return steps.full(); }
    double value(std::size_t row) const { return wide ? values64[row] : static_cast<double>(values32[row]); }
    void reserve(std::size_t rows) {
        steps.reserve(rows);
        wall_times.reserve(rows);
        wide ? values64.reserve(rows) : values32.reserve(rows);
    }
    void append(std::int64_t step, double wall_time, Number number) {
        if (!number.single && !wide) widen();
        steps.append(step);
        wall_times.append(wall_time);
        if (wide) {
            values64.append(number.value);
        } else {
            values32.append(static_cast<float>(number.value));
        }
    }
    void append_rows(const ScalarColumns& from, std::size_t begin, std::size_t end) {
        if (from.wide && !wide) widen();
        steps.append(from.steps.span().subspan(begin, end - begin));
        wall_times.append(from.wall_times.span().subspan(begin, end - begin));
        if (!wide) {
            values32.append(from.values32.span().subspan(begin, end - begin));
        } else if (from.wide) {
            values64.append(from.values64.span().subspan(begin, end - begin));
        } else {
            for (float value : from.values32.span().subspan(begin, end - begin)) values64.append(value);
        }
    }

  private:
    void widen() {
        values64.reserve(steps.capacity());
        for (float value : values32.span()) values64.append(value);
        values32 = {};
        wide = true;
    }
};

// One row a value: where its serialized form lies.
struct PayloadColumns {
    Column<std::int64_t> steps;
    Column<double> wall_times;
    Column<std::uint64_t> offsets;
    Column<std::uint64_t> lengths;

    std::size_t size() const { return steps.size(); }
    void append_rows(const PayloadColumns& from, std::size_t begin, std::size_t end) {
        steps.append(from.steps.span().subspan(begin, end - begin));
        wall_times.append(from.wall_times.span().subspan(begin, end - begin));
        offsets.append(from.offsets.span().subspan(begin, end - begin));
        lengths.append(from.lengths.span().subspan(begin, end - begin));
    }
};

// How many rows a table held when each restart of its file was written. Grows with restarts that are followed by rows,
// not with restarts times tags.
class RestartMarks {
  public:
    void before_row(std::size_t restarts, std::size_t rows) {
        if (restarts == seen_) return;
        seen_ = restarts;
        marks_.push_back({restarts, rows});
    }
    // Rows written before restart number `restart` (from 0), of a table that has `rows` by now.
    std::size_t rows_before(std::size_t restart, std::size_t rows) const {
        const auto mark = std::upper_bound(marks_.begin(), marks_.end(), restart,
                                           [](std::size_t wanted, const Mark& at) { return wanted < at.restarts; });
        return mark == marks_.end() ? rows : mark->rows;
    }

    struct Mark {
        std::size_t restarts;
        std::size_t rows;
    };
    const std::vector<Mark>& all() const { return marks_; }

  private:
    std::vector<Mark> marks_;
    std::size_t seen_ = 0;
};

template <typename Columns>
struct Table {
    Columns columns;
    RestartMarks marks;
};

}  // namespace kymo
