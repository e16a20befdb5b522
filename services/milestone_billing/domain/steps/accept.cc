// The buyer accepts what was delivered (S35) and says how to go on (A11), or stays silent until the milestone is accepted
// for him (A13); its money leaves escrow.
#include "services/milestone_billing/domain/steps/dispute.h"
#include "services/milestone_billing/domain/steps/step.h"

namespace milepost::billing {
namespace {

Release ReleaseOf(const Order& order) {
  const Charge& charge = *order.FindCharge(*order.current().charge);
  const int64_t commission = order.terms.fees.Commission(charge.amount.minor);
  return {charge.milestone, charge.id, charge.amount, commission,
          M2Release(charge.id, order.seller, charge.amount, commission)};
}

bool CanRelease(const Order& order, const Release& release) {
  return Has(order, release.milestone) && Has(order, release.charge) && IsAmount(release.amount.minor) &&
         IsAmount(release.commission_minor) && IsBalanced(release.move);
}

void Accept(Order& order, const Release& release, absl::Time at, bool by_silence) {
  Milestone& milestone = order.At(release.milestone);
  milestone.state = MilestoneState::kAccepted;
  milestone.accepted_at = at;
  if (by_silence) milestone.auto_accepted = true;
  order.totals.released_minor += release.amount.minor;
  order.totals.commission_minor += release.commission_minor;
  if (order.edition == 0)
    order.ClearDeadline(DeadlineKind::kReview);  // since then the events that follow move or clear it
}

void AppendAcceptances(std::vector<Rule>& rules) {
  const Rule accept{.trigger = kTriggerOf<AcceptMilestone>,
                    .from = {OrderState::kActive},
                    .milestone = {MilestoneState::kDelivered},
                    .money = "M2"};
  Rule last = accept;
  last.when = {Fact::kLastMilestone};
  last.to = OrderState::kCompleted;
  last.completion_reason = CompletionReason::kAllAccepted;
  last.events = Events<CancellationVoided, MilestoneAccepted, OrderCompleted>();
  last.numbers = "S35 A11";
  Rule start_next = accept;
  start_next.when = {Fact::kStartNext};
  start_next.to = OrderState::kAwaitingPayment;
  start_next.events = Events<CancellationVoided, MilestoneAccepted, MilestonePaymentStarted>();
  start_next.sets = DeadlineKind::kPaymentGrace;
  start_next.numbers = "S28 S35 A11 A15";
  Rule end_order = accept;
  end_order.when = {Fact::kEndOrder};
  end_order.to = OrderState::kCompleted;
  end_order.completion_reason = CompletionReason::kEndedByBuyer;
  end_order.events = Events<CancellationVoided, MilestoneAccepted, OrderEnded, SellerNotified,
                            MilestoneSkipped, OrderCompleted>();
  end_order.numbers = "S29 S30 S31 S35 A11";
  Rule decide_later = accept;
  decide_later.to = OrderState::kAwaitingNext;
  decide_later.events = Events<CancellationVoided, MilestoneAccepted>();
  decide_later.sets = DeadlineKind::kNextNotStarted;
  decide_later.numbers = "S28 S35 A11 A12";
  for (const Rule& rule : {last, start_next, end_order, decide_later}) rules.push_back(rule);
}

// In a dispute the buyer can only accept and decide later (§4).
void AppendDisputedAcceptances(std::vector<Rule>& rules) {
  for (const Fact next : {Fact::kStartNext, Fact::kEndOrder}) {
    Rule denied = Deny(kTriggerOf<AcceptMilestone>, {OrderState::kDisputed}, Reason::kOrderDisputed, "§4");
    denied.when = {next};
    denied.unless = {Fact::kLastMilestone};
    rules.push_back(std::move(denied));
  }
  AppendReleases(
      {.trigger = kTriggerOf<AcceptMilestone>, .from = {OrderState::kDisputed}, .numbers = "S35 A11 A12"},
      rules);
}

}  // namespace

void AcceptMilestone::AppendRules(std::vector<Rule>& rules) {
  DenyWithoutDelivery(kTriggerOf<AcceptMilestone>, rules);
  for (const Fact next : {Fact::kStartNext, Fact::kDecideLater}) {
    rules.push_back({.trigger = kTriggerOf<AcceptMilestone>,
                     .from = {OrderState::kActive, OrderState::kDisputed},
                     .when = {Fact::kLastMilestone, next},
                     .refusal = Reason::kIsTheLastMilestone,
                     .numbers = "A11"});
  }
  AppendAcceptances(rules);
  AppendDisputedAcceptances(rules);
  rules.push_back(
      {.trigger = kTriggerOf<trigger::ReviewDue>,
       .from = {OrderState::kActive},
       .milestone = {MilestoneState::kDelivered},
       .to = OrderState::kCompleted,
       .completion_reason = CompletionReason::kReviewTimeout,
       .events = Events<CancellationVoided, MilestoneAutoAccepted, MilestoneSkipped, OrderCompleted>(),
       .money = "M2",
       .numbers = "S33 S34 S35 A13"});
}

Decision AcceptMilestone::Decide(const Order* order, absl::Time now) const {
  Facts said;
  said.Add(Fact::kDecideLater, next == NextStep::kDecideLater);
  said.Add(Fact::kStartNext, next == NextStep::kStartNext);
  said.Add(Fact::kEndOrder, next == NextStep::kEndOrder);
  return TakeStep(*this, order, now, said, milestone);
}

MilestoneAccepted MilestoneAccepted::Made(const Cause& cause) {
  MilestoneAccepted accepted{ReleaseOf(cause.order), {}};
  if (cause.rule.sets == DeadlineKind::kNextNotStarted)
    accepted.next_due = cause.at + cause.order.terms.deadlines.next_start;
  return accepted;
}

bool MilestoneAccepted::CanApply(const Order& order) const {
  return CanRelease(order, release);
}

void MilestoneAccepted::Apply(Order& order, absl::Time at) const {
  Accept(order, release, at, /*by_silence=*/false);
  if (!next_due) return;  // the events that follow say how the order goes on
  order.state = OrderState::kAwaitingNext;
  order.MoveMainDeadline(std::nullopt, DeadlineKind::kNextNotStarted, *next_due);
}

MilestoneAutoAccepted MilestoneAutoAccepted::Made(const Cause& cause) {
  return {ReleaseOf(cause.order)};
}

bool MilestoneAutoAccepted::CanApply(const Order& order) const {
  return CanRelease(order, release);
}

void MilestoneAutoAccepted::Apply(Order& order, absl::Time at) const {
  Accept(order, release, at, /*by_silence=*/true);
}

}  // namespace milepost::billing
