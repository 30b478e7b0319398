#include "reading/record_reader.h"

#include <algorithm>

#include "format/crc32c.h"
#include "format/tfrecord.h"

namespace kymo {

namespace {

constexpr std::size_t overhead = record_header_size + record_footer_size;
constexpr std::uint64_t longest_message = std::uint64_t{1} << 31;  // protobuf's own limit

bool header_holds(const std::byte* header) {
    return mask_crc(crc32c({header, sizeof(std::uint64_t)})) == load_word<std::uint32_t>(header + 8);
}

// The size of the bytes without the zeros that end them.
std::size_t size_without_zeros(Bytes bytes) {
    std::size_t size = bytes.size();
    while (size >= 8 && load_word<std::uint64_t>(bytes.data() + size - 8) == 0) size -= 8;
    while (size != 0 && bytes[size - 1] == std::byte{0}) --size;
    return size;
}

}  // namespace

bool RecordReader::load(std::uint64_t offset, std::size_t length) {
    if (offset >= window_begin_ && offset + length <= window_begin_ + window_size_) return true;
    if (error_ || offset + length > size_) return false;
    const std::size_t wanted = std::min<std::uint64_t>(std::max(length, block_size), size_ - offset);
    if (wanted > capacity_) {
        buffer_.reset(new std::byte[wanted]);
        capacity_ = wanted;
    }
    window_begin_ = offset;
    error_ = source_.read(offset, {buffer_.get(), wanted}, window_size_);
    if (error_) window_size_ = 0;
    return window_size_ >= length;
}

Bytes RecordReader::bytes(std::uint64_t offset, std::size_t length) {
    if (length > held_limit || !load(offset, length)) return {};
    return {buffer_.get() + (offset - window_begin_), length};
}

Record RecordReader::examine(std::uint64_t offset) {
    Record record;
    const std::uint64_t left = size_ - offset;
    if (left < record_header_size) {
        record.verdict = left == 0 ? Verdict::end : Verdict::unfinished;
        return record;
    }
    const Bytes header = bytes(offset, record_header_size);
    if (header.empty()) {
        record.verdict = Verdict::unreadable;
        return record;
    }
    record.length = load_word<std::uint64_t>(header.data());
    record.header_holds = header_holds(header.data());
    if (!record.header_holds) {
        record.zeros = std::all_of(header.begin(), header.end(), [](std::byte byte) { return byte == std::byte{0}; });
        record.verdict = zeros_from() < offset + record_header_size ? Verdict::unfinished : Verdict::bad_header;
        return record;
    }
    if (left < overhead || record.length > left - overhead) {
        record.verdict = Verdict::unfinished;
        return record;
    }
    const std::uint64_t begin = offset + record_header_size;
    if (record.length + record_footer_size > held_limit) {
        record.streamed = true;
        record.verdict = stream_payload(begin, record.length);
    } else {
        const auto length = static_cast<std::size_t>(record.length);
        const Bytes body = bytes(begin, length + record_footer_size);
        if (body.empty()) {
            record.verdict = Verdict::unreadable;
            return record;
        }
        record.payload = body.first(length);
        const bool holds = mask_crc(crc32c(record.payload)) == load_word<std::uint32_t>(body.data() + length);
        record.verdict = holds ? Verdict::record : Verdict::bad_payload;
    }
    // A record that ends among the zeros that end the file is being written, not damaged.
    if (record.verdict == Verdict::bad_payload && zeros_from() < begin + record.length + record_footer_size) {
        record.verdict = Verdict::unfinished;
    }
    return record;
}

Verdict RecordReader::stream_payload(std::uint64_t offset, std::uint64_t length) {
    std::uint32_t crc = 0;
    for (std::uint64_t done = 0; done < length;) {
        const std::size_t piece = std::min<std::uint64_t>(block_size, length - done);
        const Bytes part = bytes(offset + done, piece);
        if (part.empty()) return Verdict::unreadable;
        crc = crc32c(part, crc);
        done += piece;
    }
    const Bytes footer = bytes(offset + length, record_footer_size);
    if (footer.empty()) return Verdict::unreadable;
    return mask_crc(crc) == load_word<std::uint32_t>(footer.data()) ? Verdict::record : Verdict::bad_payload;
}

// Where the zeros that end the file begin; the size where it does not end in zeros.
std::uint64_t RecordReader::zeros_from() {
    if (zeros_from_ != UINT64_MAX) return zeros_from_;
    std::uint64_t end = size_;
    while (end != 0) {
        const std::uint64_t begin = (end - 1) / block_size * block_size;
        const Bytes block = bytes(begin, static_cast<std::size_t>(end - begin));
        if (block.empty()) break;
        const std::size_t kept = size_without_zeros(block);
        end = begin + kept;
        if (kept != 0) break;
    }
    return zeros_from_ = end;
}

RecordReader::Found RecordReader::search(std::uint64_t from, const Accepts& accepts) {
    static const std::uint32_t empty_header = [] {
        const std::byte zeros[8] = {};
        return mask_crc(crc32c(zeros));
    }();
    const std::uint64_t limit = zeros_from();
    Found pending;
    std::uint64_t offset = from;
    while (offset + record_header_size <= limit) {
        const std::size_t span = std::min<std::uint64_t>(block_size, limit - offset);
        const Bytes window = bytes(offset, span);
        if (window.empty()) return {false, false, offset, 0};
        std::size_t at = 0;
        for (; at + record_header_size <= window.size(); ++at) {
            const auto length = load_word<std::uint64_t>(window.data() + at);
            if (length == 0 ? load_word<std::uint32_t>(window.data() + at + 8) == empty_header
                            : length < longest_message && header_holds(window.data() + at)) {
                break;
            }
        }
        offset += at;
        if (at + record_header_size > window.size()) continue;
        const Record record = examine(offset);
        if (record.verdict == Verdict::record && accepts(offset, record)) {
            return {true, false, offset, offset + overhead + record.length};
        }
        if (error_ || record.verdict == Verdict::unreadable) return {false, false, offset, 0};
        if (record.verdict == Verdict::unfinished && !pending.pending) pending = {false, true, offset, 0};
        ++offset;
    }
    return pending.pending ? pending : Found{false, false, offset, 0};
}

}  // namespace kymo
