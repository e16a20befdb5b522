// The seller's time to deliver passes: the milestone is late, a day later the buyer may cancel it, and after 30 days without any
// delivery it ends (A20, A27). After a revision request an operator is called instead.
#include "services/milestone_billing/domain/steps/cancel.h"
#include "services/milestone_billing/domain/steps/step.h"

namespace milepost::billing {
namespace {

constexpr Trigger kCancelLate = kTriggerOf<CancelLateMilestone>;

Rule DenyWhere(EnumSet<MilestoneState> milestone, Reason reason) {
  Rule rule = Deny(kCancelLate, {OrderState::kActive}, reason, "A20");
  rule.milestone = milestone;
  return rule;
}

void AppendDeadlines(std::vector<Rule>& rules) {
  rules.push_back({.trigger = kTriggerOf<trigger::DeliveryDue>,
                   .from = {OrderState::kActive},
                   .milestone = {MilestoneState::kActive},
                   .events = Events<MilestoneOverdue>(),
                   .sets = DeadlineKind::kLateCancellation,
                   .numbers = "A20"});
  rules.push_back({.trigger = kTriggerOf<trigger::DeliveryDue>,
                   .from = {OrderState::kActive},
                   .milestone = {MilestoneState::kRevisionRequested},
                   .events = Events<MilestoneOverdue>(),
                   .sets = DeadlineKind::kNonDelivery,
                   .numbers = "A17 A20"});
  rules.push_back({.trigger = kTriggerOf<trigger::LateCancellationDue>,
                   .from = {OrderState::kActive},
                   .milestone = {MilestoneState::kActive},
                   .events = Events<MilestoneCancellable>(),
                   .sets = DeadlineKind::kNonDelivery,
                   .numbers = "A20"});
  AppendCancellations({.trigger = kTriggerOf<trigger::NonDeliveryDue>,
                       .from = {OrderState::kActive},
                       .milestone = {MilestoneState::kActive},
                       .cancellation_reason = CancellationReason::kNonDelivery,
                       .money = "M5",
                       .numbers = "A27"},
                      Events<CancellationVoided>(), rules);
  rules.push_back({.trigger = kTriggerOf<trigger::NonDeliveryDue>,
                   .from = {OrderState::kActive},
                   .milestone = {MilestoneState::kRevisionRequested},
                   .events = Events<OperatorNeeded>(),
                   .numbers = "A27"});
}

}  // namespace

void CancelLateMilestone::AppendRules(std::vector<Rule>& rules) {
  DenyUnknown(kCancelLate, rules);
  DenyOutsideOfWork(kCancelLate, rules);
  DenyAccepted(kCancelLate, rules);
  DenyOther(kCancelLate, rules);
  rules.push_back(Deny(kCancelLate, {OrderState::kAwaitingNext}, Reason::kMilestoneAlreadyAccepted, "§4"));
  rules.push_back(Deny(kCancelLate, {OrderState::kAwaitingPayment}, Reason::kWorkNotAuthorized, "W9 A15"));
  rules.push_back(Deny(kCancelLate, {OrderState::kDisputed}, Reason::kOrderDisputed, "§4"));
  rules.push_back(DenyWhere({MilestoneState::kDelivered}, Reason::kMilestoneAlreadyDelivered));
  rules.push_back(DenyWhere({MilestoneState::kRevisionRequested}, Reason::kMilestoneWasDelivered));
  Rule untimed = DenyWhere({MilestoneState::kActive}, Reason::kLateCancellationNotAgreed);
  untimed.unless = {Fact::kDeliveryTimed};
  rules.push_back(untimed);
  Rule early = DenyWhere({MilestoneState::kActive}, Reason::kMilestoneNotLate);
  early.unless = {Fact::kCancellable};
  rules.push_back(early);
  AppendCancellations({.trigger = kCancelLate,
                       .from = {OrderState::kActive},
                       .milestone = {MilestoneState::kActive},
                       .cancellation_reason = CancellationReason::kLateDelivery,
                       .money = "M5",
                       .numbers = "A20"},
                      Events<CancellationVoided>(), rules);
  AppendDeadlines(rules);
}

Decision CancelLateMilestone::Decide(const Order* order, absl::Time now) const {
  return TakeStep(*this, order, now, {}, milestone);
}

MilestoneOverdue MilestoneOverdue::Made(const Cause& cause) {
  const Order& order = cause.order;
  const DeadlinePolicy& policy = order.terms.deadlines;
  MilestoneOverdue overdue{order.current_milestone, cause.at, std::nullopt,
                           cause.at + policy.Of(&DeadlinePolicy::non_delivery)};
  if (cause.rule.sets == DeadlineKind::kLateCancellation)
    overdue.cancellable_at = cause.at + policy.Of(&DeadlinePolicy::late_cancellation);
  return overdue;
}

bool MilestoneOverdue::CanApply(const Order& order) const {
  return Has(order, milestone);
}

void MilestoneOverdue::Apply(Order& order, absl::Time) const {
  order.At(milestone).late = true;
  if (cancellable_at)
    order.FollowMainDeadline(DeadlineKind::kDelivery, DeadlineKind::kLateCancellation, *cancellable_at);
  else
    order.FollowMainDeadline(DeadlineKind::kDelivery, DeadlineKind::kNonDelivery, non_delivery_at);
}

// Both count from the due time (A27); a dispute in between has moved that of the deadline.
MilestoneCancellable MilestoneCancellable::Made(const Cause& cause) {
  const DeadlinePolicy& policy = cause.order.terms.deadlines;
  return {cause.order.current_milestone, cause.at + policy.Of(&DeadlinePolicy::non_delivery) -
                                             policy.Of(&DeadlinePolicy::late_cancellation)};
}

bool MilestoneCancellable::CanApply(const Order& order) const {
  return Has(order, milestone);
}

void MilestoneCancellable::Apply(Order& order, absl::Time) const {
  order.FollowMainDeadline(DeadlineKind::kLateCancellation, DeadlineKind::kNonDelivery, non_delivery_at);
}

}  // namespace milepost::billing
