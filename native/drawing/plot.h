// Looks at one series: what is drawn of it, and what its points come to.
#pragma once

#include <cstddef>
#include <memory>

#include "drawing/buckets.h"
#include "drawing/line_query.h"
#include "drawing/places.h"
#include "drawing/points.h"
#include "drawing/statistics.h"
#include "drawing/viewport.h"

namespace kymo {

// Answers queries on one growing series; keeps what makes the next query fast, and extends it when the series has
// grown. Safe to use from many threads.
//
// What is kept, in bytes a point: 0.1 for minima and maxima; 8 for each smoothed line (the last two); 4 for the order
// of an axis where it is not the order written; 4 for the list of visible points where some are superseded.
class Plot {
  public:
    Plot();
    ~Plot();
    // points is a snapshot of the one series this plot is of. std::invalid_argument: an origin that is not finite.
    Viewport viewport(const Points& points, const ViewportQuery& query);
    Buckets buckets(const Points& points, const LineQuery& query, const Intervals& intervals);
    Places places(const Points& points, const LineQuery& query, double low, double high, std::size_t limit);
    Statistics statistics(const Points& points, const LineQuery& query, double low, double high);

    void release();              // gives back all that is kept; the next query makes it anew
    std::size_t memory() const;  // bytes kept

  private:
    template <typename Look>
    auto look(const Points& points, const LineQuery& query, const Look& look);

    struct Cache;
    std::unique_ptr<Cache> cache_;
};

}  // namespace kymo
