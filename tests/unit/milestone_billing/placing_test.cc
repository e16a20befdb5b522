// From nothing to an order, or to PLACEMENT_FAILED.
#include "tests/unit/milestone_billing/story.h"

namespace milepost::billing {
namespace {

TEST(Placing, S27_OpensOneAttemptForTheFirstMilestoneOnly) {
  Story story;
  ASSERT_DONE(story.Place(MilestonesOf(3)));
  EXPECT_EQ(story.names(), "order.placement_started milestone.payment_started");
  EXPECT_EQ(story.order().id, OrderIdOf(kOffer));
  EXPECT_EQ(story.order().state, OrderState::kPlacing);
  EXPECT_EQ(story.milestone(1).state, MilestoneState::kPending);
  ASSERT_EQ(story.order().charges.size(), 1u);
  const Charge& charge = story.charge();
  EXPECT_EQ(charge.id, ChargeIdOf(story.order().id, 1, 1));
  EXPECT_EQ(charge.milestone, 1u);
  EXPECT_EQ(charge.slot, 1u);
  EXPECT_EQ(charge.amount, Money::Usd(15000));
  EXPECT_EQ(charge.buyer_fee_minor, 825);
  EXPECT_EQ(charge.total(), Money::Usd(15825));
  EXPECT_EQ(charge.state, ChargeState::kOpen);
  EXPECT_EQ(charge.payment_method, "pm-visa");
  EXPECT_EQ(ProviderKeyOf(story.order().id, charge),
            "orders/" + story.order().id.ToString() + "/milestones/1/attempts/1");
  EXPECT_EQ(story.order().totals, Totals{});
  EXPECT_FALSE(story.order().created_at.has_value());
}

TEST(Placing, SubmitsOnlyUntilTheAcceptWindowOrTheSubmitWindowEnds) {
  Story early;
  ASSERT_DONE(early.Place(MilestonesOf(1)));
  EXPECT_EQ(early.charge().lease_until, kStart + absl::Seconds(30));
  EXPECT_EQ(early.charge().submit_until, kStart + absl::Minutes(15));  // accept_until
  Story long_window;
  ASSERT_DONE(long_window.Do(Placing(MilestonesOf(1), 1, kStart + absl::Hours(5))));
  EXPECT_EQ(long_window.charge().submit_until, kStart + absl::Hours(1));
}

TEST(Placing, M1_FundsTheFirstMilestoneAndAuthorizesItsWork) {
  Story story;
  ASSERT_DONE(story.Place(MilestonesOf(3)));
  story.now += absl::Seconds(2);
  ASSERT_DONE(story.Pay());
  EXPECT_EQ(story.names(), "order.created milestone.funded milestone.work_authorized");
  EXPECT_EQ(story.event<MilestoneFunded>().move, M1Charge(story.charge().id, Money::Usd(15000), 825));
  EXPECT_EQ(story.order().state, OrderState::kActive);
  EXPECT_TRUE(story.order().work_authorized());
  EXPECT_EQ(story.order().created_at, story.now);
  EXPECT_EQ(story.milestone(1).state, MilestoneState::kActive);
  EXPECT_EQ(story.milestone(1).charge, story.charge().id);
  EXPECT_EQ(story.milestone(1).due_at, story.now + 4 * kDay);
  EXPECT_EQ(story.milestone(2).state, MilestoneState::kPending);
  EXPECT_EQ(story.charge().state, ChargeState::kSucceeded);
  EXPECT_EQ(story.charge().provider_reference, "cap-1");
  EXPECT_EQ(story.order().totals, (Totals{.funded_minor = 15000, .buyer_fees_minor = 825}));
  EXPECT_EQ(story.order().edition, 1u);
  EXPECT_EQ(story.order().deadlines,
            (std::vector<Deadline>{{1, DeadlineKind::kDelivery, story.now + 4 * kDay}}));
  EXPECT_EQ(PlacementOf(story.order(), 1).kind, PlacementOutcome::Kind::kPlaced);
}

TEST(Placing, A15_ADeclinedFirstPaymentFailsThePlacement) {
  Story story;
  ASSERT_DONE(story.Place(MilestonesOf(3)));
  ASSERT_DONE(story.Decline());
  EXPECT_EQ(story.names(), "order.placement_failed");
  EXPECT_EQ(story.order().state, OrderState::kPlacementFailed);
  EXPECT_EQ(story.milestone(1).state, MilestoneState::kPending);
  EXPECT_EQ(story.charge().state, ChargeState::kDeclined);
  EXPECT_EQ(story.charge().decline_reason, DeclineReason::kInsufficientFunds);
  EXPECT_EQ(PlacementOf(story.order(), 1),
            (PlacementOutcome{PlacementOutcome::Kind::kFailed, PlacementFailure::kPaymentDeclined,
                              DeclineReason::kInsufficientFunds}));
  EXPECT_FALSE(story.order().outcome_due.has_value());
}

TEST(Placing, AVoidedFirstPaymentFailsThePlacement) {
  Story story;
  ASSERT_DONE(story.Place(MilestonesOf(3)));
  ASSERT_DONE(story.Settle(Voided{}));
  EXPECT_EQ(story.charge().state, ChargeState::kVoided);
  EXPECT_EQ(PlacementOf(story.order(), 1).failure, PlacementFailure::kPaymentVoided);
}

TEST(Placing, ARepeatedAttemptAnswersWhatBecameOfItAndWritesNothing) {
  Story story;
  ASSERT_DONE(story.Place(MilestonesOf(2)));
  EXPECT_DONE(story.Place(MilestonesOf(2)));
  EXPECT_EQ(story.names(), "");
  EXPECT_EQ(PlacementOf(story.order(), 1).kind, PlacementOutcome::Kind::kOpen);
  ASSERT_DONE(story.Pay());
  EXPECT_DONE(story.DoAt(kStart + absl::Hours(2), Placing(MilestonesOf(2))));  // past its accept_until, too
  EXPECT_EQ(story.names(), "");
  EXPECT_EQ(story.order().state, OrderState::kActive);
}

TEST(Placing, AnOfferAcceptedAgainTakesTheNextSlot) {
  Story story;
  ASSERT_DONE(story.Place(MilestonesOf(2)));
  ASSERT_DONE(story.Decline());
  PlaceOrder again = Placing(MilestonesOf(2), 2);
  again.payment_method = "pm-other";
  ASSERT_DONE(story.Do(again));
  EXPECT_EQ(story.names(), "order.placement_started milestone.payment_started");
  EXPECT_EQ(story.order().state, OrderState::kPlacing);
  EXPECT_EQ(story.charge().slot, 2u);
  EXPECT_EQ(story.charge().payment_method, "pm-other");
  EXPECT_NE(story.charge().id, story.order().charges[0].id);
  EXPECT_FALSE(story.order().placement_failure.has_value());
  // The stale attempt's answer stays what it was.
  EXPECT_DONE(story.Do(Placing(MilestonesOf(2), 1)));
  EXPECT_EQ(story.names(), "");
  EXPECT_EQ(PlacementOf(story.order(), 1).failure, PlacementFailure::kPaymentDeclined);
  EXPECT_EQ(PlacementOf(story.order(), 2).kind, PlacementOutcome::Kind::kOpen);
  ASSERT_DONE(story.Pay());
  EXPECT_EQ(PlacementOf(story.order(), 1).kind, PlacementOutcome::Kind::kFailed);
  EXPECT_EQ(PlacementOf(story.order(), 2).kind, PlacementOutcome::Kind::kPlaced);
}

TEST(Placing, ANewAttemptWhileOneIsOpenIsRefusedAndAfterSuccessChangesNothing) {
  Story story;
  ASSERT_DONE(story.Place(MilestonesOf(2)));
  EXPECT_REFUSED(story.Do(Placing(MilestonesOf(2), 2)), kOrderPlacing);
  ASSERT_DONE(story.Pay());
  EXPECT_DONE(story.Do(Placing(MilestonesOf(2), 2)));
  EXPECT_EQ(story.names(), "");
  EXPECT_EQ(PlacementOf(story.order(), 2).kind, PlacementOutcome::Kind::kPlaced);
}

TEST(AcceptWindow, OneMicrosecondBeforeItsEndAnAttemptIsStarted) {
  Story story;
  ASSERT_DONE(story.DoAt(kStart + absl::Minutes(15) - kMicrosecond, Placing(MilestonesOf(2))));
  EXPECT_EQ(story.order().state, OrderState::kPlacing);
}

TEST(AcceptWindow, OnItsEndNoneIsStartedEvenForAnOrderThatDoesNotExist) {
  Story story;
  ASSERT_DONE(story.DoAt(kStart + absl::Minutes(15), Placing(MilestonesOf(2))));
  EXPECT_EQ(story.names(), "order.placement_started order.placement_failed");
  EXPECT_EQ(story.order().state, OrderState::kPlacementFailed);
  EXPECT_TRUE(story.order().charges.empty());
  EXPECT_EQ(PlacementOf(story.order(), 1).failure, PlacementFailure::kAcceptWindowPassed);
  // That answer is durable: not even a call that claims a later window starts attempt 1 now.
  ASSERT_DONE(story.Do(Placing(MilestonesOf(2), 1, kStart + absl::Hours(9))));
  EXPECT_EQ(story.names(), "");
  EXPECT_EQ(PlacementOf(story.order(), 1).failure, PlacementFailure::kAcceptWindowPassed);
}

TEST(AcceptWindow, PassedForAnAttemptAfterAFailure) {
  Story story;
  ASSERT_DONE(story.Place(MilestonesOf(2)));
  ASSERT_DONE(story.Decline());
  ASSERT_DONE(story.DoAt(kStart + absl::Hours(1), Placing(MilestonesOf(2), 2)));
  EXPECT_EQ(story.order().state, OrderState::kPlacementFailed);
  EXPECT_EQ(story.order().charges.size(), 1u);
  EXPECT_EQ(PlacementOf(story.order(), 2).failure, PlacementFailure::kAcceptWindowPassed);
  EXPECT_EQ(PlacementOf(story.order(), 1).failure, PlacementFailure::kPaymentDeclined);
  // The third acceptance, in time, is charged under its own slot.
  ASSERT_DONE(story.Do(Placing(MilestonesOf(2), 3, story.now + absl::Minutes(15))));
  EXPECT_EQ(story.charge().slot, 3u);
  EXPECT_EQ(story.order().state, OrderState::kPlacing);
}

TEST(Placing, TwentyAttemptsAMilestoneAndNoMore) {
  Story story;
  for (uint32_t attempt = 1; attempt <= 20; ++attempt) {
    ASSERT_DONE(story.Do(Placing(MilestonesOf(1), attempt)));
    ASSERT_DONE(story.Decline());
  }
  EXPECT_REFUSED(story.Do(Placing(MilestonesOf(1), 21)), kTooManyPaymentAttempts);
}

TEST(PlacingAGigOrder, IsOnceAQuoteWhateverIsRepeated) {
  Story story;
  ASSERT_DONE(story.Do(PlacingGig(MilestonesOf(2))));
  EXPECT_EQ(story.order().id, OrderIdOf(kNonce, kBuyer.name));
  EXPECT_NE(story.order().id, OrderIdOf(kNonce, kStranger.name));
  EXPECT_EQ(story.order().buyer, kBuyer.name);
  EXPECT_FALSE(story.order().offer.has_value());
  EXPECT_EQ(story.charge().submit_until, kStart + absl::Hours(1));
  ASSERT_DONE(story.Do(PlacingGig(MilestonesOf(2))));
  EXPECT_EQ(story.names(), "");
  ASSERT_DONE(story.Decline());
  EXPECT_EQ(story.order().state, OrderState::kPlacementFailed);
}

PlaceGigOrder PlacingGigWith(std::string payment_method) {
  PlaceGigOrder place = PlacingGig(MilestonesOf(2));
  place.payment_method = std::move(payment_method);
  return place;
}

TEST(PlacingAGigOrder, AfterAFailureTheSameQuoteStartsTheNextAttempt) {
  Story story;
  ASSERT_DONE(story.Do(PlacingGigWith("pm-expired")));
  ASSERT_DONE(story.Decline());
  ASSERT_DONE(story.Do(PlacingGigWith("pm-ok")));
  EXPECT_EQ(story.names(), "order.placement_started milestone.payment_started");
  EXPECT_EQ(story.order().state, OrderState::kPlacing);
  EXPECT_EQ(story.order().placement_attempt, 2u);
  EXPECT_EQ(story.charge().slot, 2u);
  EXPECT_EQ(story.charge().payment_method, "pm-ok");
  EXPECT_NE(story.charge().id, story.order().charges[0].id);
  EXPECT_FALSE(story.order().placement_failure.has_value());
  EXPECT_EQ(story.order().requested_at, kStart);
  // Never a second attempt beside the open one; a replay of that one is no other.
  EXPECT_REFUSED(story.Do(PlacingGigWith("pm-third")), kOrderPlacing);
  ASSERT_DONE(story.Do(PlacingGigWith("pm-ok")));
  EXPECT_EQ(story.names(), "");
  ASSERT_DONE(story.Pay());
  EXPECT_EQ(story.order().state, OrderState::kActive);
  EXPECT_REFUSED(story.Do(PlacingGigWith("pm-expired")), kOrderAlreadyPlaced);
  ASSERT_DONE(story.Do(PlacingGigWith("pm-ok")));
  EXPECT_EQ(story.names(), "");
}

// The order's payment method moves on with later payments; what placed it is what a replay is compared with.
TEST(PlacingAGigOrder, IsReplayedWithTheMethodThatPlacedItWhateverPaysLater) {
  Story story;
  ASSERT_DONE(story.Do(PlacingGigWith("pm-ok")));
  ASSERT_DONE(story.Pay());
  ASSERT_DONE(story.Deliver());
  ASSERT_DONE(story.Accept(NextStep::kStartNext));
  ASSERT_DONE(story.Decline());
  ASSERT_DONE(story.Retry("pm-other"));
  EXPECT_DONE(story.Do(PlacingGigWith("pm-ok")));
  EXPECT_EQ(story.names(), "");
  EXPECT_REFUSED(story.Do(PlacingGigWith("pm-other")), kOrderAlreadyPlaced);
}

TEST(PlacingAGigOrder, TwentyAttemptsAndNoMore) {
  Story story;
  for (int attempt = 1; attempt <= 20; ++attempt) {
    ASSERT_DONE(story.Do(PlacingGig(MilestonesOf(1))));
    ASSERT_DONE(story.Decline());
  }
  EXPECT_REFUSED(story.Do(PlacingGig(MilestonesOf(1))), kTooManyPaymentAttempts);
}

// M9: the first attempt was given up and took the money after all, while the second runs.
TEST(PlacingAGigOrder, ALateSuccessOfAnEarlierAttemptGoesBackAndLeavesTheOpenOneAlone) {
  Story story;
  ASSERT_DONE(story.Do(PlacingGig(MilestonesOf(2))));
  const ChargeId first = story.charge().id;
  ASSERT_DONE(story.Settle(Voided{}));
  ASSERT_DONE(story.Do(PlacingGig(MilestonesOf(2))));
  ASSERT_DONE(story.Do(SettleCharge{first, Succeeded{"late"}}));
  EXPECT_EQ(story.names(), "charge.succeeded_late refund.started");
  EXPECT_EQ(story.order().state, OrderState::kPlacing);
  ASSERT_DONE(story.Pay());
  EXPECT_EQ(story.order().state, OrderState::kActive);
  EXPECT_EQ(story.order().totals.funded_minor, 15000);
}

TEST(PlacingAGigOrder, AQuoteEndsForAttemptsAndNotForReplays) {
  Story story;
  PlaceGigOrder place = PlacingGigWith("pm-ok");
  place.quote_expires = kStart + absl::Hours(1);
  EXPECT_REFUSED(Story().DoAt(kStart + absl::Hours(1), place), kQuoteExpired);
  ASSERT_DONE(story.DoAt(kStart + absl::Hours(1) - kMicrosecond, place));
  EXPECT_EQ(story.order().quote_expires, place.quote_expires);
  ASSERT_DONE(story.DoAt(kStart + absl::Hours(1), place));
  EXPECT_EQ(story.names(), "");
  ASSERT_DONE(story.Decline());
  const auto refusal = RefusalOf(story.Do(place));
  ASSERT_TRUE(refusal && refusal->reason == Reason::kQuoteExpired);
  EXPECT_EQ(TextOf(*refusal, "en").find('{'), std::string::npos);
}

// A token is signed by nobody: one with a later end does not move the end of the order that it asked for.
TEST(PlacingAGigOrder, AnEditedQuoteDoesNotMoveItsOrdersEnd) {
  Story story;
  const PlaceGigOrder place = PlacingGig(MilestonesOf(2));
  ASSERT_DONE(story.Do(place));
  ASSERT_DONE(story.Decline());
  PlaceGigOrder edited = place;
  edited.quote_expires = absl::InfiniteFuture();
  ASSERT_DONE(story.DoAt(place.quote_expires - kMicrosecond, edited));
  EXPECT_EQ(story.order().quote_expires, place.quote_expires);
  ASSERT_DONE(story.Decline());
  const absl::Status refused = story.DoAt(place.quote_expires, edited);
  EXPECT_REFUSED(refused, kQuoteExpired);
  EXPECT_EQ(RefusalOf(refused)->detail("expire_time"), "2025-06-22T15:06:40+00:00");
}

// A28 again at every attempt: the gig as it is now; a replay needs no gig.
TEST(PlacingAGigOrder, ANewAttemptNeedsTheGigAsItWasQuoted) {
  Story story;
  ASSERT_DONE(story.Do(PlacingGig(MilestonesOf(2))));
  PlaceGigOrder paused = PlacingGig(MilestonesOf(2));
  paused.orderable = Refuse(Reason::kGigNotPublished, {{"state", "PAUSED"}});
  EXPECT_DONE(story.Do(paused));
  ASSERT_DONE(story.Decline());
  EXPECT_REFUSED(story.Do(paused), kGigNotPublished);
  PlaceGigOrder changed = PlacingGig(MilestonesOf(2));
  changed.terms.milestones[0].amount.minor += 1;
  EXPECT_REFUSED(story.Do(changed), kTermsChanged);
  PlaceGigOrder forged = changed;
  forged.terms_hash = TermsHash(changed.terms);
  EXPECT_REFUSED(story.Do(forged), kQuoteMalformed);
  EXPECT_EQ(story.order().state, OrderState::kPlacementFailed);
  EXPECT_DONE(story.Do(PlacingGig(MilestonesOf(2))));
}

TEST(PlacingAGigOrder, A28_ChangedTermsAreRefusedBeforeAnythingHappens) {
  PlaceGigOrder place = PlacingGig(MilestonesOf(2));
  place.terms.milestones[1].amount.minor += 1;
  Story story;
  EXPECT_REFUSED(story.Do(place), kTermsChanged);
  EXPECT_FALSE(story.exists());
  // Once placed, later changes of the gig don't matter any more (A22).
  ASSERT_DONE(story.Do(PlacingGig(MilestonesOf(2))));
  EXPECT_DONE(story.Do(place));
  EXPECT_EQ(story.order().terms, MilestonesOf(2));
}

TEST(PlacingAGigOrder, A28_AQuoteStartsNoPaymentFromItsEndOn) {
  const PlaceGigOrder place = PlacingGig(MilestonesOf(2));
  Story late;
  late.now = place.quote_expires;
  const absl::Status refused = late.Do(place);
  EXPECT_REFUSED(refused, kQuoteExpired);
  EXPECT_EQ(RefusalOf(refused)->detail("expire_time"), "2025-06-22T15:06:40+00:00");
  EXPECT_FALSE(late.exists());
  // An old quote whose terms changed, too, is old: what helps is a new one.
  PlaceGigOrder changed = place;
  changed.terms.milestones[1].amount.minor += 1;
  EXPECT_REFUSED(late.Do(changed), kQuoteExpired);

  Story in_time;
  ASSERT_DONE(in_time.DoAt(place.quote_expires - kMicrosecond, place));
  ASSERT_DONE(in_time.Pay());
  ASSERT_DONE(in_time.DoAt(place.quote_expires + kDay, place)) << "the order that came of it is answered";
  EXPECT_EQ(in_time.names(), "");
}

TEST(Placing, A22_TheOrderKeepsItsOwnPolicies) {
  Terms terms = MilestonesOf(2);
  terms.fees = {.commission_bps = 1000, .buyer_fee_bps = 0, .small_order_fee_minor = 0};
  terms.deadlines.review = absl::Hours(1);
  Story story = Placed(terms);
  EXPECT_EQ(story.charge().buyer_fee_minor, 0);
  EXPECT_EQ(story.order().totals.buyer_fees_minor, 0);
  ASSERT_DONE(story.Deliver());
  EXPECT_EQ(story.order().deadlines[0].due, story.now + absl::Hours(1));
  ASSERT_DONE(story.Accept());
  EXPECT_EQ(story.event<MilestoneAccepted>().release.commission_minor, 1500);
}

TEST(Placing, RefusesWhatIsNotBilled) {
  Story story;
  Terms subscription;
  subscription.kind = OrderKind::kSubscription;
  EXPECT_REFUSED(story.Place(subscription), kOrderTypeNotBilledYet);
  Terms payments_off = MilestonesOf(2);
  payments_off.payments_on = false;
  EXPECT_REFUSED(story.Place(payments_off), kOrderTypeNotBilledYet);
  Terms euros = MilestonesOf(2);
  for (MilestoneTerms& milestone : euros.milestones) milestone.amount.currency = *Currency::Parse("EUR");
  EXPECT_REFUSED(story.Place(euros), kCurrencyNotEligible);
  EXPECT_REFUSED(story.Place(MilestonesOf(0)), kTooFewMilestones);
  EXPECT_REFUSED(story.Place(MilestonesOf(7)), kTooManyMilestones);
  Terms two_payments_at_once = MilestonesOf(2);
  two_payments_at_once.kind = OrderKind::kOneTime;
  EXPECT_REFUSED(story.Place(two_payments_at_once), kTooManyMilestones);
  PlaceOrder to_oneself = Placing(MilestonesOf(2));
  to_oneself.seller = to_oneself.buyer;
  EXPECT_REFUSED(story.Do(to_oneself), kBuyerIsSeller);
  EXPECT_FALSE(story.exists());
}

TEST(Placing, NamesEveryNumberOutOfRange) {
  Terms terms = MilestonesOf(3);
  terms.milestones[0].days = 31;
  terms.milestones[1].amount.minor = 0;
  terms.milestones[2].revisions.count = -1;
  const auto refusal = RefusalOf(CheckTerms(terms));
  ASSERT_TRUE(refusal);
  ASSERT_EQ(refusal->fields.size(), 3u);
  EXPECT_EQ(refusal->fields[0].field, "terms.milestones[0].days");
  EXPECT_EQ(refusal->fields[1].field, "terms.milestones[1].amount");
  EXPECT_EQ(refusal->fields[2].field, "terms.milestones[2].revisions");
  Terms huge = MilestonesOf(2);
  huge.milestones[0].amount.minor = huge.milestones[1].amount.minor = kMaxMinor;
  EXPECT_TRUE(IsRefusal(CheckTerms(huge), Reason::kInvalidFields));
  huge.milestones[1].amount.minor = 1;
  huge.milestones[0].days = 30;
  // What is charged has the fee in it, and must be an amount on the wire.
  const int64_t small = 1 + huge.fees.BuyerFee(1);
  int64_t greatest = kMaxMinor - small;
  while (greatest + huge.fees.BuyerFee(greatest) + small > kMaxMinor)
    greatest -= std::max<int64_t>((greatest + huge.fees.BuyerFee(greatest) + small - kMaxMinor) / 2, 1);
  huge.milestones[0].amount.minor = greatest;
  EXPECT_EQ(CheckTerms(huge), absl::OkStatus());
  huge.milestones[0].amount.minor = greatest + 1;
  EXPECT_TRUE(IsRefusal(CheckTerms(huge), Reason::kInvalidFields));
}

TEST(Placing, S24_ThirtyDaysAreAMilestonesLimitAndNotThatOfWorkInOnePayment) {
  Terms milestones = MilestonesOf(2);
  milestones.milestones[1].days = 30;
  EXPECT_EQ(CheckTerms(milestones), absl::OkStatus());
  milestones.milestones[1].days = 31;
  EXPECT_TRUE(IsRefusal(CheckTerms(milestones), Reason::kInvalidFields));
  Terms one_time = OneTime();
  for (const int days : {1, 31, 150}) {
    one_time.milestones[0].days = days;
    EXPECT_EQ(CheckTerms(one_time), absl::OkStatus()) << days;
  }
  for (const int days : {0, 151}) {
    one_time.milestones[0].days = days;
    EXPECT_TRUE(IsRefusal(CheckTerms(one_time), Reason::kInvalidFields)) << days;
  }
}

TEST(Placing, IsForOfferServiceAndForUsers) {
  Story story;
  for (const Actor& actor : {kBuyer, kOperator, Actor::System(), *Actor::Parse("services/gig-catalog")}) {
    PlaceOrder place = Placing(MilestonesOf(2));
    place.actor = actor;
    EXPECT_REFUSED(story.Do(place), kNotAPeerService);
  }
  for (const Actor& actor : {kOfferService, kOperator}) {
    PlaceGigOrder place = PlacingGig(MilestonesOf(2));
    place.actor = actor;
    EXPECT_REFUSED(story.Do(place), kNotAUser);
  }
}

// A28: whatever the buyer agreed to is in the hash.
TEST(TermsHash, ChangesWithEveryTerm) {
  const Terms terms = MilestonesOf(2);
  EXPECT_EQ(TermsHash(terms), TermsHash(MilestonesOf(2)));
  EXPECT_EQ(TermsHash(terms).size(), 64u);
  std::vector<Terms> changed(28, terms);
  changed[0].kind = OrderKind::kOneTime;
  changed[1].gig = GigId(kNonce);
  changed[2].title += "!";
  changed[3].package = "BASIC";
  changed[4].plan_version = 7;
  changed[5].milestones.pop_back();
  changed[6].milestones[1].name = "x";
  changed[7].milestones[1].description = "x";
  changed[8].milestones[1].days = 5;
  changed[9].milestones[1].amount.minor += 1;
  changed[10].milestones[1].revisions.count = 2;
  changed[11].milestones[1].revisions.unlimited = true;
  changed[12].milestones[1].zoom = true;
  changed[13].milestones[1].substeps = {"a", "b"};
  changed[14].fees.commission_bps += 1;
  changed[15].fees.buyer_fee_bps += 1;
  changed[16].deadlines.review += kMicrosecond;
  changed[17].milestones[0].substeps = {"ab"};
  changed[18].payments_on = false;
  changed[19].deadlines.one_time_review += kMicrosecond;
  changed[20].deadlines.next_start += kMicrosecond;
  changed[21].deadlines.payment_grace += kMicrosecond;
  changed[22].deadlines.min_revision += kMicrosecond;
  changed[23].deadlines.late_cancellation += kMicrosecond;
  changed[24].deadlines.non_delivery += kMicrosecond;
  changed[25].deadlines.cancellation_answer += kMicrosecond;
  changed[26].deadlines.dispute += kMicrosecond;
  changed[27].deadlines.after_dispute += kMicrosecond;
  std::vector<std::string> hashes = {TermsHash(terms)};
  for (const Terms& each : changed) hashes.push_back(TermsHash(each));
  std::sort(hashes.begin(), hashes.end());
  EXPECT_EQ(std::adjacent_find(hashes.begin(), hashes.end()), hashes.end());
}

}  // namespace
}  // namespace milepost::billing
