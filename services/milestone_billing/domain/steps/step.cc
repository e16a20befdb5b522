#include "services/milestone_billing/domain/steps/step.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace milepost::billing {
namespace {

// A20: from when on the buyer may cancel the current milestone, if nothing is delivered.
std::string CancellableTime(const Order& order) {
  const Deadline* due = order.main_deadline();
  if (due == nullptr) return "";
  const bool is_delivery = due->kind == DeadlineKind::kDelivery;
  const absl::Duration after =
      is_delivery ? order.terms.deadlines.Of(&DeadlinePolicy::late_cancellation) : absl::ZeroDuration();
  return absl::FormatTime(absl::RFC3339_full, due->due + after, absl::UTCTimeZone());
}

}  // namespace

Rule Deny(Trigger trigger, EnumSet<OrderState> from, Reason reason, absl::string_view numbers) {
  Rule rule{.trigger = trigger, .from = from};
  rule.refusal = reason;
  rule.numbers = numbers;
  return rule;
}

void DenyUnknown(Trigger trigger, std::vector<Rule>& rules) {
  Rule rule = Deny(trigger, kAnyOrder, Reason::kMilestoneNotFound, "§4");
  rule.when = {Fact::kNamesUnknown};
  rules.push_back(std::move(rule));
}

void DenyAccepted(Trigger trigger, std::vector<Rule>& rules) {
  Rule rule = Deny(trigger, kUnfinished, Reason::kMilestoneAlreadyAccepted, "§4");
  rule.when = {Fact::kNamesAccepted};
  rules.push_back(std::move(rule));
}

void DenyOutsideOfWork(Trigger trigger, std::vector<Rule>& rules) {
  rules.push_back(Deny(trigger, {OrderState::kPlacing}, Reason::kOrderPlacing, "§4"));
  rules.push_back(Deny(trigger, {OrderState::kPlacementFailed}, Reason::kOrderPlacementFailed, "§4"));
  rules.push_back(Deny(trigger, {OrderState::kCompleted}, Reason::kOrderCompleted, "S31"));
  rules.push_back(Deny(trigger, {OrderState::kCancelled}, Reason::kOrderCancelled, "A19"));
}

void DenyOther(Trigger trigger, std::vector<Rule>& rules) {
  Rule other = Deny(trigger, kUnfinished, Reason::kNotTheCurrentMilestone, "§4");
  other.when = {Fact::kNamesOther};
  rules.push_back(std::move(other));
}

void DenyWithoutDelivery(Trigger trigger, std::vector<Rule>& rules) {
  DenyUnknown(trigger, rules);
  DenyOutsideOfWork(trigger, rules);
  DenyAccepted(trigger, rules);
  DenyOther(trigger, rules);
  rules.push_back(Deny(trigger, {OrderState::kAwaitingNext}, Reason::kMilestoneAlreadyAccepted, "§4"));
  rules.push_back(Deny(trigger, {OrderState::kAwaitingPayment}, Reason::kMilestoneNotDelivered, "S33"));
  Rule undelivered = Deny(trigger, {OrderState::kActive}, Reason::kMilestoneNotDelivered, "S33");
  undelivered.milestone = {MilestoneState::kActive, MilestoneState::kRevisionRequested};
  rules.push_back(std::move(undelivered));
}

absl::StatusOr<Party> PartyOf(const Order* order, Trigger trigger, const Actor& actor) {
  if (order == nullptr) return Refuse(Reason::kOrderNotFound);
  const EnumSet<Party> parties = PartiesOf(trigger);
  if (actor.kind == ActorKind::kOperator && parties.Has(Party::kOperator)) return Party::kOperator;
  const bool buyer = actor.is_user() && actor.name == order->buyer;
  const bool seller = actor.is_user() && actor.name == order->seller;
  if (!buyer && !seller) return Refuse(Reason::kOrderNotFound);
  const Party party = buyer ? Party::kBuyer : Party::kSeller;
  if (parties.Has(party)) return party;
  if (!parties.Has(Party::kBuyer) && !parties.Has(Party::kSeller)) return Refuse(Reason::kNotAnOperator);
  return Refuse(parties.Has(Party::kBuyer) ? Reason::kNotTheBuyer : Reason::kNotTheSeller);
}

