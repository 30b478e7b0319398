// What a plot keeps of one series between queries, for the points that are visible.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "drawing/line_query.h"
#include "drawing/plot_axis.h"
#include "drawing/plot_line.h"
#include "drawing/plot_order.h"
#include "drawing/points.h"
#include "drawing/pyramid.h"
#include "drawing/smoothing.h"

namespace kymo {

// The lines of a lane in the order of one axis: all that choosing points needs.
struct Drawing {
    std::size_t size = 0;                    // positions
    const std::uint32_t* ranks = nullptr;    // position -> rank; absent: the same
    const std::uint32_t* visible = nullptr;  // rank -> point; absent: the same
    std::unique_ptr<DrawnLine> raw, smoothed;

    std::size_t point(std::size_t position) const {
        const std::size_t rank = ranks != nullptr ? ranks[position] : position;
        return visible != nullptr ? visible[rank] : rank;
    }
};

// The points with superseded ones hidden, or all of them. A rank is a visible point's place in the order written. All
// it keeps is extended when the series has grown; it is for a series whose earlier points stay as they are.
class Lane {
  public:
    explicit Lane(bool hides_superseded) : hides_(hides_superseded) {}

    // The drawing refers to this lane and to the points: it lives until the next call.
    Drawing draw(const Points& points, const LineQuery& query, const Knots& knots);
    std::size_t memory() const;

  private:
    // A pyramid is over a line in one order: as written, or in the order of an axis that differs from it.
    enum Slot : std::size_t { written, by_step, by_wall_time, by_mapping, slots };
    using Pyramids = std::array<Pyramid, slots>;

    struct Smoothed {
        Smoothing kind;
        double amount;
        SmoothedLine line;
        Pyramids pyramids;
    };
    static constexpr std::size_t smoothed_kept = 2;

    void take_visible(const Points& points);
    Slot take_order(const Points& points, Axis axis, const Knots& knots);
    void take_mapped_order(const Points& points, const Knots& knots);
    Smoothed& take_smoothed(const Points& points, Smoothing kind, double amount);
    void forget(Slot slot, std::size_t from);

    std::size_t point(std::size_t rank) const { return visible_.empty() ? rank : visible_[rank]; }

    bool hides_;
    std::size_t taken_ = 0;                // points
    std::size_t count_ = 0;                // ranks
    std::vector<std::uint32_t> visible_;   // empty: every point is visible
    std::array<DrawOrder, slots> orders_;  // that of `written` is never used
    std::uint64_t mapped_version_ = 0;
    std::size_t mapped_count_ = 0;
    Pyramids pyramids_;
    std::vector<std::unique_ptr<Smoothed>> smoothed_;  // the one used last comes first
};

}  // namespace kymo
