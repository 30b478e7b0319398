// What must hold whatever the input is: a target that sees otherwise stops, and the fuzzer keeps the input.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace kymo::fuzz {

[[noreturn]] inline void broken(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    std::abort();
}

}  // namespace kymo::fuzz

#define KYMO_HOLDS(...) ((__VA_ARGS__) ? static_cast<void>(0) : ::kymo::fuzz::broken(#__VA_ARGS__, __FILE__, __LINE__))
