// The fuzzing: round after round, every method of every server gets as many requests, half of them plausible and half of them made
// wrong, many at once; every answer is judged.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/core/clock.h"
#include "tests/fuzz/call.h"
#include "tests/fuzz/generator.h"
#include "tests/fuzz/random.h"
#include "tests/fuzz/verdict.h"
#include "tests/fuzz/world.h"

namespace milepost::fuzz {

struct Options {
  uint64_t seed = 1;
  int requests = 2000;  // of each method
  std::string methods;  // an RE2 expression that a part of the method's name matches; "" for all
  int in_flight = 128;
};

// An answer that no server may give.
struct Failure {
  Call call;
  std::string what;
  int round;
};

// Not thread-safe.
class Fuzzing {
 public:
  Fuzzing(World& world, const Options& options) : world_(world), options_(options) {}

  // All rounds; ends early after many failures, or when a server has died.
  void Run();
  // Repeats the request of one failure, also for every existing resource of the kind that it names, and as each party of it.
  void RunAlone(const Method& method, const std::string& bytes, const std::optional<std::string>& actor);

  const Tally& tally() const { return tally_; }
  const std::vector<Failure>& failures() const { return failures_; }

 private:
  std::vector<const Method*> Chosen(bool last) const;
  void PlayRound(const std::vector<const Method*>& methods, int round, int requests);
  Call Make(const Method& method, Random& random);
  std::optional<Request> Again(const Method& method, Random& random) const;
  std::string LikelyParty(const Method& method, Random& random) const;
  Call Wrap(const Method& method, std::string bytes, const std::string& actor, bool is_mutated,
            Random& random);
  void Judge(const std::vector<Call>& calls, const std::vector<Answer>& answers, int round);
  void Remember(const Call& call);

  World& world_;
  const Options options_;
  const absl::Time start_ = WallNow();
  Tally tally_;
  std::vector<Failure> failures_;
  std::map<std::string, std::vector<Sent>> sent_;  // by method: the latest
  // By method and party: how many calls were not refused for who sent them.
  std::map<std::string, std::map<std::string, uint64_t>> admitted_;
};

// For people: what was sent, as text and as hex, and how to send it again alone. A request that is too long to be shown is written
// to a file of the temporary folder, which stays.
std::string Describe(const Failure& failure, uint64_t seed);

}  // namespace milepost::fuzz
