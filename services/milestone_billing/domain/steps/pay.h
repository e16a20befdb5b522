// How attempts end: rules that the provider's answers and an operator's word share.
#pragma once

#include <vector>

#include "services/milestone_billing/domain/workflow.h"

namespace milepost::billing {

// What the end of the OPEN attempt does.
std::vector<Rule> AttemptEnds();

}  // namespace milepost::billing
