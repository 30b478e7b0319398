// A value that most owners never have: one pointer until it is made.
#pragma once

#include <memory>

namespace kymo {

// Reads as a default T while there is none; copies as the value does.
template <typename T>
class Rare {
  public:
    Rare() = default;
    Rare(const Rare& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
    Rare(Rare&&) noexcept = default;
    Rare& operator=(Rare other) noexcept {
        value_.swap(other.value_);
        return *this;
    }
    ~Rare() = default;

    const T& operator*() const { return value_ ? *value_ : none(); }
    const T* operator->() const { return &**this; }
    T& make() {
        if (!value_) value_ = std::make_unique<T>();
        return *value_;
    }

  private:
    static const T& none() {
        static const T value{};
        return value;
    }

    std::unique_ptr<T> value_;
};

}  // namespace kymo
