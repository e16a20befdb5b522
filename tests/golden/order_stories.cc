#include "tests/golden/order_stories.h"

#include <utility>

#include "tests/golden/stories.h"

namespace milepost::golden {
namespace {

using billing::AcceptMilestone;
using billing::ChargeOutcome;
using billing::Declined;
using billing::DeclineReason;
using billing::DeliverMilestone;
using billing::EndOrder;
using billing::Finding;
using billing::kRefundTriesMax;
using billing::LeaseCharge;
using billing::LeaseRefund;
using billing::NextStep;
using billing::NotRefunded;
using billing::OutcomeRecorded;
using billing::Pending;
using billing::PlaceOrder;
using billing::RecordFinding;
using billing::Refunded;
using billing::RequestRevision;
using billing::ResolveCharge;
using billing::SettleRefund;
using billing::Succeeded;
using billing::Terms;
using billing::Unknown;
using billing::Voided;

// Funded, worked on, sent back, accepted, started, until all are accepted; OfferService learns of it.
StoryFile AllAccepted() {
  auto order = OrderTeller::OfAnOffer(1, "all_accepted",
                                      "Three milestones of an offer, with every step that goes well.");
  Terms terms = ThreeMilestones();
  terms.fees = {1500, 275, 250, 20'000};
  terms.deadlines = {5 * kDay, 2 * kDay, 6 * kDay, 7 * kDay, 4 * kDay};
  order.PlaceAndPay(std::move(terms));
  order.Deliver(kDay, "Der erste Entwurf", "https://meet.example/1?x=ü");
  order.DoAfter(kDay, "RequestRevision", kBuyer, RequestRevision{kBuyer, 1, "Runder, bitte"});
  order.Deliver(absl::Hours(3), "Runder", "");
  order.DoAfter(kDay, "RequestRevision, without a word", kBuyer, RequestRevision{kBuyer, 1, ""});
  order.Deliver(5 * kDay, "", "https://meet.example/2");
  order.Accept(NextStep::kStartNext);
  order.Settle("succeeded", Succeeded{"capture-2"});
  order.Deliver(11 * kDay);  // late
  order.Accept();
  order.StartNext();
  order.Settle("succeeded", Succeeded{"capture-3"});
  order.Deliver(kDay);
  order.Accept();
  order.System(absl::Seconds(1), "OutcomeRecorded", OutcomeRecorded{});
  return std::move(order).file();
}

// Each reason of a decline, a void and a window that passed, before an attempt succeeds.
StoryFile PlacedAtLast() {
  auto order = OrderTeller::OfAnOffer(2, "placed_at_last",
                                      "An offer's acceptances fail in every way before one succeeds.");
  uint32_t attempt = 0;
  for (const DeclineReason reason :
       {DeclineReason::kRefusedByIssuer, DeclineReason::kInsufficientFunds, DeclineReason::kCardExpired,
        DeclineReason::kUnknownPaymentMethod, DeclineReason::kAuthenticationRequired,
        DeclineReason::kSuspectedFraud}) {
    order.now += absl::Minutes(20);
    order.PlaceOffer(ThreeMilestones(), ++attempt);
    order.Settle(absl::StrCat("declined, ", NameOf(reason)), Declined{reason});
  }
  order.PlaceOffer(ThreeMilestones(), ++attempt);
  order.Settle("voided", Voided{});
  PlaceOrder late{
      .actor = kOfferService, .offer = *order.state().offer, .buyer = kBuyer.name, .seller = kSeller.name};
  late.terms = OneTime();
  late.terms_hash = TermsHash(late.terms);
  late.payment_method = "pm-visa";
  late.attempt = ++attempt;
  late.accept_until = order.now;
  order.DoAfter(absl::Minutes(1), "PlaceOrder, too late", kOfferService, std::move(late));
  order.PlaceOffer(OneTime(), ++attempt);
  order.Settle("succeeded", Succeeded{"capture-9"});
  return std::move(order).file();
}

// A one-time order of a gig's package; nobody answers the delivery.
StoryFile ReviewTimeout() {
  auto order =
      OrderTeller::OfAQuote(1, "review_timeout", "One payment for a package; the review window ends.");
  Terms terms = OneTime();
  terms.package = "STANDARD";
  order.PlaceAndPay(std::move(terms));
  order.Deliver(2 * kDay);
  order.System(4 * kDay, "Tick, a day late", billing::Tick{});
  return std::move(order).file();
}

// A quote with an end; the card is declined, and the same quote is used again with another one (decisions/0025).
StoryFile QuoteUsedAgain() {
  auto order = OrderTeller::OfAQuote(3, "quote_used_again",
                                     "A gig's order by a quote that ends: the second attempt succeeds.");
  const absl::Time quote_expires = order.now + 7 * kDay;
  Terms terms = ThreeMilestones();
  terms.package = "BASIC";
  terms.plan_version = 1;
  order.PlaceQuote(terms, quote_expires, "pm-expired");
  order.Settle("declined", Declined{DeclineReason::kCardExpired});
  order.now += 7 * kDay - absl::Minutes(1);
  order.PlaceQuote(terms, quote_expires, "pm-other");
  order.Settle("succeeded", Succeeded{"capture-1"});
  return std::move(order).file();
}

StoryFile EndedByBuyer() {
  auto order =
      OrderTeller::OfAQuote(2, "ended_by_buyer", "A gig's milestones; the buyer ends after the first.");
  Terms terms = ThreeMilestones();
  terms.package = "PREMIUM";
  terms.plan_version = 7;
  order.PlaceAndPay(std::move(terms));
  order.Deliver(kDay);
  order.Accept(NextStep::kDecideLater);
  order.DoAfter(kDay, "EndOrder", kBuyer, EndOrder{kBuyer});
  return std::move(order).file();
}

StoryFile EndedWithAcceptance() {
  auto order =
      OrderTeller::OfAnOffer(3, "ended_with_acceptance", "The buyer accepts the first milestone and ends.");
  order.PlaceAndPay(ThreeMilestones());
  order.Deliver(kDay);
  order.Accept(NextStep::kEndOrder);
  return std::move(order).file();
}

StoryFile EndedWhilePaying() {
  auto order =
      OrderTeller::OfAnOffer(4, "ended_while_paying", "The buyer ends after a payment was declined.");
  order.PlaceAndPay(ThreeMilestones());
  order.Deliver(kDay);
  order.Accept(NextStep::kStartNext);
  order.Settle("declined", Declined{DeclineReason::kCardExpired});
  order.DoAfter(kDay, "EndOrder", kBuyer, EndOrder{kBuyer});
  return std::move(order).file();
}

StoryFile NextNotStarted() {
  auto order = OrderTeller::OfAnOffer(5, "next_not_started", "The next milestone is not started in time.");
  order.PlaceAndPay(ThreeMilestones());
  order.Deliver(kDay);
  order.Accept();
  order.System(8 * kDay, "Tick", billing::Tick{});
  return std::move(order).file();
}

StoryFile GraceTimeout() {
  auto order = OrderTeller::OfAnOffer(6, "grace_timeout", "The second milestone is never paid for.");
  order.PlaceAndPay(ThreeMilestones());
  order.Deliver(kDay);
  order.Accept(NextStep::kStartNext);
  order.Settle("declined", Declined{DeclineReason::kInsufficientFunds});
  order.Retry("pm-other");
  order.Settle("the provider is still working on it", Pending{order.now + absl::Minutes(3)});
  order.Settle("declined", Declined{DeclineReason::kSuspectedFraud});
  order.System(9 * kDay, "Tick", billing::Tick{});
  return std::move(order).file();
}

// The grace time ends while the provider is silent: noted by a commit that leases the attempt too; then voided.
StoryFile GraceNoted() {
  auto order = OrderTeller::OfAnOffer(7, "grace_noted",
                                      "The grace time ends while a payment is open; no money comes.");
  order.PlaceAndPay(ThreeMilestones());
  order.Deliver(kDay);
  order.Accept(NextStep::kStartNext);
  order.Settle("no answer", Unknown{order.now + absl::Minutes(1)});
  order.System(8 * kDay, "LeaseCharge, when the grace time is over",
               LeaseCharge{order.charge().id, order.now + 8 * kDay + absl::Minutes(1)});
  order.Settle("voided", Voided{});
  const ChargeId charge = order.charge().id;
  for (const auto& [later, finding] :
       std::vector<std::pair<absl::Duration, Finding>>{{absl::Hours(2), Finding::kNoAnswer},
                                                       {absl::Hours(2), Finding::kNoMoney},
                                                       {kDay, Finding::kNoMoney},
                                                       {7 * kDay, Finding::kNoMoney}}) {
    order.System(later, absl::StrCat("RecordFinding: ", NameOf(finding)),
                 RecordFinding{charge, order.charge().answers, finding, "", {}});
  }
  return std::move(order).file();
}

StoryFile PaidAfterGrace() {
  auto order = OrderTeller::OfAnOffer(8, "paid_after_grace",
                                      "The grace time ends while a payment is open that succeeds.");
  order.PlaceAndPay(ThreeMilestones());
  order.Deliver(kDay);
  order.Accept(NextStep::kStartNext);
  order.System(9 * kDay, "Tick", billing::Tick{});
  order.Settle("succeeded", Succeeded{"capture-2"});
  return std::move(order).file();
}

// An operator's three words, with and without evidence; what the provider says of them later.
StoryFile Resolved() {
  auto order =
      OrderTeller::OfAnOffer(9, "resolved", "An operator ends attempts as declined, voided and succeeded.");
  const auto resolve = [&](const std::string& how, ChargeOutcome outcome, std::string evidence) {
    order.DoAfter(absl::Hours(1), absl::StrCat("ResolveCharge: ", how), kOperator,
                  ResolveCharge{kOperator,
                                order.charge().id,
                                std::move(outcome),
                                order.charge().total(),
                                std::move(evidence),
                                {}});
  };
  order.PlaceOffer(ThreeMilestones());
  resolve("voided", Voided{}, "");
  order.PlaceOffer(ThreeMilestones(), 2);
  resolve("succeeded", Succeeded{"capture-by-phone"}, "Kontoauszug vom 25.11.");
  order.System(absl::Hours(1), "RecordFinding: MONEY",
               RecordFinding{order.charge().id, 0, Finding::kMoney, "capture-by-phone", {}});
  order.Deliver(kDay);
  order.Accept(NextStep::kStartNext);
  resolve("declined", Declined{DeclineReason::kRefusedByIssuer}, "The bank's letter");
  order.Retry("pm-third");
  order.System(9 * kDay, "Tick: the grace time is noted", billing::Tick{});
  resolve("voided, after the grace time", Voided{}, "Never arrived");
  return std::move(order).file();
}

void FailRefund(OrderTeller& order, const ChargeId& charge, uint32_t number) {
  order.System(absl::Hours(80), absl::StrCat("SettleRefund ", number, ": it failed"),
               SettleRefund{charge, number, NotRefunded{"ACCOUNT_CLOSED"}});
}

// Successes that show too late: one given back after a failure and an unknown answer, one whose five refunds fail, one whose
// refund is still on its way.
StoryFile LateSuccesses() {
  auto order = OrderTeller::OfAnOffer(10, "late_successes",
                                      "Money that comes after its attempt's end, and its refunds.");
  order.PlaceAndPay(ThreeMilestones());
  order.Deliver(kDay);
  order.Accept(NextStep::kStartNext);
  order.Settle("declined", Declined{DeclineReason::kInsufficientFunds});
  const ChargeId first = order.charge().id;
  order.SettleLate(first);
  order.System(absl::Minutes(1), "LeaseRefund", LeaseRefund{first, 1, order.now + absl::Minutes(2)});
  order.System(absl::Minutes(1), "SettleRefund: no answer",
               SettleRefund{first, 1, Unknown{order.now + absl::Minutes(9)}});
  FailRefund(order, first, 1);
  order.System(absl::Hours(1), "SettleRefund: the provider works on it",
               SettleRefund{first, 2, Pending{order.now + absl::Hours(2)}});
  order.System(absl::Hours(2), "SettleRefund: given back", SettleRefund{first, 2, Refunded{"refund-2"}});
  order.Retry("pm-other");
  order.Settle("voided", Voided{});
  const ChargeId second = order.charge().id;
  order.System(absl::Hours(1), "RecordFinding: MONEY",
               RecordFinding{second, 0, Finding::kMoney, "capture-late", {}});
  for (uint32_t number = 1; number <= kRefundTriesMax; ++number) FailRefund(order, second, number);
  return std::move(order).file();
}

StoryFile RefundUnderway() {
  auto order = OrderTeller::OfAnOffer(
      11, "refund_underway", "A placement's payment comes too late; its refund's outcome is unknown.");
  order.PlaceOffer(OneTime());
  order.Settle("voided", Voided{});
  order.SettleLate(order.charge().id);
  order.System(absl::Minutes(1), "SettleRefund: no answer",
               SettleRefund{order.charge().id, 1, Unknown{order.now + absl::Minutes(9)}});
  return std::move(order).file();
}

// The second milestone's work, and a delivery with a meeting that waits for its answer, as an order's last row.
StoryFile MeetingInReview() {
  auto order = OrderTeller::OfAnOffer(14, "meeting_in_review",
                                      "A delivery with a meeting that nobody has answered yet.");
  Terms terms = ThreeMilestones();
  terms.milestones[1].zoom = true;
  order.PlaceAndPay(std::move(terms));
  order.Deliver(kDay);
  order.Accept(NextStep::kStartNext);
  order.Settle("succeeded", Succeeded{"capture-2"});
  order.Deliver(kDay, "Rohschnitt", "https://meet.example/3");
  return std::move(order).file();
}

// Updates in every state in which they are posted. The first milestone keeps its latest ten (S18).
StoryFile ProgressPosted() {
  auto order = OrderTeller::OfAnOffer(15, "progress_posted",
                                      "The seller posts updates, more than the first milestone keeps.");
  order.PlaceAndPay(ThreeMilestones());
  for (int day = 1; day <= 9; ++day) order.Post(absl::Hours(8), absl::StrCat("Bild ", day, " ist fertig"));
  order.Deliver(absl::Hours(1));
  order.Post(absl::Hours(1), "Das Passwort ist „München“");
  order.DoAfter(kDay, "RequestRevision", kBuyer, RequestRevision{kBuyer, 1, "Runder, bitte"});
  order.Post(absl::Hours(2), "Runder geht es nicht\nund eckiger auch nicht");
  order.Deliver(kDay);
  order.Accept(NextStep::kDecideLater);
  order.Post(absl::Hours(1), "Danke!");
  order.StartNext();
  order.Post(absl::Minutes(1), "Ich warte auf die Zahlung");
  order.Settle("declined", Declined{DeclineReason::kInsufficientFunds});
  order.Post(absl::Hours(1), "");
  order.Retry("pm-other");
  order.Settle("succeeded", Succeeded{"capture-2"});
  order.Post(kDay, "Der Rohschnitt läuft");
  return std::move(order).file();
}

// A deadline that one commit sets and clears has no row of its own.
StoryFile OneCommit() {
  auto order = OrderTeller::OfAnOffer(13, "one_commit",
                                      "Delivered, accepted and paid by commands that one commit took.");
  order.PlaceAndPay(ThreeMilestones());
  order.now += kDay;
  order.DoAll("DeliverMilestone, AcceptMilestone: START_NEXT",
              {{kSeller, DeliverMilestone{kSeller, 1, false, "Fertig", ""}},
               {kBuyer, AcceptMilestone{kBuyer, 1, NextStep::kStartNext, {}}}});
  return std::move(order).file();
}

}  // namespace

std::vector<StoryFile> OrderStories() {
  return {AllAccepted(),         PlacedAtLast(),     ReviewTimeout(),  QuoteUsedAgain(), EndedByBuyer(),
          EndedWithAcceptance(), EndedWhilePaying(), NextNotStarted(), GraceTimeout(),   GraceNoted(),
          PaidAfterGrace(),      Resolved(),         LateSuccesses(),  RefundUnderway(), MeetingInReview(),
          ProgressPosted(),      OneCommit()};
}

}  // namespace milepost::golden
