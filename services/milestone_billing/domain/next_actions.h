// The next actions on an order (W2): who may do what, until when, and what happens otherwise. They are read from the
// table that Decide runs, so that a user interface needs no copy of the rules.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/core/money.h"
#include "common/core/reason.h"
#include "services/milestone_billing/domain/commands.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/domain/workflow.h"

namespace milepost::billing {

// Whether a field of the method's request must, may or must not be set.
enum class FieldUse { kRequired, kOptional, kForbidden };

constexpr EnumEntry EntryOf(FieldUse use) {
  switch (use) {
    case FieldUse::kRequired:
      return {"REQUIRED", 1};
    case FieldUse::kOptional:
      return {"OPTIONAL", 2};
    case FieldUse::kForbidden:
      return {"FORBIDDEN", 3};
  }
  return {};
}

struct NextAction {
  Party actor = Party::kBuyer;
  Trigger trigger = kTriggerOf<AcceptMilestone>;  // a party's method
  uint32_t milestone = 0;                         // the one it is about
  std::optional<Reason> blocked_by;               // unset: allowed
  // Set if waiting has a consequence: on every allowed action, and on the action that a timer waits for, even if an
  // open payment blocks it.
  std::optional<absl::Time> deadline;
  std::string at_deadline;  // "milestone ACCEPTED and paid to the seller, order COMPLETED (REVIEW_TIMEOUT)"
  // For an allowed action, the choices in its request:
  std::vector<NextStep> next;              // AcceptMilestone
  std::optional<FieldUse> final_delivery;  // DeliverMilestone
  std::optional<FieldUse> meeting_url;     // DeliverMilestone
  std::optional<Money> seller_amount_max;  // RequestCancellation
  friend bool operator==(const NextAction&, const NextAction&) = default;
};

// Until when the pending request to cancel can be answered: its own deadline, or an earlier one that takes the order on and voids it.
// Nothing where none is pending, or its time stands still.
std::optional<absl::Time> CancellationAnswerEnd(const Order& order);

// Every method of buyer, seller and operator, in the table's order, allowed or not; PlaceGigOrder only for a gig's order that
// is not placed yet. `order` stands as of `now` (AsOf).
std::vector<NextAction> NextActions(const Order& order, absl::Time now);

}  // namespace milepost::billing
