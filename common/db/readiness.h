// Checks whether a service can work with its database: it answers soon, takes writes, is configured correctly
// (server_check.h), and has this version's schema. A service is ready while this holds and its lanes move
// (Lanes::CheckMoving); readiness never depends on a peer.
#pragma once

#include <mutex>
#include <optional>

#include "absl/status/status.h"
#include "common/db/clock_setting.h"
#include "common/db/connection.h"
#include "common/db/migrations.h"

namespace milepost::db {

// Thread-safe. Connects when it is first asked, and again after a loss.
class Readiness {
 public:
  // `schema` stands beside the common migrations. `test_clock` is set for a service with a test clock: Check()
  // inserts the clock's row, so that a server may start before its database.
  Readiness(const ConnectOptions& connect, MigrationSet schema, std::optional<ClockMode> test_clock);

  // OK if the service can work. FAILED_PRECONDITION names the missing part of the schema. A DatabaseError() means
  // that the schema can't be read, or names the fault of the server; for a server that has become read-only,
  // LeaveServer() is called. Blocks for a few round trips, each up to 2 s where the server does not answer.
  absl::Status Check();

 private:
  const ConnectOptions connect_;
  const MigrationSet schema_;
  const std::optional<ClockMode> test_clock_;
  std::mutex mutex_;
  Session session_;             // guarded by mutex_, as is the next
  bool clock_enabled_ = false;  // the test clock's row is in its place
};

}  // namespace milepost::db