Facts FactsAbout(const Order& order, uint32_t milestone) {
  Facts facts = FactsOf(order);
  facts.Add(Fact::kNamesOther, milestone != order.current_milestone);
  const Milestone* named = order.FindMilestone(milestone);
  facts.Add(Fact::kNamesUnfunded, named && named->not_started());
  facts.Add(Fact::kNamesAccepted,
            named && named->number != order.current_milestone && named->state == MilestoneState::kAccepted);
  facts.Add(Fact::kNamesUnknown, named == nullptr);
  return facts;
}

absl::Status RefuseState(Reason reason, const Order& order, uint32_t milestone) {
  Details details = {{"state", std::string(NameOf(order.state))},
                     {"milestone", absl::StrCat(milestone)},
                     {"current", absl::StrCat(order.current_milestone)},
                     {"last", absl::StrCat(order.milestones.size())}};
  if (const Milestone* named = order.FindMilestone(milestone))
    details.push_back({"milestone_state", std::string(NameOf(named->state))});
  if (order.completion_reason)
    details.push_back({"completion_reason", std::string(NameOf(*order.completion_reason))});
  if (order.cancellation_reason)
    details.push_back({"cancellation_reason", std::string(NameOf(*order.cancellation_reason))});
  if (reason == Reason::kTooManyPaymentAttempts)
    details.push_back({"max", absl::StrCat(kMaxPaymentAttempts)});
  if (reason == Reason::kRevisionsExhausted)
    details.push_back({"allowed", absl::StrCat(order.TermsOf(order.current_milestone).revisions.count)});
  if (reason == Reason::kTooManyDisputes) details.push_back({"max", absl::StrCat(kMaxDisputes)});
  if (reason == Reason::kSellerAmountTooLarge)
    details.push_back({"held", Money{order.held_minor(), order.terms.currency()}.ToString()});
  if (reason == Reason::kMilestoneNotLate) details.push_back({"cancellable_time", CancellableTime(order)});
  if (reason == Reason::kCurrencyMismatch)
    details.push_back({"currency", std::string(order.terms.currency().code())});
  return Refuse(reason, std::move(details));
}

void DenySellerAmounts(Trigger trigger, EnumSet<OrderState> from, std::vector<Rule>& rules) {
  Rule currency = Deny(trigger, from, Reason::kCurrencyMismatch, "A1");
  currency.when = {Fact::kNamesOtherCurrency};
  rules.push_back(std::move(currency));
  Rule amount = Deny(trigger, from, Reason::kSellerAmountTooLarge, "A19 M6");
  amount.when = {Fact::kTooMuchForSeller};
  rules.push_back(std::move(amount));
}

Facts FactsOfSellerAmount(const Order* order, Money seller_amount) {
  Facts facts;
  if (order == nullptr) return facts;
  facts.Add(Fact::kNamesOtherCurrency,
            seller_amount.minor != 0 && seller_amount.currency != order->terms.currency());
  facts.Add(Fact::kTooMuchForSeller, seller_amount.minor > order->held_minor());
  return facts;
}

bool Has(const Order& order, uint32_t milestone) {
  return order.FindMilestone(milestone) != nullptr;
}

bool Has(const Order& order, const ChargeId& charge) {
  return order.FindCharge(charge) != nullptr;
}

bool Has(const Order& order, const ChargeId& charge, uint32_t refund) {
  return order.FindRefund(charge, refund) != nullptr;
}

bool IsBalanced(const Move& move) {
  __int128 sum = 0;
  for (const Posting& posting : move.postings) sum += posting.amount_minor;
  return sum == 0;
}

}  // namespace milepost::billing
