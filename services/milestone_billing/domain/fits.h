// Whether an event can follow on an order. Apply refuses nothing and relies on what the rules have made sure of; whoever
// folds events that may have been tampered with (the audit) asks here first.
#pragma once

#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/domain/order.h"

namespace milepost::billing {

// True where the order has all that the event speaks of (its milestone, charge, refund), amounts are within bounds, and its move
// sums to zero. `order` has sequence 0 before its first event.
bool Fits(const Order& order, const OrderEvent& event);

}  // namespace milepost::billing
