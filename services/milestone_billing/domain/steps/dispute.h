// The rules by which a disputed milestone is released, which the buyer's acceptance and an operator's decision share.
#pragma once

#include <vector>

#include "services/milestone_billing/domain/workflow.h"

namespace milepost::billing {

// Appends the rules by which `step` (a trigger, its states and facts) accepts the disputed milestone: as AcceptMilestone with
// DECIDE_LATER.
void AppendReleases(const Rule& step, std::vector<Rule>& rules);

}  // namespace milepost::billing
