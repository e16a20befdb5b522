// A party opens a dispute about the current milestone, which stops its deadlines, and may withdraw it.
#include "services/milestone_billing/domain/steps/dispute.h"

#include <algorithm>
#include <utility>

#include "services/milestone_billing/domain/steps/step.h"

namespace milepost::billing {
namespace {

constexpr Trigger kOpen = kTriggerOf<OpenDispute>;
constexpr Trigger kWithdraw = kTriggerOf<WithdrawDispute>;

}  // namespace

void OpenDispute::AppendRules(std::vector<Rule>& rules) {
  DenyUnknown(kOpen, rules);
  DenyOutsideOfWork(kOpen, rules);
  DenyAccepted(kOpen, rules);
  DenyOther(kOpen, rules);
  rules.push_back(Deny(kOpen, {OrderState::kAwaitingNext}, Reason::kMilestoneAlreadyAccepted, "§4"));
  rules.push_back(Deny(kOpen, {OrderState::kAwaitingPayment}, Reason::kWorkNotAuthorized, "W9 A15"));
  rules.push_back(Deny(kOpen, {OrderState::kDisputed}, Reason::kOrderDisputed, "§4"));
  rules.push_back({.trigger = kOpen,
                   .from = {OrderState::kActive},
                   .unless = {Fact::kDisputesLeft},
                   .refusal = Reason::kTooManyDisputes,
                   .numbers = "§4"});
  rules.push_back({.trigger = kOpen,
                   .from = {OrderState::kActive},
                   .to = OrderState::kDisputed,
                   .events = Events<DisputeOpened>(),
                   .sets = DeadlineKind::kDispute,
                   .numbers = "§4"});
  rules.push_back({.trigger = kTriggerOf<trigger::DisputeDue>,
                   .from = {OrderState::kDisputed},
                   .events = Events<OperatorNeeded>(),
                   .numbers = "§4"});
}

Decision OpenDispute::Decide(const Order* order, absl::Time now) const {
  return TakeStep(*this, order, now, {}, milestone);
}

void WithdrawDispute::AppendRules(std::vector<Rule>& rules) {
  DenyUnknown(kWithdraw, rules);
  DenyOutsideOfWork(kWithdraw, rules);
  DenyOther(kWithdraw, rules);
  rules.push_back(Deny(kWithdraw,
                       {OrderState::kActive, OrderState::kAwaitingNext, OrderState::kAwaitingPayment},
                       Reason::kNotDisputed, "§4"));
  rules.push_back({.trigger = kWithdraw,
                   .from = {OrderState::kDisputed},
                   .unless = {Fact::kOwnDispute},
                   .refusal = Reason::kNotYourDispute,
                   .numbers = "§4"});
  rules.push_back({.trigger = kWithdraw,
                   .from = {OrderState::kDisputed},
                   .to = OrderState::kActive,
                   .events = Events<DisputeWithdrawn>(),
                   .numbers = "§4"});
}

Decision WithdrawDispute::Decide(const Order* order, absl::Time now) const {
  return TakeStep(*this, order, now, {}, milestone);
}

DisputeOpened DisputeOpened::Made(const Cause& cause) {
  const Order& order = cause.order;
  const std::optional<Dispute>& earlier = order.current().dispute;
  return {order.current_milestone, earlier ? earlier->number + 1 : 1, cause.by,
          cause.Asked<OpenDispute>().message, cause.at + order.terms.deadlines.Of(&DeadlinePolicy::dispute)};
}

bool DisputeOpened::CanApply(const Order& order) const {
  return Has(order, milestone);
}

void DisputeOpened::Apply(Order& order, absl::Time at) const {
  Milestone& disputed = order.At(milestone);
  disputed.dispute = Dispute{.number = number, .opened_by = by, .opened_at = at, .message = message};
  ++(by == Party::kBuyer ? disputed.disputes_of_buyer : disputed.disputes_of_seller);
  disputed.undisputed = disputed.state;
  disputed.state = MilestoneState::kDisputed;
  order.state = OrderState::kDisputed;
  FreezeDeadlines(order.deadlines, at);
  order.SetDeadline(DeadlineKind::kDispute, alarm_at);
}

DisputeWithdrawn DisputeWithdrawn::Made(const Cause& cause) {
  const Order& order = cause.order;
  std::vector<Deadline> resumed;
  for (const Deadline& deadline : order.deadlines)
    if (deadline.frozen()) resumed.push_back(deadline);
  ThawDeadlines(resumed, cause.at, order.terms.deadlines.Of(&DeadlinePolicy::after_dispute));
  return {order.current_milestone, cause.by, std::move(resumed)};
}

bool DisputeWithdrawn::CanApply(const Order& order) const {
  return Has(order, milestone) && order.FindMilestone(milestone)->undisputed.has_value();
}

// An order whose main deadline had fired before the dispute goes on waiting for an operator (A27).
void DisputeWithdrawn::Apply(Order& order, absl::Time at) const {
  Milestone& disputed = order.At(milestone);
  disputed.state = *std::exchange(disputed.undisputed, std::nullopt);
  disputed.dispute->outcome = DisputeOutcome::kWithdrawn;
  disputed.dispute->closed_by = by;
  disputed.dispute->closed_at = at;
  order.state = OrderState::kActive;
  order.ClearDeadline(DeadlineKind::kDispute);
  for (const Deadline& deadline : resumed) {
    for (Deadline& frozen : order.deadlines)
      if (frozen.number == deadline.number) frozen = deadline;
    if (deadline.kind == DeadlineKind::kDelivery) disputed.due_at = deadline.due;
  }
  if (!order.operator_task) return;
  order.operator_task = OperatorTask::kOverdueRevision;
  if (order.main_deadline() == nullptr && order.edition > 0) return;
  order.operator_task.reset();
  order.operator_since.reset();
}

OperatorNeeded OperatorNeeded::Made(const Cause& cause) {
  const bool dispute = cause.deadline->kind == DeadlineKind::kDispute;
  return {cause.order.current_milestone,
          dispute ? OperatorTask::kUnresolvedDispute : OperatorTask::kOverdueRevision};
}

bool OperatorNeeded::CanApply(const Order& order) const {
  return Has(order, milestone);
}

void OperatorNeeded::Apply(Order& order, absl::Time at) const {
  const bool dispute = task == OperatorTask::kUnresolvedDispute;
  order.ClearDeadline(dispute ? DeadlineKind::kDispute : DeadlineKind::kNonDelivery);
  order.operator_task = task;
  if (!order.operator_since) order.operator_since = at;
}

}  // namespace milepost::billing
