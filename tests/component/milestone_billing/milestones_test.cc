// Working through an order, milestone by milestone: S28–S32, S35, A10, A11, A17, and the ledger to the cent (M1, M2).
#include "tests/component/milestone_billing/fixture.h"

namespace milepost::billing {
namespace {

class MilestonesTest : public BillingTest {};

TEST_F(MilestonesTest, ThreeMilestonesFromQuoteToCompletionExactToTheCent) {
  v1::Order order = PlaceOrder({5000, 5000, 5000});
  const std::string name = order.name();
  for (int number = 1; number <= 3; ++number) {
    order = Must(client_->Deliver(name, number, /*final_delivery=*/number == 3));
    EXPECT_EQ(order.milestones(number - 1).state(), v1::MILESTONE_STATE_DELIVERED);
    EXPECT_TRUE(order.milestones(number - 1).has_review_end_time());
    order = Must(
        client_->Accept(name, number, number == 3 ? v1::NEXT_STEP_UNSPECIFIED : v1::NEXT_STEP_START_NEXT));
    EXPECT_EQ(order.milestones(number - 1).state(), v1::MILESTONE_STATE_ACCEPTED);
    EXPECT_EQ(Captures(name), std::min(number + 1, 3))
        << "each milestone is charged when it starts, not before";
  }
  EXPECT_EQ(order.completion_reason(), type::v1::COMPLETION_REASON_ALL_ACCEPTED);
  EXPECT_THAT(client_->Entries(name),
              ElementsAre("M1 provider:clearing +5575", "M1 escrow -5000", "M1 revenue:buyer_fee -575",  //
                          "M2 escrow +5000", "M2 seller:sam:clearing -4000", "M2 revenue:commission -1000",
                          "M1 provider:clearing +5575", "M1 escrow -5000", "M1 revenue:buyer_fee -575",
                          "M2 escrow +5000", "M2 seller:sam:clearing -4000", "M2 revenue:commission -1000",
                          "M1 provider:clearing +5575", "M1 escrow -5000", "M1 revenue:buyer_fee -575",
                          "M2 escrow +5000", "M2 seller:sam:clearing -4000", "M2 revenue:commission -1000"));
  EXPECT_EQ(client_->Balance("provider:clearing"), 3 * 5575);
  EXPECT_EQ(client_->Balance("seller:sam:clearing"), 12000);
  EXPECT_EQ(client_->Balance("revenue:commission"), 3000);
  EXPECT_EQ(client_->Balance("revenue:buyer_fee"), 3 * 575);
  EXPECT_EQ(Cents(order.totals().seller_earned()), 12000);
  EXPECT_EQ(Cents(order.totals().price()), 15000);
  ExpectSettled(order);
}

TEST_F(MilestonesTest, OddCentsAreRoundedHalfToEvenAndNoneIsLost) {
  const v1::Order order = PlaceOrder({3333, 10001});
  Must(client_->Deliver(order.name(), 1, false));
  Must(client_->Accept(order.name(), 1, v1::NEXT_STEP_START_NEXT));
  Must(client_->Deliver(order.name(), 2, true));
  ExpectSettled(Must(client_->Accept(order.name(), 2, v1::NEXT_STEP_END_ORDER)));
  EXPECT_THAT(client_->Entries(order.name()),
              ElementsAre("M1 provider:clearing +3816", "M1 escrow -3333", "M1 revenue:buyer_fee -483",
                          "M2 escrow +3333", "M2 seller:sam:clearing -2666", "M2 revenue:commission -667",
                          "M1 provider:clearing +10551", "M1 escrow -10001", "M1 revenue:buyer_fee -550",
                          "M2 escrow +10001", "M2 seller:sam:clearing -8001", "M2 revenue:commission -2000"));
}

TEST_F(MilestonesTest, NobodyIsChargedWhileTheBuyerDecidesLater) {
  const v1::Order order = PlaceOrder({5000, 5000});
  Must(client_->Deliver(order.name(), 1, false));
  const v1::Order waiting = Must(client_->Accept(order.name(), 1, v1::NEXT_STEP_UNSPECIFIED));
  EXPECT_EQ(waiting.state(), v1::ORDER_STATE_AWAITING_NEXT);
  EXPECT_FALSE(waiting.work_authorized());
  EXPECT_EQ(Captures(order.name()), 1);
  const v1::Order started = Must(client_->StartNext(order.name()));
  EXPECT_EQ(started.state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_EQ(started.current_milestone(), 2u);
  EXPECT_EQ(Captures(order.name()), 2);
}

TEST_F(MilestonesTest, AnEndedOrderIsCompletedAndTheRestIsNeverCharged) {
  const v1::Order order = PlaceOrder({5000, 5000, 5000});
  Must(client_->Deliver(order.name(), 1, false));
  Must(client_->Accept(order.name(), 1, v1::NEXT_STEP_DECIDE_LATER));
  const v1::Order ended = Must(client_->End(order.name()));
  EXPECT_EQ(ended.completion_reason(), type::v1::COMPLETION_REASON_ENDED_BY_BUYER);
  EXPECT_EQ(ended.milestones(1).state(), v1::MILESTONE_STATE_SKIPPED);
  EXPECT_EQ(ended.milestones(2).state(), v1::MILESTONE_STATE_SKIPPED);
  EXPECT_EQ(Captures(order.name()), 1);
  ExpectSettled(ended);
  EXPECT_THAT(client_->Deliver(order.name(), 2, false), RefusedWith(Reason::kOrderCompleted));
  EXPECT_THAT(client_->StartNext(order.name()), RefusedWith(Reason::kOrderCompleted));
}

TEST_F(MilestonesTest, AnAcceptanceMayEndTheOrderAtOnce) {
  const v1::Order order = PlaceOrder({5000, 5000});
  Must(client_->Deliver(order.name(), 1, false));
  const v1::Order ended = Must(client_->Accept(order.name(), 1, v1::NEXT_STEP_END_ORDER));
  EXPECT_EQ(ended.completion_reason(), type::v1::COMPLETION_REASON_ENDED_BY_BUYER);
  EXPECT_EQ(Captures(order.name()), 1);
  ExpectSettled(ended);
}

TEST_F(MilestonesTest, ARevisionStopsTheWindowAndIsCounted) {
  const v1::Order order = PlaceOrder({5000, 5000});
  v1::RequestRevisionRequest revision;
  revision.set_name(MilestoneName(order.name(), 1));
  revision.set_message("more colour");
  const auto request = [&] {
    revision.set_request_id(NewRequestId());
    return client_->Billing(kBuyer, &v1::MilestoneBilling::Stub::RequestRevision, revision);
  };
  EXPECT_THAT(request(), RefusedWith(Reason::kMilestoneNotDelivered));
  Must(client_->Deliver(order.name(), 1, false));
  const v1::Order revised = Must(request()).order();
  EXPECT_EQ(revised.milestones(0).state(), v1::MILESTONE_STATE_REVISION_REQUESTED);
  ASSERT_THAT(revised.milestones(0).deliveries(), SizeIs(1));
  EXPECT_EQ(revised.milestones(0).deliveries(0).message(), "here it is");
  EXPECT_EQ(revised.milestones(0).deliveries(0).revision_message(), "more colour");
  EXPECT_EQ(revised.milestones(0).revisions_used(), 1u);
  EXPECT_FALSE(revised.milestones(0).has_review_end_time());
  client_->Advance(absl::Hours(30 * 24));
  EXPECT_EQ(Must(client_->Get(order.name())).state(), v1::ORDER_STATE_ACTIVE) << "no window runs";
  Must(client_->Deliver(order.name(), 1, false));
  EXPECT_THAT(request(), RefusedWith(Reason::kRevisionsExhausted));
}

TEST_F(MilestonesTest, AOneTimeOrderIsOneMilestone) {
  const std::string gig = NewGig({6000, 6000});
  const std::string quote = Must(client_->Quote(gig, v1::ORDER_TYPE_ONE_TIME)).quote();
  const v1::Order order = Must(client_->Place(quote, "pm_ok")).order();
  EXPECT_EQ(order.type(), v1::ORDER_TYPE_ONE_TIME);
  ASSERT_THAT(order.milestones(), SizeIs(1));
  EXPECT_EQ(Cents(order.totals().funded()), 12000);
  Must(client_->Deliver(order.name(), 1, true));
  const v1::Order done = Must(client_->Accept(order.name(), 1, v1::NEXT_STEP_UNSPECIFIED));
  EXPECT_EQ(done.completion_reason(), type::v1::COMPLETION_REASON_ALL_ACCEPTED);
  ExpectSettled(done);
}

TEST_F(MilestonesTest, AReplayAnswersTheOrderAsItIsNowAndDoesNothing) {
  const v1::Order order = PlaceOrder({5000, 5000});
  const std::string delivery = NewRequestId();
  Must(client_->Deliver(order.name(), 1, false, delivery));
  Must(client_->Accept(order.name(), 1, v1::NEXT_STEP_DECIDE_LATER));
  const std::vector<int64_t> before = Footprint();
  v1::DeliverMilestoneRequest again;
  again.set_name(MilestoneName(order.name(), 1));
  again.set_message("here it is");
  again.set_request_id(delivery);
  const auto replay = Must(client_->Billing(kSeller, &v1::MilestoneBilling::Stub::DeliverMilestone, again));
  EXPECT_TRUE(replay.replayed());
  EXPECT_EQ(replay.order().state(), v1::ORDER_STATE_AWAITING_NEXT);
  EXPECT_EQ(Footprint(), before);
}

}  // namespace
}  // namespace milepost::billing
