#include "reading/tensor_number.h"

#include <bit>
#include <cmath>
#include <type_traits>

namespace kymo {

namespace {

double from_half(std::uint16_t bits) {
    const int exponent = bits >> 10 & 0x1f;
    const int fraction = bits & 0x3ff;
    double magnitude = 0.0;
    if (exponent == 0x1f) {
        magnitude = fraction == 0 ? HUGE_VAL : std::nan("");
    } else {
        magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 0x400, exponent - 25);
    }
    return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

double from_bfloat16(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

template <typename T>
Number exact(T value) {
    return {static_cast<double>(value), sizeof(T) < 4 || std::is_same_v<T, float>};
}

// `bits` is the element as tensor_content holds it, in the low bytes.
std::optional<Number> from_bits(std::int32_t dtype, std::uint64_t bits) {
    switch (dtype) {
        case dtypes::float32:
            return exact(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
        case dtypes::float64:
            return exact(std::bit_cast<double>(bits));
        case dtypes::int32:
            return exact(static_cast<std::int32_t>(bits));
        case dtypes::uint8:
            return exact(static_cast<std::uint8_t>(bits));
        case dtypes::int16:
            return exact(static_cast<std::int16_t>(bits));
        case dtypes::int8:
            return exact(static_cast<std::int8_t>(bits));
        case dtypes::int64:
            return exact(static_cast<std::int64_t>(bits));
        case dtypes::boolean:
            return exact(static_cast<std::uint8_t>(bits != 0));
        case dtypes::bfloat16:
            return Number{from_bfloat16(static_cast<std::uint16_t>(bits)), true};
        case dtypes::uint16:
            return exact(static_cast<std::uint16_t>(bits));
        case dtypes::half:
            return Number{from_half(static_cast<std::uint16_t>(bits)), true};
        case dtypes::uint32:
            return exact(static_cast<std::uint32_t>(bits));
        case dtypes::uint64:
            return exact(bits);
        default:
            return std::nullopt;
    }
}

struct Storage {
    std::size_t size;     // bytes of an element in tensor_content
    std::uint32_t field;  // the repeated field that holds it otherwise
};

std::optional<Storage> storage_of(std::int32_t dtype) {
    switch (dtype) {
        case dtypes::float32:
            return Storage{4, 5};
        case dtypes::float64:
            return Storage{8, 6};
        case dtypes::int32:
            return Storage{4, 7};
        case dtypes::uint8:
        case dtypes::int8:
            return Storage{1, 7};
        case dtypes::int16:
        case dtypes::uint16:
            return Storage{2, 7};
        case dtypes::int64:
            return Storage{8, 10};
        case dtypes::boolean:
            return Storage{1, 11};
        case dtypes::half:
        case dtypes::bfloat16:
            return Storage{2, 13};
        case dtypes::uint32:
            return Storage{4, 16};
        case dtypes::uint64:
            return Storage{8, 17};
        default:
            return std::nullopt;
    }
}

std::optional<Number> number_in(const TensorView& tensor) {
    const auto storage = storage_of(tensor.dtype);
    if (!storage || tensor.rank > 1 || tensor.elements != 1) return std::nullopt;
    if (!tensor.content.empty()) {
        if (tensor.content.size() != storage->size) return std::nullopt;
        std::uint64_t bits = 0;
        std::memcpy(&bits, tensor.content.data(), storage->size);
        return from_bits(tensor.dtype, bits);
    }
    const TensorView::List& list = tensor.lists[tensor_list(storage->field)];
    if (tensor.unknown_rank && list.count != 1) return std::nullopt;
    // torch writes the bits of a float32 where sixteen bits belong; no half or bfloat16 reaches that far.
    if (storage->field == 13 && list.first > 0xffff) return from_bits(dtypes::float32, list.first);
    return from_bits(tensor.dtype, list.first);  // no element given means zero
}

}  // namespace

std::optional<Number> number_of(const ValueView& value) {
    if (value.field == ValueField::simple_value) return exact(value.simple_value);
    if (value.field == ValueField::tensor) return number_in(value.tensor);
    return std::nullopt;
}

}  // namespace kymo
