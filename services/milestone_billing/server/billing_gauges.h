// The metrics that MilestoneBilling reads from its database, besides those of every service.
#pragma once

#include <cstdint>
#include <vector>

#include "common/service/gauges.h"

namespace milepost::billing {

// `page`: the number of orders whose invariants one round checks (InvariantWalk).
std::vector<service::Gauges::Question> BillingQuestions(int64_t page);

}  // namespace milepost::billing
