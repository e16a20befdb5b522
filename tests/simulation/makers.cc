#include "tests/simulation/makers.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <variant>

namespace milepost::simulation {
namespace {

using billing::OrderCommand;
using Made = std::optional<OrderCommand>;

// The milestone that the action is about, or another one.
uint32_t MilestoneOf(const Situation& situation, Chance& chance) {
  if (!situation.wrong) return situation.action.milestone;
  return static_cast<uint32_t>(
      chance.Between(1, static_cast<int64_t>(situation.order.milestones.size()) + 1));
}

// Whether to set a field that the action says this about. Of an action that is blocked it says nothing.
bool Sets(const std::optional<billing::FieldUse>& use, bool unsaid, const Situation& situation,
          Chance& chance) {
  if (situation.wrong) return chance.OneIn(2);
  if (!use) return unsaid;
  return *use == billing::FieldUse::kRequired || (*use == billing::FieldUse::kOptional && chance.OneIn(2));
}

std::string MaybeOtherMethod(Chance& chance) {
  return chance.OneIn(2) ? "" : Provider::SomeMethod(chance);
}

Made Deliver(const Situation& situation, Chance& chance) {
  const bool last = situation.order.is_last(situation.order.current_milestone);
  billing::DeliverMilestone deliver{situation.actor, MilestoneOf(situation, chance)};
  deliver.final_delivery = Sets(situation.action.final_delivery, last, situation, chance);
  deliver.message = "here it is";
  if (Sets(situation.action.meeting_url, false, situation, chance)) deliver.meeting_url = "https://meet/1";
  return deliver;
}

Made Update(const Situation& situation, Chance& chance) {
  return billing::PostUpdate{situation.actor, MilestoneOf(situation, chance), "half done"};
}

Made Revise(const Situation& situation, Chance& chance) {
  return billing::RequestRevision{situation.actor, MilestoneOf(situation, chance), "rounder, please"};
}

Made Accept(const Situation& situation, Chance& chance) {
  billing::AcceptMilestone accept{situation.actor, MilestoneOf(situation, chance)};
  accept.policy = situation.attempts;
  if (situation.wrong)
    accept.next = chance.Pick(kValuesOf<billing::NextStep>);
  else if (!situation.action.next.empty())
    accept.next = chance.Pick(situation.action.next);
  // Most buyers want the whole.
  if (accept.next == billing::NextStep::kEndOrder && chance.Percent(70))
    accept.next = billing::NextStep::kUnset;
  return accept;
}

Made StartNext(const Situation& situation, Chance& chance) {
  return billing::StartNextMilestone{situation.actor, MaybeOtherMethod(chance), situation.attempts};
}

Made End(const Situation& situation, Chance&) {
  return billing::EndOrder{situation.actor};
}

// At the last moment often with a method that takes its time, so that the payment is still open when the time is over (A16).
Made Retry(const Situation& situation, Chance& chance) {
  static constexpr const char* kSlow[] = {"pm_pending", "pm_pending", "pm_pending", "pm_unknown_then_ok"};
  const bool slow = IsLastMoment(situation.action, situation.now) && chance.Percent(70);
  return billing::RetryPayment{situation.actor, slow ? chance.Pick(kSlow) : MaybeOtherMethod(chance),
                               situation.attempts};
}

// What a request to cancel gives the seller: within what the action allows, or a cent too much, or in another currency.
Money SomeSellerAmount(const Situation& situation, Chance& chance) {
  const Currency currency = situation.order.terms.currency();
  const int64_t most = situation.action.seller_amount_max.value_or(Money()).minor;
  if (situation.wrong && chance.OneIn(2)) return {1, *Currency::Parse("EUR")};
  if (situation.wrong) return {situation.order.held_minor() + 1, currency};
  return {chance.OneIn(2) ? 0 : chance.Between(0, most), currency};
}

Made CancelLate(const Situation& situation, Chance& chance) {
  return billing::CancelLateMilestone{situation.actor, MilestoneOf(situation, chance), "too late"};
}

Made Cancel(const Situation& situation, Chance& chance) {
  return billing::RequestCancellation{situation.actor, SomeSellerAmount(situation, chance),
                                      "it does not work out"};
}

Made Answer(const Situation& situation, Chance& chance) {
  return billing::AnswerCancellation{situation.actor, chance.OneIn(2), "as you say"};
}

Made OpenDispute(const Situation& situation, Chance& chance) {
  return billing::OpenDispute{situation.actor, MilestoneOf(situation, chance), "not what was agreed"};
}

Made WithdrawDispute(const Situation& situation, Chance& chance) {
  return billing::WithdrawDispute{situation.actor, MilestoneOf(situation, chance)};
}

Made ResolveDispute(const Situation& situation, Chance& chance) {
  using billing::DisputeOutcome;
  constexpr DisputeOutcome kOutcomes[] = {DisputeOutcome::kReleased, DisputeOutcome::kRefunded,
                                          DisputeOutcome::kSplit};
  const Money held{situation.order.held_minor(), situation.order.terms.currency()};
  billing::ResolveDispute resolve{situation.actor, MilestoneOf(situation, chance), chance.Pick(kOutcomes),
                                  Money(), "seen both sides"};
  if (resolve.outcome != DisputeOutcome::kSplit) return resolve;
  if (held.minor < 2) {  // there is nothing to split
    resolve.outcome = DisputeOutcome::kRefunded;
    return resolve;
  }
  resolve.seller_amount = {situation.wrong ? held.minor : chance.Between(1, held.minor - 1), held.currency};
  return resolve;
}

// An operator says what the provider knows. One who did not look says that nothing was taken, which may be wrong; rarely one says that
// something was, when the provider has said for good that nothing was.
billing::ChargeOutcome SaidOutcome(const Provider& provider, const std::string& key, Chance& chance) {
  using State = payment_simulator::ChargeState;
  const auto known = provider.Find(key);
  const bool taken = known && known->state == State::kSucceeded;
  const bool never = known && (known->state == State::kDeclined || known->state == State::kVoided);
  if ((taken && !chance.OneIn(3)) || (never && chance.OneIn(20)))
    return billing::Succeeded{"as the operator says"};
  if (chance.OneIn(3)) return billing::Declined{};
  return billing::Voided{};
}

Made Resolve(const Situation& situation, Chance& chance) {
  const billing::Order& order = situation.order;
  if (order.charges.empty()) return std::nullopt;
  const billing::Charge* charge = order.open_charge() ? order.open_charge() : order.last_charge();
  if (situation.wrong) charge = &chance.Pick(order.charges);
  billing::ResolveCharge resolve{situation.actor, charge->id, {},
                                 charge->total(), "a call",   situation.recheck};
  resolve.outcome = SaidOutcome(situation.provider, ProviderKeyOf(order.id, *charge), chance);
  if (situation.wrong && chance.OneIn(2)) resolve.amount.minor += 1;
  return resolve;
}

template <class Command>
constexpr Method By(Made (*make)(const Situation&, Chance&), uint64_t weight) {
  return {billing::kTriggerOf<Command>, make, weight};
}

constexpr Method kMethods[] = {
    By<billing::PlaceGigOrder>(nullptr, 8),
    By<billing::DeliverMilestone>(Deliver, 12),
    By<billing::PostUpdate>(Update, 2),
    By<billing::RequestRevision>(Revise, 4),
    By<billing::AcceptMilestone>(Accept, 12),
    By<billing::StartNextMilestone>(StartNext, 12),
    By<billing::EndOrder>(End, 1),
    By<billing::RetryPayment>(Retry, 12),
    By<billing::RequestCancellation>(Cancel, 1),
    By<billing::AnswerCancellation>(Answer, 8),
    By<billing::CancelLateMilestone>(CancelLate, 6),
    By<billing::OpenDispute>(OpenDispute, 1),
    By<billing::WithdrawDispute>(WithdrawDispute, 3),
    By<billing::ResolveDispute>(ResolveDispute, 6),
    By<billing::ResolveCharge>(Resolve, 4),
};

constexpr const Method* FindMethod(billing::Trigger trigger) {
  for (const Method& method : kMethods)
    if (method.trigger == trigger) return &method;
  return nullptr;
}

constexpr bool IsOfAParty(billing::Trigger trigger) {
  const billing::EnumSet<billing::Party> parties = billing::PartiesOf(trigger);
  return parties.Has(billing::Party::kBuyer) || parties.Has(billing::Party::kSeller) ||
         parties.Has(billing::Party::kOperator);
}

static_assert(std::all_of(billing::kTriggers.begin(), billing::kTriggers.end(),
                          [](billing::Trigger trigger) {
                            return !IsOfAParty(trigger) || FindMethod(trigger);
                          }),
              "a method of an order has no maker in kMethods");

}  // namespace

bool IsLastMoment(const billing::NextAction& action, absl::Time now) {
  return action.deadline && *action.deadline < now + absl::Hours(1);
}

const Method& MethodOf(billing::Trigger trigger) {
  return *FindMethod(trigger);
}

}  // namespace milepost::simulation
