// Queries over many orders, for lists and workers. Each takes a connection of the read pool, reads a snapshot of what
// is committed, and fails with its DatabaseError()s. Lists are paged by key: `after` is the last one of the page
// before.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "common/core/place.h"
#include "common/db/connection.h"
#include "services/milestone_billing/domain/order.h"

namespace milepost::billing {

// Selects the orders that match all of its fields. State and deadlines are the stored ones: if a deadline is due but
// not fired yet, reading the order itself may show a later state.
struct OrderFilter {
  std::string buyer;   // "users/ben"; empty: any
  std::string seller;  // likewise
  std::optional<OrderState> state;
  std::optional<absl::Time> due_before;  // the order's next deadline is pending, and due before this
  bool operator_needed = false;          // it waits for an operator; not with due_before
};

// An order's place in a list: when it was requested; in a list with due_before, when its next deadline is due; in one with
// operator_needed, since when it waits.
using OrderPlace = Place<OrderId>;

// Newest first; with due_before, ordered by due time; with operator_needed, the longest waiting first. The cost is that of the listed
// orders, except: with a user and due_before, all orders of that user; with due_before and a state, all orders with such a deadline;
// with operator_needed, all orders that wait; with both users, the buyer's.
absl::StatusOr<std::vector<OrderPlace>> ListOrders(db::Connection& connection, const OrderFilter& filter,
                                                   const std::optional<OrderPlace>& after, int limit);

// The order that a charge belongs to; nothing where there is no such charge.
absl::StatusOr<std::optional<OrderId>> FindOrderOfCharge(db::Connection& connection, const ChargeId& charge);

// The type of an order's event of this number; nothing where there is no such event.
absl::StatusOr<std::optional<std::string>> FindEventType(db::Connection& connection, const OrderId& order,
                                                         uint64_t sequence);

struct OpenCharge {
  OrderId order;
  ChargeId charge;
  absl::Time lease_until;
  friend bool operator==(const OpenCharge&, const OpenCharge&) = default;
};

// The OPEN attempts whose lease is over at `now`, the longest waiting first.
absl::StatusOr<std::vector<OpenCharge>> ListOpenCharges(db::Connection& connection, absl::Time now, int limit,
                                                        int offset = 0);

// An ended attempt whose recheck is due.
struct DueQuestion {
  OrderId order;
  ChargeId charge;
  friend bool operator==(const DueQuestion&, const DueQuestion&) = default;
};

// The rechecks that are due at `now`, the longest waiting first.
absl::StatusOr<std::vector<DueQuestion>> ListDueQuestions(db::Connection& connection, absl::Time now,
                                                          int limit, int offset = 0);

struct PendingRefund {
  OrderId order;
  ChargeId charge;
  uint32_t number = 0;
  friend bool operator==(const PendingRefund&, const PendingRefund&) = default;
};

// The PENDING refunds whose lease is over at `now`, the longest waiting first.
absl::StatusOr<std::vector<PendingRefund>> ListPendingRefunds(db::Connection& connection, absl::Time now,
                                                              int limit, int offset = 0);

struct OwedOutcome {
  absl::Time due;
  OrderId order;
  friend bool operator==(const OwedOutcome&, const OwedOutcome&) = default;
};

// The orders whose outcome OfferService is owed, the longest waiting first.
absl::StatusOr<std::vector<OwedOutcome>> ListOwedOutcomes(db::Connection& connection,
                                                          const std::optional<OwedOutcome>& after, int limit);

enum class DeadlineStatus { kPending, kFired, kCleared, kFrozen };

constexpr EnumEntry EntryOf(DeadlineStatus status) {
  switch (status) {
    case DeadlineStatus::kPending:
      return {"PENDING", 1};
    case DeadlineStatus::kFired:
      return {"FIRED", 2};
    case DeadlineStatus::kCleared:
      return {"CLEARED", 3};
    case DeadlineStatus::kFrozen:
      return {"FROZEN", 4};
  }
  return {};
}

struct StoredDeadline {
  Deadline deadline;
  DeadlineStatus status = DeadlineStatus::kPending;
  std::optional<absl::Time> fired_at;
  friend bool operator==(const StoredDeadline&, const StoredDeadline&) = default;
};

// All deadlines that an order ever set (W5), by number; those after `after_number`.
absl::StatusOr<std::vector<StoredDeadline>> ListDeadlines(db::Connection& connection, const OrderId& order,
                                                          uint64_t after_number, int limit);

}  // namespace milepost::billing
