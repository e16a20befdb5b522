// The steps by which orders are cancelled.
#pragma once

#include <vector>

#include "services/milestone_billing/rpc/step_method.h"

namespace milepost::billing {

std::vector<StepMethod> CancellationSteps();

}  // namespace milepost::billing
