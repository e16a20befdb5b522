// A whole simulation: makes up a story from a seed and plays it, plays a story again, and shortens one that fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/findings.h"
#include "tests/simulation/invariants.h"
#include "tests/simulation/story.h"

namespace milepost::simulation {

struct Options {
  uint64_t seed = 1;
  uint64_t commands = 40'000;
  Faults faults;
  std::vector<OrderInvariant> more_invariants;  // as WorldOptions
  // Called every 100,000 commands.
  std::function<void(uint64_t commands)> on_progress = nullptr;
};

struct Outcome {
  Story story;                     // as it was played, up to the entry that failed
  std::optional<Finding> finding;  // nothing: all was right
  std::string transcript;          // of the order or offer that the finding is about
  std::set<uint64_t> related;      // its name and those of what it hangs on
  std::vector<bool> touches;       // for each entry, whether it touched one of these
  uint64_t commands = 0, digest = 0, orders = 0, allowed = 0, blocked = 0;
  std::map<std::string, uint64_t> events, refusals;
};

// Logs errors only from now on, which a simulation provokes. Call it once, at the start.
void QuietLog();

// Makes up a story and plays it.
Outcome Tell(const Options& options);
// Plays a story again; of `options` only more_invariants counts.
Outcome Replay(const Story& story, const Options& options);

// The shortest story found that still breaks the same invariant. `failed`: of Tell or Replay, with a finding.
Story Shorten(const Outcome& failed, const Options& options);

}  // namespace milepost::simulation
