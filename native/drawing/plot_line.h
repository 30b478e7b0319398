// One line in drawing order, with the pyramid over it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "drawing/pyramid.h"
#include "drawing/totals.h"

namespace kymo {

// What is asked of a line; see Pyramid and Totals for what each returns. Asked a few times a pixel, so the call costs
// nothing beside what it does, and each kind of storage has its own loops behind it.
class DrawnLine {
  public:
    virtual ~DrawnLine() = default;
    virtual double at(std::size_t position) const = 0;
    virtual bool has_marks() const = 0;
    virtual Pyramid::Extremes extremes(std::size_t first, std::size_t last) const = 0;
    virtual std::size_t next_finite(std::size_t first, std::size_t last) const = 0;
    virtual std::size_t previous_finite(std::size_t first, std::size_t last) const = 0;
    virtual std::size_t next_mark(std::size_t first, std::size_t last, Mark mark) const = 0;
    virtual Totals totals(std::size_t first, std::size_t last) const = 0;
    virtual double deviation(std::size_t first, std::size_t last, const Totals& totals) const = 0;
};

template <typename Line>
class LineOf final : public DrawnLine {
  public:
    // Takes the pyramid to `size` positions of the line.
    LineOf(Line line, Pyramid& pyramid, std::size_t size) : line_(line), pyramid_(pyramid) {
        pyramid.extend(size, line_);
    }
    double at(std::size_t position) const override { return line_(position); }
    bool has_marks() const override { return pyramid_.has_marks(); }
    Pyramid::Extremes extremes(std::size_t first, std::size_t last) const override {
        return pyramid_.extremes(first, last, line_);
    }
    std::size_t next_finite(std::size_t first, std::size_t last) const override {
        return pyramid_.next_finite(first, last, line_);
    }
    std::size_t previous_finite(std::size_t first, std::size_t last) const override {
        return pyramid_.previous_finite(first, last, line_);
    }
    std::size_t next_mark(std::size_t first, std::size_t last, Mark mark) const override {
        return pyramid_.next_mark(first, last, mark, line_);
    }
    Totals totals(std::size_t first, std::size_t last) const override { return totals_of(first, last, line_); }
    double deviation(std::size_t first, std::size_t last, const Totals& totals) const override {
        return deviation_of(first, last, line_, totals);
    }

  private:
    Line line_;
    const Pyramid& pyramid_;
};

// A column drawn in the order written.
template <typename T>
struct WrittenColumn {
    const T* values;
    double operator()(std::size_t position) const { return static_cast<double>(values[position]); }
};

// A column drawn through up to two lists of indexes, each of which may be absent: position -> rank -> point.
template <typename T>
struct OrderedColumn {
    const T* values;
    const std::uint32_t* ranks;
    const std::uint32_t* points;
    double operator()(std::size_t position) const {
        const std::size_t rank = ranks != nullptr ? ranks[position] : position;
        return static_cast<double>(values[points != nullptr ? points[rank] : rank]);
    }
};

template <typename T>
std::unique_ptr<DrawnLine> draw_column(const T* values, const std::uint32_t* ranks, const std::uint32_t* points,
                                       Pyramid& pyramid, std::size_t size) {
    if (ranks == nullptr && points == nullptr) {
        return std::make_unique<LineOf<WrittenColumn<T>>>(WrittenColumn<T>{values}, pyramid, size);
    }
    return std::make_unique<LineOf<OrderedColumn<T>>>(OrderedColumn<T>{values, ranks, points}, pyramid, size);
}

}  // namespace kymo
