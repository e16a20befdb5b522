// What must hold of the servers whatever was sent to them: they run, they answer, they logged no error, their memory is bounded,
// and every order is proven by its events.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/fuzz/world.h"

namespace milepost::fuzz {

// How much more of memory a server may hold after the fuzzing than before it. Its share of what was in flight, which may be 4 MiB
// a request, is in it, and what the allocator keeps for later; a leak of 1 KiB a request would exceed it in CI.
inline constexpr double kMemoryMaxMib = 96;

// Resident memory of each server now, in MiB.
std::map<std::string, double> ResidentMib(const World& world);

// Whether all processes still run; the names of those that don't.
std::vector<std::string> Dead(const World& world);

struct Inspection {
  std::vector<std::string> findings;  // everything that is wrong, a line each
  uint64_t orders = 0;                // that were audited
};
Inspection Inspect(World& world, const std::map<std::string, double>& resident_before);

}  // namespace milepost::fuzz
