// The steps of orders that their buyers take.
#pragma once

#include <vector>

#include "services/milestone_billing/rpc/step_method.h"

namespace milepost::billing {

std::vector<StepMethod> BuyerSteps();

}  // namespace milepost::billing
