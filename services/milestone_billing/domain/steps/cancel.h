// The rules by which an order is cancelled, which requests, answers, deadlines and disputes share.
#pragma once

#include <cstdint>
#include <vector>

#include "services/milestone_billing/domain/cause.h"
#include "services/milestone_billing/domain/workflow.h"

namespace milepost::billing {

// Appends the rules by which `step` (a trigger, its states and facts, and the cancellation's reason) ends the order after the events
// `first`. What is held for the current milestone goes back or is split (M5, M6); with an accepted milestone the order is COMPLETED,
// else CANCELLED (A19).
void AppendCancellations(const Rule& step, const std::vector<EventKind>& first, std::vector<Rule>& rules);

// s: what the cancellation gives the seller of the money that is held.
int64_t SellerMinorOf(const Cause& cause);

}  // namespace milepost::billing
