#include "writing/event_codec.h"

#include <bit>
#include <cstring>

#include "format/crc32c.h"
#include "format/wire_writer.h"

namespace kymo {
namespace {

// Field numbers of tensorboard's messages; docs/format.md has the whole list.
namespace event_field {
constexpr unsigned wall_time = 1, step = 2, file_version = 3, summary = 5, session_log = 7, source_metadata = 10;
}
namespace value_field {
constexpr unsigned tag = 1, simple_value = 2, tensor = 8, metadata = 9;
}
namespace tensor_field {
constexpr unsigned dtype = 1, float_val = 5, double_val = 6;
}
constexpr unsigned summary_value_field = 1;
constexpr unsigned session_status_field = 1;
constexpr unsigned source_writer_field = 1;
constexpr std::uint64_t dtype_float = 1, dtype_double = 2;
constexpr std::string_view file_version = "brain.Event:2";
constexpr std::string_view scalars_metadata = "\x0a\x09\x0a\x07scalars";  // plugin_data { plugin_name: "scalars" }

// proto3 leaves out a field that holds its default; of the two zeros only the positive one is the default.
bool is_default(double value) { return std::bit_cast<std::uint64_t>(value) == 0; }

std::size_t stamp_size(const Stamp& stamp) {
    const std::size_t step = stamp.step == 0 ? 0 : 1 + varint_size(static_cast<std::uint64_t>(stamp.step));
    return (is_default(stamp.wall_time) ? 0 : 9) + step;
}

void write_stamp(WireWriter& wire, const Stamp& stamp) {
    if (!is_default(stamp.wall_time)) wire.double_field(event_field::wall_time, stamp.wall_time);
    if (stamp.step != 0) wire.varint_field(event_field::step, static_cast<std::uint64_t>(stamp.step));
}

// dtype, then one packed element.
std::size_t tensor_size(ScalarForm form) {
    return 2 + field_size(form == ScalarForm::double_tensor ? sizeof(double) : sizeof(float));
}

std::size_t value_size(const Scalar& scalar, ScalarForm form) {
    const std::size_t tag = scalar.tag.empty() ? 0 : field_size(scalar.tag.size());
    if (form == ScalarForm::simple_value) return tag + 1 + sizeof(float);
    return tag + field_size(tensor_size(form)) + field_size(scalars_metadata.size());
}

void write_value(WireWriter& wire, const Scalar& scalar, ScalarForm form) {
    wire.open_field(summary_value_field, value_size(scalar, form));
    if (!scalar.tag.empty()) wire.string_field(value_field::tag, scalar.tag);
    if (form == ScalarForm::simple_value) {
        wire.float_field(value_field::simple_value, static_cast<float>(scalar.value));
        return;
    }
    wire.open_field(value_field::tensor, tensor_size(form));
    if (form == ScalarForm::double_tensor) {
        wire.varint_field(tensor_field::dtype, dtype_double);
        wire.open_field(tensor_field::double_val, sizeof(double));
        wire.fixed(scalar.value);
    } else {
        wire.varint_field(tensor_field::dtype, dtype_float);
        wire.open_field(tensor_field::float_val, sizeof(float));
        wire.fixed(static_cast<float>(scalar.value));
    }
    wire.string_field(value_field::metadata, scalars_metadata);
}

}  // namespace

ScalarsEvent::ScalarsEvent(std::span<const Scalar> scalars, ScalarForm form, Stamp stamp)
    : scalars_(scalars), form_(form), stamp_(stamp) {
    for (const Scalar& scalar : scalars) summary_size_ += field_size(value_size(scalar, form));
}

std::size_t ScalarsEvent::size() const { return stamp_size(stamp_) + field_size(summary_size_); }

void ScalarsEvent::write(std::byte* at) const {
    WireWriter wire(at);
    write_stamp(wire, stamp_);
    wire.open_field(event_field::summary, summary_size_);
    for (const Scalar& scalar : scalars_) write_value(wire, scalar, form_);
}

std::size_t SummaryEvent::size() const { return stamp_size(stamp_) + field_size(summary_.size()); }

void SummaryEvent::write(std::byte* at) const {
    WireWriter wire(at);
    write_stamp(wire, stamp_);
    wire.bytes_field(event_field::summary, summary_);
}

void EncodedEvent::write(std::byte* at) const { WireWriter(at).raw(bytes_.data(), bytes_.size()); }

std::size_t FileVersionEvent::size() const {
    const std::size_t writer = writer_.empty() ? 0 : field_size(field_size(writer_.size()));
    return stamp_size(stamp_) + field_size(file_version.size()) + writer;
}

void FileVersionEvent::write(std::byte* at) const {
    WireWriter wire(at);
    write_stamp(wire, stamp_);
    wire.string_field(event_field::file_version, file_version);
    if (writer_.empty()) return;
    wire.open_field(event_field::source_metadata, field_size(writer_.size()));
    wire.string_field(source_writer_field, writer_);
}

std::size_t SessionLogEvent::size() const { return stamp_size(stamp_) + field_size(2); }

void SessionLogEvent::write(std::byte* at) const {
    WireWriter wire(at);
    write_stamp(wire, stamp_);
    wire.open_field(event_field::session_log, 2);
    wire.varint_field(session_status_field, static_cast<std::uint64_t>(status_));
}

void frame_record(std::byte* record, std::size_t data_size) {
    const auto length = static_cast<std::uint64_t>(data_size);
    WireWriter header(record);
    header.fixed(length);
    header.fixed(mask_crc(crc32c({record, record_length_size})));
    std::byte* data = record + record_header_size;
    WireWriter(data + data_size).fixed(mask_crc(crc32c({data, data_size})));
}

std::size_t whole_records(std::span<const std::byte> records, std::size_t offset) {
    std::size_t end = 0;
    while (end < offset) {
        std::uint64_t length;
        std::memcpy(&length, records.data() + end, sizeof length);
        const std::size_t next = end + record_size(static_cast<std::size_t>(length));
        if (next > offset) break;
        end = next;
    }
    return end;
}

}  // namespace kymo
