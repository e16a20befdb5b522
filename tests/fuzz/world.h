// The servers that are fuzzed, as real processes on a private database, and people who work with them meanwhile, so that there
// are gigs, offers and orders in every state to ask about.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/e2e/clocks/clocks.h"
#include "tests/e2e/platform.h"
#include "tests/fuzz/method.h"
#include "tests/fuzz/pool.h"
#include "tests/fuzz/random.h"

namespace milepost::fuzz {

// Not thread-safe.
class World {
 public:
  World();

  // Starts the servers, and lets people begin. Once.
  absl::Status Start(Random& random);

  // Every method of every server.
  const std::vector<Method>& methods() const { return methods_; }
  Pool& pool() { return pool_; }
  e2e::PlatformClient& client() { return platform_.client(); }
  // Some gigs, offers and orders more, each in the state that chance leaves it in.
  void Work(Random& random);
  // All three services' clocks go on together; deadlines fire.
  void LetTimePass(absl::Duration by);

  struct Server {
    std::string name;
    testing::ServerProcess* process;
  };
  const std::vector<Server>& servers() const { return servers_; }
  // MilestoneBilling's schema.
  const db::ConnectOptions& books() const;
  // The exit code of `milestone_billing audit`, which walks all orders and the ledger.
  int Audit() const;

 private:
  absl::Status FindMethods();

  e2e::Platform platform_;
  // It is fuzzed in place of the provider that MilestoneBilling charges with: scripts and pauses would stop all orders.
  testing::ScratchFolder scratch_;
  testing::ServerProcess simulator_;
  std::vector<Server> servers_;
  std::vector<Method> methods_;
  std::unique_ptr<e2e::Clocks> clocks_;
  Pool pool_;
  uint64_t works_ = 0;
};

}  // namespace milepost::fuzz
