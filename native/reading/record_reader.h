// The records of an event file: framing, checksums, and the way back after damage.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "format/wire_reader.h"
#include "reading/byte_source.h"

namespace kymo {

enum class Verdict : std::uint8_t {
    record,       // whole, checksums hold
    end,          // the file ends exactly here
    unfinished,   // the file ends inside, or in zeros that may yet be overwritten: wait
    bad_header,   // the length's checksum does not hold
    bad_payload,  // the payload's checksum does not hold
    unreadable,   // the source failed; error() says how
};

struct Record {
    Verdict verdict = Verdict::end;
    std::uint64_t length = 0;  // of the payload, where the header holds
    Bytes payload;             // valid until the next call; empty where `streamed`
    bool streamed = false;     // too long for the block: summed piece by piece, not held
    bool header_holds = false;
    bool zeros = false;  // unfinished or bad because of zeros where the header should be
};

// Reads a source whose size is taken as it was when the reader was made. Keeps one block of bytes, whatever a record's
// declared length: no length is believed before it fits into the file, and a longer payload is only streamed.
class RecordReader {
  public:
    static constexpr std::size_t block_size = std::size_t{256} << 10;
    static constexpr std::size_t held_limit = std::size_t{4} << 20;

    RecordReader(Source& source, std::uint64_t size) : source_(source), size_(size) {}

    Record examine(std::uint64_t offset);

    struct Found {
        bool whole = false;        // `offset` is a record whose checksums hold and which `accepts`
        bool pending = false;      // `offset` is a header that holds, of a record the file does not hold whole
        std::uint64_t offset = 0;  // otherwise: where to search on when the file has grown
        std::uint64_t end = 0;     // of the whole record
    };
    using Accepts = std::function<bool(std::uint64_t offset, const Record&)>;
    // The next record at or after `from`.
    Found search(std::uint64_t from, const Accepts& accepts);

    // What is in memory already of the file from `offset` on; often nothing.
    Bytes held(std::uint64_t offset) const {
        if (offset < window_begin_ || offset >= window_begin_ + window_size_) return {};
        const auto skipped = static_cast<std::size_t>(offset - window_begin_);
        return {buffer_.get() + skipped, window_size_ - skipped};
    }

    // Bytes of the file, at most held_limit; fewer than asked for where the source fails or has shrunk.
    Bytes bytes(std::uint64_t offset, std::size_t length);

    std::uint64_t size() const { return size_; }
    const SourceError& error() const { return error_; }

  private:
    bool load(std::uint64_t offset, std::size_t length);
    Verdict stream_payload(std::uint64_t offset, std::uint64_t length);
    std::uint64_t zeros_from();

    Source& source_;
    std::uint64_t size_;
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t capacity_ = 0;
    std::uint64_t window_begin_ = 0;
    std::size_t window_size_ = 0;
    std::uint64_t zeros_from_ = UINT64_MAX;
    SourceError error_;
};

}  // namespace kymo
