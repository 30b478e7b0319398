// Framed records that wait to be written, in the order they came.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace kymo {

// A block of whole records, of which the first `written` bytes are in the file.
struct Chunk {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t capacity = 0;
    std::size_t size = 0;
    std::size_t written = 0;
    bool preamble = false;  // the record every file begins with, rather than one that was logged

    explicit Chunk(std::size_t room) : bytes(std::make_unique_for_overwrite<std::byte[]>(room)), capacity(room) {}

    std::span<const std::byte> all() const { return {bytes.get(), size}; }
    std::span<const std::byte> unwritten() const { return all().subspan(written); }
};

using Chunks = std::deque<Chunk>;

// Grows by chunks, so that an append never moves what is there already; drained chunks are used again.
class RecordBuffer {
  public:
    static constexpr std::size_t chunk_size = 64 << 10;

    // Where a record of `size` bytes must be written by the caller.
    std::byte* append(std::size_t size) {
        if (chunks_.empty() || chunks_.back().capacity - chunks_.back().size < size) add_chunk(size);
        Chunk& chunk = chunks_.back();
        std::byte* at = chunk.bytes.get() + chunk.size;
        chunk.size += size;
        bytes_ += size;
        return at;
    }

    std::size_t bytes() const { return bytes_; }

    Chunks take() {
        bytes_ = 0;
        return std::exchange(chunks_, {});
    }

    void recycle(std::vector<Chunk> drained) {
        for (Chunk& chunk : drained) {
            if (chunk.capacity != chunk_size || spare_.size() >= most_spare) continue;
            chunk.size = chunk.written = 0;
            spare_.push_back(std::move(chunk));
        }
    }

  private:
    static constexpr std::size_t most_spare = 16;

    void add_chunk(std::size_t size) {
        if (size > chunk_size || spare_.empty()) {
            chunks_.emplace_back(size > chunk_size ? size : chunk_size);
        } else {
            chunks_.push_back(std::move(spare_.back()));
            spare_.pop_back();
        }
    }

    Chunks chunks_;
    std::vector<Chunk> spare_;
    std::size_t bytes_ = 0;
};

}  // namespace kymo
