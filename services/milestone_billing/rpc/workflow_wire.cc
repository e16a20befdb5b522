#include "services/milestone_billing/rpc/workflow_wire.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "common/core/reason.h"
#include "common/rpc/reason_wire.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/domain/transitions.h"

namespace milepost::billing {
namespace {

constexpr OrderState kOrderStates[] = {OrderState::kPlacing,         OrderState::kPlacementFailed,
                                       OrderState::kActive,          OrderState::kAwaitingNext,
                                       OrderState::kAwaitingPayment, OrderState::kCompleted};
constexpr MilestoneState kMilestoneStates[] = {
    MilestoneState::kPending,   MilestoneState::kAwaitingPayment,   MilestoneState::kActive,
    MilestoneState::kDelivered, MilestoneState::kRevisionRequested, MilestoneState::kAccepted,
    MilestoneState::kSkipped};
constexpr Fact kFacts[] = {
    Fact::kLastMilestone,   Fact::kAcceptedMilestone, Fact::kPaymentOpen,      Fact::kAttemptsLeft,
    Fact::kRevisionsLeft,   Fact::kGraceNoted,        Fact::kMeetingMilestone, Fact::kNamesOther,
    Fact::kNamesUnfunded,   Fact::kNamesAccepted,     Fact::kNamesUnknown,     Fact::kNamesMeeting,
    Fact::kFinalDelivery,   Fact::kDecideLater,       Fact::kStartNext,        Fact::kEndOrder,
    Fact::kAttemptKnown,    Fact::kWindowPassed,      Fact::kNamesClosed,      Fact::kSaysSucceeded,
    Fact::kRefundTriesLeft, Fact::kNamesOtherMethod,  Fact::kQuoteExpired};
static_assert(std::size(kFacts) == static_cast<size_t>(Fact::kQuoteExpired) + 1);

v1::Party ToWire(Party party) {
  switch (party) {
    case Party::kBuyer:
      return v1::PARTY_BUYER;
    case Party::kSeller:
      return v1::PARTY_SELLER;
    case Party::kOperator:
      return v1::PARTY_OPERATOR;
    case Party::kOfferService:
      return v1::PARTY_OFFER_SERVICE;
    case Party::kSystem:
      return v1::PARTY_SYSTEM;
  }
  return v1::PARTY_UNSPECIFIED;
}

v1::NextStep ToWire(NextStep next) {
  switch (next) {
    case NextStep::kUnset:
      return v1::NEXT_STEP_UNSPECIFIED;
    case NextStep::kDecideLater:
      return v1::NEXT_STEP_DECIDE_LATER;
    case NextStep::kStartNext:
      return v1::NEXT_STEP_START_NEXT;
    case NextStep::kEndOrder:
      return v1::NEXT_STEP_END_ORDER;
  }
  return v1::NEXT_STEP_UNSPECIFIED;
}

v1::FieldUse ToWire(FieldUse use) {
  switch (use) {
    case FieldUse::kRequired:
      return v1::FIELD_USE_REQUIRED;
    case FieldUse::kOptional:
      return v1::FIELD_USE_OPTIONAL;
    case FieldUse::kForbidden:
      return v1::FIELD_USE_FORBIDDEN;
  }
  return v1::FIELD_USE_UNSPECIFIED;
}

// The order states of a rule; UNSPECIFIED for one that is about an order that does not exist yet.
std::vector<v1::OrderState> OrderStatesOf(const Rule& rule) {
  if (rule.from.empty()) return {v1::ORDER_STATE_UNSPECIFIED};
  std::vector<v1::OrderState> states;
  for (const OrderState state : kOrderStates)
    if (rule.from.Has(state)) states.push_back(StateOnWire(state));
  return states;
}

// UNSPECIFIED for a rule that holds whatever the milestone's state.
std::vector<v1::MilestoneState> MilestoneStatesOf(const Rule& rule) {
  if (rule.milestone == EnumSet<MilestoneState>::All()) return {v1::MILESTONE_STATE_UNSPECIFIED};
  std::vector<v1::MilestoneState> states;
  for (const MilestoneState state : kMilestoneStates)
    if (rule.milestone.Has(state)) states.push_back(StateOnWire(state));
  return states;
}

// All of a rule but the states that it is for.
v1::WorkflowRule RuleOnWire(const Rule& rule) {
  v1::WorkflowRule wire;
  wire.set_trigger(std::string(NameOf(rule.trigger)));
  wire.set_actor(ToWire(PartyOf(rule.trigger)));
  wire.set_allowed(!rule.refuses());
  if (rule.refusal) wire.set_refusal_reason(rpc::ToWire(*rule.refusal));
  for (const EventKind event : rule.events) wire.add_events(std::string(NameOf(event)));
  for (const absl::string_view number : absl::StrSplit(rule.numbers, ' ', absl::SkipEmpty()))
    wire.add_rules(std::string(number));
  if (!rule.money.empty()) wire.add_rules(std::string(rule.money));
  for (const Fact fact : kFacts) {
    if (rule.when.Has(fact)) wire.add_when(std::string(NameOf(fact)));
    if (rule.unless.Has(fact)) wire.add_unless(std::string(NameOf(fact)));
  }
  return wire;
}

}  // namespace

v1::OrderState StateOnWire(OrderState state) {
  switch (state) {
    case OrderState::kPlacing:
      return v1::ORDER_STATE_PLACING;
    case OrderState::kPlacementFailed:
      return v1::ORDER_STATE_PLACEMENT_FAILED;
    case OrderState::kActive:
      return v1::ORDER_STATE_ACTIVE;
    case OrderState::kAwaitingNext:
      return v1::ORDER_STATE_AWAITING_NEXT;
    case OrderState::kAwaitingPayment:
      return v1::ORDER_STATE_AWAITING_PAYMENT;
    case OrderState::kCompleted:
      return v1::ORDER_STATE_COMPLETED;
  }
  return v1::ORDER_STATE_UNSPECIFIED;
}

v1::MilestoneState StateOnWire(MilestoneState state) {
  switch (state) {
    case MilestoneState::kPending:
      return v1::MILESTONE_STATE_PENDING;
    case MilestoneState::kAwaitingPayment:
      return v1::MILESTONE_STATE_AWAITING_PAYMENT;
    case MilestoneState::kActive:
      return v1::MILESTONE_STATE_ACTIVE;
    case MilestoneState::kDelivered:
      return v1::MILESTONE_STATE_DELIVERED;
    case MilestoneState::kRevisionRequested:
      return v1::MILESTONE_STATE_REVISION_REQUESTED;
    case MilestoneState::kAccepted:
      return v1::MILESTONE_STATE_ACCEPTED;
    case MilestoneState::kSkipped:
      return v1::MILESTONE_STATE_SKIPPED;
  }
  return v1::MILESTONE_STATE_UNSPECIFIED;
}

v1::GetWorkflowDefinitionResponse WorkflowOnWire() {
  v1::GetWorkflowDefinitionResponse response;
  for (const Rule& rule : Workflow()) {
    const v1::WorkflowRule common = RuleOnWire(rule);
    for (const v1::OrderState state : OrderStatesOf(rule)) {
      for (const v1::MilestoneState milestone : MilestoneStatesOf(rule)) {
        v1::WorkflowRule& wire = *response.add_rules() = common;
        wire.set_state(state);
        wire.set_milestone_state(milestone);
        if (!rule.refuses()) wire.add_next_states(rule.to ? StateOnWire(*rule.to) : state);
      }
    }
  }
  return response;
}

void Write(const NextAction& action, v1::NextAction& wire) {
  const absl::string_view method = NameOf(action.trigger);
  wire.set_actor(ToWire(action.actor));
  wire.set_method(method.data(), method.size());
  wire.set_milestone_number(action.milestone);
  wire.set_allowed(!action.blocked_by);
  if (action.blocked_by) wire.set_blocking_reason(rpc::ToWire(*action.blocked_by));
  if (action.deadline) rpc::Write(*action.deadline, *wire.mutable_deadline_time());
  wire.set_at_deadline(action.at_deadline);
  for (const NextStep next : action.next) wire.add_next(ToWire(next));
  if (action.final_delivery) wire.set_final_delivery(ToWire(*action.final_delivery));
  if (action.meeting_url) wire.set_meeting_url(ToWire(*action.meeting_url));
}

}  // namespace milepost::billing
