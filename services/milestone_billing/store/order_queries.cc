#include "services/milestone_billing/store/order_queries.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "common/core/status_macros.h"
#include "common/db/row.h"

namespace milepost::billing {
namespace {

std::string NewestFirstSql(const OrderFilter& filter, absl::string_view conditions) {
  const absl::string_view index = !filter.buyer.empty()    ? "orders_buyer"
                                  : !filter.seller.empty() ? "orders_seller"
                                  : filter.state           ? "orders_state"
                                                           : "orders_requested";
  return absl::StrCat("SELECT requested_us, id FROM orders o FORCE INDEX (", index,
                      ") WHERE requested_us <= ?", " AND (requested_us, id) < (?, ?)", conditions,
                      " ORDER BY requested_us DESC, id DESC LIMIT ?");
}

constexpr absl::string_view kWaitingFirstSql =
    "SELECT operator_since_us, id FROM orders o FORCE INDEX (orders_operator_since)"
    " WHERE operator_since_us >= ? AND (operator_since_us, id) > (?, ?)";

// Each order with its next deadline: no other that is pending comes before it.
std::string DueFirstSql(const OrderFilter& filter, absl::string_view conditions) {
  constexpr absl::string_view kOfUser = "SELECT d.pending_due_us, o.id FROM orders o FORCE INDEX (";
  constexpr absl::string_view kOfAll =
      "SELECT d.pending_due_us, o.id FROM deadlines d FORCE INDEX (deadlines_pending) STRAIGHT_JOIN orders o"
      " ON o.id = d.aggregate_id";
  const bool of_user = !filter.buyer.empty() || !filter.seller.empty();
  const std::string tables =
      of_user ? absl::StrCat(kOfUser, filter.buyer.empty() ? "orders_seller" : "orders_buyer",
                             ") STRAIGHT_JOIN deadlines d FORCE INDEX (PRIMARY) ON d.aggregate_id = o.id")
              : std::string(kOfAll);
  return absl::StrCat(
      tables, " WHERE d.aggregate_type = 'order' AND d.pending_due_us >= ?",
      " AND (d.pending_due_us, d.aggregate_id) > (?, ?) AND d.pending_due_us < ?", conditions,
      " AND NOT EXISTS (SELECT 1 FROM deadlines e FORCE INDEX (PRIMARY) WHERE e.aggregate_id = "
      "d.aggregate_id",
      " AND e.pending_due_us IS NOT NULL AND (e.pending_due_us, e.number) < (d.pending_due_us, d.number))",
      " ORDER BY d.pending_due_us, d.aggregate_id LIMIT ?");
}

std::string ListSql(const OrderFilter& filter, absl::string_view conditions) {
  if (filter.due_before) return DueFirstSql(filter, conditions);
  if (!filter.operator_needed) return NewestFirstSql(filter, conditions);
  return absl::StrCat(kWaitingFirstSql, conditions, " ORDER BY operator_since_us, id LIMIT ?");
}

// After every order: the place before the first page.
OrderPlace Top() {
  return {FromMicros(std::numeric_limits<int64_t>::max() - 1), OrderId(Uuid::Max())};
}

absl::StatusOr<DeadlineKind> DeadlineKindFrom(absl::string_view name) {
  if (const auto kind = EnumFromName<DeadlineKind>(name)) return *kind;
  return absl::DataLossError(absl::StrCat("a stored deadline is of the kind ", name));
}

absl::StatusOr<DeadlineStatus> StatusFrom(uint64_t state) {
  if (const auto status = EnumFromNumber<DeadlineStatus>(static_cast<int>(state))) return *status;
  return absl::DataLossError(absl::StrCat("a stored deadline is in state ", state));
}

}  // namespace

absl::StatusOr<std::vector<OrderPlace>> ListOrders(db::Connection& connection, const OrderFilter& filter,
                                                   const std::optional<OrderPlace>& after, int limit) {
  const bool oldest_first = filter.due_before || filter.operator_needed;
  const OrderPlace from = after.value_or(oldest_first ? OrderPlace{absl::UnixEpoch(), OrderId()} : Top());
  db::Row parameters = {from.at, from.at, from.id};
  if (filter.due_before) parameters.emplace_back(*filter.due_before);
  std::string conditions;
  const auto require = [&](absl::string_view column, absl::string_view value) {
    absl::StrAppend(&conditions, " AND o.", column, " = ?");
    parameters.emplace_back(value);
  };
  if (!filter.buyer.empty()) require("buyer", filter.buyer);
  if (!filter.seller.empty()) require("seller", filter.seller);
  if (filter.state) require("state", NameOf(*filter.state));
  parameters.emplace_back(limit);
  std::vector<OrderPlace> places;
  MILEPOST_RETURN_IF_ERROR(
      connection.Query(ListSql(filter, conditions), parameters, [&](const db::ResultRow& row) {
        places.push_back({row.Instant(0), OrderId(row.Id(1))});
        return absl::OkStatus();
      }));
  return places;
}

absl::StatusOr<std::optional<OrderId>> FindOrderOfCharge(db::Connection& connection, const ChargeId& charge) {
  std::optional<OrderId> order;
  MILEPOST_RETURN_IF_ERROR(connection.Query("SELECT order_id FROM charges WHERE id = ?", db::Row{charge},
                                            [&](const db::ResultRow& row) {
                                              order = OrderId(row.Id(0));
                                              return absl::OkStatus();
                                            }));
  return order;
}

absl::StatusOr<std::optional<std::string>> FindEventType(db::Connection& connection, const OrderId& order,
                                                         uint64_t sequence) {
  std::optional<std::string> type;
  MILEPOST_RETURN_IF_ERROR(connection.Query("SELECT type FROM events WHERE aggregate_id = ? AND sequence = ?",
                                            db::Row{order, sequence}, [&](const db::ResultRow& row) {
                                              type = row.Bytes(0);
                                              return absl::OkStatus();
                                            }));
  return type;
}

absl::StatusOr<std::vector<OpenCharge>> ListOpenCharges(db::Connection& connection, absl::Time now, int limit,
                                                        int offset) {
  std::vector<OpenCharge> charges;
  MILEPOST_RETURN_IF_ERROR(
      connection.Query("SELECT order_id, id, open_lease_us FROM charges FORCE INDEX (charges_open)"
                       " WHERE open_lease_us <= ? ORDER BY open_lease_us, id LIMIT ? OFFSET ?",
                       db::Row{now, limit, offset}, [&](const db::ResultRow& row) {
                         charges.push_back({OrderId(row.Id(0)), ChargeId(row.Id(1)), row.Instant(2)});
                         return absl::OkStatus();
                       }));
  return charges;
}

absl::StatusOr<std::vector<DueQuestion>> ListDueQuestions(db::Connection& connection, absl::Time now,
                                                          int limit, int offset) {
  std::vector<DueQuestion> questions;
  MILEPOST_RETURN_IF_ERROR(
      connection.Query("SELECT order_id, charge_id FROM charge_questions FORCE INDEX (charge_questions_due)"
                       " WHERE ask_us <= ? ORDER BY ask_us, charge_id LIMIT ? OFFSET ?",
                       db::Row{now, limit, offset}, [&](const db::ResultRow& row) {
                         questions.push_back({OrderId(row.Id(0)), ChargeId(row.Id(1))});
                         return absl::OkStatus();
                       }));
  return questions;
}

absl::StatusOr<std::vector<PendingRefund>> ListPendingRefunds(db::Connection& connection, absl::Time now,
                                                              int limit, int offset) {
  std::vector<PendingRefund> refunds;
  MILEPOST_RETURN_IF_ERROR(connection.Query(
      "SELECT order_id, charge_id, number FROM refunds FORCE INDEX (refunds_open)"
      " WHERE open_lease_us <= ? ORDER BY open_lease_us, charge_id, number LIMIT ? OFFSET ?",
      db::Row{now, limit, offset}, [&](const db::ResultRow& row) {
        refunds.push_back({OrderId(row.Id(0)), ChargeId(row.Id(1)), static_cast<uint32_t>(row.Uint64(2))});
        return absl::OkStatus();
      }));
  return refunds;
}

absl::StatusOr<std::vector<OwedOutcome>> ListOwedOutcomes(db::Connection& connection,
                                                          const std::optional<OwedOutcome>& after,
                                                          int limit) {
  const OwedOutcome from = after.value_or(OwedOutcome{absl::UnixEpoch(), OrderId()});
  std::vector<OwedOutcome> owed;
  MILEPOST_RETURN_IF_ERROR(connection.Query(
      "SELECT outcome_due_us, id FROM orders FORCE INDEX (orders_outcome_due)"
      " WHERE outcome_due_us >= ? AND (outcome_due_us, id) > (?, ?) ORDER BY outcome_due_us, id LIMIT ?",
      db::Row{from.due, from.due, from.order, limit}, [&](const db::ResultRow& row) {
        owed.push_back({row.Instant(0), OrderId(row.Id(1))});
        return absl::OkStatus();
      }));
  return owed;
}

absl::StatusOr<std::vector<StoredDeadline>> ListDeadlines(db::Connection& connection, const OrderId& order,
                                                          uint64_t after_number, int limit) {
  std::vector<StoredDeadline> deadlines;
  const auto add = [&](const db::ResultRow& row) -> absl::Status {
    StoredDeadline stored;
    stored.deadline.number = static_cast<uint32_t>(row.Uint64(0));
    MILEPOST_ASSIGN_OR_RETURN(stored.deadline.kind, DeadlineKindFrom(row.Bytes(1)));
    stored.deadline.due = row.Instant(2);
    MILEPOST_ASSIGN_OR_RETURN(stored.status, StatusFrom(row.Uint64(3)));
    if (!row.IsNull(4)) stored.fired_at = row.Instant(4);
    stored.deadline.subject = static_cast<uint32_t>(row.Uint64(5));
    if (!row.IsNull(6)) stored.deadline.left = absl::Microseconds(row.Int64(6));
    deadlines.push_back(stored);
    return absl::OkStatus();
  };
  MILEPOST_RETURN_IF_ERROR(connection.Query(
      "SELECT number, kind, due_us, state, fired_us, subject, left_us FROM deadlines FORCE INDEX (PRIMARY)"
      " WHERE aggregate_id = ? AND number > ? ORDER BY number LIMIT ?",
      db::Row{order, after_number, limit}, add));
  return deadlines;
}

}  // namespace milepost::billing
