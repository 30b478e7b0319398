#include "drawing/line_query.h"

#include <stdexcept>
#include <string>

namespace kymo {

Axis axis_named(std::string_view name) {
    if (name == "step") return Axis::step;
    if (name == "wall_time") return Axis::wall_time;
    if (name == "relative_time") return Axis::relative_time;
    if (name == "mapped") return Axis::mapped;
    throw std::invalid_argument("axis is \"" + std::string(name) + "\"; use step, wall_time, relative_time or mapped");
}

Smoothing smoothing_named(std::string_view name) {
    if (name == "none") return Smoothing::none;
    if (name == "exponential") return Smoothing::exponential;
    if (name == "time_exponential") return Smoothing::time_exponential;
    if (name == "running_mean") return Smoothing::running_mean;
    if (name == "gaussian") return Smoothing::gaussian;
    throw std::invalid_argument("smoothing is \"" + std::string(name) +
                                "\"; use none, exponential, time_exponential, running_mean or gaussian");
}

}  // namespace kymo
