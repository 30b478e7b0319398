// Smoothed lines: every point takes part, none is sampled away, and a line is extended as its series grows.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "drawing/gaussian.h"
#include "drawing/line_query.h"
#include "drawing/running_mean.h"

namespace kymo {

// Fills values (and times, where it is not empty) with the points from `first` on, in the order written.
using ReadPoints = std::function<void(std::size_t first, std::span<double> values, std::span<double> times)>;

// Weighted mean of the points so far, the older ones fading. A point's gain is 1 / (sum of weights), so the first point
// counts in full (no bias towards zero) and a constant series stays exactly as it is.
class FadingMean {
  public:
    // fade: what is left, in [0, 1], of the weight of earlier points.
    double add(double value, double fade);

  private:
    double mean_ = 0.0;
    double weights_ = 0.0;
};

// The smoothed line of one series. Non-finite points pass through and take no part in their neighbours' values.
//
// exponential: weights w^age by count of points. This is TensorBoard's smoothing (last = w last + (1 - w) y, divided by
//   1 - w^n; data_transformer.ts, classicSmoothing), for w < 1; w >= 1 is its limit, the mean of all points so far.
// time_exponential: weights exp(-age / tau), age in seconds of wall time: pandas' ewm(times=...) with
//   halflife = tau ln 2. A wall time that falls, or is not finite, counts as no time passed.
// running_mean: mean of the window of k points of which floor(k / 2) come before and the rest after; see
// running_mean.h. gaussian: weights exp(-distance^2 / (2 sigma^2)), distance in points; see gaussian.h.
//
// An amount that smooths nothing (not above zero, NaN) leaves the line as it is. Memory: 8 bytes a point, and up to a
// quarter more in reserve.
class SmoothedLine {
  public:
    SmoothedLine(Smoothing kind, double amount);

    // Takes the line to `count` points; returns the index of the first value that is new or has changed. Centred
    // windows change their tail: it was computed with a window cut off at the end.
    std::size_t extend(std::size_t count, const ReadPoints& read);
    std::span<const double> values() const { return values_; }
    std::size_t memory() const { return values_.capacity() * sizeof(double); }

  private:
    void extend_fading(std::size_t first, const ReadPoints& read);
    void extend_centred(std::size_t first, const ReadPoints& read);
    double fade_until(double time);

    Smoothing kind_;
    double amount_;
    Gaussian gaussian_;
    MeanWindow window_;
    std::vector<double> values_;
    FadingMean mean_;
    double newest_time_;
};

}  // namespace kymo
