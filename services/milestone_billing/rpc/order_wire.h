// Shows orders, with their parts from views/, to callers. Pure functions.
//
// An order is shown as given: its reader has fired the due deadlines (common/db Reader).
#pragma once

#include <string>

#include "absl/time/time.h"
#include "common/core/actor.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "milepost/billing/v1/order.pb.h"
#include "milepost/type/v1/payment.pb.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/domain/terms.h"

namespace milepost::billing {

// `viewer` decides which fields are hidden (visibility.h). `now` decides which milestones are late (A20) and which
// next actions are still in time.
void Write(const Order& order, absl::Time now, const Actor& viewer, v1::Order& wire);  // which is empty
v1::Charge ToWire(const Order& order, const Charge& charge, const Actor& viewer);

// The outcome of accept attempt `attempt` of an offer's order; the payment is empty if none was started.
struct PlacementOnWire {
  v1::PlacementState state = v1::PLACEMENT_STATE_UNSPECIFIED;
  type::v1::PaymentOutcome payment;
};
PlacementOnWire PlacementOnWireOf(const Order& order, uint32_t attempt);

v1::OrderType ToWire(OrderKind kind);
type::v1::CompletionReason ToWire(CompletionReason reason);
type::v1::CancellationReason ToWire(CancellationReason reason);
v1::DeadlineKind ToWire(DeadlineKind kind);
type::v1::Package PackageOf(const std::string& name);
void Write(const FeePolicy& fees, Currency currency, v1::FeePolicy& wire);  // which is empty
v1::DeadlinePolicy DeadlinesOnWire(const Terms& terms);

}  // namespace milepost::billing
