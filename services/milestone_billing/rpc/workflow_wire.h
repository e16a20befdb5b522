// Shows the workflow as data (W11), and the next actions on an order (W2). Pure functions.
#pragma once

#include <optional>

#include "milepost/billing/v1/milestone_billing.pb.h"
#include "milepost/billing/v1/order.pb.h"
#include "services/milestone_billing/domain/next_actions.h"
#include "services/milestone_billing/domain/order.h"

namespace milepost::billing {

// Every rule of the table that the code runs, in its order of precedence: one for each state that it is for.
v1::GetWorkflowDefinitionResponse WorkflowOnWire();

void Write(const NextAction& action, v1::NextAction& wire);  // which is empty

v1::OrderState StateOnWire(OrderState state);
std::optional<OrderState> StateFrom(v1::OrderState wire);  // nothing for one that no order has
v1::MilestoneState StateOnWire(MilestoneState state);
v1::Party PartyOnWire(Party party);

}  // namespace milepost::billing
