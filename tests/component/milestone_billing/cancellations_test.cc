// A19: a party asks to cancel the order and the other answers, or nobody does; an operator cancels it at once. Who gets what of the
// money (M5, M6), to the cent.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/core/refusal.h"
#include "common/rpc/wire.h"
#include "tests/component/milestone_billing/ways_out.h"

namespace milepost::billing {
namespace {

using ::testing::HasSubstr;

class CancellationsTest : public WaysOutTest {
 protected:
  // The order after `asks` has asked for this and the other party has agreed.
  v1::Order Agreed(const std::string& order, const std::string& asks, int64_t seller_cents = 0) {
    Do(asks, CancellationOf(order, seller_cents));
    return Do(asks == kBuyer ? kSeller : kBuyer, AnswerTo(order, kAgree));
  }
};

TEST_F(CancellationsTest, A19_M5_BothAgreeAndTheBuyerGetsAllBack) {
  const std::string name = Active().name();
  const v1::Order asked = Do(kBuyer, CancellationOf(name));
  EXPECT_EQ(asked.state(), v1::ORDER_STATE_ACTIVE) << "nothing is cancelled yet";
  EXPECT_EQ(asked.cancellation_request().requested_by(), v1::PARTY_BUYER);
  EXPECT_EQ(Cents(asked.cancellation_request().seller_amount()), 0);
  EXPECT_EQ(asked.cancellation_request().message(), "it does not work out");
  EXPECT_EQ(rpc::TimeOf(asked.cancellation_request().create_time()), client_->Now());
  EXPECT_EQ(rpc::TimeOf(asked.cancellation_request().answer_end_time()), client_->Now() + absl::Hours(48));
  const v1::Order ended = Do(kSeller, AnswerTo(name, kAgree));
  ExpectOver(ended, type::v1::CANCELLATION_REASON_AGREED);
  EXPECT_EQ(ended.milestones(0).state(), v1::MILESTONE_STATE_CANCELLED);
  EXPECT_EQ(ended.milestones(1).state(), v1::MILESTONE_STATE_SKIPPED);
  EXPECT_EQ(ended.milestones(2).state(), v1::MILESTONE_STATE_SKIPPED);
  EXPECT_EQ(Cents(ended.totals().refunded()), 10000);
  EXPECT_EQ(Cents(ended.totals().buyer_fees_refunded()), 550);
  EXPECT_EQ(client_->Entries(name),
            PaidAnd({"M5 escrow +10000", "M5 revenue:buyer_fee +550", "M5 refund:transit -10550"}));
  ExpectBalances(/*transit=*/10550, /*suspense=*/0, /*clearing=*/10550);
  EXPECT_EQ(Refund(), 1u);
  ExpectBalances(0, 0, 0);
  EXPECT_EQ(Simulator::Get().Payouts(name + "/"), 1);
  EXPECT_EQ(Must(client_->Get(name)).milestones(0).cancellation().refund_state(), v1::REFUND_STATE_SUCCEEDED);
}

// The numbers of DOMAIN's M6.
TEST_F(CancellationsTest, A19_M6_TheSellerGetsAShareAndBothSeeItToTheCent) {
  const std::string name = Active().name();
  const v1::Order ended = Agreed(name, kSeller, 3333);
  ExpectOver(ended, type::v1::CANCELLATION_REASON_AGREED);
  EXPECT_EQ(client_->Entries(name),
            PaidAnd({"M6 escrow +10000", "M6 revenue:buyer_fee +366", "M6 seller:sam:clearing -2666",
                     "M6 revenue:commission -667", "M6 refund:transit -7033"}));
  for (const char* reader : {kBuyer, kSeller, kOperator}) {
    const v1::Order read = Must(client_->Get(name, reader));
    const v1::MilestoneCancellation& cancellation = read.milestones(0).cancellation();
    EXPECT_EQ(cancellation.reason(), type::v1::CANCELLATION_REASON_AGREED);
    EXPECT_EQ(rpc::TimeOf(cancellation.cancel_time()), client_->Now());
    EXPECT_EQ(Cents(cancellation.seller_amount()), 3333);
    EXPECT_EQ(Cents(cancellation.commission()), 667);
    EXPECT_EQ(Cents(cancellation.refunded_amount()), 6667);
    EXPECT_EQ(Cents(cancellation.refunded_fee()), 366);
    EXPECT_EQ(cancellation.refund_state(),
              reader == std::string(kSeller) ? v1::REFUND_STATE_UNSPECIFIED : v1::REFUND_STATE_PENDING)
        << reader;
    EXPECT_EQ(Cents(read.totals().released()), 3333);
    EXPECT_EQ(Cents(read.totals().refunded()), 6667);
    EXPECT_EQ(Cents(read.totals().commission()), 667);
    EXPECT_EQ(Cents(read.totals().seller_earned()), 2666);
    EXPECT_EQ(Cents(read.totals().buyer_fees()), 550);
    EXPECT_EQ(Cents(read.totals().buyer_fees_refunded()), 366);
  }
  EXPECT_EQ(Refund(), 1u);
  ExpectBalances(0, 0, 10550 - 7033);
}

TEST_F(CancellationsTest, M6_WhereTheSellerGetsEverythingNothingGoesBack) {
  const std::string name = Active().name();
  const v1::Order ended = Agreed(name, kBuyer, 10000);
  ExpectOver(ended, type::v1::CANCELLATION_REASON_AGREED);
  EXPECT_EQ(client_->Entries(name),
            PaidAnd({"M6 escrow +10000", "M6 seller:sam:clearing -8000", "M6 revenue:commission -2000"}));
  EXPECT_EQ(ended.milestones(0).cancellation().refund_state(), v1::REFUND_STATE_UNSPECIFIED);
  EXPECT_EQ(Cents(ended.milestones(0).cancellation().refunded_amount()), 0);
  EXPECT_EQ(Refund(), 0u);
  EXPECT_THAT(client_->Charges(name)[0].refunds(), IsEmpty());
  EXPECT_THAT(LastEvent(name, "milestone.cancelled").notifications(0).text_en(),
              HasSubstr("Its money was released to the seller."));
}

TEST_F(CancellationsTest, A19_WhatWasAcceptedStaysPaidAndTheOrderIsCompleted) {
  const std::string name = SecondActive().name();
  const v1::Order ended = Agreed(name, kBuyer);
  ExpectOver(ended, type::v1::CANCELLATION_REASON_AGREED);
  EXPECT_EQ(ended.completion_reason(), type::v1::COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE);
  EXPECT_EQ(ended.milestones(0).state(), v1::MILESTONE_STATE_ACCEPTED);
  EXPECT_EQ(ended.milestones(1).state(), v1::MILESTONE_STATE_CANCELLED);
  EXPECT_EQ(ended.milestones(2).state(), v1::MILESTONE_STATE_SKIPPED);
  EXPECT_EQ(Cents(ended.totals().seller_earned()), 8000);
  EXPECT_EQ(Refund(), 1u);
  ExpectBalances(0, 0, 10550);
  EXPECT_EQ(client_->Balance("seller:sam:clearing"), 8000);
}

TEST_F(CancellationsTest, A19_WhereNothingIsHeldNothingMoves) {
  for (const std::string& name : {AwaitingNext().name(), Declined().name()}) {
    const Lines before = client_->Entries(name);
    EXPECT_EQ(Cents(ActionOf(Must(client_->Get(name)), "RequestCancellation").seller_amount_max()), 0);
    EXPECT_THAT(Take(kBuyer, CancellationOf(name, 1)), RefusedWith(Reason::kSellerAmountTooLarge));
    const v1::Order ended = Agreed(name, kSeller);
    ExpectOver(ended, type::v1::CANCELLATION_REASON_AGREED);
    EXPECT_EQ(ended.milestones(1).state(), v1::MILESTONE_STATE_SKIPPED);
    EXPECT_FALSE(ended.milestones(1).has_cancellation());
    EXPECT_EQ(client_->Entries(name), before);
  }
  EXPECT_EQ(Refund(), 0u);
}

TEST_F(CancellationsTest, A19_ARejectedRequestLeavesTheOrderAsItWas) {
  const v1::Order before = Delivered();
  Do(kSeller, CancellationOf(before.name(), 5000));
  v1::AnswerCancellationRequest no = AnswerTo(before.name(), kReject);
  no.set_message("I will wait");
  const v1::Order after = Do(kBuyer, no);
  EXPECT_EQ(after.state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_FALSE(after.has_cancellation_request());
  EXPECT_EQ(after.milestones(0).DebugString(), before.milestones(0).DebugString());
  EXPECT_EQ(LastEvent(before.name(), "cancellation.rejected").cancellation_rejected().message(),
            "I will wait");
  EXPECT_THAT(Take(kBuyer, AnswerTo(before.name(), kAgree)), RefusedWith(Reason::kNoCancellationRequested));
  EXPECT_THAT(Take(kBuyer, CancellationOf(before.name())), IsOk()) << "either may ask again";
}

TEST_F(CancellationsTest, A19_ItLapsesAfter48HoursAndNotBefore) {
  const std::string lapses = Delivered().name(), answered = Delivered().name();
  for (const std::string& name : {lapses, answered}) Do(kBuyer, CancellationOf(name));
  AdvanceClockOnly(absl::Hours(48) - kTick);
  ExpectOver(Do(kSeller, AnswerTo(answered, kAgree)), type::v1::CANCELLATION_REASON_AGREED);
  AdvanceClockOnly(kTick);
  EXPECT_THAT(Take(kSeller, AnswerTo(lapses, kAgree)), RefusedWith(Reason::kNoCancellationRequested));
  const v1::Order seen = Must(client_->Get(lapses));
  EXPECT_EQ(seen.state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_FALSE(seen.has_cancellation_request());
  EXPECT_EQ(Must(server_->shell().Sweep()), 1u);
  EXPECT_EQ(Must(client_->Get(lapses)).etag(), seen.etag()) << "what was shown is what was written";
  EXPECT_THAT(DeadlinesOf(lapses), ElementsAre("REVIEW PENDING", "CANCELLATION_ANSWER FIRED"));
}

TEST_F(CancellationsTest, A19_TheReviewClockKeepsRunning) {
  const std::string name = Delivered().name();
  client_->Advance(absl::Hours(8 * 24 - 1));
  const v1::Order asked = Do(kSeller, CancellationOf(name));
  EXPECT_EQ(rpc::TimeOf(asked.cancellation_request().answer_end_time()), client_->Now() + absl::Hours(1))
      << "the order goes on before the 48 hours are over";
  EXPECT_THAT(DeadlinesOf(name), ElementsAre("REVIEW PENDING", "CANCELLATION_ANSWER PENDING"));
  client_->Advance(absl::Hours(1));
  const v1::Order ended = Must(client_->Get(name));
  EXPECT_EQ(ended.completion_reason(), type::v1::COMPLETION_REASON_REVIEW_TIMEOUT);
  EXPECT_EQ(ended.cancellation_reason(), type::v1::CANCELLATION_REASON_UNSPECIFIED);
  EXPECT_FALSE(ended.has_cancellation_request());
  EXPECT_THAT(DeadlinesOf(name), ElementsAre("REVIEW FIRED", "CANCELLATION_ANSWER CLEARED"));
  EXPECT_THAT(TypesSince(name, "cancellation.requested"),
              ElementsAre("cancellation.requested", "cancellation.voided", "milestone.auto_accepted",
                          "milestone.skipped", "milestone.skipped", "order.completed"));
  EXPECT_THAT(ToldBy(name, "cancellation.voided"), ElementsAre(kSeller)) << "who had asked";
  ExpectSettled(ended);
}

// Two deadlines at one instant: the review, set first, completes the order, and with it goes the request.
TEST_F(CancellationsTest, A14_A19_ADeadlineThatFallsDueWithTheReviewsIsNotLeftPending) {
  const std::string name = Delivered().name();
  client_->Advance(absl::Hours(6 * 24));
  Do(kBuyer, CancellationOf(name));
  client_->Advance(absl::Hours(48));
  EXPECT_EQ(Must(client_->Get(name)).completion_reason(), type::v1::COMPLETION_REASON_REVIEW_TIMEOUT);
  EXPECT_THAT(DeadlinesOf(name), ElementsAre("REVIEW FIRED", "CANCELLATION_ANSWER FIRED"));
}

TEST_F(CancellationsTest, A19_WhateverTakesTheOrderOnVoidsTheRequest) {
  const auto asked = [this](const v1::Order& order) {
    Do(kBuyer, CancellationOf(order.name()));
    return order.name();
  };
  const std::string accepted = asked(Delivered()), started = asked(AwaitingNext()),
                    ended = asked(AwaitingNext()), retried = asked(Declined()),
                    waited = asked(AwaitingNext());
  const std::vector<v1::Order> after = {Must(client_->Accept(accepted, 1, v1::NEXT_STEP_DECIDE_LATER)),
                                        Must(client_->StartNext(started)), Must(client_->End(ended)),
                                        Must(client_->Retry(retried, "pm_ok"))};
  client_->Advance(absl::Hours(48));
  for (const v1::Order& order : after) {
    EXPECT_FALSE(order.has_cancellation_request());
    EXPECT_EQ(order.cancellation_reason(), type::v1::CANCELLATION_REASON_UNSPECIFIED);
    EXPECT_THAT(EventsOf(order.name(), "cancellation.voided"), SizeIs(1));
    EXPECT_THAT(EventsOf(order.name(), "cancellation.lapsed"), IsEmpty());
    const absl::Status late = Take(kSeller, AnswerTo(order.name(), kAgree)).status();
    EXPECT_THAT(late,
                RefusedWith(order.state() == v1::ORDER_STATE_COMPLETED ? Reason::kOrderCompleted
                                                                       : Reason::kNoCancellationRequested));
  }
  EXPECT_THAT(EventsOf(waited, "cancellation.lapsed"), SizeIs(1)) << "where nothing happened it lapses";
}

TEST_F(CancellationsTest, A19_WorkGoesOnWhileTheRequestWaits) {
  const std::string name = Active().name();
  Do(kBuyer, CancellationOf(name));
  v1::PostUpdateRequest update;
  update.set_name(MilestoneName(name, 1));
  update.set_message("almost done");
  update.set_request_id(NewRequestId());
  Must(client_->Billing(kSeller, &v1::MilestoneBilling::Stub::PostUpdate, update));
  EXPECT_TRUE(Do(kSeller, DeliveryOf(name, 1)).has_cancellation_request());
  EXPECT_TRUE(Do(kBuyer, RevisionOf(name, 1)).has_cancellation_request());
  const v1::Order disputed = Do(kBuyer, DisputeOf(name, 1));
  EXPECT_TRUE(disputed.has_cancellation_request());
  EXPECT_FALSE(disputed.cancellation_request().has_answer_end_time()) << "its clock stands still";
  const v1::Order ended = Do(kSeller, AnswerTo(name, kAgree));
  ExpectOver(ended, type::v1::CANCELLATION_REASON_AGREED);
  EXPECT_EQ(ended.milestones(0).dispute().outcome(), v1::DISPUTE_OUTCOME_REFUNDED);
  EXPECT_EQ(ended.milestones(0).dispute().closed_by(), v1::PARTY_SELLER);
}

TEST_F(CancellationsTest, A19_AnOperatorCancelsFromEveryUnfinishedState) {
  std::vector<std::pair<v1::Order, int64_t>> orders = {
      {Active(), 0},          {Delivered(), 4000},
      {Revised(), 10000},     {AwaitingNext(), 0},
      {Declined(), 0},        {Disputed(), 2500},
      {SecondActive(), 8000}, {Do(kBuyer, CancellationOf(Active().name())), 1}};
  for (const auto& [order, seller_cents] : orders) {
    SCOPED_TRACE(v1::OrderState_Name(order.state()));
    const v1::Order seen = Must(client_->Get(order.name(), kOperator));
    EXPECT_TRUE(
        std::any_of(seen.next_actions().begin(), seen.next_actions().end(), [](const v1::NextAction& action) {
          return action.actor() == v1::PARTY_OPERATOR && action.method() == "RequestCancellation" &&
                 action.allowed();
        }));
    const v1::Order ended = Do(kOperator, CancellationOf(order.name(), seller_cents));
    ExpectOver(ended, type::v1::CANCELLATION_REASON_BY_OPERATOR);
    EXPECT_EQ(LastEvent(order.name(), "cancellation.ordered").actor(), kOperator);
    EXPECT_THAT(ToldBy(order.name(), "cancellation.ordered"), ElementsAre(kBuyer, kSeller));
    EXPECT_EQ(LastEvent(order.name(), "cancellation.ordered").cancellation_ordered().message(),
              "it does not work out");
  }
  EXPECT_THAT(EventsOf(orders.back().first.name(), "cancellation.voided"), SizeIs(1));
  EXPECT_THAT(EventsOf(orders[5].first.name(), "dispute.resolved"), SizeIs(1));
  EXPECT_EQ(Refund(), 4u) << "where money was held and something of it is left for the buyer";
}

TEST_F(CancellationsTest, A16_A19_NobodyCancelsWhileAPaymentIsOpen) {
  const std::string name = StartSecond("pm_pending").name();
  for (const char* actor : {kBuyer, kSeller, kOperator}) {
    const absl::Status refused = Take(actor, CancellationOf(name)).status();
    EXPECT_THAT(refused, RefusedWith(Reason::kPaymentInProgress)) << actor;
    EXPECT_TRUE(absl::IsFailedPrecondition(refused));
  }
  Must(client_->Resolve(ResolutionOf(client_->Charges(name).back().name())));
  ExpectOver(Do(kOperator, CancellationOf(name)), type::v1::CANCELLATION_REASON_BY_OPERATOR);
}

TEST_F(CancellationsTest, A19_WhatTheStateDoesNotAllowIsRefusedAndWritesNothing) {
  const std::string name = Active().name(), ended = Agreed(Active().name(), kBuyer).name(),
                    placing = PlaceOrder({10000}, "pm_pending").name(),
                    failed = PlaceOrder({10000}, "pm_declined").name();
  const std::vector<int64_t> untouched = Footprint();
  for (const v1::CancellationAnswer answer : {kAgree, kReject}) {
    EXPECT_THAT(Take(kSeller, AnswerTo(name, answer)), RefusedWith(Reason::kNoCancellationRequested));
    EXPECT_THAT(Take(kSeller, AnswerTo(ended, answer)), RefusedWith(Reason::kOrderCancelled));
    EXPECT_THAT(Take(kSeller, AnswerTo(placing, answer)), RefusedWith(Reason::kOrderPlacing));
    EXPECT_THAT(Take(kSeller, AnswerTo(failed, answer)), RefusedWith(Reason::kOrderPlacementFailed));
  }
  for (const char* actor : {kBuyer, kSeller, kOperator}) {
    EXPECT_THAT(Take(actor, CancellationOf(ended)), RefusedWith(Reason::kOrderCancelled)) << actor;
    EXPECT_THAT(Take(actor, CancellationOf(placing)), RefusedWith(Reason::kOrderPlacing)) << actor;
    EXPECT_THAT(Take(actor, CancellationOf(failed)), RefusedWith(Reason::kOrderPlacementFailed)) << actor;
    const absl::Status much = Take(actor, CancellationOf(name, 10001)).status();
    EXPECT_THAT(much, RefusedWith(Reason::kSellerAmountTooLarge)) << actor;
    EXPECT_EQ(TextOf(*RefusalOf(much), "en"),
              "The seller can't get that much: 100.00 USD is held. A dispute's split must leave part of it "
              "to the buyer.");
  }
  EXPECT_EQ(Footprint(), untouched);
  Do(kSeller, CancellationOf(name));
  const std::vector<int64_t> before = Footprint();
  for (const char* actor : {kBuyer, kSeller})
    EXPECT_THAT(Take(actor, CancellationOf(name)), RefusedWith(Reason::kCancellationPending)) << actor;
  for (const v1::CancellationAnswer answer : {kAgree, kReject}) {
    const absl::Status own = Take(kSeller, AnswerTo(name, answer)).status();
    EXPECT_THAT(own, RefusedWith(Reason::kOwnCancellationRequest));
    EXPECT_TRUE(absl::IsFailedPrecondition(own));
  }
  EXPECT_EQ(Footprint(), before);
}

TEST_F(CancellationsTest, AnOffersOrderTellsOfferServiceHowItWasCancelled) {
  const v1::Order first = OfOffer(), second = OfOffer();
  Must(client_->Deliver(second.name(), 1, false));
  Must(client_->Accept(second.name(), 1, v1::NEXT_STEP_START_NEXT));
  Agreed(first.name(), kBuyer);
  client_->Advance(absl::Seconds(1));
  Do(kOperator, CancellationOf(second.name(), 1000));
  EXPECT_EQ(Must(server_->relay().Tick()), 2u);
  EXPECT_EQ(Must(server_->relay().Tick()), 0u);
  const auto outcomes = peers_.offers().outcomes();
  ASSERT_THAT(outcomes, SizeIs(2));
  const bool in_order = outcomes[0].name() == first.offer();
  const auto &cancelled = outcomes[in_order ? 0 : 1], &completed = outcomes[in_order ? 1 : 0];
  EXPECT_EQ(cancelled.name(), first.offer());
  EXPECT_EQ(cancelled.order(), first.name());
  EXPECT_EQ(cancelled.outcome(), offers::v1::ORDER_OUTCOME_CANCELLED);
  EXPECT_EQ(cancelled.reason(), type::v1::COMPLETION_REASON_UNSPECIFIED);
  EXPECT_EQ(cancelled.cancellation_reason(), type::v1::CANCELLATION_REASON_AGREED);
  EXPECT_EQ(completed.name(), second.offer());
  EXPECT_EQ(completed.outcome(), offers::v1::ORDER_OUTCOME_COMPLETED);
  EXPECT_EQ(completed.reason(), type::v1::COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE);
  EXPECT_EQ(completed.cancellation_reason(), type::v1::CANCELLATION_REASON_BY_OPERATOR);
}

TEST_F(CancellationsTest, W7_TheQuoteOfACancelledOrderIsAnsweredWithIt) {
  const std::string quote = Must(client_->Quote(NewGig({10000, 8000}), v1::ORDER_TYPE_MILESTONES)).quote();
  const std::string name = Must(client_->Place(quote, "pm_ok")).order().name();
  Do(kOperator, CancellationOf(name));
  const std::vector<int64_t> before = Footprint();
  const v1::PlaceGigOrderResponse again = Must(client_->Place(quote, "pm_ok"));
  EXPECT_TRUE(again.replayed());
  EXPECT_EQ(again.order().name(), name);
  EXPECT_EQ(again.order().state(), v1::ORDER_STATE_CANCELLED);
  EXPECT_THAT(client_->Place(quote, "pm_other"), RefusedWith(Reason::kOrderAlreadyPlaced));
  EXPECT_EQ(Captures(name), 1);
  EXPECT_EQ(Must(client_->Get(name)).etag(), again.order().etag());
  for (const v1::NextAction& action : again.order().next_actions())
    EXPECT_NE(action.method(), "PlaceGigOrder");
  EXPECT_EQ(Footprint()[0], before[0]) << "no other order";
}

TEST_F(CancellationsTest, W7_AnAcceptanceOfACancelledOrdersOfferPlacesNothing) {
  const offers::v1::Offer offer = NewOffer({10000, 8000});
  const std::string name = Must(PlaceOffer(AcceptanceOf(offer, 1))).order().name();
  Do(kOperator, CancellationOf(name));
  for (const uint32_t attempt : {1u, 2u}) {
    const v1::PlaceOrderResponse answer = Must(PlaceOffer(AcceptanceOf(offer, attempt)));
    EXPECT_EQ(answer.placement(), v1::PLACEMENT_STATE_PLACED) << attempt;
    EXPECT_EQ(answer.order().state(), v1::ORDER_STATE_CANCELLED) << attempt;
  }
  EXPECT_EQ(Captures(name), 1);
}

}  // namespace
}  // namespace milepost::billing
