#include "services/milestone_billing/rpc/workflow_wire.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "common/core/reason.h"
#include "common/rpc/reason_wire.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/domain/workflow.h"

namespace milepost::billing {
namespace {

v1::NextStep ToWire(NextStep next) {
  return WireOf<v1::NextStep>(next);
}

v1::FieldUse ToWire(FieldUse use) {
  return WireOf<v1::FieldUse>(use);
}

// The order states of a rule; UNSPECIFIED for one that is about an order that does not exist yet.
std::vector<v1::OrderState> OrderStatesOf(const Rule& rule) {
  if (rule.from.empty()) return {v1::ORDER_STATE_UNSPECIFIED};
  std::vector<v1::OrderState> states;
  for (const OrderState state : kValuesOf<OrderState>)
    if (rule.from.Has(state)) states.push_back(StateOnWire(state));
  return states;
}

// UNSPECIFIED for a rule that holds whatever the milestone's state.
std::vector<v1::MilestoneState> MilestoneStatesOf(const Rule& rule) {
  if (rule.milestone == EnumSet<MilestoneState>::All()) return {v1::MILESTONE_STATE_UNSPECIFIED};
  std::vector<v1::MilestoneState> states;
  for (const MilestoneState state : kValuesOf<MilestoneState>)
    if (rule.milestone.Has(state)) states.push_back(StateOnWire(state));
  return states;
}

// All of a rule but the states and the party that it is for.
v1::WorkflowRule RuleOnWire(const Rule& rule) {
  v1::WorkflowRule wire;
  wire.set_trigger(std::string(NameOf(rule.trigger)));
  wire.set_allowed(!rule.refuses());
  if (rule.refusal) wire.set_refusal_reason(rpc::ToWire(*rule.refusal));
  for (const EventKind event : rule.events) wire.add_events(std::string(NameOf(event)));
  for (const absl::string_view number : absl::StrSplit(rule.numbers, ' ', absl::SkipEmpty()))
    wire.add_rules(std::string(number));
  for (const absl::string_view move : absl::StrSplit(rule.money, ' ', absl::SkipEmpty()))
    wire.add_rules(std::string(move));
  for (const Fact fact : kValuesOf<Fact>) {
    if (rule.when.Has(fact)) wire.add_when(std::string(NameOf(fact)));
    if (rule.unless.Has(fact)) wire.add_unless(std::string(NameOf(fact)));
  }
  return wire;
}

}  // namespace

v1::OrderState StateOnWire(OrderState state) {
  return WireOf<v1::OrderState>(state);
}

std::optional<OrderState> StateFrom(v1::OrderState wire) {
  return EnumFromWire<OrderState>(wire);
}

v1::Party PartyOnWire(Party party) {
  return WireOf<v1::Party>(party);
}

v1::MilestoneState StateOnWire(MilestoneState state) {
  return WireOf<v1::MilestoneState>(state);
}

v1::GetWorkflowDefinitionResponse WorkflowOnWire() {
  v1::GetWorkflowDefinitionResponse response;
  for (const Rule& rule : Workflow()) {
    const v1::WorkflowRule common = RuleOnWire(rule);
    for (const v1::OrderState state : OrderStatesOf(rule)) {
      for (const v1::MilestoneState milestone : MilestoneStatesOf(rule)) {
        for (const Party party : kValuesOf<Party>) {
          if (!PartiesOf(rule.trigger).Has(party) || !rule.by.Has(party)) continue;
          v1::WorkflowRule& wire = *response.add_rules() = common;
          wire.set_actor(PartyOnWire(party));
          wire.set_state(state);
          wire.set_milestone_state(milestone);
          if (!rule.refuses()) wire.add_next_states(rule.to ? StateOnWire(*rule.to) : state);
        }
      }
    }
  }
  return response;
}

void Write(const NextAction& action, v1::NextAction& wire) {
  const absl::string_view method = NameOf(action.trigger);
  wire.set_actor(PartyOnWire(action.actor));
  wire.set_method(method.data(), method.size());
  wire.set_milestone_number(action.milestone);
  wire.set_allowed(!action.blocked_by);
  if (action.blocked_by) wire.set_blocking_reason(rpc::ToWire(*action.blocked_by));
  if (action.deadline) rpc::Write(*action.deadline, *wire.mutable_deadline_time());
  wire.set_at_deadline(action.at_deadline);
  for (const NextStep next : action.next) wire.add_next(ToWire(next));
  if (action.final_delivery) wire.set_final_delivery(ToWire(*action.final_delivery));
  if (action.seller_amount_max) rpc::Write(*action.seller_amount_max, *wire.mutable_seller_amount_max());
  if (action.meeting_url) wire.set_meeting_url(ToWire(*action.meeting_url));
}

}  // namespace milepost::billing
