// Leases: rows that say who does a kind of work just now, so that replicas do not do it twice.
// Compare-and-set, committed at once, no lock held: being wrong about one (a holder that stalls past its
// time) costs work, never correctness. Times are the database's real clock, never the test clock.
#pragma once

#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "common/db/connection.h"

namespace milepost::db {

// The table that leases lie in; Migrate makes it before any migration runs.
extern const char kLeasesTable[];

// Held while the clock is being advanced; workers name it in WorkerOptions::rests_for.
inline constexpr char kTestClockLease[] = "test_clock";

// One owner's view of all leases. Thread-safe. Failures are DatabaseError()s.
class Leases {
 public:
  // Each object is an owner of its own.
  explicit Leases(ConnectOptions options);

  // True when `name` is ours until `ttl` from now: it was free, over, or ours already (which extends it).
  absl::StatusOr<bool> Acquire(absl::string_view name, absl::Duration ttl);

  // True while someone else holds it.
  absl::StatusOr<bool> HeldByOther(absl::string_view name);

  // Gives it back if it is ours.
  absl::Status Release(absl::string_view name);

 private:
  const Uuid owner_;
  std::mutex mutex_;
  Session session_;  // guarded by mutex_
};

}  // namespace milepost::db
