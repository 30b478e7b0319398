// Text from a file as valid UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace kymo {

// The same text; each byte that is no part of a valid character is replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

}  // namespace kymo
