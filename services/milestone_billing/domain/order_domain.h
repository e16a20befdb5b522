// The order's rules as a Domain in the sense of common/core/decider.h. Pure and stateless: safe from any
// thread.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/decider.h"
#include "services/milestone_billing/domain/commands.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/domain/order.h"

namespace milepost::billing {

struct OrderDomain {
  using Id = OrderId;
  using State = Order;
  using Event = OrderEvent;
  using Command = OrderCommand;
  using Deadline = billing::Deadline;
  using Tick = billing::Tick;

  // Checks in this order: whether the actor is a party (ORDER_NOT_FOUND), and the one the command is for
  // (NOT_THE_BUYER, NOT_THE_SELLER, NOT_A_PEER_SERVICE, NOT_A_USER), then the workflow table (workflow.h), whose
  // refusals name the order's state. A placement without an order also refuses as CheckTerms does, with
  // BUYER_IS_SELLER, and a gig's with TERMS_CHANGED. Commands of our own workers about an unknown order or charge or
  // refund: ORDER_NOT_FOUND, CHARGE_NOT_FOUND, REFUND_NOT_FOUND. ResolveCharge: NOT_AN_OPERATOR, CHARGE_NOT_FOUND,
  // then the table, then CHARGE_AMOUNT_MISMATCH.
  static Decision Decide(const Order* order, const OrderCommand& command, absl::Time now);
  static Decision Fire(const Order& order, const Deadline& deadline);
  static void Apply(Order& order, const OrderEvent& event, absl::Time at);
  static absl::string_view DeadlineName(DeadlineKind kind) { return NameOf(kind); }
};

}  // namespace milepost::billing
