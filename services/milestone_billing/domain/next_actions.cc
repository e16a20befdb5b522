#include "services/milestone_billing/domain/next_actions.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace milepost::billing {
namespace {

constexpr Trigger kMethods[] = {Trigger::kPlaceGigOrder,      Trigger::kDeliverMilestone,
                                Trigger::kRequestRevision,    Trigger::kAcceptMilestone,
                                Trigger::kStartNextMilestone, Trigger::kEndOrder,
                                Trigger::kRetryPayment,       Trigger::kResolveCharge};

constexpr std::pair<NextStep, std::optional<Fact>> kNextSteps[] = {
    {NextStep::kUnset, std::nullopt},
    {NextStep::kStartNext, Fact::kStartNext},
    {NextStep::kDecideLater, Fact::kDecideLater},
    {NextStep::kEndOrder, Fact::kEndOrder}};

// The method called as it has the best chance: about the current milestone, the final delivery where that is due. A quote
// is used again to pay otherwise.
Facts BestFacts(const Order& order, absl::Time now) {
  Facts facts = FactsOf(order);
  facts.Add(Fact::kFinalDelivery, order.is_last(order.current_milestone));
  facts.Add(Fact::kNamesOtherMethod);
  facts.Add(Fact::kQuoteExpired, now >= order.quote_end());
  return facts;
}

bool IsOffered(Trigger trigger, const Order& order) {
  return trigger != Trigger::kPlaceGigOrder || (!order.offer && !order.created_at);
}

uint32_t MilestoneOf(Trigger trigger, const Order& order) {
  const bool next = trigger == Trigger::kStartNextMilestone && !order.is_last(order.current_milestone) &&
                    order.state != OrderState::kAwaitingPayment;
  return order.current_milestone + (next ? 1 : 0);
}

// The method whose call the timer waits for.
Trigger AwaitedBy(DeadlineKind kind) {
  switch (kind) {
    case DeadlineKind::kReview:
      return Trigger::kAcceptMilestone;
    case DeadlineKind::kNextNotStarted:
      return Trigger::kStartNextMilestone;
    case DeadlineKind::kPaymentGrace:
      return Trigger::kRetryPayment;
  }
  return Trigger::kAcceptMilestone;
}

std::string OutcomeOf(const Rule& rule) {
  return absl::StrCat(rule.money == "M2" ? "milestone ACCEPTED and paid to the seller, " : "", "order ",
                      NameOf(*rule.to),
                      rule.completion_reason ? absl::StrCat(" (", NameOf(*rule.completion_reason), ")") : "");
}

// An attempt for a milestone after the first is OPEN: what falls due meanwhile is only noted (A16).
bool IsPaying(const Order& order) {
  return order.state == OrderState::kAwaitingPayment && order.open_charge() != nullptr;
}

// What comes of the timer, at once or, where it is only noted, if the attempt fails.
std::string OutcomeOf(const Order& order, const Deadline& deadline) {
  Facts facts = FactsOf(order);
  if (!IsPaying(order)) return OutcomeOf(RuleFor(TriggerOf(deadline.kind), &order, facts));
  facts.Add(Fact::kGraceNoted);
  return absl::StrCat("if the open payment fails, ",
                      OutcomeOf(RuleFor(Trigger::kPaymentVoided, &order, facts)));
}

// The order's timer, or the one that waits for the end of an attempt.
const Deadline* TimerOf(const Order& order) {
  if (!order.deadlines.empty()) return &order.deadlines.front();
  return order.noted_deadline && IsPaying(order) ? &*order.noted_deadline : nullptr;
}

// A delivery has no timer: after its due time it is merely overdue (A20); nor has a quote. Everything else ends with the
// order's.
void SetDeadline(const Order& order, NextAction& action) {
  const bool allowed = !action.blocked_by;
  if (action.trigger == Trigger::kDeliverMilestone || action.trigger == Trigger::kPlaceGigOrder) {
    const bool placing = action.trigger == Trigger::kPlaceGigOrder;
    if (allowed) action.deadline = placing ? order.quote_end() : order.current().due_at;
    if (action.deadline) action.at_deadline = placing ? "the quote expires" : "the delivery is overdue";
    return;
  }
  const Deadline* timer = TimerOf(order);
  if (timer == nullptr || !(allowed || action.trigger == AwaitedBy(timer->kind))) return;
  action.deadline = timer->due;
  action.at_deadline = OutcomeOf(order, *timer);
}

std::vector<NextStep> AllowedNextSteps(const Order& order, const Facts& facts) {
  std::vector<NextStep> allowed;
  for (const auto& [next, said] : kNextSteps) {
    Facts with = facts;
    if (said) with.Add(*said);
    if (!RuleFor(Trigger::kAcceptMilestone, &order, with).refuses()) allowed.push_back(next);
  }
  return allowed;
}

// How the field that says `fact` is to be used in a delivery that is allowed one way or the other.
FieldUse UseOf(const Order& order, Facts facts, Fact fact) {
  facts.Remove(fact);
  const bool without = !RuleFor(Trigger::kDeliverMilestone, &order, facts).refuses();
  facts.Add(fact);
  const bool with = !RuleFor(Trigger::kDeliverMilestone, &order, facts).refuses();
  if (!with) return FieldUse::kForbidden;
  return without ? FieldUse::kOptional : FieldUse::kRequired;
}

void SetOptions(const Order& order, const Facts& facts, NextAction& action) {
  if (action.blocked_by) return;
  if (action.trigger == Trigger::kAcceptMilestone) action.next = AllowedNextSteps(order, facts);
  if (action.trigger != Trigger::kDeliverMilestone) return;
  action.final_delivery = UseOf(order, facts, Fact::kFinalDelivery);
  action.meeting_url = UseOf(order, facts, Fact::kNamesMeeting);
}

}  // namespace

std::vector<NextAction> NextActions(const Order& order, absl::Time now) {
  const Facts facts = BestFacts(order, now);
  std::vector<NextAction> actions;
  for (const Trigger trigger : kMethods) {
    if (!IsOffered(trigger, order)) continue;
    const Rule& rule = RuleFor(trigger, &order, facts);
    NextAction action{
        PartyOf(trigger), trigger, MilestoneOf(trigger, order), rule.refusal, {}, "", {}, {}, {}};
    SetDeadline(order, action);
    SetOptions(order, facts, action);
    actions.push_back(std::move(action));
  }
  return actions;
}

}  // namespace milepost::billing
