// Counts the outcomes of payment attempts that this process commits, for the metrics page.
#pragma once

#include "common/obs/exposition.h"
#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

// Counts the outcomes in the events of a committed answer, each once. Thread-safe.
void CountChargeOutcomes(const OrderAnswer& committed);

// Adds the counts of all outcomes, including those that are 0. Thread-safe.
void ReadChargeOutcomes(obs::Exposition& exposition);

}  // namespace milepost::billing
