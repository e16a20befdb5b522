// The deadlines of an order (W5).
#pragma once

#include "absl/time/time.h"
#include "common/core/audience.h"
#include "common/core/deadline.h"
#include "common/core/type_list.h"
#include "services/milestone_billing/domain/enums.h"
#include "services/milestone_billing/domain/party.h"

namespace milepost::billing {

struct Cause;
struct Decision;
struct Order;
struct Rule;

// Each is about the order's current milestone.
enum class DeadlineKind {
  kReview,              // the buyer answers a delivery (S33)
  kNextNotStarted,      // the buyer starts the next milestone (A12)
  kPaymentGrace,        // the buyer pays for it (A15)
  kDelivery,            // the seller delivers (A20)
  kLateCancellation,    // … before the buyer may cancel (A20)
  kNonDelivery,         // … or the milestone ends without a delivery (A27)
  kCancellationAnswer,  // a party answers the other's request to cancel (A19)
  kDispute              // a dispute ends before an operator is called
};

constexpr EnumEntry EntryOf(DeadlineKind kind) {
  switch (kind) {
    case DeadlineKind::kReview:
      return {"REVIEW", 1};
    case DeadlineKind::kNextNotStarted:
      return {"NEXT_NOT_STARTED", 2};
    case DeadlineKind::kPaymentGrace:
      return {"PAYMENT_GRACE", 3};
    case DeadlineKind::kDelivery:
      return {"DELIVERY", 4};
    case DeadlineKind::kLateCancellation:
      return {"LATE_CANCELLATION", 5};
    case DeadlineKind::kNonDelivery:
      return {"NON_DELIVERY", 6};
    case DeadlineKind::kCancellationAnswer:
      return {"CANCELLATION_ANSWER", 7};
    case DeadlineKind::kDispute:
      return {"DISPUTE", 8};
  }
  return {};
}

using Deadline = milepost::Deadline<DeadlineKind>;

// Whether it is a main deadline: the one that says how the order goes on if nobody acts. An order has one at most; as the order
// moves on, it becomes the next one, in the same row (decisions/0044).
constexpr bool IsMain(DeadlineKind kind) {
  switch (kind) {
    case DeadlineKind::kReview:
    case DeadlineKind::kNextNotStarted:
    case DeadlineKind::kPaymentGrace:
    case DeadlineKind::kDelivery:
    case DeadlineKind::kLateCancellation:
    case DeadlineKind::kNonDelivery:
      return true;
    case DeadlineKind::kCancellationAnswer:
    case DeadlineKind::kDispute:
      return false;
  }
  return false;
}

// The triggers of due deadlines.
namespace trigger {
struct ReviewDue {
  static constexpr TriggerInfo kInfo = {"REVIEW", {Party::kSystem}};
};
struct NextNotStartedDue {
  static constexpr TriggerInfo kInfo = {"NEXT_NOT_STARTED", {Party::kSystem}};
};
struct PaymentGraceDue {
  static constexpr TriggerInfo kInfo = {"PAYMENT_GRACE", {Party::kSystem}};
};
struct DeliveryDue {
  static constexpr TriggerInfo kInfo = {"DELIVERY", {Party::kSystem}};
};
struct LateCancellationDue {
  static constexpr TriggerInfo kInfo = {"LATE_CANCELLATION", {Party::kSystem}};
};
struct NonDeliveryDue {
  static constexpr TriggerInfo kInfo = {"NON_DELIVERY", {Party::kSystem}};
};
struct CancellationAnswerDue {
  static constexpr TriggerInfo kInfo = {"CANCELLATION_ANSWER", {Party::kSystem}};
};
struct DisputeDue {
  static constexpr TriggerInfo kInfo = {"DISPUTE", {Party::kSystem}};
};
}  // namespace trigger

// A16: the deadline fell due while an attempt was OPEN; the outcome of the attempt decides its effect.
struct DeadlineNoted {
  static constexpr EventInfo kInfo = {"deadline.noted"};
  Deadline deadline;

  static DeadlineNoted Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const DeadlineNoted&, const DeadlineNoted&) = default;
};

using DeadlineTriggers = TypeList<trigger::ReviewDue, trigger::NextNotStartedDue, trigger::PaymentGraceDue,
                                  trigger::DeliveryDue, trigger::LateCancellationDue, trigger::NonDeliveryDue,
                                  trigger::CancellationAnswerDue, trigger::DisputeDue>;
using DeadlineEventTypes = TypeList<DeadlineNoted>;

}  // namespace milepost::billing
