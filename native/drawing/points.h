// A snapshot of one series' points, and the growing column it is taken from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

namespace kymo {

// Append-only storage whose snapshots stay valid and unchanged while it grows: appending writes behind what a snapshot
// can see, and outgrowing the block copies into a larger one, while older snapshots keep the old block alive.
template <typename T>
class Column {
  public:
    struct View {
        std::shared_ptr<const T[]> block;
        std::size_t size = 0;
        std::span<const T> span() const { return {block.get(), size}; }
    };

    Column() = default;
    // Goes on from rows in storage that is never written to: it counts as full, so that the next row moves it.
    Column(std::shared_ptr<const T[]> block, std::size_t size)
        : block_(std::const_pointer_cast<T[]>(std::move(block))), size_(size), capacity_(size) {}

    void append(T value) {
        if (size_ == capacity_) grow(size_ + 1);
        block_[size_++] = value;
    }
    void append(std::span<const T> values) {
        if (values.empty()) return;
        if (size_ + values.size() > capacity_) grow(size_ + values.size());
        std::memcpy(block_.get() + size_, values.data(), values.size() * sizeof(T));
        size_ += values.size();
    }
    // Makes room for so many values in all.
    void reserve(std::size_t capacity) {
        if (capacity > capacity_) move_to(capacity);
    }
    std::size_t size() const { return size_; }
    std::size_t capacity() const { return capacity_; }
    bool full() const { return size_ == capacity_; }
    bool empty() const { return size_ == 0; }
    T operator[](std::size_t index) const { return block_[index]; }
    T back() const { return block_[size_ - 1]; }
    std::span<const T> span() const { return {block_.get(), size_}; }
    View view() const { return {block_, size_}; }

  private:
    void grow(std::size_t needed) {
        std::size_t capacity = capacity_ < 16 ? 16 : capacity_ + capacity_ / 2;
        move_to(capacity < needed ? needed : capacity);
    }
    void move_to(std::size_t capacity) {
        std::shared_ptr<T[]> larger = std::make_shared_for_overwrite<T[]>(capacity);
        if (size_ != 0) std::memcpy(larger.get(), block_.get(), size_ * sizeof(T));
        block_ = std::move(larger);
        capacity_ = capacity;
    }

    std::shared_ptr<T[]> block_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

// The points of one series in the order they were written. Immutable; holds its storage alive.
struct Points {
    Column<std::int64_t>::View steps;
    Column<double>::View wall_times;        // seconds since the epoch
    Column<float>::View values32;           // exactly one of values32 and values64 is filled,
    Column<double>::View values64;          // values64 as soon as one value needed double precision
    Column<std::uint8_t>::View superseded;  // 1 where a restart replaced the point; empty when no point is
    std::uint64_t generation = 0;           // changes when earlier points changed, not when points were appended

    std::size_t size() const { return steps.size; }
    double value(std::size_t index) const {
        return values64.size != 0 ? values64.block[index] : static_cast<double>(values32.block[index]);
    }
};

}  // namespace kymo
