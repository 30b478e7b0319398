#include "reading/plain_events.h"

#include "format/crc32c.h"
#include "format/crc32c_instruction.h"
#include "format/tfrecord.h"

namespace kymo {

#if defined(KYMO_CRC32C_TARGET)

namespace {

constexpr auto wall_time_key = static_cast<std::byte>(wire_key(1, WireType::fixed64));
constexpr auto step_key = static_cast<std::byte>(wire_key(2, WireType::varint));
constexpr auto summary_key = static_cast<std::byte>(wire_key(5, WireType::bytes));
constexpr auto value_key = static_cast<std::byte>(wire_key(1, WireType::bytes));
constexpr auto tag_key = static_cast<std::byte>(wire_key(1, WireType::bytes));
constexpr auto number_key = static_cast<std::byte>(wire_key(2, WireType::fixed32));

// A cursor over bytes that may be anything: it never passes their end.
class PlainReader {
  public:
    explicit PlainReader(Bytes message) : at_(message.data()), end_(message.data() + message.size()) {}

    // wall_time, step unless it is 0, summary { value { tag, simple_value } ... }, in this order and nothing else.
    bool read(PlainEvent& event) {
        if (left() < 1 + sizeof(double) || *at_ != wall_time_key) return false;
        event.wall_time = load_word<double>(at_ + 1);
        at_ += 1 + sizeof(double);
        std::uint64_t step = 0, size = 0;
        if (take(step_key) && !read_varint(step)) return false;
        event.step = static_cast<std::int64_t>(step);
        if (!take(summary_key) || !read_varint(size) || size != left()) return false;
        event.count = 0;
        while (at_ != end_) {
            if (event.count == PlainEvent::limit || !read_value(event.values[event.count++])) return false;
        }
        return event.count != 0;
    }

  private:
    static constexpr std::size_t number_size = 1 + sizeof(float);

    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

    bool take(std::byte key) {
        if (at_ == end_ || *at_ != key) return false;
        ++at_;
        return true;
    }

    bool read_varint(std::uint64_t& value) {
        value = 0;
        for (int shift = 0; shift < 63 && at_ != end_; shift += 7) {
            const auto byte = static_cast<std::uint8_t>(*at_++);
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return true;
        }
        return false;
    }

    bool read_value(PlainEvent::Value& value) {
        std::uint64_t size = 0, tag = 0;
        if (!take(value_key) || !read_varint(size) || size > left()) return false;
        const std::byte* const value_end = at_ + size;
        if (!take(tag_key) || !read_varint(tag) || at_ > value_end) return false;
        const auto rest = static_cast<std::size_t>(value_end - at_);
        if (rest < number_size || tag != rest - number_size || at_[tag] != number_key) return false;
        value.tag = text_of({at_, static_cast<std::size_t>(tag)});
        value.number = load_word<float>(at_ + tag + 1);
        at_ = value_end;
        return true;
    }

    const std::byte* at_;
    const std::byte* end_;
};

KYMO_CRC32C_TARGET std::uint32_t masked_sum(const std::byte* at, std::size_t size) {
    return mask_crc(~crc32c_advance(0xffffffffu, at, size));
}

KYMO_CRC32C_TARGET std::size_t take_events(Bytes bytes, std::uint64_t offset, FileLog& log) {
    PlainEvent event;
    const std::byte* at = bytes.data();
    const std::byte* const end = at + bytes.size();
    while (static_cast<std::size_t>(end - at) > record_header_size + record_footer_size) {
        const auto length = load_word<std::uint64_t>(at);
        const std::byte* const payload = at + record_header_size;
        const std::size_t most = static_cast<std::size_t>(end - payload) - record_footer_size;
        // The shape comes first: it costs less than the sums, and decides nothing by itself.
        if (length > most || !PlainReader({payload, static_cast<std::size_t>(length)}).read(event)) break;
        if (masked_sum(at, record_length_size) != load_word<std::uint32_t>(at + record_length_size)) break;
        if (masked_sum(payload, length) != load_word<std::uint32_t>(payload + length)) break;
        event.offset = offset + static_cast<std::uint64_t>(at - bytes.data());
        if (!log.add_plain(event)) break;
        at = payload + length + record_footer_size;
    }
    return static_cast<std::size_t>(at - bytes.data());
}

}  // namespace

std::size_t take_plain_events(Bytes bytes, std::uint64_t offset, FileLog& log) {
    return crc32c_has_instruction() ? take_events(bytes, offset, log) : 0;
}

#else

std::size_t take_plain_events(Bytes, std::uint64_t, FileLog&) { return 0; }

#endif

}  // namespace kymo
