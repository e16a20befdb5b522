// Orders that are late, disputed or cancelled (A19, A20, A27), and where their money goes (M5, M6, M9).
#include <utility>

#include "tests/golden/order_stories.h"
#include "tests/golden/stories.h"

namespace milepost::golden {
namespace {

using billing::AcceptMilestone;
using billing::AnswerCancellation;
using billing::CancelLateMilestone;
using billing::Declined;
using billing::DeclineReason;
using billing::DeliverMilestone;
using billing::DisputeOutcome;
using billing::kRefundTriesMax;
using billing::LeaseRefund;
using billing::NextStep;
using billing::NotRefunded;
using billing::OpenDispute;
using billing::OutcomeRecorded;
using billing::Pending;
using billing::Refunded;
using billing::RequestCancellation;
using billing::Succeeded;
using billing::Terms;
using billing::Unknown;
using billing::Voided;
using billing::WithdrawDispute;

// Each stage of a milestone that nobody delivers is a commit of its own; then the buyer cancels it.
StoryFile CancelledLate() {
  auto order = OrderTeller::OfAnOffer(31, "cancelled_late", "A late milestone that the buyer cancels alone.");
  Terms terms = ThreeMilestones();
  terms.deadlines = {5 * kDay,        2 * kDay,         6 * kDay,        7 * kDay, 4 * kDay,
                     absl::Hours(30), absl::Hours(500), absl::Hours(36), 9 * kDay, absl::Hours(20)};
  order.PlaceAndPay(std::move(terms));
  order.Tick(4 * kDay);
  order.Tick(absl::Hours(30));
  order.DoAfter(kDay, "CancelLateMilestone", kBuyer, CancelLateMilestone{kBuyer, 1, "Das dauert zu lange"});
  order.System(absl::Seconds(1), "LeaseRefund",
               LeaseRefund{order.charge().id, 1, order.now + absl::Minutes(1)});
  order.SettleRefund(absl::Seconds(2), 1, Refunded{"refund-1"});
  order.System(absl::Seconds(1), "OutcomeRecorded", OutcomeRecorded{});
  return std::move(order).file();
}

// One commit fires what each firing sets; the refund's answers are unknown, pending, a failure, and then a success.
StoryFile NeverDelivered() {
  auto order = OrderTeller::OfAnOffer(32, "never_delivered",
                                      "The second milestone is never delivered; one was accepted.");
  order.PlaceAndPay(ThreeMilestones());
  order.Deliver(kDay);
  order.Accept(NextStep::kStartNext);
  order.Settle("succeeded", Succeeded{"capture-2"});
  order.Tick(45 * kDay);
  order.SettleRefund(absl::Minutes(1), 1, Unknown{order.now + absl::Minutes(9)});
  order.SettleRefund(absl::Minutes(9), 1, Pending{order.now + absl::Minutes(20)});
  order.SettleRefund(absl::Minutes(30), 1, NotRefunded{"TRY_LATER"});
  order.SettleRefund(absl::Hours(1), 2, Refunded{"refund-2"});
  return std::move(order).file();
}

// A request that lapses, one that is rejected, with and without words, and one that is accepted, with a split.
StoryFile CancelledByConsent() {
  auto order = OrderTeller::OfAnOffer(33, "cancelled_by_consent",
                                      "Requests lapse and are rejected; the last is accepted and splits.");
  order.PlaceAndPay(ThreeMilestones());
  order.AskToCancel(absl::Hours(1), kBuyer, 0, "Ich brauche es nicht mehr");
  order.Tick(2 * kDay);
  order.AskToCancel(absl::Hours(1), kSeller, 5'000, "");
  order.Answer(absl::Hours(1), kBuyer, false, "Ein Drittel ist zu viel");
  order.AskToCancel(absl::Hours(1), kBuyer, 3'333, "");
  order.Answer(absl::Hours(1), kSeller, false, "");
  order.AskToCancel(absl::Hours(1), kSeller, 3'333, "Gut, gut");
  order.Answer(absl::Hours(1), kBuyer, true, "Danke");
  order.SettleRefund(absl::Minutes(1), 1, Refunded{"refund-1"});
  order.System(absl::Seconds(1), "OutcomeRecorded", OutcomeRecorded{});
  return std::move(order).file();
}

// Nothing is held: no money moves.
StoryFile CancelledBetween() {
  auto order = OrderTeller::OfAnOffer(34, "cancelled_between",
                                      "Both agree to cancel before the second milestone is paid.");
  order.PlaceAndPay(ThreeMilestones());
  order.Deliver(kDay);
  order.Accept(NextStep::kStartNext);
  order.Settle("declined", Declined{DeclineReason::kCardExpired});
  order.AskToCancel(kDay, kSeller, 0, "");
  order.Answer(kDay, kBuyer, true, "");
  return std::move(order).file();
}

// The refund fails five times, and its money stays in suspense.
StoryFile CancelledByOperator() {
  auto order = OrderTeller::OfAnOffer(35, "cancelled_by_operator",
                                      "An operator cancels beside a request; the refund fails for good.");
  order.PlaceAndPay(OneTime());
  order.Deliver(kDay);
  order.AskToCancel(kDay, kBuyer, 10, "Es ist nicht, was ich wollte");
  order.AskToCancel(absl::Hours(1), kOperator, 1, "Verstößt gegen unsere Regeln");
  for (uint32_t number = 1; number <= kRefundTriesMax; ++number)
    order.SettleRefund(absl::Hours(80), number, NotRefunded{"ACCOUNT_CLOSED"});
  return std::move(order).file();
}

StoryFile CancelledByOperatorForTheSeller() {
  auto order = OrderTeller::OfAnOffer(36, "cancelled_for_the_seller",
                                      "An operator cancels with all for the seller: no refund.");
  order.PlaceAndPay(OneTime());
  order.AskToCancel(kDay, kOperator, 15'000, "Geliefert wurde anderswo");
  return std::move(order).file();
}

// Whatever takes the order on voids the request.
StoryFile RequestsVoided() {
  auto order =
      OrderTeller::OfAnOffer(37, "requests_voided", "Requests that the order's own course makes void.");
  order.PlaceAndPay(ThreeMilestones());
  order.AskToCancel(kDay, kSeller, 100, "Mir fehlt die Zeit");
  order.Deliver(absl::Hours(1));
  order.Accept();
  order.AskToCancel(kDay, kBuyer, 0, "");
  order.StartNext();
  order.Settle("declined", Declined{DeclineReason::kSuspectedFraud});
  order.AskToCancel(kDay, kSeller, 0, "");
  order.Retry("pm-other");
  order.Settle("succeeded", Succeeded{"capture-2"});
  return std::move(order).file();
}

// Both end at the same instant; the request's time counts as ended with it.
StoryFile RequestVoidedWhenDue() {
  auto order = OrderTeller::OfAnOffer(38, "request_voided_when_due",
                                      "The review and a request's time to be answered end at one instant.");
  order.PlaceAndPay(OneTime());
  order.Deliver(kDay);
  order.AskToCancel(kDay, kSeller, 0, "");
  order.Tick(2 * kDay + absl::Hours(1));
  return std::move(order).file();
}

// Late, disputed, delivered late, sent back with links and meetings until only the latest ten are left.
StoryFile SentBackOften() {
  auto order = OrderTeller::OfAnOffer(39, "sent_back_often",
                                      "Deliveries with links; the milestone keeps the latest ten sent back.");
  order.PlaceAndPay(ThreeMilestones());
  order.Tick(4 * kDay);
  order.Deliver(absl::Hours(1), "Der erste Entwurf", "https://meet.example/1?x=ü");
  order.Revise(kDay, "Runder, bitte");
  order.DeliverLinks(kDay, "Runder", {"https://files.example/ä", "https://files.example/b"});
  order.Accept(NextStep::kStartNext);
  order.Settle("succeeded", Succeeded{"capture-2"});
  for (int number = 1; number <= 11; ++number) {
    order.DeliverLinks(absl::Hours(1), "", {absl::StrCat("https://files.example/", number)});
    order.Revise(absl::Hours(1), number % 2 == 0 ? "Noch einmal" : "");
  }
  order.Deliver(kDay, "Zum letzten Mal");
  return std::move(order).file();
}

// The alarm of a late revision, a dispute within it, its withdrawal, and the delivery that ends it.
StoryFile RevisionOverdue() {
  auto order = OrderTeller::OfAnOffer(40, "revision_overdue",
                                      "A revision that is never delivered: an operator is called.");
  order.PlaceAndPay(ThreeMilestones());
  order.Deliver(kDay);
  order.Revise(kDay, "Runder, bitte");
  order.Tick(3 * kDay);
  order.Tick(30 * kDay);
  order.OpenDispute(kDay, kBuyer, "Nichts kommt");
  order.Tick(14 * kDay);
  order.WithdrawDispute(kDay, kBuyer);
  order.Deliver(kDay);
  return std::move(order).file();
}

// In each stage of the work, with a request whose time stands still, too.
StoryFile DisputesWithdrawn() {
  auto order = OrderTeller::OfAnOffer(
      41, "disputes_withdrawn", "Three disputes are withdrawn; the deadlines run on with what was left.");
  order.PlaceAndPay(ThreeMilestones());
  order.AskToCancel(kDay, kBuyer, 1'000, "Lieber nicht");
  order.OpenDispute(absl::Hours(1), kSeller, "Ich arbeite doch");
  order.WithdrawDispute(10 * kDay, kSeller);
  order.Answer(absl::Hours(1), kSeller, false, "Nein");
  order.Tick(3 * kDay);
  order.OpenDispute(absl::Hours(23), kBuyer, "Zu spät");
  order.WithdrawDispute(kDay, kBuyer);
  order.Deliver(absl::Hours(1));
  order.OpenDispute(kDay, kBuyer, "Es ist blau");
  order.WithdrawDispute(kDay, kBuyer);
  return std::move(order).file();
}

// As its last row: disputed, an operator awaited, and a request whose answer is awaited.
StoryFile DisputeUnresolved() {
  auto order =
      OrderTeller::OfAnOffer(42, "dispute_unresolved", "Nobody resolves a dispute: an operator is called.");
  order.PlaceAndPay(ThreeMilestones());
  order.Deliver(kDay);
  order.OpenDispute(kDay, kSeller, "Er antwortet nicht");
  order.Tick(14 * kDay);
  order.AskToCancel(absl::Hours(1), kSeller, 14'000, "Fast alles ist fertig");
  return std::move(order).file();
}

// An operator releases the first milestone, the buyer accepts the second; of the third all goes back.
StoryFile DisputesResolved() {
  auto order = OrderTeller::OfAnOffer(
      43, "disputes_resolved", "Disputes end in a release, an acceptance and a refund, after an alarm.");
  order.PlaceAndPay(ThreeMilestones());
  order.OpenDispute(kDay, kBuyer, "Nichts ist zu sehen");
  order.ResolveDispute(kDay, DisputeOutcome::kReleased, 0, "Es wurde geliefert");
  order.StartNext();
  order.Settle("succeeded", Succeeded{"capture-2"});
  order.Deliver(kDay);
  order.OpenDispute(kDay, kSeller, "Er nimmt nicht ab");
  order.Accept();
  order.StartNext();
  order.Settle("succeeded", Succeeded{"capture-3"});
  order.OpenDispute(kDay, kBuyer, "");
  order.Tick(14 * kDay);
  order.ResolveDispute(kDay, DisputeOutcome::kRefunded, 0, "");
  order.SettleRefund(absl::Minutes(1), 1, Refunded{"refund-3"});
  return std::move(order).file();
}

StoryFile DisputeSplit() {
  auto order = OrderTeller::OfAQuote(11, "dispute_split", "An operator splits a disputed gig's milestone.");
  Terms terms = OneTime();
  terms.package = "BASIC";
  order.PlaceAndPay(std::move(terms));
  order.Deliver(kDay);
  order.OpenDispute(kDay, kBuyer, "Die Hälfte fehlt");
  order.ResolveDispute(kDay, DisputeOutcome::kSplit, 7'500, "Die Hälfte für jeden");
  return std::move(order).file();
}

// A late success of the attempt before is refunded beside it.
StoryFile RefundedBySeller() {
  auto order = OrderTeller::OfAnOffer(
      44, "refunded_by_seller", "In a dispute the seller gives all back; a late success goes back, too.");
  order.PlaceAndPay(ThreeMilestones());
  order.Deliver(kDay);
  order.Accept(NextStep::kStartNext);
  order.Settle("voided", Voided{});
  const ChargeId voided = order.charge().id;
  order.Retry("pm-other");
  order.Settle("succeeded", Succeeded{"capture-2"});
  order.OpenDispute(kDay, kBuyer, "Es ist blau");
  order.AskToCancel(kDay, kSeller, 0, "Nehmen Sie es zurück");
  order.SettleLate(voided);
  order.SettleRefund(absl::Minutes(1), 1, NotRefunded{"TRY_LATER"});
  order.System(absl::Minutes(1), "SettleRefund 1 of the late success",
               billing::SettleRefund{voided, 1, Refunded{"refund-late"}});
  order.SettleRefund(absl::Hours(2), 2, Refunded{"refund-2"});
  return std::move(order).file();
}

// Rows of commits that took several commands: each deadline as it was last, and none of those that came and went.
StoryFile WaysOutInOneCommit() {
  auto order = OrderTeller::OfAnOffer(45, "ways_out_in_one_commit",
                                      "Commits that move, freeze, thaw and clear deadlines at once.");
  order.PlaceAndPay(ThreeMilestones());
  order.now += kDay;
  order.DoAll("OpenDispute, WithdrawDispute",
              {{kBuyer, OpenDispute{kBuyer, 1, "Wo bleibt es?"}}, {kBuyer, WithdrawDispute{kBuyer, 1}}});
  order.now += kDay;
  order.DoAll("RequestCancellation, AnswerCancellation, OpenDispute",
              {{kBuyer, RequestCancellation{kBuyer, Money::Usd(1), ""}},
               {kSeller, AnswerCancellation{kSeller, false, "Gleich"}},
               {kBuyer, OpenDispute{kBuyer, 1, "Wo bleibt es?"}}});
  order.now += kDay;
  order.DoAll("WithdrawDispute, DeliverMilestone, AcceptMilestone: END_ORDER",
              {{kBuyer, WithdrawDispute{kBuyer, 1}},
               {kSeller, DeliverMilestone{kSeller, 1, false, "Da ist es", ""}},
               {kBuyer, AcceptMilestone{kBuyer, 1, NextStep::kEndOrder, {}}}});
  return std::move(order).file();
}

// What was placed before deliveries had deadlines goes on by its own rules.
StoryFile BeforeEditions() {
  auto order = OrderTeller::OfAnOffer(46, "before_editions",
                                      "An order of edition 0 is revised, disputed and cancelled by consent.");
  order.PlaceAndPayBeforeEditions(ThreeMilestones());
  order.Deliver(5 * kDay, "Später als versprochen", "https://meet.example/9");
  order.Revise(kDay, "Runder, bitte");
  order.Deliver(kDay);
  order.OpenDispute(7 * kDay + absl::Hours(20), kBuyer, "Es ist eckig");
  order.Tick(14 * kDay);
  order.WithdrawDispute(kDay, kBuyer);
  order.Accept(NextStep::kStartNext);
  order.Settle("succeeded", Succeeded{"capture-2"});
  order.Deliver(40 * kDay);
  order.AskToCancel(kDay, kSeller, 2'000, "");
  order.Answer(kDay, kBuyer, true, "");
  return std::move(order).file();
}

}  // namespace

std::vector<StoryFile> WaysOutStories() {
  return {CancelledLate(),      NeverDelivered(),       CancelledByConsent(),
          CancelledBetween(),   CancelledByOperator(),  CancelledByOperatorForTheSeller(),
          RequestsVoided(),     RequestVoidedWhenDue(), SentBackOften(),
          RevisionOverdue(),    DisputesWithdrawn(),    DisputeUnresolved(),
          DisputesResolved(),   DisputeSplit(),         RefundedBySeller(),
          WaysOutInOneCommit(), BeforeEditions()};
}

}  // namespace milepost::golden
