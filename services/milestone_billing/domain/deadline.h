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

// kReview: the buyer answers a delivery (S33). kNextNotStarted: the buyer starts the next milestone (A12).
// kPaymentGrace: the buyer pays for it (A15). Each is about the order's current milestone.
enum class DeadlineKind { kReview, kNextNotStarted, kPaymentGrace };

constexpr EnumEntry EntryOf(DeadlineKind kind) {
  switch (kind) {
    case DeadlineKind::kReview:
      return {"REVIEW", 1};
    case DeadlineKind::kNextNotStarted:
      return {"NEXT_NOT_STARTED", 2};
    case DeadlineKind::kPaymentGrace:
      return {"PAYMENT_GRACE", 3};
  }
  return {};
}

using Deadline = milepost::Deadline<DeadlineKind>;

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

using DeadlineTriggers = TypeList<trigger::ReviewDue, trigger::NextNotStartedDue, trigger::PaymentGraceDue>;
using DeadlineEventTypes = TypeList<DeadlineNoted>;

}  // namespace milepost::billing
