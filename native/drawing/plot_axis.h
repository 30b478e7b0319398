// What is drawn along x: a point's step, its wall time, or what another series says about its step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "drawing/line_query.h"
#include "drawing/points.h"

namespace kymo {

// The mapping series as a function of the step: linear between its finite values, which are sorted by step (of several
// at one step the one written last holds; superseded ones take no part), and continued at both ends with the slope of
// the two values nearest to that end, for steps go on while the mapping's next value is still to come. A single value
// is the value for all steps; none maps nothing.
class Knots {
  public:
    // Takes the mapping as it is; a mapping that has only grown costs what was added.
    void update(const Points& mapping);

    bool empty() const { return steps_.empty(); }
    // Whether x never falls from a step to a later one.
    bool ascending() const {
        const std::size_t size = values_.size();
        return settled_ascending_ && (size < 2 || values_[size - 2] <= values_[size - 1]);
    }
    std::uint64_t version() const { return version_; }
    double operator()(std::int64_t step) const;
    std::size_t memory() const {
        return steps_.capacity() * sizeof(std::int64_t) + values_.capacity() * sizeof(double);
    }

  private:
    bool grown_from_known(const Points& mapping) const;
    void rebuild(const Points& mapping);
    void add(std::int64_t step, double value);

    std::vector<std::int64_t> steps_;
    std::vector<double> values_;
    bool settled_ascending_ = true;  // of all but the last value, which another one at its step may still replace
    std::uint64_t version_ = 0;      // changes with the function
    std::weak_ptr<const std::int64_t[]> source_;
    std::uint64_t generation_ = 0;
    std::size_t taken_ = 0;
};

// x of the point at an index.
struct AxisX {
    Axis axis;
    const std::int64_t* steps;
    const double* wall_times;
    double origin;
    const Knots* knots;

    double operator()(std::size_t point) const;
};

}  // namespace kymo
