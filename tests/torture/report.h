// What a run says: a line a round, a table at the end, and the figures as JSON.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/torture/rounds.h"

namespace milepost::torture {

// "round  17  kill database  …  ok"
std::string LineOf(const RoundReport& round);

struct Summary {
  uint64_t seed = 0;
  std::vector<RoundReport> rounds;
  absl::Duration took;
  std::map<std::string, size_t> by_method;  // acknowledged

  size_t counted() const;
  size_t violations() const;
  absl::Duration longest_recovery() const;
  // Named places that no counted round was killed at.
  std::vector<std::string> missed_places() const;
};

// By what befell whom: rounds, acknowledged commands, recovery.
std::string TableOf(const Summary& summary);
std::string JsonOf(const Summary& summary);

}  // namespace milepost::torture
