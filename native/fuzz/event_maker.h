// Serialized events made of a fuzzer's decisions: fields that are known at their places, some of another wire type,
// some unknown, and some of a length that is not theirs.
#pragma once

#include <vector>

#include "fuzz/input.h"

namespace kymo::fuzz {

std::vector<std::byte> make_event(Input& input);

}  // namespace kymo::fuzz
