#include "services/milestone_billing/store/backlogs.h"

#include <string>

#include "common/core/status_macros.h"
#include "common/db/row.h"

namespace milepost::billing {
namespace {

absl::StatusOr<Backlog> ReadBacklog(db::Connection& connection, const std::string& sql, int64_t max) {
  Backlog backlog;
  MILEPOST_RETURN_IF_ERROR(connection.Query(sql, db::Row{max}, [&](const db::ResultRow& row) {
    backlog.count = row.Int64(0);
    if (!row.IsNull(1)) backlog.oldest = row.Instant(1);
    return absl::OkStatus();
  }));
  return backlog;
}

}  // namespace

absl::StatusOr<Backlog> ReadOwedOutcomes(db::Connection& connection, int64_t max) {
  return ReadBacklog(
      connection,
      "SELECT COUNT(*), MIN(outcome_due_us) FROM (SELECT outcome_due_us FROM orders"
      " FORCE INDEX (orders_outcome_due) WHERE outcome_due_us >= 0 ORDER BY outcome_due_us LIMIT ?) owed",
      max);
}

absl::StatusOr<Backlog> ReadPendingRefunds(db::Connection& connection, int64_t max) {
  return ReadBacklog(
      connection,
      "SELECT COUNT(*), MIN(created_us) FROM (SELECT created_us FROM refunds FORCE INDEX (refunds_open)"
      " WHERE open_lease_us >= 0 LIMIT ?) pending",
      max);
}

absl::StatusOr<Backlog> ReadOperatorTasks(db::Connection& connection, int64_t max) {
  return ReadBacklog(
      connection,
      "SELECT COUNT(*), MIN(operator_since_us) FROM (SELECT operator_since_us FROM orders"
      " FORCE INDEX (orders_operator_since) WHERE operator_since_us >= 0 ORDER BY operator_since_us"
      " LIMIT ?) waiting",
      max);
}

absl::StatusOr<Backlog> ReadDisputes(db::Connection& connection, int64_t max) {
  return ReadBacklog(connection,
                     "SELECT COUNT(*), MIN(requested_us) FROM (SELECT requested_us FROM orders"
                     " FORCE INDEX (orders_state) WHERE state = 'DISPUTED' LIMIT ?) disputed",
                     max);
}

absl::StatusOr<std::vector<OpenAttempt>> ListOpenAttempts(db::Connection& connection, int64_t max) {
  std::vector<OpenAttempt> open;
  MILEPOST_RETURN_IF_ERROR(
      connection.Query("SELECT created_us, outcome_unknown FROM charges FORCE INDEX (charges_open) WHERE "
                       "open_lease_us >= 0 LIMIT ?",
                       db::Row{max}, [&](const db::ResultRow& row) {
                         open.push_back({row.Instant(0), row.Int64(1) != 0});
                         return absl::OkStatus();
                       }));
  return open;
}

}  // namespace milepost::billing
