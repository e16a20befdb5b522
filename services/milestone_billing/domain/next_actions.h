// W2: who may do what next on an order, until when, and what happens otherwise; read from the same table
// that Decide runs, so that a user interface needs no copy of the rules.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/core/reason.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/domain/transitions.h"

namespace milepost::billing {

struct NextAction {
  Party actor = Party::kBuyer;
  Trigger trigger = Trigger::kAcceptMilestone;  // a party's method
  uint32_t milestone = 0;                       // the one it is about
  std::optional<Reason> blocked_by;             // unset: allowed
  // Where allowed and something comes of waiting:
  std::optional<absl::Time> deadline;
  std::string at_deadline;  // "milestone ACCEPTED and paid to the seller, order COMPLETED (REVIEW_TIMEOUT)"
  friend bool operator==(const NextAction&, const NextAction&) = default;
};

// Every method of buyer, seller and operator, in the table's order, allowed or not. `order` stands as of now (AsOf).
std::vector<NextAction> NextActions(const Order& order);

}  // namespace milepost::billing
