// How the files of one run become one: their order, whether one follows another or both were written at once, and which
// points a restart has superseded.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "reading/file_log.h"

namespace kymo {

// The run's files in order of time. One file is `after` another when all its values come later than all of the other's;
// of two files neither of which is after the other, both were written at once.
class MergePlan {
  public:
    struct File {
        const FileLog* log = nullptr;
        std::uint32_t file = 0;  // the caller's number for it; equal times go by this
    };
    MergePlan() = default;
    explicit MergePlan(std::vector<File> files);

    std::span<const File> files() const { return files_; }
    std::size_t size() const { return files_.size(); }
    bool after(std::size_t later, std::size_t earlier) const { return later < timed_ && later >= successor_[earlier]; }
    bool all_before_last() const;
    // The same files in the same relation to each other: what has grown may be appended.
    bool same_as(const MergePlan& other) const;

  private:
    std::vector<File> files_;
    std::vector<double> firsts_;          // each file's first time, where rows without one of their own begin
    std::vector<std::size_t> successor_;  // for each file the first that is after it
    std::size_t timed_ = 0;               // those that have a finite time; the others stand at the end
};

// One file's rows of a tag.
struct MergePart {
    std::size_t position = 0;  // in the plan
    std::span<const std::int64_t> steps;
    std::span<const double> wall_times;
    const RestartMarks* marks = nullptr;
};

// Rows [begin, end) of a part.
struct Segment {
    std::size_t part = 0;
    std::size_t begin = 0, end = 0;
};

// The order of all rows: by wall time, each part's own order kept. A row whose time goes back, or is no number, stands
// with the row before it. Parts are in the plan's order.
std::vector<Segment> merge_rows(const MergePlan& plan, std::span<const MergePart> parts);

// For each part a mask of the rows that a restart has superseded; an empty mask where there are none.
std::vector<std::vector<std::uint8_t>> superseded_rows(const MergePlan& plan, std::span<const MergePart> parts);

}  // namespace kymo
