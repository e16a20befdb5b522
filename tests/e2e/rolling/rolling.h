// Rolling restarts under load (R8): each service has two replicas; they are replaced one after another, as an upgrade does, while
// sellers and buyers work. Half of the clients have the service config that we give to everyone, half are strangers: they retry
// UNAVAILABLE and know nothing of health.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/e2e/platform.h"

namespace milepost::e2e {

struct RollingOptions {
  int rounds = 3;  // how often every replica of every service is replaced
  // Folders with the servers' programs, for an upgrade: the replicas begin with the first; each round replaces them with those
  // of the next, after the last the first again. None: those beside this program.
  std::vector<std::string> programs;
  int pairs = 6;                              // of a seller and a buyer, each busy with one order at a time
  std::function<void(int round)> each_round;  // called at the end of each
};

struct RollingOutcome {
  int rounds = 0;
  int64_t calls = 0;
  std::vector<std::string> failures;  // one line a call that failed
  std::vector<std::string> wrong;     // what was told and is not so, charged twice, or did not end in order
  std::vector<std::string> orders, gig_orders;
  absl::Duration worst;  // the slowest call, its retries included
  std::string worst_call;
  absl::Duration slowest_exit;

  std::string Line() const;
};

RollingOutcome Roll(const RollingOptions& options);

}  // namespace milepost::e2e
