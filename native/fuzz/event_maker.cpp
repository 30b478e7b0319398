#include "fuzz/event_maker.h"

#include <string_view>

namespace kymo::fuzz {

namespace {

enum class Message : std::uint8_t { none, event, summary, value, metadata, plugin, tensor, shape, dimension, tagged };

struct Field {
    std::uint32_t number;
    WireType type;
    Message inner = Message::none;
};

constexpr auto varint = WireType::varint;
constexpr auto fixed64 = WireType::fixed64;
constexpr auto fixed32 = WireType::fixed32;
constexpr auto bytes = WireType::bytes;

std::span<const Field> fields_of(Message message) {
    static constexpr Field event[] = {{1, fixed64},
                                      {2, varint},
                                      {3, bytes},
                                      {4, bytes},
                                      {5, bytes, Message::summary},
                                      {6, bytes},
                                      {7, bytes, Message::tagged},
                                      {8, bytes, Message::tagged},
                                      {9, bytes},
                                      {10, bytes, Message::tagged}};
    static constexpr Field summary[] = {{1, bytes, Message::value}};
    static constexpr Field value[] = {{1, bytes},
                                      {7, bytes},
                                      {2, fixed32},
                                      {3, bytes},
                                      {4, bytes},
                                      {5, bytes},
                                      {6, bytes},
                                      {8, bytes, Message::tensor},
                                      {9, bytes, Message::metadata}};
    static constexpr Field metadata[] = {{1, bytes, Message::plugin}, {2, bytes}, {3, bytes}, {4, varint}};
    static constexpr Field plugin[] = {{1, bytes}, {2, bytes}};
    static constexpr Field tensor[] = {{1, varint},  {2, bytes, Message::shape},
                                       {4, bytes},   {5, fixed32},
                                       {6, fixed64}, {7, varint},
                                       {10, varint}, {5, bytes},
                                       {6, bytes},   {7, bytes},
                                       {13, varint}, {13, bytes},
                                       {11, varint}, {16, bytes},
                                       {17, bytes}};
    static constexpr Field shape[] = {{2, bytes, Message::dimension}, {3, varint}};
    static constexpr Field dimension[] = {{1, varint}};
    static constexpr Field tagged[] = {{1, varint}, {1, bytes}};
    switch (message) {
        case Message::event:
            return event;
        case Message::summary:
            return summary;
        case Message::value:
            return value;
        case Message::metadata:
            return metadata;
        case Message::plugin:
            return plugin;
        case Message::tensor:
            return tensor;
        case Message::shape:
            return shape;
        case Message::dimension:
            return dimension;
        case Message::tagged:
        case Message::none:
            break;
    }
    return tagged;
}

class Maker {
  public:
    explicit Maker(Input& input) : input_(input) {}

    std::vector<std::byte> message(Message message) {
        std::vector<std::byte> out;
        const auto known = fields_of(message);
        for (std::size_t count = input_.up_to(6); count > 0 && !input_.done(); --count) {
            const std::uint8_t choice = input_.byte();
            if (choice < 240) {
                add_field(known[choice % known.size()], out);
            } else {  // unknown, or known with another wire type
                add_field({1 + choice % 19u, static_cast<WireType>(input_.up_to(5))}, out);
            }
        }
        return out;
    }

  private:
    void add_field(const Field& field, std::vector<std::byte>& out) {
        add_varint(wire_key(field.number, field.type), out);
        switch (field.type) {
            case WireType::varint:
                add_varint(input_.flip() ? input_.byte() : input_.word<std::uint64_t>(), out);
                break;
            case WireType::fixed64:
                add(input_.take(8), out);
                break;
            case WireType::fixed32:
                add(input_.take(4), out);
                break;
            case WireType::bytes:
                add_bytes(field.inner == Message::none ? content() : message(field.inner), out);
                break;
            case WireType::group_begin:
                add(content(), out);
                if (input_.byte() != 0) add_varint(wire_key(field.number, WireType::group_end), out);
                break;
            case WireType::group_end:
                break;
        }
    }

    void add_bytes(const std::vector<std::byte>& content, std::vector<std::byte>& out) {
        const std::uint8_t odd = input_.byte();
        add_varint(odd == 255 ? input_.word<std::uint16_t>() : content.size(), out);
        add(content, out);
    }

    // Text that means something, or bytes, among them many alike.
    std::vector<std::byte> content() {
        static constexpr std::string_view words[] = {"", "a", "loss", "scalars", "text", "images", "tensor", "hparams"};
        const std::size_t choice = input_.up_to(15);
        if (choice < std::size(words)) {
            const Bytes word = std::as_bytes(std::span(words[choice]));
            return {word.begin(), word.end()};
        }
        if (choice < 10) return std::vector<std::byte>(input_.up_to(300), static_cast<std::byte>(input_.byte()));
        const Bytes taken = input_.take(input_.up_to(20));
        return {taken.begin(), taken.end()};
    }

    static void add(Bytes bytes, std::vector<std::byte>& out) { out.insert(out.end(), bytes.begin(), bytes.end()); }
    static void add_varint(std::uint64_t value, std::vector<std::byte>& out) {
        for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::byte>(value | 0x80));
        out.push_back(static_cast<std::byte>(value));
    }

    Input& input_;
};

}  // namespace

std::vector<std::byte> make_event(Input& input) { return Maker(input).message(Message::event); }

}  // namespace kymo::fuzz
