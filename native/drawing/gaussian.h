// The Gaussian-weighted mean around each point.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace kymo {

// Weights exp(-d^2 / (2 sigma^2)) of the distance d in points, up to 5 sigma, over the finite points there are (at the
// series' ends: on one side); Getreuer, "A Survey of Gaussian Convolution Algorithms" (IPOL 2013) compares the ways.
//
// Up to sigma 16 it is the sum itself. Beyond, points are first gathered onto a grid of sigma / 8 points: each is
// spread over six nodes by Lagrange's weights for degree 5, nodes are convolved, and each output is interpolated from
// six nodes by the same weights. Interpolating exp(-u^2 / 2) so errs by at most 15 * 3.52 / 720 * (1/8)^6 = 2.8e-7 of
// its peak, in each of the two places. With the values beyond 5 sigma that is less than 1e-5 of the range of values
// within 6 sigma; numerator and denominator are gathered alike, so an offset common to all values is kept. The cost per
// point hardly depends on sigma.
class Gaussian {
  public:
    explicit Gaussian(double sigma);

    // How far on either side points can take part in an output.
    std::size_t reach() const { return reach_; }

    // values holds the points from index `start` on, at least reach() beyond the outputs where the series has them.
    // Fills smoothed with the outputs from index `first` on. Non-finite points pass through.
    void smooth(std::span<const double> values, std::size_t start, std::size_t first, std::span<double> smoothed) const;

  private:
    struct Grid;
    Grid gather(std::span<const double> values, std::size_t start) const;
    Grid convolve(const Grid& grid, std::size_t from, std::size_t to) const;

    std::size_t spacing_;  // points from node to node
    std::size_t reach_;
    std::vector<double> weights_;  // of the nodes at distance 0, 1, 2, ...
    std::vector<double> spread_;   // six weights for each place between two nodes; empty when spacing is 1
};

}  // namespace kymo
