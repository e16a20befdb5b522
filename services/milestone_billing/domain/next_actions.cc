#include "services/milestone_billing/domain/next_actions.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace milepost::billing {
namespace {

// Whether a party calls it; the rest comes from peers, the provider and the passing of time.
bool IsMethod(Trigger trigger) {
  const EnumSet<Party> parties = PartiesOf(trigger);
  return parties.Has(Party::kBuyer) || parties.Has(Party::kSeller) || parties.Has(Party::kOperator);
}

constexpr std::pair<NextStep, std::optional<Fact>> kNextSteps[] = {
    {NextStep::kUnset, std::nullopt},
    {NextStep::kStartNext, Fact::kStartNext},
    {NextStep::kDecideLater, Fact::kDecideLater},
    {NextStep::kEndOrder, Fact::kEndOrder}};

// The method called as it has the best chance: about the current milestone, the final delivery where that is due. A quote
// is used again to pay otherwise, a cancellation gives the seller nothing, an answer agrees.
Facts BestFacts(const Order& order, absl::Time now) {
  Facts facts = FactsOf(order);
  facts.Add(Fact::kFinalDelivery, order.is_last(order.current_milestone));
  facts.Add(Fact::kNamesOtherMethod);
  facts.Add(Fact::kQuoteExpired, now >= order.quote_end());
  facts.Add(Fact::kNothingForSeller);
  facts.Add(Fact::kAgrees);
  facts.Add(Fact::kReleases);
  return facts;
}

bool IsOffered(Trigger trigger, const Order& order) {
  return trigger != kTriggerOf<PlaceGigOrder> || (!order.offer && !order.created_at);
}

uint32_t MilestoneOf(Trigger trigger, const Order& order) {
  const bool next = trigger == kTriggerOf<StartNextMilestone> && !order.is_last(order.current_milestone) &&
                    order.state != OrderState::kAwaitingPayment;
  return order.current_milestone + (next ? 1 : 0);
}

// The method whose call the deadline waits for.
Trigger AwaitedBy(DeadlineKind kind) {
  switch (kind) {
    case DeadlineKind::kReview:
      return kTriggerOf<AcceptMilestone>;
    case DeadlineKind::kNextNotStarted:
      return kTriggerOf<StartNextMilestone>;
    case DeadlineKind::kPaymentGrace:
      return kTriggerOf<RetryPayment>;
    case DeadlineKind::kDelivery:
    case DeadlineKind::kLateCancellation:
    case DeadlineKind::kNonDelivery:
      return kTriggerOf<DeliverMilestone>;
    case DeadlineKind::kCancellationAnswer:
      return kTriggerOf<AnswerCancellation>;
    case DeadlineKind::kDispute:
      return kTriggerOf<ResolveDispute>;
  }
  return kTriggerOf<AcceptMilestone>;
}

// The outcome of a deadline after which the order goes on as it stands.
absl::string_view OutcomeOf(DeadlineKind kind) {
  switch (kind) {
    case DeadlineKind::kDelivery:
      return "the delivery is late";
    case DeadlineKind::kLateCancellation:
      return "the buyer may cancel the milestone";
    case DeadlineKind::kCancellationAnswer:
      return "the request to cancel lapses";
    case DeadlineKind::kNonDelivery:
    case DeadlineKind::kDispute:
      return "an operator is called";
    case DeadlineKind::kReview:
    case DeadlineKind::kNextNotStarted:
    case DeadlineKind::kPaymentGrace:
      return "";
  }
  return "";
}

std::string OutcomeOf(const Rule& rule) {
  absl::string_view milestone, reason;
  if (rule.money == "M2") milestone = "milestone ACCEPTED and paid to the seller, ";
  if (rule.completion_reason) reason = NameOf(*rule.completion_reason);
  if (rule.cancellation_reason) {
    milestone = "milestone CANCELLED and refunded to the buyer, ";
    reason = NameOf(*rule.cancellation_reason);
  }
  return absl::StrCat(milestone, "order ", NameOf(*rule.to),
                      reason.empty() ? "" : absl::StrCat(" (", reason, ")"));
}

// An attempt for a milestone after the first is OPEN: what falls due meanwhile is only noted (A16).
bool IsPaying(const Order& order) {
  return order.state == OrderState::kAwaitingPayment && order.open_charge() != nullptr;
}

// What comes of the deadline, at once or, where it is only noted, if the attempt fails. Empty where no rule says.
std::string OutcomeOf(const Order& order, const Deadline& deadline) {
  Facts facts = FactsOf(order);
  const bool paying = IsPaying(order);
  facts.Add(Fact::kGraceNoted, paying || facts.Has(Fact::kGraceNoted));
  const Rule* rule =
      FindRule(paying ? kTriggerOf<trigger::PaymentVoided> : TriggerOf(deadline.kind), &order, facts);
  if (rule == nullptr) return "";
  if (!rule->to) return std::string(OutcomeOf(deadline.kind));
  return absl::StrCat(paying ? "if the open payment fails, " : "", OutcomeOf(*rule));
}

// Whether the main deadline changes the order's state when it falls due, and so voids what is asked in it.
bool IsTakenOnBy(const Order& order, const Deadline& main) {
  const Rule* rule = FindRule(TriggerOf(main.kind), &order, FactsOf(order));
  return rule && rule->to;
}

// The deadline that ends the time for the method: the one that waits for its call, else the main one, else the order's earliest that
// runs. Of an order whose payment is running, the one that was noted.
const Deadline* DeadlineFor(Trigger trigger, const Order& order) {
  const Deadline *its = nullptr, *main = nullptr, *earliest = nullptr;
  const auto keep_earlier = [](const Deadline*& kept, const Deadline& deadline) {
    if (kept == nullptr || deadline.due < kept->due) kept = &deadline;
  };
  for (const Deadline& deadline : order.deadlines) {
    if (deadline.frozen()) continue;
    keep_earlier(earliest, deadline);
    if (IsMain(deadline.kind)) main = &deadline;
    if (AwaitedBy(deadline.kind) == trigger) keep_earlier(its, deadline);
  }
  if (its && !(main && main->due <= its->due && IsTakenOnBy(order, *main))) return its;
  if (main) return main;
  if (earliest) return earliest;
  return order.noted_deadline && IsPaying(order) ? &*order.noted_deadline : nullptr;
}

// A quote has no deadline that fires, nor has a delivery of edition 0: after its due time it is merely late (A20). Everything else
// ends with one of the order's.
void SetDeadline(const Order& order, NextAction& action) {
  const bool allowed = !action.blocked_by;
  const bool placing = action.trigger == kTriggerOf<PlaceGigOrder>;
  if (placing || (action.trigger == kTriggerOf<DeliverMilestone> && order.edition == 0)) {
    if (allowed) action.deadline = placing ? order.quote_end() : order.current().due_at;
    if (action.deadline)
      action.at_deadline = placing ? "the quote expires" : std::string(OutcomeOf(DeadlineKind::kDelivery));
    return;
  }
  const Deadline* deadline = DeadlineFor(action.trigger, order);
  if (deadline == nullptr || !(allowed || action.trigger == AwaitedBy(deadline->kind))) return;
  action.deadline = deadline->due;
  action.at_deadline = OutcomeOf(order, *deadline);
}

bool IsAllowed(Trigger trigger, const Order& order, const Facts& facts,
               std::optional<Party> by = std::nullopt) {
  const Rule* rule = FindRule(trigger, &order, facts, by);
  return rule && !rule->refuses();
}

std::vector<NextStep> AllowedNextSteps(const Order& order, const Facts& facts) {
  std::vector<NextStep> allowed;
  for (const auto& [next, said] : kNextSteps) {
    Facts with = facts;
    if (said) with.Add(*said);
    if (IsAllowed(kTriggerOf<AcceptMilestone>, order, with)) allowed.push_back(next);
  }
  return allowed;
}

// How the field that says `fact` is to be used in a delivery that is allowed one way or the other.
FieldUse UseOf(const Order& order, Facts facts, Fact fact) {
  facts.Remove(fact);
  const bool without = IsAllowed(kTriggerOf<DeliverMilestone>, order, facts);
  facts.Add(fact);
  const bool with = IsAllowed(kTriggerOf<DeliverMilestone>, order, facts);
  if (!with) return FieldUse::kForbidden;
  return without ? FieldUse::kOptional : FieldUse::kRequired;
}

// The most that a request to cancel may give the seller.
Money SellerAmountMax(const Order& order, Facts facts, Party by) {
  facts.Remove(Fact::kNothingForSeller);
  const bool something = IsAllowed(kTriggerOf<RequestCancellation>, order, facts, by);
  return {something ? order.held_minor() : 0, order.terms.currency()};
}

void SetOptions(const Order& order, const Facts& facts, NextAction& action) {
  if (action.blocked_by) return;
  if (action.trigger == kTriggerOf<RequestCancellation>)
    action.seller_amount_max = SellerAmountMax(order, facts, action.actor);
  if (action.trigger == kTriggerOf<AcceptMilestone>) action.next = AllowedNextSteps(order, facts);
  if (action.trigger != kTriggerOf<DeliverMilestone>) return;
  action.final_delivery = UseOf(order, facts, Fact::kFinalDelivery);
  action.meeting_url = UseOf(order, facts, Fact::kNamesMeeting);
}

}  // namespace

