// What came of payment attempts, counted by this process as it commits it, for the metrics page.
#pragma once

#include "common/obs/exposition.h"
#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

// Of the events of an answer that was committed, each once. Thread-safe.
void CountChargeOutcomes(const OrderAnswer& committed);

// All outcomes, from 0 on. Thread-safe.
void ReadChargeOutcomes(obs::Exposition& exposition);

}  // namespace milepost::billing
