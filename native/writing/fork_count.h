// Tells a process from the one that it was forked off.
#pragma once

#include <cstdint>

namespace kymo {

// How many forks lie between this process and the one that called this first. Costs a load, where getpid costs a
// system call.
std::uint64_t fork_count();

}  // namespace kymo
