// Counts the rows that wait for other services or the payment provider, for the metrics. Each function reads an index
// of waiting rows only, and at most `max` rows. Failures are DatabaseError()s.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/connection.h"

namespace milepost::billing {

struct Backlog {
  int64_t count = 0;
  std::optional<absl::Time> oldest;  // nothing where nothing waits
};

// The outcomes that OfferService is owed; the oldest counts from when it was first owed.
absl::StatusOr<Backlog> ReadOwedOutcomes(db::Connection& connection, int64_t max);
// The refunds that are not settled; the oldest counts from when it was started.
absl::StatusOr<Backlog> ReadPendingRefunds(db::Connection& connection, int64_t max);

// The orders that wait for an operator; the oldest counts from when it began to wait.
absl::StatusOr<Backlog> ReadOperatorTasks(db::Connection& connection, int64_t max);
// The orders in dispute; the oldest counts from when it was requested.
absl::StatusOr<Backlog> ReadDisputes(db::Connection& connection, int64_t max);

struct OpenAttempt {
  absl::Time created;
  bool unknown = false;  // the provider was asked and did not tell the outcome
};
// Payment attempts that are OPEN, in any order.
absl::StatusOr<std::vector<OpenAttempt>> ListOpenAttempts(db::Connection& connection, int64_t max);

}  // namespace milepost::billing
