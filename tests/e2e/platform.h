// The whole of Milepost as it runs in production, small: a private MariaDB, the payment simulator and the three services,
// each a real process on a real socket, with timings short enough for a test to wait for.
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

  // Makes fresh schemas and migrates them. Dies when that fails.
  Platform();
  ~Platform();
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;

  // Starts all four, and waits until they serve. Once.
  absl::Status Start();
  // Kills the server and starts it again with these entries in its environment ("MILEPOST_FAILPOINT=…"): an armed
  // server kills itself where it is told to. Starting it once more, unarmed, is Restart().
  absl::Status StartArmed(Server server, const std::string& failpoint);
  absl::Status Restart(Server server);
  testing::ServerProcess& process(Server server) { return *processes_.at(server); }
  // Waits until an armed server has killed itself.
  bool AwaitDeath(Server server);

  PlatformClient& client() { return *client_; }
  Addresses addresses();
  // The service's own schema, for what only its tables can show.
  const db::ConnectOptions& schema(Server server) const { return schemas_.at(server); }

 private:
  void Prepare(Server server, const std::string& program, std::vector<std::string> flags);
  void Migrate(const std::string& program, const std::vector<std::string>& flags);
  std::vector<std::string> DatabaseFlags(Server server) const;

  const testing::ScratchFolder scratch_;
  const std::string folder_;
  std::map<Server, std::string> programs_;
  std::map<Server, std::vector<std::string>> flags_;
  std::map<Server, db::ConnectOptions> schemas_;
  std::map<Server, std::unique_ptr<testing::ServerProcess>> processes_;
  std::unique_ptr<PlatformClient> client_;
};

// Asks until it is so, or 30 seconds have passed: for what finishes by itself, in real time, after a crash.
bool Eventually(absl::FunctionRef<bool()> is_so);

}  // namespace milepost::e2e
