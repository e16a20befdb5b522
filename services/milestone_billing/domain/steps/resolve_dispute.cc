// An operator ends a dispute: the milestone is released, refunded or split (M2, M5, M6). The parties can end it, too: the buyer
// accepts, the seller gives all back, or both agree to cancel.
#include <utility>

#include "services/milestone_billing/domain/steps/cancel.h"
#include "services/milestone_billing/domain/steps/dispute.h"
#include "services/milestone_billing/domain/steps/step.h"

namespace milepost::billing {
namespace {

constexpr Trigger kResolve = kTriggerOf<ResolveDispute>;

DisputeOutcome OutcomeOf(const Cause& cause) {
  if (const auto* resolve = cause.asked<ResolveDispute>()) return resolve->outcome;
  if (cause.asked<AcceptMilestone>()) return DisputeOutcome::kReleased;
  return SellerMinorOf(cause) == 0 ? DisputeOutcome::kRefunded : DisputeOutcome::kSplit;
}

// An operator's cancellation has its message in cancellation.ordered.
std::string MessageOf(const Cause& cause) {
  if (const auto* resolve = cause.asked<ResolveDispute>()) return resolve->message;
  const auto* refund = cause.asked<RequestCancellation>();
  return refund && cause.by == Party::kSeller ? refund->message : "";
}

}  // namespace

void AppendReleases(const Rule& step, std::vector<Rule>& rules) {
  Rule last = step;
  last.when.Add(Fact::kLastMilestone);
  last.to = OrderState::kCompleted;
  last.completion_reason = CompletionReason::kAllAccepted;
  last.events = Events<CancellationVoided, DisputeResolved, MilestoneAccepted, OrderCompleted>();
  last.money = "M2";
  rules.push_back(std::move(last));
  Rule decide_later = step;
  decide_later.to = OrderState::kAwaitingNext;
  decide_later.events = Events<CancellationVoided, DisputeResolved, MilestoneAccepted>();
  decide_later.sets = DeadlineKind::kNextNotStarted;
  decide_later.money = "M2";
  rules.push_back(std::move(decide_later));
}

void ResolveDispute::AppendRules(std::vector<Rule>& rules) {
  DenyUnknown(kResolve, rules);
  DenyOutsideOfWork(kResolve, rules);
  DenyOther(kResolve, rules);
  rules.push_back(Deny(kResolve,
                       {OrderState::kActive, OrderState::kAwaitingNext, OrderState::kAwaitingPayment},
                       Reason::kNotDisputed, "§4"));
  DenySellerAmounts(kResolve, {OrderState::kDisputed}, rules);
  AppendReleases({.trigger = kResolve,
                  .from = {OrderState::kDisputed},
                  .when = {Fact::kReleases},
                  .numbers = "§4 A11 A12"},
                 rules);
  AppendCancellations({.trigger = kResolve,
                       .from = {OrderState::kDisputed},
                       .cancellation_reason = CancellationReason::kDisputeResolved,
                       .money = "M5 M6",
                       .numbers = "§4 A19"},
                      Events<CancellationVoided, DisputeResolved>(), rules);
}

// A split that leaves the buyer nothing would be a release.
Decision ResolveDispute::Decide(const Order* order, absl::Time now) const {
  Facts said;
  said.Add(Fact::kReleases, outcome == DisputeOutcome::kReleased);
  if (outcome == DisputeOutcome::kSplit)
    said = FactsOfSellerAmount(order, {seller_amount.minor + 1, seller_amount.currency});
  return TakeStep(*this, order, now, said, milestone);
}

std::vector<DisputeResolved> DisputeResolved::Made(const Cause& cause) {
  const Order& order = cause.order;
  if (order.state != OrderState::kDisputed) return {};
  return {{order.current_milestone, OutcomeOf(cause), cause.by, MessageOf(cause)}};
}

bool DisputeResolved::CanApply(const Order& order) const {
  return Has(order, milestone) && order.FindMilestone(milestone)->dispute.has_value();
}

void DisputeResolved::Apply(Order& order, absl::Time at) const {
  Milestone& disputed = order.At(milestone);
  disputed.dispute->outcome = outcome;
  disputed.dispute->closed_by = by;
  disputed.dispute->closed_at = at;
  disputed.dispute->resolution = message;
  disputed.undisputed.reset();
  order.ClearDeadline(DeadlineKind::kDispute);
  order.operator_task.reset();
  order.operator_since.reset();
}

}  // namespace milepost::billing
