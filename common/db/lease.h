// Leases: rows that name the replica that does a kind of work, so that no other does it too. A lease is taken by
// compare-and-set, committed at once, and holds no lock: if a holder stalls past its time, work is done twice, but
// never wrongly. Times are the database's real clock, never the test clock.
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

// The table of leases; Migrate creates it before any migration runs.
extern const char kLeasesTable[];

// Held while the clock is being advanced; workers name it in WorkerOptions::rests_for.
inline constexpr char kTestClockLease[] = "test_clock";

// One owner's view of all leases. Thread-safe. Failures are DatabaseError()s.
class Leases {
 public:
  // Each object is an owner of its own.
  explicit Leases(ConnectOptions options);

  // Takes or extends the lease: true if `name` is ours until `ttl` from now, because it was free, expired or already
  // ours.
  absl::StatusOr<bool> Acquire(absl::string_view name, absl::Duration ttl);

  // True while someone else holds it.
  absl::StatusOr<bool> HeldByOther(absl::string_view name);

  // Releases the lease if it is ours.
  absl::Status Release(absl::string_view name);

 private:
  const Uuid owner_;
  std::mutex mutex_;
  Session session_;  // guarded by mutex_
};

}  // namespace milepost::db
