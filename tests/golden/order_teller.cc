#include <cstdlib>
#include <utility>

#include "tests/golden/order_stories.h"

namespace milepost::golden {

using billing::AcceptMilestone;
using billing::AnswerCancellation;
using billing::ChargeOutcome;
using billing::DeadlinePolicy;
using billing::DeliverMilestone;
using billing::MilestoneTerms;
using billing::NextStep;
using billing::OrderCommand;
using billing::OrderDomain;
using billing::OrderIdOf;
using billing::OrderKind;
using billing::OrderMapping;
using billing::OrderPlacementStarted;
using billing::PlaceGigOrder;
using billing::PlaceOrder;
using billing::PostUpdate;
using billing::RequestCancellation;
using billing::RequestRevision;
using billing::RetryPayment;
using billing::SettleCharge;
using billing::StartNextMilestone;
using billing::Succeeded;
using billing::Terms;

namespace {

MilestoneTerms Step(std::string name, std::string description, int days, int64_t cents) {
  MilestoneTerms milestone;
  milestone.name = std::move(name);
  milestone.description = std::move(description);
  milestone.days = days;
  milestone.amount = Money::Usd(cents);
  return milestone;
}

}  // namespace

Terms ThreeMilestones() {
  Terms terms;
  terms.gig = GigId(*Uuid::Parse("019ab000-0000-7000-8000-000000000102"));
  terms.title = "Ein Film über München";
  terms.milestones = {Step("Storyboard", "Twelve frames", 4, 15'000), Step("Rough cut", "", 10, 9'999),
                      Step("Film", "In full length", 30, 33'333)};
  terms.milestones[0].revisions = {false, 2};
  terms.milestones[0].zoom = true;
  terms.milestones[0].substeps = {"Sketch", "Reinzeichnung"};
  terms.milestones[1].revisions = {true, 0};
  return terms;
}

Terms OneTime() {
  Terms terms = ThreeMilestones();
  terms.kind = OrderKind::kOneTime;
  terms.milestones.resize(1);
  return terms;
}

OrderTeller OrderTeller::OfAnOffer(int number, std::string name, std::string about) {
  const OfferId offer(*Uuid::Parse(absl::StrCat("019ab000-0000-7000-8000-0000000003", number + 10)));
  OrderTeller order(absl::StrCat("orders/", name), std::move(about), OrderIdOf(offer), OrderMapping());
  order.offer_ = offer;
  return order;
}

OrderTeller OrderTeller::OfAQuote(int number, std::string name, std::string about) {
  const Uuid nonce = *Uuid::Parse(absl::StrCat("019ab000-0000-7000-8000-0000000004", number + 10));
  OrderTeller order(absl::StrCat("orders/", name), std::move(about), OrderIdOf(nonce, kBuyer.name),
                    OrderMapping());
  order.nonce_ = nonce;
  return order;
}

PlaceOrder OrderTeller::PlacementOf(Terms terms, uint32_t attempt) const {
  PlaceOrder place{.actor = kOfferService, .offer = offer_, .buyer = kBuyer.name, .seller = kSeller.name};
  place.terms_hash = TermsHash(terms);
  place.terms = std::move(terms);
  place.payment_method = absl::StrCat("pm-visa-", attempt);
  place.attempt = attempt;
  place.accept_until = now + absl::Minutes(15);
  return place;
}

void OrderTeller::PlaceOffer(Terms terms, uint32_t attempt) {
  Do(absl::StrCat("PlaceOrder, attempt ", attempt), kOfferService, PlacementOf(std::move(terms), attempt));
}

void OrderTeller::PlaceAndPayBeforeEditions(Terms terms) {
  DeadlinePolicy& deadlines = terms.deadlines;
  deadlines.late_cancellation = deadlines.non_delivery = deadlines.cancellation_answer = deadlines.dispute =
      deadlines.after_dispute = absl::ZeroDuration();
  auto events = OrderDomain::Decide(nullptr, PlacementOf(std::move(terms), 1), now);
  if (!events.ok()) std::abort();
  std::get<OrderPlacementStarted>(events->at(0)).edition = 0;
  Tell("PlaceOrder, attempt 1", kOfferService, *std::move(events));
  Settle("succeeded", Succeeded{"capture-1"});
}

void OrderTeller::PlaceQuote(Terms terms, absl::Time quote_expires, const std::string& payment_method) {
  PlaceGigOrder place{.actor = kBuyer, .quote_nonce = nonce_, .seller = kSeller.name};
  place.terms_hash = TermsHash(terms);
  place.terms = std::move(terms);
  place.payment_method = payment_method;
  place.quote_expires = quote_expires;
  Do("PlaceGigOrder", kBuyer, std::move(place));
}

void OrderTeller::PlaceAndPay(Terms terms) {
  nonce_.is_nil() ? PlaceOffer(std::move(terms)) : PlaceQuote(std::move(terms));
  Settle("succeeded", Succeeded{"capture-1"});
}

void OrderTeller::Settle(const std::string& how, ChargeOutcome outcome) {
  System(absl::Seconds(2), absl::StrCat("SettleCharge: ", how),
         SettleCharge{charge().id, std::move(outcome)});
}

void OrderTeller::SettleLate(const ChargeId& charge) {
  System(absl::Hours(1), "SettleCharge: it succeeded after its end",
         SettleCharge{charge, Succeeded{"capture-late"}});
}

void OrderTeller::Deliver(absl::Duration later, const std::string& message, const std::string& url) {
  const bool last = state().is_last(state().current_milestone);
  DoAfter(later, "DeliverMilestone", kSeller,
          DeliverMilestone{kSeller, state().current_milestone, last, message, url});
}

void OrderTeller::DeliverLinks(absl::Duration later, const std::string& message,
                               std::vector<std::string> links) {
  const bool last = state().is_last(state().current_milestone);
  DoAfter(later, "DeliverMilestone", kSeller,
          DeliverMilestone{kSeller, state().current_milestone, last, message, "", std::move(links)});
}

void OrderTeller::Revise(absl::Duration later, const std::string& message) {
  DoAfter(later, "RequestRevision", kBuyer, RequestRevision{kBuyer, state().current_milestone, message});
}

void OrderTeller::AskToCancel(absl::Duration later, const Actor& by, int64_t seller_minor,
                              const std::string& message) {
  DoAfter(later, "RequestCancellation", by, RequestCancellation{by, Money::Usd(seller_minor), message});
}

void OrderTeller::Answer(absl::Duration later, const Actor& by, bool agrees, const std::string& message) {
  DoAfter(later, absl::StrCat("AnswerCancellation: ", agrees ? "ACCEPT" : "REJECT"), by,
          AnswerCancellation{by, agrees, message});
}

void OrderTeller::OpenDispute(absl::Duration later, const Actor& by, const std::string& message) {
  DoAfter(later, "OpenDispute", by, billing::OpenDispute{by, state().current_milestone, message});
}

void OrderTeller::WithdrawDispute(absl::Duration later, const Actor& by) {
  DoAfter(later, "WithdrawDispute", by, billing::WithdrawDispute{by, state().current_milestone});
}

void OrderTeller::ResolveDispute(absl::Duration later, billing::DisputeOutcome outcome, int64_t seller_minor,
                                 const std::string& message) {
  DoAfter(later, absl::StrCat("ResolveDispute: ", NameOf(outcome)), kOperator,
          billing::ResolveDispute{kOperator, state().current_milestone, outcome, Money::Usd(seller_minor),
                                  message});
}

void OrderTeller::SettleRefund(absl::Duration later, uint32_t number, billing::RefundOutcome outcome) {
  System(later, absl::StrCat("SettleRefund ", number),
         billing::SettleRefund{charge().id, number, std::move(outcome)});
}

void OrderTeller::Tick(absl::Duration later) {
  System(later, "Tick", billing::Tick{});
}

void OrderTeller::Post(absl::Duration later, const std::string& message) {
  DoAfter(later, "PostUpdate", kSeller, PostUpdate{kSeller, state().current_milestone, message});
}

void OrderTeller::Accept(NextStep next) {
  DoAfter(absl::Hours(3), "AcceptMilestone", kBuyer,
          AcceptMilestone{kBuyer, state().current_milestone, next, {}});
}

void OrderTeller::StartNext() {
  DoAfter(absl::Hours(5), "StartNextMilestone", kBuyer, StartNextMilestone{kBuyer, "", {}});
}

void OrderTeller::Retry(const std::string& payment_method) {
  DoAfter(absl::Minutes(7), "RetryPayment", kBuyer, RetryPayment{kBuyer, payment_method, {}});
}

void OrderTeller::System(absl::Duration later, const std::string& what, OrderCommand command) {
  DoAfter(later, what, Actor::System(), std::move(command));
}

}  // namespace milepost::golden
