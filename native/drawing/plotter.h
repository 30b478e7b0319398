// A series that grows in memory, with its plot: what a reader keeps for each tag, without files.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>

#include "drawing/plot.h"
#include "drawing/points.h"

namespace kymo {

class Plotter {
  public:
    // All spans have one length; superseded may be empty: none is.
    void append(std::span<const std::int64_t> steps, std::span<const double> wall_times, std::span<const float> values,
                std::span<const std::uint8_t> superseded);
    void append(std::span<const std::int64_t> steps, std::span<const double> wall_times, std::span<const double> values,
                std::span<const std::uint8_t> superseded);
    // Says anew which of the points so far are superseded: one flag a point.
    void supersede(std::span<const std::uint8_t> superseded);

    Points points() const;
    Plot& plot() { return plot_; }

  private:
    void append_points(std::span<const std::int64_t> steps, std::span<const double> wall_times,
                       std::span<const std::uint8_t> superseded);

    mutable std::mutex mutex_;
    Column<std::int64_t> steps_;
    Column<double> wall_times_;
    Column<float> values32_;
    Column<double> values64_;
    Column<std::uint8_t> superseded_;
    std::uint64_t generation_ = 0;
    Plot plot_;
};

}  // namespace kymo
