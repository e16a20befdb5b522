// What a run says: a line a round, a table at the end, and the figures as JSON.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/torture/rounds.h"

namespace milepost::torture {

// "round  17  kill database  …  ok"
std::string LineOf(const RoundReport& round);

struct Summary {
  uint64_t seed = 0;
  bool leaps = false;  // time was taken ahead
  std::vector<RoundReport> rounds;
  absl::Duration took;
  std::map<std::string, size_t> by_method;         // acknowledged
  std::map<std::string, int64_t> deadlines_fired;  // by kind: "REVIEW"
  std::string commit;                              // what was built

  size_t counted() const;
  size_t violations() const;
  absl::Duration longest_recovery() const;
  // Named places that no counted round was killed at.
  std::vector<std::string> missed_places() const;
  // What a run of so many rounds must have shown and did not: methods of which no command was acknowledged, and, where time
  // leaps, deadlines of which none fired.
  std::vector<std::string> unseen(size_t wanted) const;
};

// From so many rounds on a run that leaves out a method, or a deadline, is not the run that it says to be.
inline constexpr size_t kRoundsForAll = 30;
// All that the clients send and that changes something. A test compares with the acts.
const std::vector<std::string>& Mutations();
// Those among them that only come where time leaps.
const std::vector<std::string>& MutationsOfLeaps();

// Whether a run that was to have `wanted` rounds shows what it should.
bool Passed(const Summary& summary, size_t wanted, bool database_is_mortal);

// By what befell whom: rounds, acknowledged commands, recovery.
std::string TableOf(const Summary& summary);
std::string JsonOf(const Summary& summary);

}  // namespace milepost::torture
