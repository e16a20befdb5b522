// From the acceptance to its end (§4 Offer, A28, A29): attempts, answers that come late, twice or never, and
// the expiry meanwhile.
#include <gtest/gtest.h>

#include "tests/unit/offer_service/offers.h"

namespace milepost::offers {
namespace {

constexpr absl::Duration kMicro = absl::Microseconds(1);

TEST(AcceptOffer, KeepsEverythingThatALaterPlaceOrderNeeds) {
  const Offer offer = Accepting();
  EXPECT_EQ(offer.state, OfferState::kAccepting);
  ASSERT_TRUE(offer.accept);
  EXPECT_EQ(*offer.accept, (AcceptAttempt{1, "card-1", "3D animation", kBuyer, kRequest, kStart,
                                          kStart + absl::Minutes(15)}));
  EXPECT_EQ(offer.last_payment, (LastPayment{PaymentState::kOpen, "", {}, kStart}));
  EXPECT_EQ(offer.accept_attempts, 1u);
}

TEST(AcceptOffer, A28OtherTermsThanTheBuyerSawAreRefused) {
  const Offer sent = Sent();
  AcceptOffer command = Acceptance(sent);
  command.terms_hash = TermsHash(sent.gig, Milestones(2));
  EXPECT_EQ(Outcome(&sent, command), "TERMS_CHANGED");
  command.terms_hash = "";
  EXPECT_EQ(Outcome(&sent, command), "TERMS_CHANGED");
}

TEST(AcceptOffer, TheGigMustBePublishedStill) {
  const Offer sent = Sent();
  AcceptOffer command = Acceptance(sent);
  for (GigState state : {GigState::kPaused, GigState::kDeleted}) {
    command.gig->state = state;
    EXPECT_EQ(Outcome(&sent, command), "GIG_NOT_PUBLISHED");
  }
}

TEST(AcceptOffer, S21MilestonesMustBeAvailableStillAndTheGigTheSellers) {
  const Offer sent = Sent();
  AcceptOffer command = Acceptance(sent);
  command.gig->milestone_offers_allowed = false;
  EXPECT_EQ(Outcome(&sent, command), "SUBCATEGORY_NOT_ELIGIBLE");
  command = Acceptance(sent);
  command.gig->seller = kStranger.name;
  EXPECT_EQ(Outcome(&sent, command), "NOT_THE_GIG_OWNER");
}

TEST(AcceptOffer, ASubscriptionIsRefusedBeforeAnythingIsWritten) {
  const Offer sent = Sent(Subscription());
  const absl::Status refused = StepOf(&sent, Acceptance(sent), kStart).status();
  EXPECT_EQ(ReasonOf(refused), "ORDER_TYPE_NOT_BILLED_YET");
  EXPECT_EQ(RefusalOf(refused)->detail("type"), "SUBSCRIPTION");
}

// A24 for the terms of any type: rules and settings may have changed since the offer was sent.
TEST(AcceptOffer, TheTermsAreJudgedAgain) {
  const Offer sent = Sent();
  AcceptOffer command = Acceptance(sent);
  command.policy.min_milestones = 4;
  EXPECT_EQ(Outcome(&sent, command), "TOO_FEW_MILESTONES");
  command = Acceptance(sent);
  command.policy.milestone_floor = Money::Usd(30'001);
  EXPECT_EQ(Outcome(&sent, command), "OFFER_BELOW_FLOOR");
  command.policy.milestone_floor = Money::Usd(30'000);
  EXPECT_EQ(Outcome(&sent, command), "OK");
  Offer of_an_earlier_release = sent;
  std::get<MilestoneTerms>(of_an_earlier_release.terms).milestones[1].days = kMaxMilestoneDays + 1;
  const absl::Status refused =
      StepOf(&of_an_earlier_release, Acceptance(of_an_earlier_release), kStart).status();
  EXPECT_EQ(ReasonOf(refused), "INVALID_FIELDS");
  EXPECT_EQ(RefusalOf(refused)->fields.at(0).field, "offer.milestones.milestones[1].days");
}

// The handler saw another acceptance running that has failed since; the caller may try again at once.
TEST(AcceptOffer, WithoutGigFactsIsRefusedAsItWasAMomentAgo) {
  const Offer sent = Sent();
  AcceptOffer command = Acceptance(sent);
  command.gig = Refuse(Reason::kAcceptInProgress, {{"state", "ACCEPTING"}});
  EXPECT_EQ(Outcome(&sent, command), "ACCEPT_IN_PROGRESS");
}

TEST(Placement, PlacedMeansAcceptedWithTheOffersOwnOrder) {
  const Offer accepting = Accepting();
  const auto step = StepOf(&accepting, Placed(), kStart + absl::Seconds(2));
  ASSERT_TRUE(step.ok());
  EXPECT_EQ(step->next.state, OfferState::kAccepted);
  EXPECT_EQ(step->events[0].event, OfferEvent(OfferAccepted{OrderOf(kOfferId), kCharge}));
  EXPECT_EQ(step->next.last_payment,
            (LastPayment{PaymentState::kSucceeded, "", kCharge, kStart + absl::Seconds(2)}));
  EXPECT_FALSE(step->next.accept);
}

// "state is 2, expected 4" was all that one saw: the buyer was not late, billing's clock was.
TEST(Placement, TooLateByBillingsClockAloneMeansThatTheClocksAreApart) {
  const Offer accepting = Accepting();
  RecordPlacement late{
      .attempt = 1, .placed = false, .payment = PaymentState::kVoided, .reason = "ACCEPT_WINDOW_PASSED"};
  const absl::Time until = accepting.accept->accept_until;
  const auto reason = [&](absl::Time now) { return After(&accepting, late, now).last_payment->reason; };
  EXPECT_EQ(reason(until - absl::Minutes(1) - kMicro), "CLOCKS_APART");
  EXPECT_EQ(reason(until - absl::Minutes(1)), "ACCEPT_WINDOW_PASSED") << "clocks differ a little";
  EXPECT_EQ(reason(until), "ACCEPT_WINDOW_PASSED");
  late.reason = "PAYMENT_VOIDED";
  EXPECT_EQ(reason(kStart), "PAYMENT_VOIDED");
}

TEST(Placement, NotPlacedReopensTheOfferWithANewDeadlineForItsExpiry) {
  const Offer accepting = Accepting();
  EXPECT_TRUE(accepting.deadlines.empty());
  const Offer after = After(&accepting, NotPlaced(), kStart + absl::Seconds(2));
  EXPECT_EQ(after.state, OfferState::kSent);
  EXPECT_EQ(after.last_payment,
            (LastPayment{PaymentState::kDeclined, "INSUFFICIENT_FUNDS", kCharge, kStart + absl::Seconds(2)}));
  ASSERT_EQ(after.deadlines.size(), 1u);
  EXPECT_EQ(after.deadlines[0], (OfferDeadline{2, OfferDeadlineKind::kExpiry, kExpiry}));
}

TEST(Placement, TheExpiryIsAppliedWhenAcceptingEnds) {
  const Offer sent = Sent();
  const absl::Time late = kExpiry - absl::Seconds(1);
  const Offer accepting = After(&sent, Acceptance(sent), late);
  EXPECT_EQ(AsOf<OfferDomain>(accepting, kExpiry + absl::Hours(1)).state, OfferState::kAccepting);

  EXPECT_EQ(EventsOf(&accepting, NotPlaced(), kExpiry - kMicro), "offer.accept_failed");
  EXPECT_EQ(EventsOf(&accepting, NotPlaced(), kExpiry), "offer.accept_failed offer.expired");
  const Offer expired = After(&accepting, NotPlaced(), kExpiry);
  EXPECT_EQ(expired.state, OfferState::kExpired);
  EXPECT_TRUE(expired.deadlines.empty());
  EXPECT_EQ(After(&accepting, Placed(), kExpiry + absl::Hours(1)).state, OfferState::kAccepted)
      << "what was accepted in time is accepted";
}

TEST(Placement, EachAcceptanceIsAnAttemptOfItsOwnAndOldAnswersDontReachIt) {
  const Offer accepting = Accepting();
  const Offer reopened = After(&accepting, NotPlaced(), kStart);
  const Offer again = After(&reopened, Acceptance(reopened), kStart + absl::Minutes(1));
  EXPECT_EQ(again.accept->number, 2u);
  EXPECT_EQ(again.accept->accept_until, kStart + absl::Minutes(16));
  EXPECT_EQ(EventsOf(&again, NotPlaced(1), kStart + absl::Minutes(1)), "");
  EXPECT_EQ(EventsOf(&again, Placed(1), kStart + absl::Minutes(1)), "");
  EXPECT_EQ(EventsOf(&again, Placed(2), kStart + absl::Minutes(1)), "offer.accepted");
}

TEST(Placement, TheSameAnswerTwiceChangesNothing) {
  const Offer accepting = Accepting();
  const Offer accepted = After(&accepting, Placed(), kStart);
  EXPECT_EQ(EventsOf(&accepted, Placed()), "");
  EXPECT_EQ(EventsOf(&accepted, NotPlaced()), "");
}

TEST(OrderOutcome, IsRecordedOnce) {
  const Offer accepted = InState(OfferState::kAccepted);
  EXPECT_EQ(EventsOf(&accepted, Ended()), "offer.order_completed");
  EXPECT_EQ(EventsOf(&accepted, Ended(OrderOutcome::kCancelled)), "offer.order_cancelled");
  const Offer ended = After(&accepted, Ended(), kStart);
  EXPECT_EQ(ended.state, OfferState::kAccepted);
  EXPECT_EQ(ended.order_outcome, OrderOutcome::kCompleted);
  EXPECT_EQ(ended.order_reason, "ALL_ACCEPTED");
  EXPECT_EQ(ended.order_cancellation_reason, "");
  EXPECT_EQ(EventsOf(&ended, Ended()), "");
}

TEST(OrderOutcome, A19_SaysWhyTheOrderWasCancelled) {
  const Offer accepted = InState(OfferState::kAccepted);
  const Offer cancelled = After(&accepted, Ended(OrderOutcome::kCancelled), kStart);
  EXPECT_EQ(cancelled.order_outcome, OrderOutcome::kCancelled);
  EXPECT_EQ(cancelled.order_reason, "");
  EXPECT_EQ(cancelled.order_cancellation_reason, "AGREED");
  EXPECT_EQ(EventsOf(&accepted, EndedByCancellation()), "offer.order_completed");
  const Offer completed = After(&accepted, EndedByCancellation(), kStart);
  EXPECT_EQ(completed.order_outcome, OrderOutcome::kCompleted);
  EXPECT_EQ(completed.order_reason, "CANCELLED_AFTER_ACCEPTANCE");
  EXPECT_EQ(completed.order_cancellation_reason, "LATE_DELIVERY");
}

TEST(OrderOutcome, TheSameOneWithAnotherReasonChangesNothing) {
  const Offer accepted = InState(OfferState::kAccepted);
  const Offer completed = After(&accepted, EndedByCancellation(), kStart);
  EXPECT_EQ(EventsOf(&completed, Ended()), "");
  const Offer cancelled = After(&accepted, Ended(OrderOutcome::kCancelled), kStart);
  RecordOrderOutcome otherwise = Ended(OrderOutcome::kCancelled);
  otherwise.cancellation_reason = "BY_OPERATOR";
  EXPECT_EQ(EventsOf(&cancelled, otherwise), "");
}

TEST(OrderOutcome, ContradictingItselfIsRefused) {
  const Offer accepted = InState(OfferState::kAccepted);
  const Offer completed = After(&accepted, Ended(), kStart);
  EXPECT_EQ(Outcome(&completed, Ended(OrderOutcome::kCancelled)), "ORDER_COMPLETED");
  const Offer cancelled = After(&accepted, Ended(OrderOutcome::kCancelled), kStart);
  EXPECT_EQ(Outcome(&cancelled, Ended()), "ORDER_CANCELLED");
}

TEST(OrderOutcome, ARefusalSaysHowTheOrderHasEnded) {
  const Offer accepted = InState(OfferState::kAccepted);
  const auto details_of = [&](const RecordOrderOutcome& first, const RecordOrderOutcome& second) {
    const Offer ended = After(&accepted, first, kStart);
    return RefusalOf(StepOf(&ended, second, kStart).status()).value_or(Refusal()).details;
  };
  const RecordOrderOutcome cancelled = Ended(OrderOutcome::kCancelled);
  EXPECT_EQ(details_of(Ended(), cancelled), (Details{{"completion_reason", "ALL_ACCEPTED"}}));
  EXPECT_EQ(details_of(EndedByCancellation(), cancelled),
            (Details{{"completion_reason", "CANCELLED_AFTER_ACCEPTANCE"},
                     {"cancellation_reason", "LATE_DELIVERY"}}));
  EXPECT_EQ(details_of(cancelled, Ended()), (Details{{"cancellation_reason", "AGREED"}}));
}

TEST(OrderOutcome, OvertakingThePlacementsAnswerAcceptsTheOfferToo) {
  const Offer accepting = Accepting();
  EXPECT_EQ(EventsOf(&accepting, Ended()), "offer.accepted offer.order_completed");
  const Offer ended = After(&accepting, Ended(), kStart);
  EXPECT_EQ(ended.state, OfferState::kAccepted);
  EXPECT_EQ(ended.last_payment->state, PaymentState::kSucceeded);
  EXPECT_EQ(EventsOf(&ended, Placed()), "");
  EXPECT_EQ(EventsOf(&ended, NotPlaced()), "");
}

TEST(OrderOutcome, OfAnotherOrderIsRefused) {
  const Offer accepted = InState(OfferState::kAccepted);
  RecordOrderOutcome command = Ended();
  command.order = OrderId(kRequest);
  EXPECT_EQ(Outcome(&accepted, command), "ORDER_NOT_FOUND");
}

}  // namespace
}  // namespace milepost::offers
