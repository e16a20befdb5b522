// The buyer ends the order after an accepted milestone (S29); however an order ends, what is not started is skipped.
#include "services/milestone_billing/domain/steps/step.h"

namespace milepost::billing {

void EndOrder::AppendRules(std::vector<Rule>& rules) {
  constexpr Trigger kEnd = kTriggerOf<EndOrder>;
  DenyOutsideOfWork(kEnd, rules);
  rules.push_back({.trigger = kEnd,
                   .from = {OrderState::kAwaitingPayment},
                   .when = {Fact::kPaymentOpen},
                   .refusal = Reason::kPaymentInProgress,
                   .numbers = "A16"});
  rules.push_back({.trigger = kEnd,
                   .from = {OrderState::kActive},
                   .when = {Fact::kLastMilestone},
                   .refusal = Reason::kIsTheLastMilestone,
                   .numbers = "A18"});
  rules.push_back({.trigger = kEnd,
                   .from = {OrderState::kActive},
                   .unless = {Fact::kAcceptedMilestone},
                   .refusal = Reason::kNoAcceptedMilestone,
                   .numbers = "S29 A18"});
  rules.push_back(Deny(kEnd, {OrderState::kActive}, Reason::kNextMilestoneRunning, "A18"));
  rules.push_back(Deny(kEnd, {OrderState::kDisputed}, Reason::kOrderDisputed, "§4"));
  for (const OrderState from : {OrderState::kAwaitingNext, OrderState::kAwaitingPayment}) {
    rules.push_back(
        {.trigger = kEnd,
         .from = {from},
         .to = OrderState::kCompleted,
         .completion_reason = CompletionReason::kEndedByBuyer,
         .events = Events<CancellationVoided, OrderEnded, SellerNotified, MilestoneSkipped, OrderCompleted>(),
         .numbers = "S29 S30 S31"});
  }
}

Decision EndOrder::Decide(const Order* order, absl::Time now) const {
  return TakeStep(*this, order, now);
}

// The milestone that was accepted last: the current one, or while its successor waits for payment the one before.
OrderEnded OrderEnded::Made(const Cause& cause) {
  const bool paying = cause.order.state == OrderState::kAwaitingPayment;
  return {cause.order.current_milestone - (paying ? 1 : 0)};
}

bool OrderEnded::CanApply(const Order&) const {
  return true;
}

void OrderEnded::Apply(Order&, absl::Time) const {}

SellerNotified SellerNotified::Made(const Cause& cause) {
  return {cause.order.seller};
}

bool SellerNotified::CanApply(const Order&) const {
  return true;
}

void SellerNotified::Apply(Order&, absl::Time) const {}

std::vector<MilestoneSkipped> MilestoneSkipped::Made(const Cause& cause) {
  std::vector<MilestoneSkipped> skipped;
  for (const Milestone& milestone : cause.order.milestones)
    if (milestone.not_started()) skipped.push_back({milestone.number});
  return skipped;
}

bool MilestoneSkipped::CanApply(const Order& order) const {
  return Has(order, milestone);
}

void MilestoneSkipped::Apply(Order& order, absl::Time) const {
  order.At(milestone).state = MilestoneState::kSkipped;
}

OrderCompleted OrderCompleted::Made(const Cause& cause) {
  return {*cause.rule.completion_reason};
}

bool OrderCompleted::CanApply(const Order&) const {
  return true;
}

void OrderCompleted::Apply(Order& order, absl::Time at) const {
  order.completion_reason = reason;
  order.Close(OrderState::kCompleted, at);
}

}  // namespace milepost::billing
