// Quotes and the orders that come of them: S6, S27, A28, W7.
#include <latch>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/rpc/reason_wire.h"
#include "tests/component/milestone_billing/fixture.h"
#include "tests/support/database.h"

namespace milepost::billing {
namespace {

class PlacingTest : public BillingTest {};

TEST_F(PlacingTest, AQuoteShowsEveryPaymentFeeDayAndDeadline) {
  const std::string gig = NewGig({5000, 5000, 5000});
  const v1::QuoteOrderResponse quote = Must(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES));
  ASSERT_THAT(quote.payments(), SizeIs(3));
  EXPECT_EQ(Cents(quote.payments(0).amount()), 5000);
  EXPECT_EQ(Cents(quote.payments(0).buyer_fee()), 575);  // 5.5 % and $3 below $100 (A23)
  EXPECT_EQ(Cents(quote.payments(0).total()), 5575);
  EXPECT_EQ(quote.payments(0).title(), "Part 1");
  EXPECT_THAT(quote.payments(0).substeps(), ElementsAre("Draft"));
  EXPECT_EQ(quote.expire_time().seconds(), absl::ToUnixSeconds(client_->Now() + absl::Hours(7 * 24)));
  EXPECT_EQ(quote.payments(2).due_time().seconds() - quote.payments(0).due_time().seconds(), 10 * 24 * 3600);
  EXPECT_EQ(Cents(quote.price()), 15000);
  EXPECT_EQ(Cents(quote.buyer_fees()), 3 * 575);
  EXPECT_EQ(Cents(quote.total()), 15000 + 3 * 575);
  EXPECT_EQ(quote.deadline_policy().review_hours(), 8u * 24);
  EXPECT_EQ(quote.fee_policy().commission_basis_points(), 2000u);
  EXPECT_EQ(quote.plan_version(), 3u);
  EXPECT_EQ(quote.seller(), kSeller);
  EXPECT_FALSE(quote.quote().empty());
  EXPECT_THAT(Footprint(), ::testing::Each(0)) << "quoting writes nothing";
}

TEST_F(PlacingTest, AOneTimeQuoteIsOnePaymentWithThreeDaysOfReview) {
  const v1::QuoteOrderResponse quote = Must(client_->Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_ONE_TIME));
  ASSERT_THAT(quote.payments(), SizeIs(1));
  EXPECT_EQ(Cents(quote.payments(0).total()), 10000 + 550);
  EXPECT_EQ(quote.deadline_policy().review_hours(), 3u * 24);
}

TEST_F(PlacingTest, A17_A21_S14_AQuoteShowsRevisionsAndTheVideoMeetingOfEachMilestone) {
  const std::string name = NewGig({5000, 5000});
  catalog::v1::PreviewWorkflowResponse gig = GigOf(name, {5000, 5000});
  gig.mutable_revisions()->set_count(4);
  gig.mutable_steps(0)->mutable_revisions()->set_count(2);
  gig.mutable_steps(1)->mutable_revisions()->set_unlimited(true);
  gig.mutable_steps(1)->set_zoom(true);
  peers_.catalog().Set(gig);
  const v1::QuoteOrderResponse quote = Must(client_->Quote(name, v1::ORDER_TYPE_MILESTONES));
  ASSERT_THAT(quote.payments(), SizeIs(2));
  EXPECT_EQ(quote.payments(0).revisions().count(), 2u);
  EXPECT_FALSE(quote.payments(0).zoom());
  EXPECT_TRUE(quote.payments(1).revisions().unlimited());
  EXPECT_TRUE(quote.payments(1).zoom());
  const v1::QuoteOrderResponse one_time = Must(client_->Quote(name, v1::ORDER_TYPE_ONE_TIME));
  EXPECT_EQ(one_time.payments(0).revisions().count(), 4u);
  const v1::Order order = Must(client_->Place(quote.quote(), "pm_ok")).order();
  EXPECT_EQ(order.milestones(0).revisions_allowed(), 2u);
  EXPECT_TRUE(order.milestones(1).unlimited_revisions());
  EXPECT_TRUE(order.milestones(1).zoom());
}

