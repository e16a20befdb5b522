// What an answer to a fuzzed request must be, and what came of each method's requests.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/fuzz/call.h"

namespace milepost::fuzz {

// The longest that a caller waits. Whoever is not answered by then waits for something that never comes.
inline constexpr absl::Duration kPatience = absl::Seconds(20);

// Why no server may give this answer; nothing where it may. INTERNAL and UNKNOWN are bugs, and an error has exactly one ErrorInfo,
// with a reason of the contract, unless gRPC itself makes it: the end of a short deadline, or a message beyond the limit.
std::optional<std::string> WhatIsWrong(const Call& call, const Answer& answer);

// How many calls of each method ended how. Not thread-safe.
class Tally {
 public:
  void Add(const Call& call, const Answer& answer);
  // A line a method: how many ended in which code.
  std::string Table() const;
  // The methods, by name, that answered no call with OK: their fuzzing proves nothing.
  std::vector<std::string> Unserved() const;
  // The other methods with fewer than `least` OKs, each with how many: "server: GigCatalog/GetGig 3".
  std::vector<std::string> RarelyServed(uint64_t least) const;
  // How many calls of a hundred got past the checks of caller and shape.
  double PercentIn() const;
  uint64_t calls() const;

 private:
  static constexpr size_t kCodes = 17;
  std::map<std::string, std::array<uint64_t, kCodes>> counts_;
};

}  // namespace milepost::fuzz
