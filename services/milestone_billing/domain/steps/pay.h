// The rules for the end of an attempt, which the provider's answers and an operator's decision share.
#pragma once

#include <vector>

#include "services/milestone_billing/domain/workflow.h"

namespace milepost::billing {

// The rules for the end of the OPEN attempt.
std::vector<Rule> AttemptEnds();

}  // namespace milepost::billing
