// One target as libFuzzer calls it.
#include "fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    kymo::fuzz::KYMO_FUZZ_TARGET(std::as_bytes(std::span(data, size)));
    return 0;
}
