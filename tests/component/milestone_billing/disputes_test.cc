// Disputes: who opens, withdraws and resolves them, what stands still meanwhile, and where the money goes (DOMAIN §4; M2, M5, M6).
#include <string>
#include <vector>

#include "common/core/refusal.h"
#include "common/rpc/wire.h"
#include "tests/component/milestone_billing/ways_out.h"

namespace milepost::billing {
namespace {

class DisputesTest : public WaysOutTest {
 protected:
  // Milestone 3, the last one, is delivered and disputed.
  v1::Order LastDisputed() {
    const std::string name = SecondActive().name();
    Must(client_->Deliver(name, 2, false));
    Must(client_->Accept(name, 2, v1::NEXT_STEP_START_NEXT));
    Must(client_->Deliver(name, 3, true));
    return Do(kSeller, DisputeOf(name, 3));
  }
};

TEST_F(DisputesTest, EitherPartyOpensOneWhileMoneyIsHeld) {
  for (const char* party : {kBuyer, kSeller}) {
    for (const v1::Order& before : {Active(), Delivered(), Revised(), SecondActive()}) {
      const int current = static_cast<int>(before.current_milestone());
      const v1::Order after = Do(party, DisputeOf(before.name(), current));
      EXPECT_EQ(after.state(), v1::ORDER_STATE_DISPUTED);
      EXPECT_FALSE(after.work_authorized());
      const v1::OrderMilestone& milestone = after.milestones(current - 1);
      EXPECT_EQ(milestone.state(), v1::MILESTONE_STATE_DISPUTED);
      EXPECT_EQ(milestone.dispute().number(), 1u);
      EXPECT_EQ(milestone.dispute().opened_by(),
                party == std::string(kBuyer) ? v1::PARTY_BUYER : v1::PARTY_SELLER);
      EXPECT_EQ(milestone.dispute().message(), "this is not what was agreed");
      EXPECT_EQ(rpc::TimeOf(milestone.dispute().open_time()), client_->Now());
      EXPECT_EQ(milestone.dispute().outcome(), v1::DISPUTE_OUTCOME_UNSPECIFIED);
      EXPECT_FALSE(milestone.dispute().has_close_time());
      EXPECT_EQ(DueOf(before.name(), v1::DEADLINE_KIND_DISPUTE), client_->Now() + 14 * kDay);
      EXPECT_EQ(Cents(after.totals().escrow_held()), Cents(before.totals().escrow_held()));
    }
  }
  EXPECT_EQ(Gauge("milepost_orders_disputed"), 8);
}

TEST_F(DisputesTest, W5_TheDeadlinesStandStillAndFallDueAtNoTime) {
  const std::string name = Delivered().name();
  client_->Advance(5 * kDay);
  Do(kSeller, CancellationOf(name));
  client_->Advance(absl::Hours(1));
  Do(kBuyer, DisputeOf(name, 1));
  EXPECT_THAT(DeadlinesOf(name),
              ElementsAre("REVIEW FROZEN", "CANCELLATION_ANSWER FROZEN", "DISPUTE PENDING"));
  const std::vector<v1::Deadline> frozen = client_->Deadlines(name);
  EXPECT_EQ(frozen[0].time_left().seconds(), 3600 * (3 * 24 - 1));
  EXPECT_EQ(frozen[1].time_left().seconds(), 3600 * 47);
  EXPECT_FALSE(frozen[2].has_time_left());
  client_->Advance(13 * kDay);
  const v1::Order seen = Must(client_->Get(name));
  EXPECT_EQ(seen.state(), v1::ORDER_STATE_DISPUTED);
  EXPECT_TRUE(seen.has_cancellation_request());
  // At a withdrawal they run on with what was left.
  Do(kBuyer, WithdrawalOf(name, 1));
  EXPECT_THAT(DeadlinesOf(name),
              ElementsAre("REVIEW PENDING", "CANCELLATION_ANSWER PENDING", "DISPUTE CLEARED"));
  EXPECT_EQ(DueOf(name, v1::DEADLINE_KIND_REVIEW), client_->Now() + absl::Hours(3 * 24 - 1));
  EXPECT_EQ(DueOf(name, v1::DEADLINE_KIND_CANCELLATION_ANSWER), client_->Now() + absl::Hours(47));
  EXPECT_FALSE(client_->Deadlines(name)[0].has_time_left());
}

TEST_F(DisputesTest, AfterAWithdrawalAtLeast24HoursAreLeft) {
  const std::string reviewed = Delivered().name(), worked = Active().name();
  client_->Advance(5 * kDay - absl::Hours(1));
  Do(kSeller, DisputeOf(worked, 1));
  client_->Advance(3 * kDay);
  Do(kBuyer, DisputeOf(reviewed, 1));
  client_->Advance(kDay);
  const v1::Order working = Do(kSeller, WithdrawalOf(worked, 1));
  EXPECT_EQ(working.state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_TRUE(working.work_authorized());
  EXPECT_EQ(working.milestones(0).state(), v1::MILESTONE_STATE_ACTIVE);
  EXPECT_EQ(rpc::TimeOf(working.milestones(0).due_time()), client_->Now() + kDay) << "the work has longer";
  EXPECT_EQ(DueOf(worked, v1::DEADLINE_KIND_DELIVERY), client_->Now() + kDay);
  const v1::Order reviewing = Do(kBuyer, WithdrawalOf(reviewed, 1));
  EXPECT_EQ(reviewing.milestones(0).state(), v1::MILESTONE_STATE_DELIVERED);
  EXPECT_EQ(DueOf(reviewed, v1::DEADLINE_KIND_REVIEW), client_->Now() + kDay);
  EXPECT_EQ(reviewing.milestones(0).dispute().outcome(), v1::DISPUTE_OUTCOME_WITHDRAWN);
  EXPECT_EQ(reviewing.milestones(0).dispute().closed_by(), v1::PARTY_BUYER);
  EXPECT_EQ(rpc::TimeOf(reviewing.milestones(0).dispute().close_time()), client_->Now());
  client_->Advance(kDay);
  EXPECT_EQ(Must(client_->Get(reviewed)).completion_reason(), type::v1::COMPLETION_REASON_REVIEW_TIMEOUT);
  EXPECT_TRUE(Must(client_->Get(worked)).milestones(0).late());
}

TEST_F(DisputesTest, M2_ReleaseIsAnAcceptanceThatDecidesLater) {
  const std::string name = Disputed().name();
  const v1::Order after = Do(kOperator, ReleaseOf(name, 1));
  EXPECT_EQ(after.state(), v1::ORDER_STATE_AWAITING_NEXT);
  EXPECT_EQ(after.milestones(0).state(), v1::MILESTONE_STATE_ACCEPTED);
  EXPECT_FALSE(after.milestones(0).auto_accepted());
  EXPECT_EQ(after.milestones(0).dispute().outcome(), v1::DISPUTE_OUTCOME_RELEASED);
  EXPECT_EQ(after.milestones(0).dispute().closed_by(), v1::PARTY_OPERATOR);
  EXPECT_EQ(after.milestones(0).dispute().resolution(), "both had a point");
  EXPECT_EQ(client_->Entries(name),
            PaidAnd({"M2 escrow +10000", "M2 seller:sam:clearing -8000", "M2 revenue:commission -2000"}));
  EXPECT_THAT(DeadlinesOf(name), ElementsAre("NEXT_NOT_STARTED PENDING", "DISPUTE CLEARED"));
  EXPECT_EQ(DueOf(name, v1::DEADLINE_KIND_NEXT_NOT_STARTED), client_->Now() + 8 * kDay);
  EXPECT_EQ(Must(client_->StartNext(name)).state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_EQ(Refund(), 0u);
}

TEST_F(DisputesTest, M2_ReleaseOfTheLastMilestoneCompletesTheOrder) {
  const std::string name = LastDisputed().name();
  const v1::Order ended = Do(kOperator, ReleaseOf(name, 3));
  EXPECT_EQ(ended.completion_reason(), type::v1::COMPLETION_REASON_ALL_ACCEPTED);
  EXPECT_EQ(ended.cancellation_reason(), type::v1::CANCELLATION_REASON_UNSPECIFIED);
  EXPECT_EQ(Cents(ended.totals().seller_earned()), 24000 * 8 / 10);
  ExpectSettled(ended);
}

TEST_F(DisputesTest, M5_RefundGivesTheBuyerAllBackAndEndsTheOrder) {
  const std::string first = Disputed().name(), third = LastDisputed().name();
  const v1::Order cancelled = Do(kOperator, RefundOf(first, 1));
  ExpectOver(cancelled, type::v1::CANCELLATION_REASON_DISPUTE_RESOLVED);
  EXPECT_EQ(cancelled.milestones(0).dispute().outcome(), v1::DISPUTE_OUTCOME_REFUNDED);
  EXPECT_EQ(client_->Entries(first),
            PaidAnd({"M5 escrow +10000", "M5 revenue:buyer_fee +550", "M5 refund:transit -10550"}));
  const v1::Order completed = Do(kOperator, RefundOf(third, 3));
  ExpectOver(completed, type::v1::CANCELLATION_REASON_DISPUTE_RESOLVED);
  EXPECT_EQ(completed.completion_reason(), type::v1::COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE);
  EXPECT_EQ(Cents(completed.totals().refunded()), 6000);
  EXPECT_EQ(Refund(), 2u);
  ExpectBalances(0, 0, 10550 + 8740);
}

TEST_F(DisputesTest, M6_SplitGivesEachItsPartToTheCent) {
  const std::string name = Disputed(kSeller).name();
  const v1::Order ended = Do(kOperator, SplitOf(name, 1, 3333));
  ExpectOver(ended, type::v1::CANCELLATION_REASON_DISPUTE_RESOLVED);
  EXPECT_EQ(ended.milestones(0).dispute().outcome(), v1::DISPUTE_OUTCOME_SPLIT);
  EXPECT_EQ(client_->Entries(name),
            PaidAnd({"M6 escrow +10000", "M6 revenue:buyer_fee +366", "M6 seller:sam:clearing -2666",
                     "M6 revenue:commission -667", "M6 refund:transit -7033"}));
  EXPECT_EQ(Refund(), 1u);
  EXPECT_EQ(client_->Entries(name).back(), "M5 provider:clearing -7033");
}

TEST_F(DisputesTest, M6_ASplitLeavesSomethingToEach) {
  const std::string name = Disputed().name();
  const std::vector<int64_t> before = Footprint();
  EXPECT_THAT(Take(kOperator, SplitOf(name, 1, 10000)), RefusedWith(Reason::kSellerAmountTooLarge));
  EXPECT_THAT(Take(kOperator, SplitOf(name, 1, 10001)), RefusedWith(Reason::kSellerAmountTooLarge));
  EXPECT_THAT(Take(kOperator, SplitOf(name, 1, 0)), RefusedWith(Reason::kInvalidFields));
  EXPECT_EQ(Footprint(), before);
  const v1::Order ended = Do(kOperator, SplitOf(name, 1, 9999));
  EXPECT_EQ(Cents(ended.milestones(0).cancellation().refunded_amount()), 1);
  EXPECT_EQ(Cents(ended.milestones(0).cancellation().refunded_fee()), 0);
  EXPECT_EQ(Refund(), 1u) << "a cent goes back";
  ExpectBalances(0, 0, 10549);
}

TEST_F(DisputesTest, TheBuyerMayAcceptAndDecideLater) {
  const std::string name = Disputed().name(), unset = Disputed(kSeller).name(), last = LastDisputed().name();
  const v1::NextAction accept = ActionOf(Must(client_->Get(name)), "AcceptMilestone");
  EXPECT_TRUE(accept.allowed());
  EXPECT_THAT(accept.next(), ElementsAre(v1::NEXT_STEP_UNSPECIFIED, v1::NEXT_STEP_DECIDE_LATER));
  for (const v1::NextStep next : {v1::NEXT_STEP_START_NEXT, v1::NEXT_STEP_END_ORDER})
    EXPECT_THAT(Take(kBuyer, ApprovalOf(name, 1, next)), RefusedWith(Reason::kOrderDisputed));
  const v1::Order accepted = Do(kBuyer, ApprovalOf(name, 1, v1::NEXT_STEP_DECIDE_LATER));
  EXPECT_EQ(accepted.state(), v1::ORDER_STATE_AWAITING_NEXT);
  EXPECT_EQ(accepted.milestones(0).dispute().outcome(), v1::DISPUTE_OUTCOME_RELEASED);
  EXPECT_EQ(accepted.milestones(0).dispute().closed_by(), v1::PARTY_BUYER);
  EXPECT_EQ(accepted.milestones(0).dispute().resolution(), "");
  EXPECT_EQ(Do(kBuyer, ApprovalOf(unset, 1)).state(), v1::ORDER_STATE_AWAITING_NEXT);
  EXPECT_EQ(Captures(name), 1);
  EXPECT_THAT(Take(kBuyer, ApprovalOf(last, 3, v1::NEXT_STEP_DECIDE_LATER)),
              RefusedWith(Reason::kIsTheLastMilestone));
  const v1::Order done = Do(kBuyer, ApprovalOf(last, 3, v1::NEXT_STEP_END_ORDER));
  EXPECT_EQ(done.completion_reason(), type::v1::COMPLETION_REASON_ALL_ACCEPTED);
}

// Also where nothing was delivered: the buyer gives in.
TEST_F(DisputesTest, TheBuyerMayAcceptWhatWasNeverDelivered) {
  const std::string name = Do(kSeller, DisputeOf(Active().name(), 1)).name();
  const v1::Order after = Do(kBuyer, ApprovalOf(name, 1));
  EXPECT_EQ(after.milestones(0).state(), v1::MILESTONE_STATE_ACCEPTED);
  EXPECT_EQ(Cents(after.totals().seller_earned()), 8000);
}

TEST_F(DisputesTest, A19_TheSellerMayGiveAllBackAtOnce) {
  const std::string first = Disputed().name(), second = SecondActive().name();
  Do(kSeller, DisputeOf(second, 2));
  for (const std::string& name : {first, second}) {
    const v1::Order ended = Do(kSeller, CancellationOf(name));
    ExpectOver(ended, type::v1::CANCELLATION_REASON_REFUNDED_BY_SELLER);
    const v1::OrderMilestone& milestone = ended.milestones(static_cast<int>(ended.current_milestone()) - 1);
    EXPECT_EQ(milestone.dispute().outcome(), v1::DISPUTE_OUTCOME_REFUNDED);
    EXPECT_EQ(milestone.dispute().closed_by(), v1::PARTY_SELLER);
    EXPECT_EQ(milestone.dispute().resolution(), "it does not work out");
    EXPECT_EQ(Cents(milestone.cancellation().seller_amount()), 0);
  }
  EXPECT_EQ(Refund(), 2u);
  ExpectBalances(0, 0, 10550);
}

TEST_F(DisputesTest, A19_InADisputeAllOtherRequestsAreAnswered) {
  const std::string name = Disputed().name();
  EXPECT_EQ(Do(kBuyer, CancellationOf(name)).state(), v1::ORDER_STATE_DISPUTED) << "the buyer's for all";
  Do(kSeller, AnswerTo(name, v1::CANCELLATION_ANSWER_REJECT));
  const v1::Order asked = Do(kSeller, CancellationOf(name, 4000));
  EXPECT_EQ(asked.state(), v1::ORDER_STATE_DISPUTED) << "the seller's for a share";
  EXPECT_EQ(rpc::TimeOf(asked.cancellation_request().answer_end_time()), client_->Now() + absl::Hours(48))
      << "made in the dispute, it has its time";
  const v1::Order ended = Do(kBuyer, AnswerTo(name, v1::CANCELLATION_ANSWER_ACCEPT));
  ExpectOver(ended, type::v1::CANCELLATION_REASON_AGREED);
  EXPECT_EQ(ended.milestones(0).dispute().outcome(), v1::DISPUTE_OUTCOME_SPLIT);
  EXPECT_EQ(ended.milestones(0).dispute().closed_by(), v1::PARTY_BUYER);
  EXPECT_EQ(Cents(ended.milestones(0).cancellation().seller_amount()), 4000);
}

// The seller asked for a share before, and gives all now.
TEST_F(DisputesTest, A19_TheSellersRefundVoidsWhatIsPending) {
  const std::string own = Disputed().name(), others = Disputed().name();
  Do(kSeller, CancellationOf(own, 4000));
  Do(kBuyer, CancellationOf(others));
  for (const std::string& name : {own, others}) {
    ExpectOver(Do(kSeller, CancellationOf(name)), type::v1::CANCELLATION_REASON_REFUNDED_BY_SELLER);
    EXPECT_THAT(TypesSince(name, "cancellation.voided"),
                ElementsAre("cancellation.voided", "dispute.resolved", "milestone.cancelled",
                            "refund.started", "milestone.skipped", "milestone.skipped", "order.cancelled"));
  }
}

TEST_F(DisputesTest, After14DaysAnOperatorIsCalledAndNoMoneyMoves) {
  const std::string name = Disputed().name();
  client_->Advance(14 * kDay - kTick);
  EXPECT_EQ(Must(client_->Get(name, kOperator)).operator_task(), v1::OPERATOR_TASK_UNSPECIFIED);
  EXPECT_EQ(Gauge("milepost_orders_operator_needed"), 0);
  client_->Advance(kTick);
  const v1::Order seen = Must(client_->Get(name, kOperator));
  EXPECT_EQ(seen.state(), v1::ORDER_STATE_DISPUTED);
  EXPECT_EQ(seen.operator_task(), v1::OPERATOR_TASK_UNRESOLVED_DISPUTE);
  EXPECT_EQ(rpc::TimeOf(seen.operator_since_time()), client_->Now());
  EXPECT_EQ(Must(client_->Get(name)).operator_task(), v1::OPERATOR_TASK_UNSPECIFIED) << "not the parties'";
  EXPECT_EQ(client_->Entries(name), PaidAnd({}));
  EXPECT_EQ(Gauge("milepost_orders_operator_needed"), 1);
  client_->Advance(absl::Hours(2));
  EXPECT_EQ(Gauge("milepost_orders_operator_needed_seconds"), 7200);
  const v1::Order withdrawn = Do(kBuyer, WithdrawalOf(name, 1));
  EXPECT_EQ(withdrawn.state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_EQ(Must(client_->Get(name, kOperator)).operator_task(), v1::OPERATOR_TASK_UNSPECIFIED);
  EXPECT_EQ(Gauge("milepost_orders_operator_needed"), 0);
  EXPECT_EQ(Gauge("milepost_orders_operator_needed_seconds"), 0);
  EXPECT_EQ(Gauge("milepost_orders_disputed"), 0);
}

TEST_F(DisputesTest, EachPartyDisputesAMilestoneThreeTimesAtMost) {
  const std::string name = Delivered().name();
  uint32_t number = 0;
  for (const char* by : {kSeller, kBuyer}) {
    for (int own = 1; own <= 3; ++own) {
      EXPECT_TRUE(ActionOf(Must(client_->Get(name)), "OpenDispute").allowed()) << "the buyer's";
      EXPECT_EQ(Do(by, DisputeOf(name, 1)).milestones(0).dispute().number(), ++number);
      Do(by, WithdrawalOf(name, 1));
    }
    const absl::Status fourth = Take(by, DisputeOf(name, 1)).status();
    EXPECT_THAT(fourth, RefusedWith(Reason::kTooManyDisputes)) << by;
    EXPECT_EQ(TextOf(*RefusalOf(fourth), "en"),
              "You have opened 3 disputes about milestone 1; no further one is possible.");
  }
  EXPECT_FALSE(ActionOf(Must(client_->Get(name)), "OpenDispute").allowed());
  Must(client_->Accept(name, 1, v1::NEXT_STEP_START_NEXT));
  EXPECT_EQ(Do(kBuyer, DisputeOf(name, 2)).milestones(1).dispute().number(), 1u)
      << "each milestone has its own";
}

TEST_F(DisputesTest, WhatTheStateDoesNotAllowIsRefusedAndWritesNothing) {
  const std::string active = Active().name(), waiting = AwaitingNext().name(), declined = Declined().name(),
                    placing = PlaceOrder({10000}, "pm_pending").name(),
                    cancelled = Do(kOperator, CancellationOf(Active().name())).name();
  const std::vector<int64_t> before = Footprint();
  const auto refused = [this](const std::string& order, int milestone, Reason open, Reason others) {
    for (const char* party : {kBuyer, kSeller}) {
      EXPECT_THAT(Take(party, DisputeOf(order, milestone)), RefusedWith(open)) << order;
      EXPECT_THAT(Take(party, WithdrawalOf(order, milestone)), RefusedWith(others)) << order;
    }
    EXPECT_THAT(Take(kOperator, ReleaseOf(order, milestone)), RefusedWith(others)) << order;
    EXPECT_THAT(Take(kOperator, RefundOf(order, milestone)), RefusedWith(others)) << order;
    EXPECT_THAT(Take(kOperator, SplitOf(order, milestone, 1)), RefusedWith(others)) << order;
  };
  refused(active, 2, Reason::kNotTheCurrentMilestone, Reason::kNotTheCurrentMilestone);
  refused(active, 9, Reason::kMilestoneNotFound, Reason::kMilestoneNotFound);
  refused(waiting, 1, Reason::kMilestoneAlreadyAccepted, Reason::kNotDisputed);
  refused(declined, 2, Reason::kWorkNotAuthorized, Reason::kNotDisputed);
  refused(declined, 1, Reason::kMilestoneAlreadyAccepted, Reason::kNotTheCurrentMilestone);
  refused(placing, 1, Reason::kOrderPlacing, Reason::kOrderPlacing);
  refused(cancelled, 1, Reason::kOrderCancelled, Reason::kOrderCancelled);
  EXPECT_THAT(Take(kBuyer, WithdrawalOf(active, 1)), RefusedWith(Reason::kNotDisputed));
  EXPECT_THAT(Take(kOperator, ReleaseOf(active, 1)), RefusedWith(Reason::kNotDisputed));
  EXPECT_EQ(Footprint(), before);
}

TEST_F(DisputesTest, InADisputeWorkAndPaymentStandStill) {
  const std::string name = Disputed().name(), undelivered = Do(kBuyer, DisputeOf(Active().name(), 1)).name();
  const std::vector<int64_t> before = Footprint();
  EXPECT_THAT(client_->Deliver(undelivered, 1, false), RefusedWith(Reason::kOrderDisputed));
  EXPECT_THAT(Take(kBuyer, RevisionOf(name, 1)), RefusedWith(Reason::kOrderDisputed));
  EXPECT_THAT(Take(kBuyer, LateCancellationOf(undelivered, 1)), RefusedWith(Reason::kOrderDisputed));
  EXPECT_THAT(Take(kSeller, DisputeOf(name, 1)), RefusedWith(Reason::kOrderDisputed));
  EXPECT_THAT(client_->StartNext(name), RefusedWith(Reason::kOrderDisputed));
  EXPECT_THAT(client_->End(name), RefusedWith(Reason::kOrderDisputed));
  EXPECT_THAT(client_->Retry(name, "pm_ok"), RefusedWith(Reason::kNoPaymentDue));
  const absl::Status others = Take(kSeller, WithdrawalOf(name, 1)).status();
  EXPECT_THAT(others, RefusedWith(Reason::kNotYourDispute));
  EXPECT_TRUE(absl::IsFailedPrecondition(others));
  for (const char* party : {kBuyer, kSeller, kStranger}) {
    const absl::Status not_yours = Take(party, ReleaseOf(name, 1)).status();
    EXPECT_THAT(not_yours, RefusedWith(Reason::kNotAnOperator)) << party;
    EXPECT_TRUE(absl::IsPermissionDenied(not_yours));
  }
  EXPECT_EQ(Footprint(), before);
  v1::PostUpdateRequest update;
  update.set_name(MilestoneName(name, 1));
  update.set_message("I am looking into it");
  update.set_request_id(NewRequestId());
  EXPECT_THAT(client_->Billing(kSeller, &v1::MilestoneBilling::Stub::PostUpdate, update), IsOk());
}

TEST_F(DisputesTest, AnOffersOrderTellsOfferServiceHowItEnded) {
  const v1::Order order = OfOffer();
  Must(client_->Deliver(order.name(), 1, false));
  Do(kBuyer, DisputeOf(order.name(), 1));
  EXPECT_EQ(Must(server_->relay().Tick()), 0u) << "it has not ended";
  Do(kOperator, SplitOf(order.name(), 1, 5000));
  EXPECT_EQ(Must(server_->relay().Tick()), 1u);
  const auto outcomes = peers_.offers().outcomes();
  ASSERT_THAT(outcomes, SizeIs(1));
  EXPECT_EQ(outcomes[0].outcome(), offers::v1::ORDER_OUTCOME_CANCELLED);
  EXPECT_EQ(outcomes[0].cancellation_reason(), type::v1::CANCELLATION_REASON_DISPUTE_RESOLVED);
}

}  // namespace
}  // namespace milepost::billing
