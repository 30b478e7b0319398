// The one number that a scalar's value holds, however it was written.
#pragma once

#include <optional>

#include "reading/event_decoder.h"

namespace kymo {

struct Number {
    double value = 0.0;
    bool single = true;  // float32 holds every value of the type it was written in
};

// Empty where the value is not one real number: another field, more elements than one, a type that is not real, or
// bytes that do not match the type.
std::optional<Number> number_of(const ValueView& value);

}  // namespace kymo
