#include "reading/event_outline.h"

#include <algorithm>

namespace kymo {

namespace {

// What a message is, as far as its long fields are to be looked into.
enum class Level : std::uint8_t { opaque, event, summary, value, tensor, shape, dimension, metadata, plugin, tagged };

Level level_of(Level level, std::uint32_t field) {
    switch (level) {
        case Level::event:
            return field == 5 ? Level::summary : field == 8 ? Level::tagged : Level::opaque;
        case Level::summary:
            return field == 1 ? Level::value : Level::opaque;
        case Level::value:
            return field == 8 ? Level::tensor : field == 9 ? Level::metadata : Level::opaque;
        case Level::tensor:
            return field == 2 ? Level::shape : Level::opaque;
        case Level::shape:
            return field == 2 ? Level::dimension : Level::opaque;
        case Level::metadata:
            return field == 1 ? Level::plugin : Level::opaque;
        default:
            return Level::opaque;
    }
}

class Outliner {
  public:
    Outliner(RecordReader& reader, std::uint64_t limit) : reader_(reader), limit_(limit) {}

    bool message(Level level, Extent extent, EventOutline& out) {
        std::uint64_t at = extent.offset;
        const std::uint64_t end = extent.offset + extent.length;
        while (at < end) {
            const Bytes head = reader_.bytes(at, std::min<std::uint64_t>(end - at, head_size));
            WireReader field(head);
            std::uint32_t key = 0;
            if (!field.read_key(key)) return false;
            if ((key & 7) != static_cast<std::uint32_t>(WireType::bytes)) {
                if (!copy_short(at, end, out)) return false;
                continue;
            }
            std::uint64_t length = 0;
            if (!field.read_varint(length)) return false;
            const std::uint64_t begin = at + (head.size() - field.left());
            if (length > end - begin) return false;
            if (!bytes_field(level, key, {begin, length}, out)) return false;
            at = begin + length;
        }
        return true;
    }

  private:
    static constexpr std::size_t head_size = 20;  // a key and a length, however long they are written
    // Of a tensor's long field so much is kept that its first elements are there, and that it is seen to be more than
    // one.
    static constexpr std::size_t list_head_size = 24;

    // A field that is no length-delimited one is short, or a group: no group that long is known.
    bool copy_short(std::uint64_t& at, std::uint64_t end, EventOutline& out) {
        const Bytes bytes = reader_.bytes(at, std::min(end - at, limit_));
        WireReader field(bytes);
        std::uint32_t key = 0;
        if (!field.read_key(key) || !field.skip(key)) return false;
        const std::size_t size = bytes.size() - field.left();
        out.bytes.insert(out.bytes.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        at += size;
        return true;
    }

    bool bytes_field(Level level, std::uint32_t key, Extent extent, EventOutline& out) {
        const std::uint32_t field = key >> 3;
        const Level within = level_of(level, field);
        const bool placed = level == Level::summary ? field == 1 : level == Level::event && field != 5;
        EventOutline inner;
        if (within == Level::summary || (within != Level::opaque && extent.length > limit_)) {
            if (!message(within, extent, inner)) return false;
        } else if (extent.length <= limit_) {
            if (!copy(extent, inner)) return false;
        } else if (level == Level::tensor) {
            if (!copy({extent.offset, list_head_size}, inner)) return false;
            if (field > 6) cut_to_varints(inner.bytes);
        }
        append_varint(key, out.bytes);
        append_varint(inner.bytes.size(), out.bytes);
        const std::size_t base = out.bytes.size();
        if (placed) out.moved.push_back({base, extent});
        for (const EventBytes::Moved& moved : inner.moved) out.moved.push_back({base + moved.at, moved.extent});
        out.bytes.insert(out.bytes.end(), inner.bytes.begin(), inner.bytes.end());
        return true;
    }

    bool copy(Extent extent, EventOutline& out) {
        const Bytes bytes = reader_.bytes(extent.offset, static_cast<std::size_t>(extent.length));
        if (bytes.size() != extent.length) return false;
        out.bytes.assign(bytes.begin(), bytes.end());
        return true;
    }

    static void cut_to_varints(std::vector<std::byte>& bytes) {
        while (!bytes.empty() && (bytes.back() & std::byte{0x80}) != std::byte{0}) bytes.pop_back();
    }

    static void append_varint(std::uint64_t value, std::vector<std::byte>& out) {
        for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::byte>((value & 0x7f) | 0x80));
        out.push_back(static_cast<std::byte>(value));
    }

    RecordReader& reader_;
    std::uint64_t limit_;
};

}  // namespace

Extent EventBytes::extent_of(Bytes part) const {
    const auto at = static_cast<std::size_t>(part.data() - bytes_.data());
    if (moved_ == nullptr) return {offset_ + at, part.size()};
    const auto moved = std::lower_bound(moved_->begin(), moved_->end(), at,
                                        [](const Moved& one, std::size_t wanted) { return one.at < wanted; });
    return moved->extent;
}

bool outline_event(RecordReader& reader, std::uint64_t offset, std::uint64_t length, EventOutline& outline,
                   std::uint64_t limit) {
    return Outliner(reader, limit).message(Level::event, {offset, length}, outline);
}

}  // namespace kymo
