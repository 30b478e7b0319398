#include "reading/run_merge.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <queue>

namespace kymo {

namespace {

// The latest finite time at or before each row: never falls, so that rows can be merged and searched by it.
class RowTimes {
  public:
    RowTimes(const MergePlan& plan, const MergePart& part) : wall_times_(part.wall_times) {
        latest_ = plan.files()[part.position].log->values_range().first;
    }
    // The time of the row after the one asked for before.
    double next() {
        const double time = wall_times_[row_++];
        if (std::isfinite(time) && time > latest_) latest_ = time;
        return latest_;
    }
    bool done() const { return row_ == wall_times_.size(); }
    std::size_t row() const { return row_; }

  private:
    std::span<const double> wall_times_;
    std::size_t row_ = 0;
    double latest_;
};

// Steps from `step` on are superseded in the first `rows` rows.
struct Restart {
    std::size_t rows;
    std::int64_t step;
};

std::size_t rows_before(const MergePlan& plan, const MergePart& part, std::size_t other, double time) {
    if (plan.after(other, part.position)) return part.steps.size();
    if (plan.after(part.position, other)) return 0;
    RowTimes times(plan, part);
    while (!times.done()) {
        const double at = times.next();
        if (at > time || (at == time && part.position > other)) return times.row() - 1;
    }
    return part.steps.size();
}

std::vector<Restart> restarts_of(const MergePlan& plan, std::span<const MergePart> parts, const MergePart& part) {
    std::vector<Restart> restarts;
    for (std::size_t position = 0; position < plan.size(); ++position) {
        const std::vector<Session>& starts = plan.files()[position].log->restarts();
        for (std::size_t i = 0; i < starts.size(); ++i) {
            const std::size_t rows = position == part.position ? part.marks->rows_before(i, part.steps.size())
                                                               : rows_before(plan, part, position, starts[i].time);
            if (rows != 0) restarts.push_back({rows, starts[i].step});
        }
    }
    for (const MergePart& later : parts) {
        if (!later.steps.empty() && plan.after(later.position, part.position)) {
            restarts.push_back({part.steps.size(), later.steps.front()});
        }
    }
    return restarts;
}

std::vector<std::uint8_t> mask_of(const MergePart& part, std::vector<Restart> restarts) {
    std::vector<std::uint8_t> mask;
    if (restarts.empty()) return mask;
    std::sort(restarts.begin(), restarts.end(), [](const Restart& a, const Restart& b) { return a.rows > b.rows; });
    // From the last row back, the lowest step among the restarts that lie behind the row.
    std::optional<std::int64_t> lowest;
    auto next = restarts.begin();
    for (std::size_t row = restarts.front().rows; row-- > 0;) {
        for (; next != restarts.end() && next->rows > row; ++next) {
            lowest = lowest ? std::min(*lowest, next->step) : next->step;
        }
        if (part.steps[row] < *lowest) continue;
        if (mask.empty()) mask.resize(part.steps.size());
        mask[row] = 1;
    }
    return mask;
}

}  // namespace

MergePlan::MergePlan(std::vector<File> files) : files_(std::move(files)) {
    std::sort(files_.begin(), files_.end(), [](const File& a, const File& b) {
        const double first = a.log->values_range().first, second = b.log->values_range().first;
        return first != second ? first < second : a.file < b.file;
    });
    while (timed_ != files_.size() && !files_[timed_].log->values_range().empty()) ++timed_;
    for (const File& file : files_) {
        const TimeRange& range = file.log->values_range();
        const auto end = files_.begin() + static_cast<std::ptrdiff_t>(timed_);
        const auto next = std::upper_bound(files_.begin(), end, range.last, [](double last, const File& other) {
            return last < other.log->values_range().first;
        });
        firsts_.push_back(range.first);
        successor_.push_back(range.empty() ? files_.size() : static_cast<std::size_t>(next - files_.begin()));
    }
}

bool MergePlan::all_before_last() const {
    if (files_.size() < 2) return true;
    if (timed_ != files_.size()) return false;
    return std::all_of(successor_.begin(), successor_.end() - 1, [&](std::size_t next) { return next < size(); });
}

bool MergePlan::same_as(const MergePlan& other) const {
    const auto same = [](const File& a, const File& b) { return a.log == b.log && a.file == b.file; };
    return timed_ == other.timed_ && firsts_ == other.firsts_ && successor_ == other.successor_ &&
           std::equal(files_.begin(), files_.end(), other.files_.begin(), other.files_.end(), same);
}

std::vector<Segment> merge_rows(const MergePlan& plan, std::span<const MergePart> parts) {
    std::vector<Segment> order;
    bool sequential = true;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        sequential = sequential && plan.after(parts[i].position, parts[i - 1].position);
    }
    if (sequential) {
        for (std::size_t i = 0; i < parts.size(); ++i) order.push_back({i, 0, parts[i].steps.size()});
        return order;
    }
    std::vector<RowTimes> times;
    using Head = std::pair<double, std::size_t>;  // the next row's time, the part
    std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        times.emplace_back(plan, parts[i]);
        if (!times[i].done()) heads.emplace(times[i].next(), i);
    }
    while (!heads.empty()) {
        const std::size_t part = heads.top().second;
        heads.pop();
        const std::size_t begin = times[part].row() - 1;
        bool pending = false;
        Head head{};
        while (!pending && !times[part].done()) {
            head = {times[part].next(), part};
            pending = !heads.empty() && heads.top() < head;
        }
        order.push_back({part, begin, pending ? times[part].row() - 1 : times[part].row()});
        if (pending) heads.push(head);
    }
    return order;
}

std::vector<std::vector<std::uint8_t>> superseded_rows(const MergePlan& plan, std::span<const MergePart> parts) {
    std::vector<std::vector<std::uint8_t>> masks;
    masks.reserve(parts.size());
    for (const MergePart& part : parts) masks.push_back(mask_of(part, restarts_of(plan, parts, part)));
    return masks;
}

}  // namespace kymo
