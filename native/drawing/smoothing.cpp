#include "drawing/smoothing.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kymo {
namespace {

constexpr std::size_t chunk_points = std::size_t{1} << 16;

}  // namespace

double FadingMean::add(double value, double fade) {
    weights_ = fade * weights_ + 1.0;
    const double gain = 1.0 / weights_;
    const double change = value - mean_;
    // The difference of two huge values of opposite sign overflows; their weighted mean does not.
    mean_ = std::isfinite(change) ? mean_ + change * gain : mean_ * (1.0 - gain) + value * gain;
    return mean_;
}

SmoothedLine::SmoothedLine(Smoothing kind, double amount)
    : kind_(kind),
      amount_(amount > 0.0 ? amount : 0.0),
      gaussian_(amount_),
      window_(amount_),
      newest_time_(-std::numeric_limits<double>::infinity()) {}

std::size_t SmoothedLine::extend(std::size_t count, const ReadPoints& read) {
    const std::size_t known = values_.size();
    if (count <= known) return known;
    if (count > values_.capacity()) values_.reserve(count + count / 4);
    values_.resize(count);
    if (kind_ == Smoothing::running_mean || (kind_ == Smoothing::gaussian && amount_ > 0.0)) {
        const std::size_t reach = kind_ == Smoothing::gaussian ? gaussian_.reach() : window_.behind;
        const std::size_t first = known > reach ? known - reach : 0;
        extend_centred(first, read);
        return first;
    }
    extend_fading(known, read);
    return known;
}

double SmoothedLine::fade_until(double time) {
    if (!std::isfinite(time) || time <= newest_time_) return 1.0;
    const double passed = std::isfinite(newest_time_) ? time - newest_time_ : 0.0;
    newest_time_ = time;
    return amount_ > 0.0 ? std::exp(-passed / amount_) : 0.0;
}

void SmoothedLine::extend_fading(std::size_t first, const ReadPoints& read) {
    const bool by_time = kind_ == Smoothing::time_exponential;
    const double weight = std::min(amount_, 1.0);
    std::vector<double> times(by_time ? std::min(chunk_points, values_.size() - first) : 0);
    for (std::size_t start = first; start < values_.size(); start += chunk_points) {
        const std::size_t length = std::min(chunk_points, values_.size() - start);
        const std::span<double> chunk(values_.data() + start, length);
        read(start, chunk, std::span(times).first(by_time ? length : 0));
        if (amount_ == 0.0) continue;
        for (std::size_t i = 0; i < length; ++i) {
            if (!std::isfinite(chunk[i])) continue;
            chunk[i] = mean_.add(chunk[i], by_time ? fade_until(times[i]) : weight);
        }
    }
}

void SmoothedLine::extend_centred(std::size_t first, const ReadPoints& read) {
    const std::size_t count = values_.size();
    const bool is_gaussian = kind_ == Smoothing::gaussian;
    const std::size_t before = is_gaussian ? gaussian_.reach() : window_.before;
    const std::size_t behind = is_gaussian ? gaussian_.reach() : window_.behind;
    // Long enough that reading a window's margins twice costs little beside the chunk itself.
    const std::size_t reach = std::min(before + behind, count);
    const std::size_t step = std::max(chunk_points, 2 * reach);
    std::vector<double> chunk(std::min(count, step + 2 * reach));
    for (std::size_t start = first; start < count; start += step) {
        const std::size_t end = count - start < step ? count : start + step;
        const std::size_t from = start > before ? start - before : 0;
        const std::size_t to = count - end < behind ? count : end + behind;
        const std::span<double> part = std::span(chunk).first(to - from);
        read(from, part, {});
        const std::span<double> smoothed(values_.data() + start, end - start);
        if (is_gaussian) {
            gaussian_.smooth(part, from, start, smoothed);
        } else {
            window_.smooth(part, from, start, smoothed);
        }
    }
}

}  // namespace kymo
