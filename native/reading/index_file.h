// The file that an index is kept in: a head of numbers and texts, and columns behind it that are used where they lie.
//
//   8 bytes  "kymoidx\n"
//   4 bytes  version of the layout, and of what reading makes of a file
//   4 bytes  CRC-32C of everything from here to the head's end
//   8 bytes  size of the head
//   8 bytes  size of the file
//   the head: u64, double and text (u64 size, bytes), little-endian; for each column its rows and its CRC-32C
//   the columns in the head's order, each at the next multiple of 8
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drawing/points.h"
#include "reading/byte_source.h"

namespace kymo {

// Collects what an index holds. The columns' storage must stay until it is saved.
class IndexWriter {
  public:
    void number(std::uint64_t value);
    void real(double value);
    void text(std::string_view value);
    template <typename T>
    void column(std::span<const T> values) {
        add_column(std::as_bytes(values), values.size());
    }

    // Writes to a name of its own beside `path` and renames it, so that `path` is whole at every instant; `size` is the
    // file's. Not synced: what a crash of the machine leaves does not pass for whole.
    SourceError save(const std::string& path, std::uint64_t& size) const;

  private:
    void add_column(std::span<const std::byte> bytes, std::uint64_t rows);

    std::vector<std::byte> head_;
    std::vector<std::span<const std::byte>> columns_;
};

// Reads back what was written, in the same order. What does not fit reads as nothing, and `whole` tells.
class IndexReader {
  public:
    // False where there is no index, or one of another version, or one whose head is not as it was written.
    bool open(const std::string& path);

    std::uint64_t number();
    double real();
    std::string text();
    // A column in the index's own memory; it holds that memory as long as it lives.
    template <typename T>
    Column<T> column() {
        std::uint64_t rows = 0;
        const std::byte* data = take_column(sizeof(T), rows);
        if (data == nullptr || rows == 0) return {};
        return Column<T>(std::shared_ptr<const T[]>(memory_, reinterpret_cast<const T*>(data)), rows);
    }

    // Everything asked for so far was there, and its checksums held.
    bool whole() const { return whole_; }
    // There is nothing left that was not asked for.
    bool done() const { return whole_ && head_.empty() && column_at_ == size_; }

  private:
    const std::byte* take_column(std::size_t width, std::uint64_t& rows);

    std::shared_ptr<const std::byte[]> memory_;
    std::uint64_t size_ = 0, column_at_ = 0;
    std::span<const std::byte> head_;  // what of it has not been read
    bool whole_ = false;
};

}  // namespace kymo
