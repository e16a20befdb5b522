// The servers under torture: replicas of the three services and the payment simulator, each a real process on a real
// socket, on the schemas of one run. Real time, which AdvanceClocks() takes ahead for the services; short limits by flags.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/e2e/stories/platform_client.h"
#include "tests/support/server_process.h"
#include "tests/torture/database_host.h"
#include "tests/torture/schedule.h"

namespace milepost::torture {

struct FleetOptions {
  std::filesystem::path folder;  // logs/ and the simulator's journal lie in it
  int replicas = 2;              // of each service
  std::string schema_prefix;     // "torture_1f2e_": the schemas' names begin so
  std::string password_file;     // with the database account's password; empty: it has none
  uint64_t seed = 1;             // of the simulator's chance
  bool leaps = false;            // AdvanceClocks() is called: the services follow the test clock
};

// Use it from the program's main thread: the processes die with the thread that started them.
class Fleet {
 public:
  // Of the four programs; Victim's first four.
  using Program = Victim;

  // The database runs, and outlives the fleet.
  Fleet(const FleetOptions& options, DatabaseHost& database);

  // Makes and migrates the schemas. Once.
  absl::Status Migrate();
  absl::Status StartAll();
  void KillAll();

  int replicas(Program program) const { return static_cast<int>(processes_.at(program).size()); }
  // Has it run: starts it if it doesn't.
  absl::Status Start(Program program, int replica);
  // As Start, with a place at which it shall kill itself ("steps.committed:3").
  absl::Status StartArmed(Program program, int replica, const std::string& failpoint);
  void Kill(Program program, int replica) { process(program, replica).Kill(); }
  // SIGTERM: gives its leases back.
  void Stop(Program program, int replica);
  bool runs(Program program, int replica) { return process(program, replica).running(); }

  // All three services' time jumps ahead (TestClock's OFFSET), at the same moment. All three must have been up once, on a
  // clock that nobody else moves.
  absl::Status AdvanceClocks(absl::Duration by);

  // Whether the simulator fails and delays by chance, from its next start on.
  void SetStormy(bool stormy);
  bool stormy() const { return stormy_; }

  // With the shipped policies: round robin over the replicas, retries of UNAVAILABLE.
  e2e::PlatformClient NewClient(std::chrono::milliseconds timeout) const;
  // The schema of a service, on the first node that is up.
  db::ConnectOptions Schema(Program service) const { return SchemaOn(service, 0); }
  // `milestone_billing audit` over all orders (W1): what it says where it does not end with 0; empty: all consistent.
  std::string AuditAllOrders() const;
  // Empties the logs: what is there belongs to rounds that passed.
  void ForgetLogs();

 private:
  struct Replica {
    int port = 0;
    std::unique_ptr<testing::ServerProcess> process;
  };

  testing::ServerProcess& process(Program program, int replica) {
    return *processes_.at(program)[replica].process;
  }
  // Puts `ahead_` into the three rows; how many it changed.
  absl::StatusOr<uint64_t> SetClocks();
  std::string LogOf(Program program, int replica) const;
  std::string Target(Program program) const;
  db::ConnectOptions SchemaOn(Program service, int node) const;
  std::vector<std::string> FlagsOf(Program program, int replica) const;
  // What connects a command to the schema.
  std::vector<std::string> DatabaseFlags(const db::ConnectOptions& schema) const;
  absl::Status MigrateOne(Program service);

  const FleetOptions options_;
  DatabaseHost& database_;
  bool stormy_ = false;
  absl::Duration ahead_;  // of real time
  std::map<Program, std::vector<Replica>> processes_;
  e2e::Channels channels_;
};

}  // namespace milepost::torture
