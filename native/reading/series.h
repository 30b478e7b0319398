// One tag's numbers over a whole run: the live object that readers hold while the run grows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

#include "drawing/plot.h"
#include "drawing/points.h"

namespace kymo {

class Series {
  public:
    explicit Series(std::string tag) : tag_(std::move(tag)) {}

    const std::string& tag() const { return tag_; }
    Points points() const;
    std::size_t size() const;
    std::uint64_t version() const;
    std::uint64_t superseded_count() const;
    Plot& plot() { return plot_; }

    // Replaces what readers see from their next look on.
    void publish(Points points);

  private:
    const std::string tag_;
    mutable std::mutex mutex_;
    Points points_;
    std::uint64_t version_ = 0;
    std::uint64_t superseded_count_ = 0;
    Plot plot_;
};

}  // namespace kymo
