#include "drawing/places.h"

#include <algorithm>

#include "drawing/placed_line.h"

namespace kymo {

Places places(const PlacedLine& line, double low, double high, std::size_t limit) {
    Places places;
    const std::size_t size = line.size();
    if (size == 0 || low > high) return places;
    const DrawnLine& raw = line.raw();
    const auto [first, last] = line.between(low, high);
    if (const std::size_t before = raw.previous_finite(line.begin, first); before < first)
        places.before = line.x_at(before);
    if (const std::size_t behind = raw.next_finite(last, size); behind < size) places.behind = line.x_at(behind);
    std::size_t position = raw.next_finite(first, last);
    if (position == last) return places;
    places.first = line.x_at(position);
    places.last = line.x_at(raw.previous_finite(first, last));
    places.x.reserve(std::min(limit, last - first));
    while (position < last) {
        if (places.x.size() == limit) {
            places.x.clear();
            places.complete = false;
            break;
        }
        const double x = line.x_at(position);
        places.x.push_back(x);
        position = raw.next_finite(line.first_above(x, position, last, position + 1), last);
    }
    return places;
}

}  // namespace kymo
