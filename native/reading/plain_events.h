// The records that nearly all of a log consists of, read in one go.
#pragma once

#include <cstddef>

#include "reading/file_log.h"

namespace kymo {

// Takes records in from the first byte on, for as long as each is whole, its checksums hold, and it is an event of
// plain numbers under tags known to hold such, encoded the way every writer known does. Returns the size of those
// taken, which is 0 where this processor cannot check sums fast; what follows them is for others to judge. `offset` is
// where in the file the bytes stand.
std::size_t take_plain_events(Bytes bytes, std::uint64_t offset, FileLog& log);

}  // namespace kymo
