// One tag's rows over all files of a run, brought up to date as cheaply as what happened allows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "reading/run_merge.h"
#include "reading/tag_columns.h"

namespace kymo {

template <typename Columns>
class MergedTable {
  public:
    struct Part {
        std::size_t position = 0;  // in the plan
        const Table<Columns>* table = nullptr;
    };

    // `parts` in the plan's order, none empty. `tail_only`: since the last update nothing happened but rows being added
    // to the plan's last file, which is after all others.
    void update(const MergePlan& plan, std::span<const Part> parts, bool tail_only) {
        if (parts.empty() && part_count_ == 0) return;
        if (parts.size() == 1) {
            share(plan, parts[0], tail_only);
        } else if (tail_only && owned_ && parts.size() == part_count_) {
            append_tail(plan, parts.back());
        } else {
            rebuild(plan, parts);
        }
        part_count_ = parts.size();
    }

    // The rows are those of other files than before: nothing a reader remembers of them holds.
    void invalidate() {
        ++generation_;
        columns_ = {};
        files_ = {};
        superseded_ = {};
        owned_ = false;
        part_count_ = 0;
    }

    const Columns& columns() const { return columns_; }
    const Column<std::uint32_t>& files() const { return files_; }
    const Column<std::uint8_t>& superseded() const { return superseded_; }
    std::uint64_t generation() const { return generation_; }
    // The newest row that no restart has superseded.
    std::optional<std::size_t> last_row() const {
        for (std::size_t row = columns_.size(); row-- > 0;) {
            if (superseded_.empty() || superseded_[row] == 0) return row;
        }
        return std::nullopt;
    }

  private:
    static MergePart view(const Part& part) {
        const Columns& columns = part.table->columns;
        return {part.position, columns.steps.span(), columns.wall_times.span(), &part.table->marks};
    }

    // A tag that stands in one file is not copied: its columns are the file's.
    void share(const MergePlan& plan, const Part& part, bool tail_only) {
        if (owned_ || widened(part.table->columns)) ++generation_;
        if (owned_) files_ = {};
        owned_ = false;
        columns_ = part.table->columns;
        add_file(plan, part, columns_.size() - files_.size());
        if (tail_only) {
            extend_mask();
        } else {
            const MergePart only = view(part);
            replace_mask(superseded_rows(plan, {&only, 1}).front());
        }
    }

    void append_tail(const MergePlan& plan, const Part& last) {
        const std::size_t rows = last.table->columns.size();
        if (widened(last.table->columns)) ++generation_;
        columns_.append_rows(last.table->columns, tail_rows_, rows);
        add_file(plan, last, rows - tail_rows_);
        tail_rows_ = rows;
        extend_mask();
    }

    void rebuild(const MergePlan& plan, std::span<const Part> parts) {
        ++generation_;
        owned_ = true;
        columns_ = {};
        files_ = {};
        std::vector<MergePart> views;
        for (const Part& part : parts) views.push_back(view(part));
        const auto masks = superseded_rows(plan, views);
        const bool masked = std::any_of(masks.begin(), masks.end(), [](const auto& mask) { return !mask.empty(); });
        std::vector<std::uint8_t> merged_mask;
        for (const Segment& segment : merge_rows(plan, views)) {
            const Part& part = parts[segment.part];
            columns_.append_rows(part.table->columns, segment.begin, segment.end);
            add_file(plan, part, segment.end - segment.begin);
            if (!masked) continue;
            const std::vector<std::uint8_t>& mask = masks[segment.part];
            for (std::size_t row = segment.begin; row < segment.end; ++row) {
                merged_mask.push_back(mask.empty() ? 0 : mask[row]);
            }
        }
        tail_rows_ = parts.empty() ? 0 : parts.back().table->columns.size();
        replace_mask(merged_mask);
    }

    // Only rows that point into a file need to say into which.
    void add_file(const MergePlan& plan, const Part& part, std::size_t rows) {
        if constexpr (std::is_same_v<Columns, PayloadColumns>) {
            const std::uint32_t file = plan.files()[part.position].file;
            for (std::size_t row = 0; row < rows; ++row) files_.append(file);
        }
    }

    // Whether taking these rows in changes the type of the values there are.
    bool widened(const Columns& columns) const {
        if constexpr (std::is_same_v<Columns, ScalarColumns>) return columns.wide && !columns_.wide;
        return false;
    }

    void extend_mask() {
        if (superseded_.empty()) return;
        while (superseded_.size() < columns_.size()) superseded_.append(0);
    }

    void replace_mask(const std::vector<std::uint8_t>& mask) {
        const auto before = superseded_.span();
        const std::size_t shared = std::min(before.size(), mask.size());
        const auto set = [](std::uint8_t flag) { return flag != 0; };
        const bool same =
            std::equal(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(shared), mask.begin()) &&
            std::none_of(before.begin() + static_cast<std::ptrdiff_t>(shared), before.end(), set) &&
            std::none_of(mask.begin() + static_cast<std::ptrdiff_t>(shared), mask.end(), set);
        if (!same) ++generation_;
        superseded_ = {};
        superseded_.append(mask);
    }

    Columns columns_;
    Column<std::uint32_t> files_;
    Column<std::uint8_t> superseded_;
    std::uint64_t generation_ = 0;
    std::size_t part_count_ = 0;
    std::size_t tail_rows_ = 0;  // of the last part, that are in columns_
    bool owned_ = false;         // columns_ is this table's own, not a file's
};

}  // namespace kymo
