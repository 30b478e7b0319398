#include "drawing/plot_lane.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace kymo {

Drawing Lane::draw(const Points& points, const LineQuery& query, const Knots& knots) {
    take_visible(points);
    const Slot slot = take_order(points, query.axis, knots);
    Drawing drawing;
    drawing.size = slot == written ? count_ : orders_[slot].size();
    drawing.ranks = slot == written ? nullptr : orders_[slot].ranks();
    drawing.visible = visible_.empty() ? nullptr : visible_.data();
    Pyramid& pyramid = pyramids_[slot];
    drawing.raw = points.values64.size != 0
                      ? draw_column(points.values64.block.get(), drawing.ranks, drawing.visible, pyramid, drawing.size)
                      : draw_column(points.values32.block.get(), drawing.ranks, drawing.visible, pyramid, drawing.size);
    if (query.smoothing != Smoothing::none) {
        Smoothed& smoothed = take_smoothed(points, query.smoothing, query.amount > 0.0 ? query.amount : 0.0);
        drawing.smoothed =
            draw_column(smoothed.line.values().data(), drawing.ranks, nullptr, smoothed.pyramids[slot], drawing.size);
    }
    return drawing;
}

void Lane::take_visible(const Points& points) {
    const std::size_t size = points.size();
    if (hides_ && points.superseded.size != 0) {
        if (size > std::numeric_limits<std::uint32_t>::max()) {
            throw std::length_error("a series of over 2^32 points has superseded ones; ask for these as well");
        }
        for (; taken_ < size; ++taken_) {
            if (points.superseded.block[taken_] == 0) visible_.push_back(static_cast<std::uint32_t>(taken_));
        }
        count_ = visible_.size();
    } else {
        count_ = taken_ = size;
    }
}

Lane::Slot Lane::take_order(const Points& points, Axis axis, const Knots& knots) {
    Slot slot = by_step;
    std::size_t changed = 0;
    if (axis == Axis::wall_time || axis == Axis::relative_time) {
        slot = by_wall_time;
        const double* times = points.wall_times.block.get();
        changed = orders_[slot].extend(
            count_, [&](std::size_t rank) { return std::isfinite(times[point(rank)]); },
            [&](std::size_t a, std::size_t b) { return times[point(a)] < times[point(b)]; });
    } else if (axis == Axis::mapped && !knots.ascending()) {
        slot = by_mapping;
        take_mapped_order(points, knots);
        changed = orders_[slot].size();
    } else {
        const std::int64_t* steps = points.steps.block.get();
        changed = orders_[slot].extend(
            count_, [](std::size_t) { return true; },
            [&](std::size_t a, std::size_t b) { return steps[point(a)] < steps[point(b)]; });
    }
    if (orders_[slot].as_written()) return written;
    forget(slot, changed);
    return slot;
}

void Lane::take_mapped_order(const Points& points, const Knots& knots) {
    if (mapped_version_ == knots.version() && mapped_count_ == count_) return;
    const std::int64_t* steps = points.steps.block.get();
    std::vector<double> x(count_);
    for (std::size_t rank = 0; rank < count_; ++rank) x[rank] = knots(steps[point(rank)]);
    forget(by_mapping, 0);
    orders_[by_mapping] = {};
    orders_[by_mapping].extend(
        count_, [](std::size_t) { return true; },
        [&](std::size_t a, std::size_t b) {
            return x[a] < x[b] || (x[a] == x[b] && steps[point(a)] < steps[point(b)]);
        });
    mapped_version_ = knots.version();
    mapped_count_ = count_;
}

Lane::Smoothed& Lane::take_smoothed(const Points& points, Smoothing kind, double amount) {
    const auto known = std::ranges::find_if(
        smoothed_, [&](const auto& smoothed) { return smoothed->kind == kind && smoothed->amount == amount; });
    if (known != smoothed_.end()) {
        std::rotate(smoothed_.begin(), known, known + 1);
    } else {
        if (smoothed_.size() == smoothed_kept) smoothed_.pop_back();
        smoothed_.insert(smoothed_.begin(),
                         std::make_unique<Smoothed>(Smoothed{kind, amount, SmoothedLine(kind, amount), {}}));
    }
    Smoothed& smoothed = *smoothed_.front();
    const std::size_t before = smoothed.line.values().size();
    const std::size_t changed =
        smoothed.line.extend(count_, [&](std::size_t first, std::span<double> values, std::span<double> times) {
            for (std::size_t i = 0; i < values.size(); ++i) values[i] = points.value(point(first + i));
            for (std::size_t i = 0; i < times.size(); ++i) times[i] = points.wall_times.block[point(first + i)];
        });
    smoothed.pyramids[written].truncate(changed);
    if (changed < before) {  // in another order the changed ranks may be anywhere
        for (const Slot slot : {by_step, by_wall_time, by_mapping}) smoothed.pyramids[slot].truncate(0);
    }
    return smoothed;
}

void Lane::forget(Slot slot, std::size_t from) {
    pyramids_[slot].truncate(from);
    for (const auto& smoothed : smoothed_) smoothed->pyramids[slot].truncate(from);
}

std::size_t Lane::memory() const {
    std::size_t bytes = visible_.capacity() * sizeof(std::uint32_t);
    for (const DrawOrder& order : orders_) bytes += order.memory();
    for (const Pyramid& pyramid : pyramids_) bytes += pyramid.memory();
    for (const auto& smoothed : smoothed_) {
        bytes += smoothed->line.memory();
        for (const Pyramid& pyramid : smoothed->pyramids) bytes += pyramid.memory();
    }
    return bytes;
}

}  // namespace kymo
