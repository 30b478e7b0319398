// What was scanned of one event file, kept so that the next start need not scan it again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "reading/byte_source.h"
#include "reading/damage.h"
#include "reading/file_log.h"

namespace kymo {

// What is at a scan's offset.
enum class ScanState : std::uint8_t {
    reading,   // the next record
    waiting,   // an unfinished one
    lost,      // a damaged one that was told, and no record behind it yet
    resuming,  // behind damage that was told: what may become a record
};

// The bytes at the beginning and just before an offset, by which a file rewritten in place is told from one grown.
struct Fingerprint {
    static constexpr std::size_t half = 32;

    std::array<std::byte, 2 * half> bytes{};
    std::size_t head = 0, tail = 0;
    bool operator==(const Fingerprint&) const = default;
};

SourceError fingerprint_of(Source& source, std::uint64_t offset, Fingerprint& print);

// A scan at one instant.
struct ScanSnapshot {
    std::string path;  // of the event file
    SourceStatus status;
    std::uint64_t offset = 0, search_from = 0;
    ScanState state = ScanState::reading;
    std::optional<std::uint32_t> searched_sum;  // of the bytes from `offset` that no record was found in
    Fingerprint fingerprint;
    std::uint32_t samples = 0;  // a checksum of pieces all over the bytes before `offset`
    DamageReport report;
    FileLogSnapshot log;
};

struct SavedIndex {
    SourceError error;
    std::uint64_t size = 0;  // 0 where the file is no longer the one that was scanned: nothing was saved
};

// Takes the samples from the event file, and writes the index.
SavedIndex save_index(const std::string& index, ScanSnapshot& snapshot);

// False where there is no index, it is not whole, or the file named in it is another one or has changed otherwise than
// by growing; `status` is the event file's of this moment. Nothing of a file that did not change is read.
bool load_index(const std::string& index, const std::string& path, const SourceStatus& status, ScanSnapshot& snapshot);

}  // namespace kymo
