// A long record in short: its event with every field that is too long to hold replaced by an empty one (in a tensor: by
// its first bytes), and where in the file the fields really lie.
#pragma once

#include <cstdint>
#include <vector>

#include "format/wire_reader.h"
#include "reading/record_reader.h"

namespace kymo {

// Where something lies in a file.
struct Extent {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

// The bytes of an event, as they stand in the file or in outline.
class EventBytes {
  public:
    struct Moved {
        std::size_t at = 0;  // in `bytes`
        Extent extent;
    };

    EventBytes(Bytes bytes, std::uint64_t offset) : bytes_(bytes), offset_(offset) {}
    EventBytes(Bytes bytes, std::uint64_t offset, const std::vector<Moved>& moved)
        : bytes_(bytes), offset_(offset), moved_(&moved) {}

    Bytes bytes() const { return bytes_; }
    std::uint64_t offset() const { return offset_; }
    // Where a value, or the event's content, that was found in `bytes` lies in the file.
    Extent extent_of(Bytes part) const;

  private:
    Bytes bytes_;
    std::uint64_t offset_;
    const std::vector<Moved>* moved_ = nullptr;
};

struct EventOutline {
    static constexpr std::uint64_t field_limit = 64 << 10;

    std::vector<std::byte> bytes;
    std::vector<EventBytes::Moved> moved;  // by `at`, rising
};

// Reads the event in [offset, offset + length) of the file; false where it is not one, or the source fails. Fields
// longer than `limit` are not held.
bool outline_event(RecordReader& reader, std::uint64_t offset, std::uint64_t length, EventOutline& outline,
                   std::uint64_t limit = EventOutline::field_limit);

}  // namespace kymo
