// The buyer starts the next milestone (S28), or lets the time for it pass, which completes the order (A12).
#include "services/milestone_billing/domain/steps/step.h"

namespace milepost::billing {

void StartNextMilestone::AppendRules(std::vector<Rule>& rules) {
  constexpr Trigger kStart = kTriggerOf<StartNextMilestone>;
  DenyOutsideOfWork(kStart, rules);
  rules.push_back({.trigger = kStart,
                   .from = {OrderState::kAwaitingPayment},
                   .when = {Fact::kPaymentOpen},
                   .refusal = Reason::kPaymentInProgress,
                   .numbers = "A16"});
  rules.push_back(Deny(kStart, {OrderState::kAwaitingPayment}, Reason::kMilestoneAwaitingPayment, "A15"));
  rules.push_back({.trigger = kStart,
                   .from = {OrderState::kActive},
                   .when = {Fact::kLastMilestone},
                   .refusal = Reason::kIsTheLastMilestone,
                   .numbers = "A11"});
  rules.push_back(Deny(kStart, {OrderState::kActive}, Reason::kNextMilestoneNotStartable, "S28"));
  rules.push_back(Deny(kStart, {OrderState::kDisputed}, Reason::kOrderDisputed, "§4"));
  rules.push_back({.trigger = kStart,
                   .from = {OrderState::kAwaitingNext},
                   .to = OrderState::kAwaitingPayment,
                   .events = Events<CancellationVoided, MilestonePaymentStarted>(),
                   .sets = DeadlineKind::kPaymentGrace,
                   .numbers = "S28 A11 A15"});
  rules.push_back({.trigger = kTriggerOf<trigger::NextNotStartedDue>,
                   .from = {OrderState::kAwaitingNext},
                   .to = OrderState::kCompleted,
                   .completion_reason = CompletionReason::kNextNotStarted,
                   .events = Events<CancellationVoided, MilestoneSkipped, OrderCompleted>(),
                   .numbers = "A12"});
}

Decision StartNextMilestone::Decide(const Order* order, absl::Time now) const {
  return TakeStep(*this, order, now);
}

}  // namespace milepost::billing
