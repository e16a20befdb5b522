// The workflow as data (W11) and what comes next on one order (W2), as callers see them. Pure functions.
#pragma once

#include "milepost/billing/v1/milestone_billing.pb.h"
#include "milepost/billing/v1/order.pb.h"
#include "services/milestone_billing/domain/next_actions.h"
#include "services/milestone_billing/domain/order.h"

namespace milepost::billing {

// Every rule of the table that the code runs, one for each of the states it is for, in its order of precedence.
v1::GetWorkflowDefinitionResponse WorkflowOnWire();

void Write(const NextAction& action, v1::NextAction& wire);  // which is empty

v1::OrderState StateOnWire(OrderState state);
v1::MilestoneState StateOnWire(MilestoneState state);

}  // namespace milepost::billing
