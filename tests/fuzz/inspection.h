// What must hold of the servers whatever was sent to them: they run, they answer, they logged no error, their memory is bounded,
// and every order is proven by its events.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/fuzz/world.h"

namespace milepost::fuzz {

// How much more of memory a server may hold after the fuzzing than before it, however many requests it got. What was in flight is in
// it, up to 4 MiB a request, and what the allocator keeps of that for later: 90 MiB at most were seen, after 20,000 requests a method as
// after 2,000, and less again later.
inline constexpr double kMemoryMaxMib = 128;

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
