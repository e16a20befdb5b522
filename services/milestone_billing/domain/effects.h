// What a rule does to an order, as events with their results: amounts, moves, instants.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/milestone_billing/domain/commands.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/domain/transitions.h"

namespace milepost::billing {

// What the rule's cause brought along. Only what the rule's events need is set; pointers are borrowed for the
// call.
struct Cause {
  const OrderPlacementStarted* placement = nullptr;
  const DeliverMilestone* delivery = nullptr;
  const RequestRevision* revision = nullptr;
  const Charge* charge = nullptr;                    // the attempt that ended …
  const ChargeOutcome* outcome = nullptr;            // … and how
  RecheckPolicy recheck;                             // … and when it is asked about again
  const ResolveCharge* resolution = nullptr;         // an operator ended it
  const Refund* refund = nullptr;                    // the refund that ended …
  const RefundOutcome* refund_outcome = nullptr;     // … and how
  const Deadline* deadline = nullptr;                // that fell due
  std::string payment_method;                        // of a payment to start; empty: the order's
  AttemptPolicy attempts;                            // for a payment to start
  absl::Time accept_until = absl::InfiniteFuture();  // a placement's payment is not submitted after it
};

// The events of `rule`, which is not a refusal, on `order`. For placements `order` is the one that its
// OrderPlacementStarted makes. `at` is the instant that new deadlines count from.
std::vector<OrderEvent> EventsOf(const Rule& rule, const Order& order, const Cause& cause, absl::Time at);

}  // namespace milepost::billing
