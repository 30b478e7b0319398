// Event records: each kind of event knows its exact encoded size and writes itself; write_record frames it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "format/tfrecord.h"

namespace kymo {

struct Stamp {
    double wall_time = 0.0;  // seconds since the epoch
    std::int64_t step = 0;
};

struct Scalar {
    std::string_view tag;
    double value = 0.0;
};

// simple_value holds a float32. The tensors are rank 0, float32 or float64, of the "scalars" plugin.
enum class ScalarForm : std::uint8_t { simple_value, float_tensor, double_tensor };

enum class SessionStatus : std::uint8_t { start = 1, stop = 2, checkpoint = 3 };

// One summary with a value for each of `scalars`.
class ScalarsEvent {
  public:
    ScalarsEvent(std::span<const Scalar> scalars, ScalarForm form, Stamp stamp);
    std::size_t size() const;
    void write(std::byte* at) const;

  private:
    std::span<const Scalar> scalars_;
    ScalarForm form_;
    Stamp stamp_;
    std::size_t summary_size_ = 0;
};

// A summary that was encoded elsewhere.
class SummaryEvent {
  public:
    SummaryEvent(std::span<const std::byte> summary, Stamp stamp) : summary_(summary), stamp_(stamp) {}
    std::size_t size() const;
    void write(std::byte* at) const;

  private:
    std::span<const std::byte> summary_;
    Stamp stamp_;
};

// An event that was encoded elsewhere.
class EncodedEvent {
  public:
    explicit EncodedEvent(std::span<const std::byte> bytes) : bytes_(bytes) {}
    std::size_t size() const { return bytes_.size(); }
    void write(std::byte* at) const;

  private:
    std::span<const std::byte> bytes_;
};

// The format's version, and who wrote the file: the first record of a file says both.
class FileVersionEvent {
  public:
    FileVersionEvent(Stamp stamp, std::string_view writer) : stamp_(stamp), writer_(writer) {}
    std::size_t size() const;
    void write(std::byte* at) const;

  private:
    Stamp stamp_;
    std::string_view writer_;
};

class SessionLogEvent {
  public:
    SessionLogEvent(SessionStatus status, Stamp stamp) : status_(status), stamp_(stamp) {}
    std::size_t size() const;
    void write(std::byte* at) const;

  private:
    SessionStatus status_;
    Stamp stamp_;
};

constexpr std::size_t record_size(std::size_t data_size) { return record_header_size + data_size + record_footer_size; }

// Completes the record around `data_size` bytes that were written at `record + record_header_size`.
void frame_record(std::byte* record, std::size_t data_size);

// How much of the framed records in `records` is made of records that end at or before `offset`.
std::size_t whole_records(std::span<const std::byte> records, std::size_t offset);

template <typename Event>
void write_record(const Event& event, std::size_t data_size, std::byte* record) {
    event.write(record + record_header_size);
    frame_record(record, data_size);
}

}  // namespace kymo
