// The steps by which disputes are opened and ended.
#pragma once

#include <vector>

#include "services/milestone_billing/rpc/step_method.h"

namespace milepost::billing {

std::vector<StepMethod> DisputeSteps();

}  // namespace milepost::billing
