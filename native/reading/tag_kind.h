// What kind of data a tag holds, decided by its first value.
#pragma once

#include <string_view>

#include "reading/event_decoder.h"

namespace kymo {

namespace kinds {
constexpr std::string_view scalar = "scalar";
constexpr std::string_view graph = "graph";
constexpr std::string_view meta_graph = "meta_graph";
constexpr std::string_view run_metadata = "run_metadata";
}  // namespace kinds

// The plugin's name decides; without a plugin that is known, the field that the value is written in. Empty where there
// is neither.
std::string_view kind_of(const ValueView& value);

// The kind of this name, in storage that lasts; empty where no kind is called so.
std::string_view kind_named(std::string_view name);

}  // namespace kymo
