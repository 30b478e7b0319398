#include "bindings/borrowed_number.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

namespace kymo::bindings {
namespace {

// The structures of DLPack 1.3 (https://github.com/dmlc/dlpack/blob/main/include/dlpack/dlpack.h), as far as they are
// read here; within a major version they do not change.
constexpr std::uint32_t dlpack_major = 1;
constexpr std::int32_t cpu = 1;
constexpr std::uint8_t floating = 2;

struct Tensor {
    const void* data;
    std::int32_t device_type;
    std::int32_t device_id;
    std::int32_t ndim;
    std::uint8_t code;
    std::uint8_t bits;
    std::uint16_t lanes;
    const std::int64_t* shape;
    const std::int64_t* strides;
    std::uint64_t byte_offset;
};

using Borrow = int (*)(void* object, Tensor* out);

struct Exchange {
    std::uint32_t major, minor;
    const Exchange* previous;
    void* allocator;
    void* managed_from_object;
    void* managed_to_object;
    Borrow borrow;
};

// Nothing of a subclass: what lies in its memory need not be what it holds.
Borrow own_borrow(PyTypeObject* type) {
    static PyObject* const name = PyUnicode_InternFromString("__dlpack_c_exchange_api__");
    if (!PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) || type->tp_dict == nullptr) return nullptr;
    PyObject* const capsule = PyDict_GetItemWithError(type->tp_dict, name);
    if (capsule == nullptr || !PyCapsule_IsValid(capsule, "dlpack_exchange_api")) return nullptr;
    const auto* exchange = static_cast<const Exchange*>(PyCapsule_GetPointer(capsule, "dlpack_exchange_api"));
    while (exchange != nullptr && exchange->major != dlpack_major) exchange = exchange->previous;
    return exchange == nullptr ? nullptr : exchange->borrow;
}

// The type that was seen last, which is held, so that no other one takes its address; the GIL guards it.
Borrow borrow_of(PyTypeObject* type) {
    static PyTypeObject* known = nullptr;
    static Borrow borrow = nullptr;
    if (type != known) {
        const Borrow found = own_borrow(type);
        if (found == nullptr) return nullptr;
        Py_INCREF(type);
        Py_XDECREF(known);
        known = type;
        borrow = found;
    }
    return borrow;
}

const void* place_of(const Tensor& tensor) { return static_cast<const char*>(tensor.data) + tensor.byte_offset; }

// A view of the imaginary part of a conjugate is stored with the other sign, which DLPack does not tell. It lies half a
// complex number behind the real part: never where 16 bytes begin, as a tensor of its own does, which need not be
// asked.
bool is_stored_as_it_is(PyObject* tensor, const void* place) {
    if (reinterpret_cast<std::uintptr_t>(place) % 16 == 0) return true;
    static PyObject* const is_neg = PyUnicode_InternFromString("is_neg");
    PyObject* const answer = PyObject_CallMethodNoArgs(tensor, is_neg);
    Py_XDECREF(answer);
    return answer == Py_False;
}

template <typename Float>
double at(const void* place) {
    Float number;
    std::memcpy(&number, place, sizeof number);
    return static_cast<double>(number);
}

std::optional<double> number_in(const Tensor& tensor) {
    if (tensor.device_type != cpu || tensor.data == nullptr) return std::nullopt;
    if (tensor.code != floating || tensor.lanes != 1) return std::nullopt;
    const std::span shape(tensor.shape, static_cast<std::size_t>(tensor.ndim));
    if (!std::ranges::all_of(shape, [](std::int64_t size) { return size == 1; })) return std::nullopt;
    if (tensor.bits == 32) return at<float>(place_of(tensor));
    if (tensor.bits == 64) return at<double>(place_of(tensor));
    return std::nullopt;
}

}  // namespace

std::optional<double> borrowed_number(PyObject* object) {
    const Borrow borrow = borrow_of(Py_TYPE(object));
    if (borrow == nullptr) return std::nullopt;
    Tensor tensor{};
    std::optional<double> number;
    if (borrow(object, &tensor) == 0 && is_stored_as_it_is(object, place_of(tensor))) number = number_in(tensor);
    PyErr_Clear();
    return number;
}

}  // namespace kymo::bindings