std::optional<absl::Time> CancellationAnswerEnd(const Order& order) {
  const Deadline* answer = FindDeadline(order.deadlines, DeadlineKind::kCancellationAnswer);
  if (answer == nullptr || answer->frozen()) return std::nullopt;
  const Deadline* end = DeadlineFor(kTriggerOf<AnswerCancellation>, order);
  return end ? end->due : answer->due;
}

std::vector<NextAction> NextActions(const Order& order, absl::Time now) {
  const Facts facts = BestFacts(order, now);
  std::vector<NextAction> actions;
  for (const Trigger trigger : kTriggers) {
    if (!IsMethod(trigger) || !IsOffered(trigger, order)) continue;
    for (const Party party : kValuesOf<Party>) {
      if (!PartiesOf(trigger).Has(party)) continue;
      const Facts with = facts | FactsOf(order, party);
      const Rule* rule = FindRule(trigger, &order, with, party);
      if (rule == nullptr) continue;  // a damaged order; whoever calls the method learns so
      NextAction action{party, trigger, MilestoneOf(trigger, order), rule->refusal, {}, "", {}, {}, {}, {}};
      SetDeadline(order, action);
      SetOptions(order, with, action);
      actions.push_back(std::move(action));
    }
  }
  return actions;
}

}  // namespace milepost::billing