TEST_F(PlacingTest, WorkInOnePaymentMayTakeLongerThanAMilestone) {
  const std::string name = NewGig({5000, 5000});
  catalog::v1::PreviewWorkflowResponse gig = GigOf(name, {5000, 5000});
  gig.set_days(60);
  peers_.catalog().Set(gig);
  const v1::QuoteOrderResponse quote = Must(client_->Quote(name, v1::ORDER_TYPE_ONE_TIME));
  EXPECT_EQ(quote.payments(0).days(), 60u);
  EXPECT_EQ(Must(client_->Place(quote.quote(), "pm_ok")).order().state(), v1::ORDER_STATE_ACTIVE);
}

TEST_F(PlacingTest, PlacingChargesTheFirstMilestoneAndOnlyIt) {
  const v1::QuoteOrderResponse quote =
      Must(client_->Quote(NewGig({5000, 5000, 5000}), v1::ORDER_TYPE_MILESTONES));
  const v1::Order order = Must(client_->Place(quote.quote(), "pm_ok")).order();
  EXPECT_EQ(order.state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_EQ(order.terms_hash(), quote.terms_hash());
  EXPECT_TRUE(order.work_authorized());
  EXPECT_EQ(order.last_payment().state(), type::v1::PAYMENT_STATE_SUCCEEDED);
  EXPECT_EQ(Cents(order.totals().funded()), 5000);
  EXPECT_EQ(Cents(order.totals().escrow_held()), 5000);
  EXPECT_EQ(order.milestones(0).state(), v1::MILESTONE_STATE_ACTIVE);
  EXPECT_EQ(order.milestones(1).state(), v1::MILESTONE_STATE_PENDING);
  EXPECT_EQ(Captures(order.name()), 1);
  EXPECT_THAT(client_->Entries(order.name()),
              ElementsAre("M1 provider:clearing +5575", "M1 escrow -5000", "M1 revenue:buyer_fee -575"));
}

TEST_F(PlacingTest, ADeclinedFirstChargeAnswersOkAndPlacesNothing) {
  const v1::Order order = PlaceOrder({5000, 5000}, "pm_insufficient_funds");
  EXPECT_EQ(order.state(), v1::ORDER_STATE_PLACEMENT_FAILED);
  EXPECT_EQ(order.last_payment().state(), type::v1::PAYMENT_STATE_DECLINED);
  EXPECT_EQ(order.last_payment().decline_reason(), type::v1::DECLINE_REASON_INSUFFICIENT_FUNDS);
  EXPECT_FALSE(order.work_authorized());
  EXPECT_EQ(Captures(order.name()), 0);
  EXPECT_THAT(client_->Entries(order.name()), IsEmpty());
  EXPECT_THAT(client_->Deliver(order.name(), 1, false), RefusedWith(Reason::kOrderPlacementFailed));
}

TEST_F(PlacingTest, ASuspicionOfFraudIsForOperatorsOnly) {
  const v1::Order order = PlaceOrder({5000, 5000}, "pm_fraud");
  EXPECT_EQ(order.last_payment().decline_reason(), type::v1::DECLINE_REASON_REFUSED_BY_ISSUER);
  EXPECT_EQ(client_->Charges(order.name(), kBuyer)[0].decline_reason(),
            type::v1::DECLINE_REASON_REFUSED_BY_ISSUER);
  EXPECT_EQ(client_->Charges(order.name(), kOperator)[0].decline_reason(),
            type::v1::DECLINE_REASON_SUSPECTED_FRAUD);
}

TEST_F(PlacingTest, OneQuoteMakesOneOrderWhateverTheRequestIds) {
  const std::string quote = Must(client_->Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
  const std::string request_id = NewRequestId();
  const v1::PlaceGigOrderResponse first = Must(client_->Place(quote, "pm_ok", request_id));
  const v1::PlaceGigOrderResponse replay = Must(client_->Place(quote, "pm_ok", request_id));
  const int asked = peers_.catalog().calls();
  const v1::PlaceGigOrderResponse fresh_id = Must(client_->Place(quote, "pm_ok"));
  EXPECT_FALSE(first.replayed());
  EXPECT_TRUE(replay.replayed());
  EXPECT_TRUE(fresh_id.replayed());
  EXPECT_EQ(replay.order().name(), first.order().name());
  EXPECT_EQ(fresh_id.order().name(), first.order().name());
  EXPECT_EQ(fresh_id.order().etag(), first.order().etag());
  EXPECT_EQ(peers_.catalog().calls(), asked) << "an order that exists needs no catalog";
  EXPECT_EQ(Captures(first.order().name()), 1);
}

TEST_F(PlacingTest, TwentyAtOnceWithOneQuoteChargeOnce) {
  const std::string quote = Must(client_->Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
  std::vector<std::thread> callers;
  std::vector<std::string> orders(20);
  for (std::string& order : orders) {
    callers.emplace_back([&] {
      Client client = NewClient();
      order = Must(client.Place(quote, "pm_ok")).order().name();
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_THAT(orders, ::testing::Each(orders[0]));
  EXPECT_EQ(Captures(orders[0]), 1);
  EXPECT_EQ(Must(client_->Get(orders[0])).state(), v1::ORDER_STATE_ACTIVE);
}

TEST_F(PlacingTest, AnotherCardAfterAFailureIsTriedOnTheSameOrder) {
  const std::string quote = Must(client_->Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
  const v1::PlaceGigOrderResponse failed = Must(client_->Place(quote, "pm_card_expired"));
  ASSERT_EQ(failed.order().state(), v1::ORDER_STATE_PLACEMENT_FAILED);
  EXPECT_EQ(failed.order().last_payment().decline_reason(), type::v1::DECLINE_REASON_CARD_EXPIRED);
  EXPECT_EQ(ActionOf(failed.order(), "PlaceGigOrder").actor(), v1::PARTY_BUYER);
  EXPECT_TRUE(ActionOf(failed.order(), "PlaceGigOrder").allowed());
  const v1::PlaceGigOrderResponse placed = Must(client_->Place(quote, "pm_ok"));
  EXPECT_FALSE(placed.replayed());
  EXPECT_EQ(placed.order().name(), failed.order().name());
  EXPECT_EQ(placed.order().state(), v1::ORDER_STATE_ACTIVE);
  const std::vector<v1::Charge> charges = client_->Charges(placed.order().name());
  ASSERT_THAT(charges, SizeIs(2));
  EXPECT_EQ(charges[0].state(), v1::CHARGE_STATE_DECLINED);
  EXPECT_EQ(charges[1].state(), v1::CHARGE_STATE_SUCCEEDED);
  EXPECT_EQ(charges[1].payment_method(), "pm_ok");
  EXPECT_EQ(Captures(placed.order().name()), 1);
  EXPECT_TRUE(client_->TrialBalanced());
}

TEST_F(PlacingTest, AReplayByTheQuoteSaysSoAndAnotherCardIsNeverIgnored) {
  const std::string quote = Must(client_->Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
  const std::string slow = NewPaymentMethod([] {
    milepost::testing::v1::Script script;
    script.set_pending_queries(1'000'000);
    return script;
  }());
  const v1::PlaceGigOrderResponse open = Must(client_->Place(quote, slow));
  EXPECT_FALSE(open.replayed());
  EXPECT_EQ(open.order().state(), v1::ORDER_STATE_PLACING);
  EXPECT_EQ(ActionOf(open.order(), "PlaceGigOrder").blocking_reason(), type::v1::REASON_ORDER_PLACING);
  const v1::PlaceGigOrderResponse again = Must(client_->Place(quote, slow));
  EXPECT_TRUE(again.replayed());
  EXPECT_EQ(again.order().etag(), open.order().etag());
  const std::vector<int64_t> before = Footprint();
  EXPECT_THAT(client_->Place(quote, "pm_ok"), RefusedWith(Reason::kOrderPlacing));
  EXPECT_EQ(Footprint(), before);

  const std::string second = Must(client_->Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
  const std::string order = Must(client_->Place(second, "pm_ok")).order().name();
  EXPECT_TRUE(Must(client_->Place(second, "pm_ok")).replayed());
  EXPECT_THAT(client_->Place(second, "pm_other"), RefusedWith(Reason::kOrderAlreadyPlaced));
  EXPECT_EQ(Captures(order), 1);
}

// A double click: the second request is answered by the quote, its answer is lost, the attempt fails, and the client sends the
// second request again. That is no fresh request, so nothing is charged.
TEST_F(PlacingTest, ARequestThatTheQuoteAnsweredStartsNoAttemptLater) {
  const std::string quote = Must(client_->Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
  milepost::testing::v1::Script script;
  script.set_pending_queries(1'000'000);
  const std::string slow = NewPaymentMethod(script);
  const v1::Order open = Must(client_->Place(quote, slow)).order();
  const std::string second_click = NewRequestId();
  EXPECT_TRUE(Must(client_->Place(quote, slow, second_click)).replayed());
  Must(client_->Resolve(ResolutionOf(client_->Charges(open.name())[0].name())));
  const v1::PlaceGigOrderResponse retried = Must(client_->Place(quote, slow, second_click));
  EXPECT_TRUE(retried.replayed());
  EXPECT_EQ(retried.order().state(), v1::ORDER_STATE_PLACEMENT_FAILED);
  EXPECT_THAT(client_->Charges(open.name()), SizeIs(1));
  EXPECT_THAT(client_->Place(quote, "pm_ok", second_click), RefusedWith(Reason::kRequestIdReused));
}

// A delivered order falls due while somebody asks for it again: what the deadline writes is no new attempt.
TEST_F(PlacingTest, AReplayThatFiresADeadlineIsAReplay) {
  const std::string quote = Must(client_->Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
  const std::string order = Must(client_->Place(quote, "pm_ok")).order().name();
  Must(client_->Deliver(order, 1, false));
  // Without AdvanceClock, which would fire it: only time comes.
  milepost::testing::ExecuteOrDie(options_.database,
                                  absl::StrCat("UPDATE test_clock SET value_us = value_us + ",
                                               absl::ToInt64Microseconds(absl::Hours(8 * 24))));
  v1::PlaceGigOrderRequest preview;
  preview.set_quote(quote);
  preview.set_payment_method("pm_ok");
  preview.set_request_id(NewRequestId());
  preview.set_validate_only(true);
  EXPECT_TRUE(Must(client_->Billing(kBuyer, &v1::MilestoneBilling::Stub::PlaceGigOrder, preview)).replayed());
  const v1::PlaceGigOrderResponse again = Must(client_->Place(quote, "pm_ok"));
  EXPECT_TRUE(again.replayed());
  EXPECT_EQ(again.order().state(), v1::ORDER_STATE_COMPLETED);
}

TEST_F(PlacingTest, TwentyRetriesAtOnceAfterAFailureChargeOnce) {
  for (const bool fresh_ids : {true, false}) {
    const std::string quote = Must(client_->Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
    const std::string failed = Must(client_->Place(quote, "pm_card_expired")).order().name();
    const std::string one_id = NewRequestId();
    std::vector<std::thread> callers;
    std::vector<v1::PlaceGigOrderResponse> answers(20);
    std::latch together(20);
    for (v1::PlaceGigOrderResponse& answer : answers) {
      callers.emplace_back([&] {
        Client client = NewClient();
        together.arrive_and_wait();
        answer = Must(client.Place(quote, "pm_ok", fresh_ids ? "" : one_id));
      });
    }
    for (std::thread& caller : callers) caller.join();
    int started = 0;
    for (const v1::PlaceGigOrderResponse& answer : answers) {
      EXPECT_EQ(answer.order().name(), failed);
      started += !answer.replayed();
    }
    EXPECT_EQ(started, 1);
    EXPECT_EQ(Captures(failed), 1);
    EXPECT_THAT(client_->Charges(failed), SizeIs(2));
    EXPECT_EQ(Must(client_->Get(failed)).state(), v1::ORDER_STATE_ACTIVE);
  }
}

// Each with a card of its own: one is charged, the others are told why theirs was not.
TEST_F(PlacingTest, TwentyCardsAtOnceAfterAFailureChargeOnce) {
  const std::string quote = Must(client_->Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
  const std::string order = Must(client_->Place(quote, "pm_card_expired")).order().name();
  std::vector<std::string> cards;
  for (int card = 0; card < 20; ++card) cards.push_back(NewPaymentMethod({}));
  std::vector<std::thread> callers;
  std::vector<absl::Status> answers(20);
  std::latch together(20);
  for (size_t i = 0; i < answers.size(); ++i) {
    callers.emplace_back([&, i] {
      Client client = NewClient();
      together.arrive_and_wait();
      answers[i] = client.Place(quote, cards[i]).status();
    });
  }
  for (std::thread& caller : callers) caller.join();
  int placed = 0;
  for (const absl::Status& answer : answers) {
    if (answer.ok())
      ++placed;
    else
      EXPECT_THAT(answer, ::testing::AnyOf(RefusedWith(Reason::kOrderPlacing),
                                           RefusedWith(Reason::kOrderAlreadyPlaced)));
  }
  EXPECT_EQ(placed, 1);
  EXPECT_EQ(Captures(order), 1);
}

TEST_F(PlacingTest, ANewAttemptNeedsTheGigAsItWasQuotedAndAReplayDoesNot) {
  const std::string gig = NewGig({5000, 5000});
  const std::string quote = Must(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES)).quote();
  const std::string request_id = NewRequestId();
  Must(client_->Place(quote, "pm_card_expired", request_id));
  const std::vector<int64_t> before = Footprint();
  peers_.catalog().Refuse(gig, Refuse(Reason::kGigNotPublished, {{"state", "PAUSED"}}));
  EXPECT_THAT(client_->Place(quote, "pm_ok"), RefusedWith(Reason::kGigNotPublished));
  EXPECT_TRUE(Must(client_->Place(quote, "pm_card_expired", request_id)).replayed());
  peers_.catalog().Set(GigOf(gig, {5000, 5001}));
  EXPECT_THAT(client_->Place(quote, "pm_ok"), RefusedWith(Reason::kTermsChanged));
  EXPECT_EQ(Footprint(), before);
  peers_.catalog().Set(GigOf(gig, {5000, 5000}));
  EXPECT_EQ(Must(client_->Place(quote, "pm_ok")).order().state(), v1::ORDER_STATE_ACTIVE);
}

TEST_F(PlacingTest, WhatTheBuyerSawMustStillHold) {
  const std::string gig = NewGig({5000, 5000});
  const std::string quote = Must(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES)).quote();
  peers_.catalog().Set(GigOf(gig, {5000, 5001}));
  EXPECT_THAT(client_->Place(quote, "pm_ok"), RefusedWith(Reason::kTermsChanged));
  catalog::v1::PreviewWorkflowResponse disabled = GigOf(gig, {5000, 5000});
  disabled.set_milestones_available(false);
  disabled.set_milestones_unavailable_reason(type::v1::REASON_PLAN_NOT_ACTIVE);
  peers_.catalog().Set(disabled);
  EXPECT_THAT(client_->Place(quote, "pm_ok"), RefusedWith(Reason::kTermsChanged));
  peers_.catalog().Refuse(gig, Refuse(Reason::kGigNotPublished, {{"state", "PAUSED"}}));
  EXPECT_THAT(client_->Place(quote, "pm_ok"), RefusedWith(Reason::kGigNotPublished));
  EXPECT_THAT(Footprint(), ::testing::Each(0));
  peers_.catalog().Set(GigOf(gig, {5000, 5000}));
  EXPECT_THAT(client_->Place(quote, "pm_ok"), IsOk()) << "what was changed back is as the buyer saw it";
}

// A quote of 400 days ago still worked.
TEST_F(PlacingTest, A28_AQuoteEndsAtItsTimeByTheServicesClock) {
  const std::string gig = NewGig({5000, 5000});
  const v1::QuoteOrderResponse quote = Must(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES));
  const std::string early = Must(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES)).quote();
  client_->Advance(absl::Hours(7 * 24) - absl::Microseconds(1));
  const std::string request_id = NewRequestId();
  const v1::Order order = Must(client_->Place(early, "pm_ok", request_id)).order();
  EXPECT_EQ(order.state(), v1::ORDER_STATE_ACTIVE);
  client_->Advance(absl::Microseconds(1));
  const std::vector<int64_t> before = Footprint();
  const auto refused = client_->Place(quote.quote(), "pm_ok");
  ASSERT_THAT(refused, RefusedWith(Reason::kQuoteExpired));
  EXPECT_EQ(RefusalOf(refused.status())->detail("expire_time"),
            absl::FormatTime(absl::RFC3339_full, client_->Now(), absl::UTCTimeZone()));
  EXPECT_EQ(Footprint(), before);
  // The order of a quote that was used in time is answered for ever, to a retry and to a fresh request.
  client_->Advance(absl::Hours(400 * 24));
  const v1::PlaceGigOrderResponse replay = Must(client_->Place(early, "pm_ok", request_id));
  EXPECT_TRUE(replay.replayed());
  EXPECT_EQ(replay.order().name(), order.name());
  EXPECT_EQ(Must(client_->Place(early, "pm_ok")).order().name(), order.name());
  EXPECT_EQ(Captures(order.name()), 1);
}

// It was GIG_NOT_PUBLISHED: a buyer who waits for the gig to come back waits in vain.
TEST_F(PlacingTest, AnExpiredQuoteSaysSoWhateverBecameOfItsGig) {
  const std::string gig = NewGig({5000, 5000});
  const std::string quote = Must(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES)).quote();
  peers_.catalog().Refuse(gig, Refuse(Reason::kGigNotPublished, {{"state", "PAUSED"}}));
  client_->Advance(absl::Hours(7 * 24) - absl::Microseconds(1));
  EXPECT_THAT(client_->Place(quote, "pm_ok"), RefusedWith(Reason::kGigNotPublished));
  client_->Advance(absl::Microseconds(1));
  EXPECT_THAT(client_->Place(quote, "pm_ok"), RefusedWith(Reason::kQuoteExpired));
  options_.catalog = "127.0.0.1:1";
  StartServer();
  EXPECT_THAT(client_->Place(quote, "pm_ok"), RefusedWith(Reason::kQuoteExpired)) << "the catalog is down";
  EXPECT_THAT(Footprint(), ::testing::Each(0));
}

TEST_F(PlacingTest, A28_AQuoteLastsAsLongAsThePlatformSays) {
  options_.policy.quote_validity = absl::Minutes(10);
  StartServer();
  const std::string gig = NewGig({5000, 5000});
  const v1::QuoteOrderResponse quote = Must(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES));
  EXPECT_EQ(quote.expire_time().seconds(), absl::ToUnixSeconds(client_->Now() + absl::Minutes(10)));
  // What was shown holds, whatever the setting becomes.
  options_.policy.quote_validity = absl::Hours(1);
  StartServer();
  client_->Advance(absl::Minutes(10));
  EXPECT_THAT(client_->Place(quote.quote(), "pm_ok"), RefusedWith(Reason::kQuoteExpired));
}

// QuoteOrder has no field terms.milestones.
TEST_F(PlacingTest, TermsThatCanNotBeBilledAreAboutAFieldOfTheRequest) {
  const std::string gig = NewGig({5000, 5000});
  const auto fields_of = [](const absl::Status& status) {
    std::vector<std::string> fields;
    if (const auto refusal = RefusalOf(status))
      for (const FieldViolation& violation : refusal->fields) fields.push_back(violation.field);
    return fields;
  };
  peers_.catalog().Set(GigOf(gig, {kMaxMinor - 1, 1}));
  EXPECT_THAT(fields_of(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES).status()),
              ElementsAre("gig_selection"));
  EXPECT_THAT(fields_of(client_->Quote(gig, v1::ORDER_TYPE_ONE_TIME).status()), ElementsAre("gig_selection"));
  v1::QuoteOrderRequest of_offer;
  of_offer.set_offer(NewOffer({kMaxMinor - 1, 1}).name());
  EXPECT_THAT(fields_of(client_->Billing(kBuyer, &v1::MilestoneBilling::Stub::QuoteOrder, of_offer).status()),
              ElementsAre("offer"));
  EXPECT_THAT(fields_of(PlaceOffer(AcceptanceOf(NewOffer({kMaxMinor / 2, kMaxMinor / 2}), 1)).status()),
              ElementsAre("milestones.milestones"));
  EXPECT_THAT(Footprint(), ::testing::Each(0));
}

TEST_F(PlacingTest, QuotesThatNobodyGaveAreRefused) {
  const std::string quote = Must(client_->Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
  for (const std::string& token :
       {std::string("x"), std::string("!!!!"), quote.substr(0, quote.size() / 2), quote + "AAAA",
        "AAAA" + quote, quote + "=", quote + "\n", " " + quote, std::string(3000, 'A')})
    EXPECT_THAT(client_->Place(token, "pm_ok"), RefusedWith(Reason::kQuoteMalformed)) << token;
  EXPECT_THAT(client_->Place(quote, "pm_ok", "", kStranger), RefusedWith(Reason::kQuoteMalformed));
  EXPECT_THAT(Footprint(), ::testing::Each(0));
}

TEST_F(PlacingTest, WhatCanNotBeBilledIsNotQuoted) {
  const std::string gig = NewGig({5000, 5000});
  EXPECT_THAT(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES, kSeller), RefusedWith(Reason::kBuyerIsSeller));
  catalog::v1::PreviewWorkflowResponse changed = GigOf(gig, {5000, 5000});
  changed.set_payments_enabled(false);
  peers_.catalog().Set(changed);
  EXPECT_THAT(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES), RefusedWith(Reason::kOrderTypeNotBilledYet));
  changed = GigOf(gig, {5000, 5000});
  for (auto& step : *changed.mutable_steps()) step.mutable_amount()->set_currency_code("EUR");
  peers_.catalog().Set(changed);
  EXPECT_THAT(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES), RefusedWith(Reason::kCurrencyNotEligible));
  for (const Reason reason : {Reason::kPlanNotFound, Reason::kPlanNotActive, Reason::kPackageNotOrderable}) {
    changed = GigOf(gig, {5000, 5000});
    changed.set_milestones_available(false);
    changed.set_milestones_unavailable_reason(rpc::ToWire(reason));
    peers_.catalog().Set(changed);
    EXPECT_THAT(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES), RefusedWith(reason));
    EXPECT_THAT(client_->Quote(gig, v1::ORDER_TYPE_ONE_TIME), IsOk());
  }
  changed = GigOf(gig, {5000, 5000});
  changed.set_seller("users/józef");
  peers_.catalog().Set(changed);
  EXPECT_THAT(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES), RefusedWith(Reason::kInternal));
  EXPECT_THAT(client_->Quote("gigs/" + NewRequestId(), v1::ORDER_TYPE_MILESTONES),
              RefusedWith(Reason::kGigNotFound));
}

TEST_F(PlacingTest, APaymentMethodThatTheProviderCanNotReadIsRefusedBeforeAnythingHappens) {
  const std::string quote = Must(client_->Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
  for (const std::string& method :
       {std::string(""), std::string("pm with blanks"), std::string("pm_ö"), std::string(101, 'x')})
    EXPECT_THAT(client_->Place(quote, method), RefusedWith(Reason::kInvalidFields)) << method;
  EXPECT_THAT(Footprint(), ::testing::Each(0));
}

TEST_F(PlacingTest, APeerThatIsDownIsUnavailableAndNothingIsWritten) {
  options_.catalog = "127.0.0.1:1";
  StartServer();
  EXPECT_THAT(client_->Quote("gigs/" + NewRequestId(), v1::ORDER_TYPE_MILESTONES),
              RefusedWith(Reason::kPeerUnavailable));
  EXPECT_THAT(Footprint(), ::testing::Each(0));
}

}  // namespace
}  // namespace milepost::billing
