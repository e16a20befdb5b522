// Orders of custom offers: idempotent by (offer, attempt), and never a charge on stale consent (DOMAIN §4, Offer).
#include <algorithm>
#include <thread>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "common/core/order_limits.h"
#include "common/rpc/wire.h"
#include "tests/component/milestone_billing/fixture.h"

namespace milepost::billing {
namespace {

using milepost::testing::v1::ProviderCall;

class OfferOrdersTest : public BillingTest {
 protected:
  absl::StatusOr<v1::QuoteOrderResponse> QuoteOffer(const std::string& offer,
                                                    const std::string& actor = kBuyer) {
    v1::QuoteOrderRequest request;
    request.set_offer(offer);
    return client_->Billing(actor, &v1::MilestoneBilling::Stub::QuoteOrder, request);
  }
};

TEST_F(OfferOrdersTest, TheBuyerIsQuotedWhatTheOfferCosts) {
  const offers::v1::Offer offer = NewOffer({5000, 20000});
  const v1::QuoteOrderResponse quote = Must(QuoteOffer(offer.name()));
  ASSERT_THAT(quote.payments(), SizeIs(2));
  EXPECT_EQ(Cents(quote.payments(0).buyer_fee()), 575);
  EXPECT_EQ(Cents(quote.payments(1).buyer_fee()), 1100);
  EXPECT_EQ(quote.terms_hash(), offer.terms_hash());
  EXPECT_THAT(quote.quote(), IsEmpty()) << "AcceptOffer takes the hash instead";
  EXPECT_THAT(Footprint(), ::testing::Each(0));
}

TEST_F(OfferOrdersTest, S25_AnOffersQuoteShowsItsRevisionsAndEndsWithTheOffer) {
  offers::v1::Offer offer = NewOffer({5000, 20000, 20000});
  offer.mutable_milestones()->mutable_milestones(0)->mutable_revisions()->set_count(3);
  offer.mutable_milestones()->mutable_milestones(1)->mutable_revisions()->set_unlimited(true);
  *offer.mutable_expire_time() = rpc::ToWire(client_->Now() + absl::Hours(5));
  peers_.offers().Set(offer);
  const v1::QuoteOrderResponse quote = Must(QuoteOffer(offer.name()));
  ASSERT_THAT(quote.payments(), SizeIs(3));
  EXPECT_EQ(quote.payments(0).revisions().count(), 3u);
  EXPECT_TRUE(quote.payments(1).revisions().unlimited());
  EXPECT_TRUE(quote.payments(2).revisions().has_count());
  EXPECT_EQ(quote.payments(2).revisions().count(), 0u) << "unset is none (A17)";
  EXPECT_FALSE(quote.payments(0).zoom());
  EXPECT_EQ(quote.expire_time().seconds(), offer.expire_time().seconds());
}

TEST_F(OfferOrdersTest, OnlyAnOfferThatTheUserMayAcceptIsQuoted) {
  offers::v1::Offer offer = NewOffer({5000});
  EXPECT_THAT(QuoteOffer(offer.name(), kSeller), RefusedWith(Reason::kNotTheBuyer));
  EXPECT_THAT(QuoteOffer(offer.name(), kStranger), RefusedWith(Reason::kOfferNotFound));
  const std::pair<offers::v1::OfferState, Reason> closed[] = {
      {offers::v1::OFFER_STATE_ACCEPTING, Reason::kAcceptInProgress},
      {offers::v1::OFFER_STATE_EXPIRED, Reason::kOfferExpired},
      {offers::v1::OFFER_STATE_WITHDRAWN, Reason::kOfferNotSent},
      {offers::v1::OFFER_STATE_ACCEPTED, Reason::kOfferNotSent}};
  for (const auto& [state, reason] : closed) {
    offer.set_state(state);
    peers_.offers().Set(offer);
    EXPECT_THAT(QuoteOffer(offer.name()), RefusedWith(reason));
  }
  offer.set_state(offers::v1::OFFER_STATE_SENT);
  offer.mutable_subscription()->set_cycles(3);
  peers_.offers().Set(offer);
  EXPECT_THAT(QuoteOffer(offer.name()), RefusedWith(Reason::kOrderTypeNotBilledYet));
}

TEST_F(OfferOrdersTest, AnOfferForAGigThatIsNoLongerPublishedIsNotQuoted) {
  const offers::v1::Offer offer = NewOffer({5000});
  for (const auto state : {catalog::v1::GIG_STATE_PAUSED, catalog::v1::GIG_STATE_DELETED}) {
    peers_.catalog().SetState(offer.gig(), state);
    EXPECT_THAT(QuoteOffer(offer.name()), RefusedWith(Reason::kGigNotPublished));
  }
  peers_.catalog().SetState(offer.gig(), catalog::v1::GIG_STATE_PUBLISHED);
  EXPECT_THAT(QuoteOffer(offer.name()), IsOk());
}

TEST_F(OfferOrdersTest, AnAcceptedOfferBecomesOneOrder) {
  const offers::v1::Offer offer = NewOffer({5000, 5000});
  v1::PlaceOrderRequest acceptance = AcceptanceOf(offer, 1);
  const v1::PlaceOrderResponse placed = Must(PlaceOffer(acceptance));
  EXPECT_EQ(placed.placement(), v1::PLACEMENT_STATE_PLACED);
  EXPECT_EQ(placed.payment().state(), type::v1::PAYMENT_STATE_SUCCEEDED);
  EXPECT_EQ(placed.order().offer(), offer.name());
  EXPECT_EQ(placed.order().terms_hash(), offer.terms_hash());
  EXPECT_EQ(placed.order().title(), "A website");
  const v1::PlaceOrderResponse replay = Must(PlaceOffer(acceptance));
  EXPECT_TRUE(replay.replayed());
  EXPECT_EQ(replay.placement(), v1::PLACEMENT_STATE_PLACED);
  acceptance.set_request_id(NewRequestId());
  const v1::PlaceOrderResponse asked_again = Must(PlaceOffer(acceptance));
  EXPECT_EQ(asked_again.placement(), v1::PLACEMENT_STATE_PLACED);
  EXPECT_EQ(asked_again.order().name(), placed.order().name());
  EXPECT_EQ(Captures(placed.order().name()), 1);
}

// W3: OfferService passes this on to the buyer.
TEST_F(OfferOrdersTest, W3_APlacementIsPreviewedAsIfTheProviderTookTheMoney) {
  const offers::v1::Offer offer = NewOffer({5000, 20000});
  v1::PlaceOrderRequest acceptance = AcceptanceOf(offer, 1);
  acceptance.set_validate_only(true);
  v1::PlaceOrderResponse preview = Must(PlaceOffer(acceptance));
  EXPECT_THAT(Footprint(), ::testing::Each(0));
  EXPECT_EQ(Captures(preview.order().name()), 0);
  EXPECT_EQ(preview.placement(), v1::PLACEMENT_STATE_PLACED);
  EXPECT_EQ(Cents(preview.preview().charged_now().total()), 5000 + 575);
  ASSERT_THAT(preview.preview().later_payments(), SizeIs(1));
  EXPECT_EQ(Cents(preview.preview().later_payments(0).total()), 20000 + 1100);
  ASSERT_THAT(preview.preview().deadlines(), SizeIs(1));
  EXPECT_EQ(preview.preview().deadlines(0).due_time().SerializeAsString(),
            preview.order().milestones(0).due_time().SerializeAsString());
  EXPECT_EQ(preview.preview().order_state(), type::v1::PREVIEWED_ORDER_STATE_ACTIVE);
  ASSERT_THAT(preview.preview().milestones(), SizeIs(2));
  EXPECT_EQ(preview.preview().milestones(1).state(), type::v1::PREVIEWED_MILESTONE_STATE_PENDING);
  acceptance.set_validate_only(false);
  const v1::PlaceOrderResponse placed = Must(PlaceOffer(acceptance));
  EXPECT_FALSE(placed.has_preview());
  preview.clear_preview();
  EXPECT_EQ(placed.SerializeAsString(), preview.SerializeAsString());
}

TEST_F(OfferOrdersTest, WhereNoAttemptWouldBeStartedThereIsNoPreview) {
  const offers::v1::Offer offer = NewOffer({5000, 5000});
  v1::PlaceOrderRequest late = AcceptanceOf(offer, 1);
  *late.mutable_accept_until() = rpc::ToWire(client_->Now());
  late.set_validate_only(true);
  const v1::PlaceOrderResponse failed = Must(PlaceOffer(late));
  EXPECT_EQ(failed.placement(), v1::PLACEMENT_STATE_FAILED);
  EXPECT_EQ(failed.payment().placement_failure(), type::v1::PLACEMENT_FAILURE_ACCEPT_WINDOW_PASSED);
  EXPECT_FALSE(failed.has_preview());
  v1::PlaceOrderRequest known = AcceptanceOf(offer, 1);
  Must(PlaceOffer(known));
  known.set_request_id(NewRequestId());
  known.set_validate_only(true);
  const v1::PlaceOrderResponse replayed = Must(PlaceOffer(known));
  EXPECT_TRUE(replayed.replayed());
  EXPECT_EQ(replayed.placement(), v1::PLACEMENT_STATE_PLACED);
  EXPECT_FALSE(replayed.has_preview());
}

// The offer was taken, and its money, when titles might have lines: "refused" would have meant "nothing was charged".
TEST_F(OfferOrdersTest, AKnownAttemptIsAnsweredWhateverTheRulesForTextsAndAmountsAreNow) {
  v1::PlaceOrderRequest acceptance = AcceptanceOf(NewOffer({5000, 5000}), 1);
  const v1::PlaceOrderResponse placed = Must(PlaceOffer(acceptance));
  ASSERT_EQ(placed.placement(), v1::PLACEMENT_STATE_PLACED);
  acceptance.set_title("A web\nsite\u202e");
  offers::v1::OfferMilestone& old = *acceptance.mutable_milestones()->mutable_milestones(0);
  old.set_title("\u3000");
  *old.mutable_amount() = Usd(kMaxPriceMinor + 1);
  acceptance.set_request_id(NewRequestId());
  const v1::PlaceOrderResponse known = Must(PlaceOffer(acceptance));
  EXPECT_TRUE(known.replayed());
  EXPECT_EQ(known.placement(), v1::PLACEMENT_STATE_PLACED);
  EXPECT_EQ(known.order().title(), "A website");
  EXPECT_EQ(Captures(placed.order().name()), 1);
  // The shape is asked of everybody.
  acceptance.set_request_id(NewRequestId());
  acceptance.set_gig("gigs/1");
  EXPECT_THAT(PlaceOffer(acceptance), RefusedWith(Reason::kInvalidFields));
}

TEST_F(OfferOrdersTest, ADeclinedAttemptMayBeFollowedByTheNext) {
  const offers::v1::Offer offer = NewOffer({5000, 5000});
  const v1::PlaceOrderRequest first = AcceptanceOf(offer, 1, "pm_card_expired");
  const v1::PlaceOrderResponse declined = Must(PlaceOffer(first));
  EXPECT_EQ(declined.placement(), v1::PLACEMENT_STATE_FAILED);
  EXPECT_EQ(declined.payment().state(), type::v1::PAYMENT_STATE_DECLINED);
  EXPECT_EQ(declined.payment().decline_reason(), type::v1::DECLINE_REASON_CARD_EXPIRED);
  const v1::PlaceOrderResponse placed = Must(PlaceOffer(AcceptanceOf(offer, 2)));
  EXPECT_EQ(placed.placement(), v1::PLACEMENT_STATE_PLACED);
  EXPECT_EQ(placed.order().name(), declined.order().name()) << "one order an offer, for ever";
  v1::PlaceOrderRequest asked_late = first;
  asked_late.set_request_id(NewRequestId());
  EXPECT_EQ(Must(PlaceOffer(asked_late)).placement(), v1::PLACEMENT_STATE_FAILED)
      << "attempt 1 stays declined";
  EXPECT_EQ(Captures(placed.order().name()), 1);
}

TEST_F(OfferOrdersTest, AfterAcceptUntilNoChargeIsStarted) {
  v1::PlaceOrderRequest acceptance = AcceptanceOf(NewOffer({5000, 5000}), 1);
  client_->Advance(absl::Minutes(15));
  const v1::PlaceOrderResponse late = Must(PlaceOffer(acceptance));
  EXPECT_EQ(late.placement(), v1::PLACEMENT_STATE_FAILED);
  EXPECT_EQ(late.payment().state(), type::v1::PAYMENT_STATE_VOIDED);
  EXPECT_EQ(late.payment().placement_failure(), type::v1::PLACEMENT_FAILURE_ACCEPT_WINDOW_PASSED);
  EXPECT_THAT(late.payment().charge(), IsEmpty());
  EXPECT_THAT(Simulator::Get().Calls(late.order().name() + "/"), IsEmpty()) << "the provider was never asked";
  acceptance.set_request_id(NewRequestId());
  EXPECT_EQ(Must(PlaceOffer(acceptance)).placement(), v1::PLACEMENT_STATE_FAILED);
}

TEST_F(OfferOrdersTest, AfterAcceptUntilAnOpenChargeIsVoidedAndNeverSubmittedAgain) {
  milepost::testing::v1::Script script;
  script.set_payment_method("pm_" + NewRequestId());
  script.set_dropped_calls(1000);
  Simulator::Get().SetScript(script);
  v1::PlaceOrderRequest acceptance = AcceptanceOf(NewOffer({5000, 5000}), 1, script.payment_method());
  const v1::PlaceOrderResponse open = Must(PlaceOffer(acceptance));
  EXPECT_EQ(open.placement(), v1::PLACEMENT_STATE_OPEN);
  const size_t asked = Simulator::Get().Calls(open.order().name() + "/").size();
  client_->Advance(absl::Minutes(16));
  EXPECT_EQ(Must(server_->reconciler().Tick()), 1u);
  const std::vector<ProviderCall> calls = Simulator::Get().Calls(open.order().name() + "/");
  ASSERT_THAT(calls, SizeIs(asked + 1));
  EXPECT_EQ(calls.back().method(), milepost::testing::v1::PROVIDER_METHOD_VOID_CHARGE);
  acceptance.set_request_id(NewRequestId());
  const v1::PlaceOrderResponse failed = Must(PlaceOffer(acceptance));
  EXPECT_EQ(failed.placement(), v1::PLACEMENT_STATE_FAILED);
  EXPECT_EQ(failed.payment().state(), type::v1::PAYMENT_STATE_VOIDED);
  EXPECT_EQ(Captures(open.order().name()), 0);
}

TEST_F(OfferOrdersTest, AChargeIsVoidedWhenAcceptUntilPassesWhileTheProviderIsAsked) {
  milepost::testing::v1::Script script;
  script.set_payment_method("pm_" + NewRequestId());
  script.set_dropped_calls(5);  // one call's tries, and some
  Simulator::Get().SetScript(script);
  const v1::Order order =
      Must(PlaceOffer(AcceptanceOf(NewOffer({5000, 5000}), 1, script.payment_method()))).order();
  ASSERT_EQ(order.state(), v1::ORDER_STATE_PLACING);
  const size_t asked = Simulator::Get().Calls(order.name() + "/").size();
  client_->Advance(absl::Minutes(15) - absl::Seconds(2));
  Simulator::Get().Hold(order.name() + "/", milepost::testing::v1::PROVIDER_METHOD_GET_CHARGE);
  std::thread slow_answer([&] {
    absl::SleepFor(absl::Milliseconds(2500));
    Simulator::Get().Resume(order.name() + "/");
  });
  EXPECT_EQ(Must(server_->reconciler().Tick()), 1u);
  slow_answer.join();
  const std::vector<ProviderCall> calls = Simulator::Get().Calls(order.name() + "/");
  ASSERT_THAT(calls, SizeIs(asked + 2));
  EXPECT_EQ(calls[asked].method(), milepost::testing::v1::PROVIDER_METHOD_GET_CHARGE);
  EXPECT_EQ(calls[asked + 1].method(), milepost::testing::v1::PROVIDER_METHOD_VOID_CHARGE);
  EXPECT_EQ(Must(client_->Get(order.name())).state(), v1::ORDER_STATE_PLACEMENT_FAILED);
  EXPECT_EQ(Captures(order.name()), 0);
}

TEST_F(OfferOrdersTest, WhatCanNotBePlacedIsRefusedAndLeavesNothing) {
  const offers::v1::Offer offer = NewOffer({5000, 5000});
  const v1::PlaceOrderRequest acceptance = AcceptanceOf(offer, 1);
  const auto place_as = [&](const std::string& actor) {
    return client_->Billing(actor, &v1::MilestoneBilling::Stub::PlaceOrder, acceptance);
  };
  EXPECT_THAT(place_as(kBuyer), RefusedWith(Reason::kNotAPeerService));
  EXPECT_THAT(place_as(kOperator), RefusedWith(Reason::kNotAPeerService));
  EXPECT_FALSE(place_as("services/gig-catalog").ok());
  v1::PlaceOrderRequest changed = acceptance;
  changed.set_buyer(kSeller);
  EXPECT_THAT(PlaceOffer(changed), RefusedWith(Reason::kBuyerIsSeller));
  changed = acceptance;
  for (auto& milestone : *changed.mutable_milestones()->mutable_milestones())
    milestone.mutable_amount()->set_currency_code("EUR");
  EXPECT_THAT(PlaceOffer(changed), RefusedWith(Reason::kCurrencyNotEligible));
  changed = acceptance;
  auto& subscription = *changed.mutable_subscription();
  subscription.set_interval_days(30);
  subscription.set_cycles(3);
  *subscription.mutable_price() = Usd(5000);
  subscription.set_days(10);
  subscription.set_description("Every month");
  EXPECT_THAT(PlaceOffer(changed), RefusedWith(Reason::kOrderTypeNotBilledYet));
  EXPECT_THAT(Footprint(), ::testing::Each(0));
}

class RelayTest : public OfferOrdersTest {
 protected:
  // An offer's order that has just been ended by its buyer.
  v1::Order Ended() {
    const v1::Order order = Must(PlaceOffer(AcceptanceOf(NewOffer({5000, 5000}), 1))).order();
    Must(client_->Deliver(order.name(), 1, false));
    return Must(client_->Accept(order.name(), 1, v1::NEXT_STEP_END_ORDER));
  }
};

TEST_F(RelayTest, OfferServiceIsToldOnceHowTheOrderEnded) {
  const v1::Order order = Ended();
  EXPECT_EQ(Must(server_->relay().Tick()), 1u);
  EXPECT_EQ(Must(server_->relay().Tick()), 0u);
  const auto outcomes = peers_.offers().outcomes();
  ASSERT_THAT(outcomes, SizeIs(1));
  EXPECT_EQ(outcomes[0].name(), order.offer());
  EXPECT_EQ(outcomes[0].order(), order.name());
  EXPECT_EQ(outcomes[0].outcome(), offers::v1::ORDER_OUTCOME_COMPLETED);
  EXPECT_EQ(outcomes[0].reason(), type::v1::COMPLETION_REASON_ENDED_BY_BUYER);
}

TEST_F(RelayTest, AGigsOrderConcernsNoOffer) {
  const v1::Order order = PlaceOrder({5000, 5000});
  Must(client_->Deliver(order.name(), 1, false));
  Must(client_->Accept(order.name(), 1, v1::NEXT_STEP_END_ORDER));
  EXPECT_EQ(Must(server_->relay().Tick()), 0u);
  EXPECT_THAT(peers_.offers().outcomes(), IsEmpty());
}

TEST_F(RelayTest, ALostAnswerIsAskedForAgainUnderTheSameRequestId) {
  Ended();
  peers_.offers().LoseAnswers();
  EXPECT_EQ(Must(server_->relay().Tick()), 0u);
  StartServer();  // what is owed is in the database
  peers_.offers().TakeOutcomes();
  EXPECT_EQ(Must(server_->relay().Tick()), 1u);
  const auto outcomes = peers_.offers().outcomes();
  ASSERT_GE(outcomes.size(), 2u);
  for (const auto& outcome : outcomes) EXPECT_EQ(outcome.request_id(), outcomes[0].request_id());
  EXPECT_EQ(Must(server_->relay().Tick()), 0u);
}

TEST_F(RelayTest, ARefusedOutcomeStaysOwedUntilItIsTaken) {
  options_.relay.retry_first = absl::ZeroDuration();
  StartServer();
  Ended();
  for (const absl::Status& refusal :
       {Refuse(Reason::kOfferNotFound), Refuse(Reason::kRequestIdReused), Refuse(Reason::kInternal),
        Refuse(Reason::kNotAPeerService, {{"service", "services/milestone-billing"}}),
        Refuse(Reason::kOfferNotAccepted, {{"state", "SENT"}})}) {
    peers_.offers().RefuseOutcomes(refusal);
    EXPECT_EQ(Must(server_->relay().Tick()), 0u) << refusal;
  }
  peers_.offers().TakeOutcomes();
  EXPECT_EQ(Must(server_->relay().Tick()), 1u);
  EXPECT_THAT(peers_.offers().outcomes(), SizeIs(6));
}

TEST_F(RelayTest, ARefusedOutcomeIsNotAskedAboutAgainAtOnce) {
  options_.relay.retry_first = absl::Hours(1);
  StartServer();
  Ended();
  peers_.offers().RefuseOutcomes(Refuse(Reason::kOfferNotFound));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Must(server_->relay().Tick()), 0u);
  EXPECT_THAT(peers_.offers().outcomes(), SizeIs(1));
}

TEST_F(RelayTest, WorkersThatWereStoppedBeginNothingNew) {
  Ended();
  const v1::Order open = PlaceOrder({5000, 5000}, "pm_unknown_then_ok");
  client_->Advance(absl::Minutes(2));
  server_->shell().StopWorkers();
  EXPECT_EQ(Must(server_->relay().Tick()), 0u);
  EXPECT_EQ(Must(server_->reconciler().Tick()), 0u);
  EXPECT_THAT(peers_.offers().outcomes(), IsEmpty());
  EXPECT_EQ(Must(client_->Get(open.name())).state(), v1::ORDER_STATE_PLACING);
}

TEST_F(RelayTest, AnOfferWhoseOrdersEndIsKnownIsNotToldForEver) {
  Ended();
  peers_.offers().RefuseOutcomes(Refuse(Reason::kOrderCancelled));
  EXPECT_EQ(Must(server_->relay().Tick()), 1u);
  EXPECT_EQ(Must(server_->relay().Tick()), 0u);
}

TEST_F(RelayTest, RefusedOutcomesDoNotHoldUpTheOnesBehindThem) {
  options_.relay.page = 2;
  StartServer();
  for (int i = 0; i < 4; ++i) {
    peers_.offers().RefuseOutcomeOf(Ended().offer(), Refuse(Reason::kOfferNotFound));
    client_->Advance(absl::Seconds(1));
  }
  const std::string last = Ended().offer();
  size_t told = 0;
  for (int i = 0; i < 3; ++i) told += Must(server_->relay().Tick());
  EXPECT_EQ(told, 1u);
  EXPECT_EQ(peers_.offers().outcomes().back().name(), last);
}

}  // namespace
}  // namespace milepost::billing
