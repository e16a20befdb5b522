// Orders are placed: an offer's by OfferService, a gig's by its buyer with a quote (S27). Whoever asks again for what is
// there already changes nothing (A29, W7).
#include <algorithm>
#include <string>
#include <utility>

#include "common/core/status_macros.h"
#include "services/milestone_billing/domain/order_domain.h"
#include "services/milestone_billing/domain/steps/step.h"

namespace milepost::billing {
namespace {

constexpr absl::string_view kOfferService = "services/offer-service";

Rule StartOf(Trigger trigger) {
  return {.trigger = trigger,
          .to = OrderState::kPlacing,
          .events = Events<OrderPlacementStarted, MilestonePaymentStarted>(),
          .numbers = "S27 A22 A28"};
}

Rule DenyAttempts(Trigger trigger) {
  Rule rule = Deny(trigger, {OrderState::kPlacementFailed}, Reason::kTooManyPaymentAttempts, "§4");
  rule.unless = {Fact::kAttemptsLeft};
  return rule;
}

// What a new attempt needs of its quote (A28): that it has not ended, that the gig can be ordered as it says, and, after a
// failure, that it is the one that the order was asked for with.
absl::Status CheckQuote(const Rule& rule, const PlaceGigOrder& command, const Order* order, absl::Time end) {
  if (rule.refusal == Reason::kQuoteExpired)
    return Refuse(Reason::kQuoteExpired,
                  {{"expire_time", absl::FormatTime(absl::RFC3339_full, end, absl::UTCTimeZone())}});
  if (!rule.to) return absl::OkStatus();
  if (!command.orderable.ok()) return command.orderable;
  if (order && order->terms_hash != command.terms_hash) return Refuse(Reason::kQuoteMalformed);
  if (TermsHash(command.terms) != command.terms_hash) return Refuse(Reason::kTermsChanged);
  return absl::OkStatus();
}

// Where the rule changes nothing, the order stands as it is; PlacementOf answers.
template <class Command>
Decision Place(const Rule& rule, const Command& command, const Order* order, OrderPlacementStarted started,
               absl::Time now) {
  if (rule.refuses()) return RefuseState(*rule.refusal, *order, 1);
  if (!rule.to) return std::vector<OrderEvent>{};
  if (started.buyer == started.seller) return Refuse(Reason::kBuyerIsSeller);
  MILEPOST_RETURN_IF_ERROR(CheckTerms(started.terms));
  Order placed = order ? *order : Order{};
  started.Apply(placed, now);
  return EventsOf({.rule = rule, .order = placed, .at = now, .command = &command});
}

}  // namespace

void PlaceOrder::AppendRules(std::vector<Rule>& rules) {
  constexpr Trigger kPlace = kTriggerOf<PlaceOrder>;
  const Rule start = StartOf(kPlace);
  const Rule fail{.trigger = kPlace,
                  .when = {Fact::kWindowPassed},
                  .to = OrderState::kPlacementFailed,
                  .events = Events<OrderPlacementStarted, OrderPlacementFailed>(),
                  .numbers = "§4 A28"};
  rules.push_back(fail);
  rules.push_back(start);
  rules.push_back({.trigger = kPlace, .from = kAnyOrder, .when = {Fact::kAttemptKnown}, .numbers = "§4 A29"});
  Rule fail_again = fail, start_again = start;
  fail_again.from = start_again.from = {OrderState::kPlacementFailed};
  rules.push_back(fail_again);
  rules.push_back(DenyAttempts(kPlace));
  rules.push_back(start_again);
  rules.push_back(Deny(kPlace, {OrderState::kPlacing}, Reason::kOrderPlacing, "§4"));
  rules.push_back({.trigger = kPlace, .from = kPlaced, .numbers = "§4"});
}

Decision PlaceOrder::Decide(const Order* order, absl::Time now) const {
  if (actor.kind != ActorKind::kService || actor.name != kOfferService)
    return Refuse(Reason::kNotAPeerService, {{"service", std::string(kOfferService)}});
  Facts facts = order ? FactsOf(*order) : Facts{};
  facts.Add(Fact::kAttemptKnown, order && attempt <= order->placement_attempt);
  facts.Add(Fact::kWindowPassed, now >= accept_until);
  const Rule* rule = FindRule(kTriggerOf<PlaceOrder>, order, facts);
  if (rule == nullptr) return NoRule(kTriggerOf<PlaceOrder>, order);
  return Place(
      *rule, *this, order,
      {OrderIdOf(offer), attempt, buyer, seller, offer, terms, terms_hash, payment_method, {}, kEdition},
      now);
}

// The quote's expiry and the number of attempts stand before a new one; a replay asks for neither.
void PlaceGigOrder::AppendRules(std::vector<Rule>& rules) {
  constexpr Trigger kPlace = kTriggerOf<PlaceGigOrder>;
  const Rule start = StartOf(kPlace);
  const Rule expired{
      .trigger = kPlace, .when = {Fact::kQuoteExpired}, .refusal = Reason::kQuoteExpired, .numbers = "A28"};
  rules.push_back(expired);
  rules.push_back(start);
  Rule expired_since = expired, start_again = start;
  expired_since.from = start_again.from = {OrderState::kPlacementFailed};
  start_again.numbers = "§4 A15 A28";
  rules.push_back(expired_since);
  rules.push_back(DenyAttempts(kPlace));
  rules.push_back(start_again);
  Rule other = Deny(kPlace, {OrderState::kPlacing}, Reason::kOrderPlacing, "§4 W7");
  other.when = {Fact::kNamesOtherMethod};
  rules.push_back(other);
  other.from = kPlaced;
  other.refusal = Reason::kOrderAlreadyPlaced;
  rules.push_back(other);
  EnumSet<OrderState> started = kPlaced;
  started.Add(OrderState::kPlacing);
  rules.push_back({.trigger = kPlace, .from = started, .numbers = "§4 A29 W7"});
}

Decision PlaceGigOrder::Decide(const Order* order, absl::Time now) const {
  if (!actor.is_user()) return Refuse(Reason::kNotAUser);
  // The order's own end counts beside the token's, which its holder may have written anew.
  const absl::Time end = order ? std::min(quote_expires, order->quote_end()) : quote_expires;
  Facts facts = order ? FactsOf(*order) : Facts{};
  facts.Add(Fact::kQuoteExpired, now >= end);
  facts.Add(Fact::kNamesOtherMethod, order && payment_method != order->placed_with());
  const Rule* rule = FindRule(kTriggerOf<PlaceGigOrder>, order, facts);
  if (rule == nullptr) return NoRule(kTriggerOf<PlaceGigOrder>, order);
  MILEPOST_RETURN_IF_ERROR(CheckQuote(*rule, *this, order, end));
  OrderPlacementStarted started{OrderIdOf(quote_nonce, actor.name),
                                order ? order->placement_attempt + 1 : 1,
                                actor.name,
                                seller,
                                std::nullopt,
                                terms,
                                terms_hash,
                                payment_method,
                                std::nullopt,
                                kEdition};
  if (end != absl::InfiniteFuture()) started.quote_expires = end;
  return Place(*rule, *this, order, std::move(started), now);
}

// The cause's order is what it makes.
OrderPlacementStarted OrderPlacementStarted::Made(const Cause& cause) {
  const Order& order = cause.order;
  return {order.id,    order.placement_attempt, order.buyer,          order.seller,        order.offer,
          order.terms, order.terms_hash,        order.payment_method, order.quote_expires, order.edition};
}

bool OrderPlacementStarted::CanApply(const Order& before) const {
  if (before.sequence == 0) return !terms.milestones.empty();
  return order == before.id && terms.milestones.size() >= before.current_milestone;
}

void OrderPlacementStarted::Apply(Order& placed, absl::Time at) const {
  if (placed.sequence == 0) placed.requested_at = at;
  placed.id = order;
  placed.buyer = buyer;
  placed.seller = seller;
  placed.offer = offer;
  placed.terms = terms;
  placed.terms_hash = terms_hash;
  placed.payment_method = payment_method;
  placed.state = OrderState::kPlacing;
  placed.placement_attempt = attempt;
  placed.quote_expires = quote_expires;
  placed.edition = edition;
  placed.placement_failure.reset();
  placed.milestones.assign(terms.milestones.size(), Milestone{});
  for (size_t i = 0; i < placed.milestones.size(); ++i)
    placed.milestones[i].number = static_cast<uint32_t>(i + 1);
}

OrderPlacementFailed OrderPlacementFailed::Made(const Cause& cause) {
  const uint32_t attempt = cause.order.placement_attempt;
  const Charge* charge = cause.charge();
  if (charge == nullptr) return {attempt, PlacementFailure::kAcceptWindowPassed, {}, {}};
  const std::optional<DeclineReason> declined = cause.decline_reason();
  return {attempt, declined ? PlacementFailure::kPaymentDeclined : PlacementFailure::kPaymentVoided,
          charge->id, declined};
}

bool OrderPlacementFailed::CanApply(const Order& order) const {
  return !charge || Has(order, *charge);
}

void OrderPlacementFailed::Apply(Order& order, absl::Time at) const {
  order.state = OrderState::kPlacementFailed;
  order.placement_failure = failure;
  if (charge) order.At(*charge).CloseUnpaid(decline_reason, at);
}

OrderCreated OrderCreated::Made(const Cause&) {
  return {};
}

bool OrderCreated::CanApply(const Order&) const {
  return true;
}

void OrderCreated::Apply(Order& order, absl::Time at) const {
  order.state = OrderState::kActive;
  order.created_at = at;
}

}  // namespace milepost::billing
