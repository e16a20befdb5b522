// The whole of Milepost as it runs in production, small: a private MariaDB, the payment simulator and the three services,
// each a real process on a real socket, with timings short enough for a test to wait for; several replicas of each service
// on one database where a test asks for them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "common/db/connection.h"
#include "tests/e2e/stories/platform_client.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/server_process.h"

namespace milepost::e2e {

// Not thread-safe, but clients made from addresses() are each other's business only.
class Platform {
 public:
  enum class Server { kSimulator, kCatalog, kOffers, kBilling };

  struct Options {
    int replicas = 1;                   // of each of the three services; the simulator is one
    std::string test_clock = "offset";  // of the three services: "off", "frozen", "offset"
    std::string programs = "";          // the folder that the servers are in; "": that of the test program
    std::map<Server, std::vector<std::string>> flags = {};  // win over what is set here
  };

  // Makes fresh schemas and migrates them. Dies when that fails.
  Platform();
  explicit Platform(const Options& options);
  ~Platform();
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;

  // Starts all processes, and waits until they serve. Once.
  absl::Status Start();
  // Kills the process and starts it again with these entries in its environment ("MILEPOST_FAILPOINT=…"): an armed
  // server kills itself where it is told to. Starting it once more, unarmed, is Restart().
  absl::Status StartArmed(Server server, const std::string& failpoint, int replica = 0);
  absl::Status Restart(Server server, int replica = 0);
  // Migrates the schemas with the services of this folder. Processes that start from now on are its programs; those that run go
  // on. "": the programs beside the test program.
  absl::Status UsePrograms(const std::string& folder);
  // Runs this folder's program of the server to its end ("milestone_billing", "audit"); the exit code.
  int RunToEnd(const std::string& folder, Server server, const std::string& command) const;
  testing::ServerProcess& process(Server server, int replica = 0) {
    return *processes_.at(server).at(replica);
  }
  int replicas(Server server) const { return static_cast<int>(processes_.at(server).size()); }
  // Waits until an armed server has killed itself.
  bool AwaitDeath(Server server, int replica = 0);

  PlatformClient& client() { return *client_; }
  // All replicas of each server, as one gRPC target (round robin); or one replica of each, alone.
  Addresses addresses() const;
  Addresses addresses(int replica) const;
  // The service's own schema, for what only its tables can show.
  const db::ConnectOptions& schema(Server server) const { return schemas_.at(server); }

 private:
  void Prepare(Server server, const std::string& program, std::vector<std::string> flags);
  // The replicas' next processes get these flags besides the server's own.
  void SetPeers(Server server, const std::vector<std::string>& flags);
  absl::Status RestartAll(Server server);
  std::string TargetOf(Server server) const;

  const Options options_;
  const testing::ScratchFolder scratch_;
  const std::string folder_;
  std::map<Server, std::string> programs_;
  std::map<Server, std::vector<std::string>> flags_;
  std::map<Server, db::ConnectOptions> schemas_;
  std::map<Server, std::vector<std::unique_ptr<testing::ServerProcess>>> processes_;
  std::unique_ptr<PlatformClient> client_;
};

// Runs one of our programs to its end ("gig_catalog", "migrate", …), without its output; the exit code.
int RunProgram(const std::string& program, const std::string& command, const std::vector<std::string>& flags);

// Asks until it is so, or 30 seconds have passed: for what finishes by itself, in real time, after a crash.
bool Eventually(absl::FunctionRef<bool()> is_so);

}  // namespace milepost::e2e
