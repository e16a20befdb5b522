// What came of payment attempts, counted by this process as it commits it, for the metrics page.
#pragma once

#include <vector>

#include "common/core/decider.h"
#include "common/obs/exposition.h"
#include "services/milestone_billing/domain/order_domain.h"

namespace milepost::billing {

// Of events that were committed, each once. Thread-safe.
void CountChargeOutcomes(const std::vector<StampedEvent<OrderDomain>>& committed);

// All outcomes, from 0 on. Thread-safe.
void ReadChargeOutcomes(obs::Exposition& exposition);

}  // namespace milepost::billing
