// What MilestoneBilling's metrics ask of its database, beside what every service asks.
#pragma once

#include <cstdint>
#include <vector>

#include "common/service/gauges.h"

namespace milepost::billing {

// `page`: how many orders one round checks the invariants of (InvariantWalk).
std::vector<service::Gauges::Question> BillingQuestions(int64_t page);

}  // namespace milepost::billing
