// What MilestoneBilling's metrics ask of its database, beside what every service asks.
#pragma once

#include <cstdint>
#include <vector>

#include "common/wiring/gauges.h"

namespace milepost::billing {

// `page`: how many orders one round checks the invariants of (InvariantWalk).
std::vector<wiring::Gauges::Question> BillingQuestions(int64_t page);

}  // namespace milepost::billing
