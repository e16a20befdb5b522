// What waits for somebody outside: for the metrics. Each reads an index that holds nothing but what waits, and no more
// than `max` rows of it. Failures are DatabaseError()s.
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

// Outcomes that OfferService is owed, since the oldest has been.
absl::StatusOr<Backlog> ReadOwedOutcomes(db::Connection& connection, int64_t max);
// Refunds that the provider has not ended, since the oldest was asked for.
absl::StatusOr<Backlog> ReadPendingRefunds(db::Connection& connection, int64_t max);

struct OpenAttempt {
  absl::Time created;
  bool unknown = false;  // the provider was asked and did not tell the outcome
};
// Payment attempts that are OPEN, in any order.
absl::StatusOr<std::vector<OpenAttempt>> ListOpenAttempts(db::Connection& connection, int64_t max);

}  // namespace milepost::billing
