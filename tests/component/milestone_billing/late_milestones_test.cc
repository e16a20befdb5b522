// A seller who delivers late, or never: A17, A20, A27. The deadlines of an order as ListDeadlines shows them through its life (W5).
#include <string>
#include <vector>

#include "common/core/refusal.h"
#include "common/rpc/wire.h"
#include "tests/component/milestone_billing/ways_out.h"
#include "tests/support/database.h"

namespace milepost::billing {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kWork = absl::Hours(5 * 24);  // that a milestone has

class LateMilestonesTest : public WaysOutTest {
 protected:
  // So late that the buyer may cancel it.
  v1::Order Cancellable() {
    const v1::Order order = Active();
    client_->Advance(kWork + kDay);
    return Must(client_->Get(order.name()));
  }
  // A revision that is 30 days late: an operator is needed.
  v1::Order OverdueRevision() {
    const v1::Order order = Revised();
    client_->Advance(absl::Hours(3 * 24 + 30 * 24));
    return Must(client_->Get(order.name()));
  }
};

// One row from the placement to the end of the work; what has fired keeps its own.
TEST_F(LateMilestonesTest, W5_ListDeadlinesThroughAWholeLife) {
  const std::string name = Active().name();
  EXPECT_THAT(DeadlinesOf(name), ElementsAre("DELIVERY PENDING"));
  EXPECT_EQ(DueOf(name, v1::DEADLINE_KIND_DELIVERY), client_->Now() + kWork);
  Must(client_->Deliver(name, 1, false));
  EXPECT_THAT(DeadlinesOf(name), ElementsAre("REVIEW PENDING"));
  EXPECT_EQ(DueOf(name, v1::DEADLINE_KIND_REVIEW), client_->Now() + 8 * kDay);
  Do(kBuyer, RevisionOf(name, 1));
  EXPECT_THAT(DeadlinesOf(name), ElementsAre("DELIVERY PENDING"));
  EXPECT_EQ(DueOf(name, v1::DEADLINE_KIND_DELIVERY), client_->Now() + 3 * kDay) << "A17";
  Must(client_->Deliver(name, 1, false));
  Must(client_->Accept(name, 1, v1::NEXT_STEP_DECIDE_LATER));
  EXPECT_THAT(DeadlinesOf(name), ElementsAre("NEXT_NOT_STARTED PENDING"));
  Must(client_->StartNext(name, "pm_declined"));
  EXPECT_THAT(DeadlinesOf(name), ElementsAre("PAYMENT_GRACE PENDING"));
  EXPECT_EQ(client_->Deadlines(name)[0].number(), 1u) << "the same row all the way";
  Must(client_->Retry(name, "pm_ok"));
  EXPECT_THAT(DeadlinesOf(name), ElementsAre("DELIVERY PENDING"));
  EXPECT_EQ(client_->Deadlines(name)[0].number(), 1u);
  client_->Advance(kWork);
  EXPECT_THAT(DeadlinesOf(name), ElementsAre("DELIVERY FIRED", "LATE_CANCELLATION PENDING"));
  client_->Advance(kDay);
  EXPECT_THAT(DeadlinesOf(name),
              ElementsAre("DELIVERY FIRED", "LATE_CANCELLATION FIRED", "NON_DELIVERY PENDING"));
  EXPECT_EQ(DueOf(name, v1::DEADLINE_KIND_NON_DELIVERY), client_->Now() + 29 * kDay)
      << "30 after the due time";
  Do(kBuyer, DisputeOf(name, 2));
  EXPECT_THAT(DeadlinesOf(name), ElementsAre("DELIVERY FIRED", "LATE_CANCELLATION FIRED",
                                             "NON_DELIVERY FROZEN", "DISPUTE PENDING"));
  EXPECT_EQ(client_->Deadlines(name)[2].time_left().seconds(), 29 * 24 * 3600);
  Do(kBuyer, WithdrawalOf(name, 2));
  EXPECT_THAT(DeadlinesOf(name), ElementsAre("DELIVERY FIRED", "LATE_CANCELLATION FIRED",
                                             "NON_DELIVERY PENDING", "DISPUTE CLEARED"));
  Must(client_->Deliver(name, 2, false));
  EXPECT_THAT(DeadlinesOf(name),
              ElementsAre("DELIVERY FIRED", "LATE_CANCELLATION FIRED", "REVIEW PENDING", "DISPUTE CLEARED"));
  client_->Advance(8 * kDay);
  EXPECT_THAT(DeadlinesOf(name),
              ElementsAre("DELIVERY FIRED", "LATE_CANCELLATION FIRED", "REVIEW FIRED", "DISPUTE CLEARED"));
  const std::vector<v1::Deadline> all = client_->Deadlines(name);
  EXPECT_EQ(rpc::TimeOf(all[2].fire_time()), client_->Now());
  EXPECT_FALSE(all[3].has_fire_time());
  EXPECT_EQ(Must(client_->Get(name)).completion_reason(), type::v1::COMPLETION_REASON_REVIEW_TIMEOUT);
}

TEST_F(LateMilestonesTest, A14_ADeadlineThatIsDueIsShownFiredBeforeAnybodyHasWrittenIt) {
  const std::string name = Active().name();
  const std::vector<int64_t> before = Footprint();
  AdvanceClockOnly(kWork - kTick);
  EXPECT_FALSE(Must(client_->Get(name)).milestones(0).late());
  AdvanceClockOnly(kTick);
  const v1::Order seen = Must(client_->Get(name));
  EXPECT_TRUE(seen.milestones(0).late());
  EXPECT_EQ(client_->Deadlines(name)[0].state(), v1::DEADLINE_STATE_FIRED);
  EXPECT_EQ(Footprint(), before) << "reading writes nothing";
  EXPECT_EQ(Must(server_->shell().Sweep()), 1u);
  EXPECT_EQ(Must(client_->Get(name)).etag(), seen.etag());
}

// What is listed before anybody has written what is due is what is listed afterwards.
TEST_F(LateMilestonesTest, A14_W5_DeadlinesAreListedAsTheyWillBeWritten) {
  const std::string late = Active().name(), revised = Revised().name(), reviewed = Delivered().name(),
                    asked = Delivered().name(), disputed = Disputed().name(), waiting = AwaitingNext().name();
  Do(kBuyer, CancellationOf(asked));
  for (const absl::Duration by : {absl::Hours(48), kDay, 2 * kDay, kDay, 2 * kDay, 6 * kDay}) {
    AdvanceClockOnly(by);
    const auto listed = [&] {
      Lines all;
      for (const std::string& name : {late, revised, reviewed, asked, disputed, waiting})
        for (const v1::Deadline& deadline : client_->Deadlines(name)) all.push_back(deadline.DebugString());
      return all;
    };
    const Lines before = listed();
    Must(server_->shell().Sweep());
    EXPECT_EQ(listed(), before) << by;
  }
}

TEST_F(LateMilestonesTest, A14_W5_DeadlinesThatHaveNoRowYetHaveTheirPage) {
  const std::string name = Active().name();
  AdvanceClockOnly(kWork);
  v1::ListDeadlinesRequest request;
  request.set_order(name);
  request.set_page_size(1);
  Lines kinds;
  do {
    const auto page = Must(client_->Billing(kBuyer, &v1::MilestoneBilling::Stub::ListDeadlines, request));
    ASSERT_EQ(page.deadlines_size(), 1);
    kinds.push_back(v1::DeadlineKind_Name(page.deadlines(0).kind()));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(kinds, ElementsAre("DEADLINE_KIND_DELIVERY", "DEADLINE_KIND_LATE_CANCELLATION"));
}

TEST_F(LateMilestonesTest, A20_ADeliveryAtTheDueTimeIsLateAndOneBeforeIsNot) {
  const std::string early = Active().name(), late = Active().name();
  AdvanceClockOnly(kWork - kTick);
  EXPECT_FALSE(Must(client_->Deliver(early, 1, false)).milestones(0).deliveries(0).late());
  AdvanceClockOnly(kTick);
  const v1::Order delivered = Must(client_->Deliver(late, 1, false));
  EXPECT_TRUE(delivered.milestones(0).late());
  EXPECT_TRUE(delivered.milestones(0).deliveries(0).late());
  EXPECT_TRUE(LastEvent(late, "milestone.delivered").milestone_delivered().late());
  EXPECT_THAT(DeadlinesOf(late), ElementsAre("DELIVERY FIRED", "REVIEW PENDING"));
}

TEST_F(LateMilestonesTest, A20_TheBuyerMayCancelADayAfterTheDueTimeAndNotBefore) {
  const v1::Order order = Active();
  const std::string& name = order.name();
  const absl::Status early = Take(kBuyer, LateCancellationOf(name, 1)).status();
  EXPECT_THAT(early, RefusedWith(Reason::kMilestoneNotLate));
  EXPECT_TRUE(absl::IsFailedPrecondition(early));
  absl::Time told;
  EXPECT_TRUE(
      absl::ParseTime(absl::RFC3339_full, RefusalOf(early)->detail("cancellable_time"), &told, nullptr));
  EXPECT_EQ(told, client_->Now() + kWork + kDay);
  EXPECT_FALSE(ActionOf(order, "CancelLateMilestone").allowed());
  AdvanceClockOnly(kWork + kDay - kTick);
  const absl::Status still = Take(kBuyer, LateCancellationOf(name, 1)).status();
  EXPECT_THAT(still, RefusedWith(Reason::kMilestoneNotLate));
  EXPECT_EQ(RefusalOf(still)->detail("cancellable_time"), RefusalOf(early)->detail("cancellable_time"));
  AdvanceClockOnly(kTick);
  EXPECT_TRUE(ActionOf(Must(client_->Get(name)), "CancelLateMilestone").allowed());
  v1::CancelLateMilestoneRequest request = LateCancellationOf(name, 1);
  request.set_message("I found somebody else");
  const v1::Order ended = Do(kBuyer, request);
  ExpectOver(ended, type::v1::CANCELLATION_REASON_LATE_DELIVERY);
  EXPECT_EQ(LastEvent(name, "milestone.cancelled").milestone_cancelled().message(), "I found somebody else");
  EXPECT_EQ(LastEvent(name, "milestone.cancelled").actor(), kBuyer);
  EXPECT_THAT(DeadlinesOf(name), ElementsAre("DELIVERY FIRED", "LATE_CANCELLATION FIRED"))
      << "NON_DELIVERY was set and cleared in one step";
  ExpectBalances(10550, 0, 10550);
  EXPECT_EQ(Refund(), 1u);
  ExpectBalances(0, 0, 0);
}

TEST_F(LateMilestonesTest, A20_AMilestoneThatWasEverDeliveredIsNotCancelledSo) {
  const std::string delivered = Delivered().name(), revised = Revised().name(),
                    waiting = AwaitingNext().name(), declined = Declined().name(),
                    second = SecondActive().name(), disputed = Disputed().name();
  client_->Advance(7 * kDay);  // the revision, and milestone 2 of the last one, are a day late and more
  const std::vector<int64_t> before = Footprint();
  const auto cancel = [&](const std::string& order, int milestone) {
    return Take(kBuyer, LateCancellationOf(order, milestone)).status();
  };
  EXPECT_THAT(cancel(delivered, 1), RefusedWith(Reason::kMilestoneAlreadyDelivered));
  EXPECT_THAT(cancel(revised, 1), RefusedWith(Reason::kMilestoneWasDelivered));
  EXPECT_THAT(cancel(waiting, 1), RefusedWith(Reason::kMilestoneAlreadyAccepted));
  EXPECT_THAT(cancel(waiting, 2), RefusedWith(Reason::kNotTheCurrentMilestone));
  EXPECT_THAT(cancel(declined, 2), RefusedWith(Reason::kWorkNotAuthorized));
  EXPECT_THAT(cancel(second, 1), RefusedWith(Reason::kMilestoneAlreadyAccepted));
  EXPECT_THAT(cancel(second, 3), RefusedWith(Reason::kNotTheCurrentMilestone));
  EXPECT_THAT(cancel(second, 4), RefusedWith(Reason::kMilestoneNotFound));
  EXPECT_THAT(cancel(disputed, 1), RefusedWith(Reason::kOrderDisputed));
  EXPECT_EQ(Footprint(), before);
  const v1::Order ended = Do(kBuyer, LateCancellationOf(second, 2));
  ExpectOver(ended, type::v1::CANCELLATION_REASON_LATE_DELIVERY);
  EXPECT_EQ(ended.completion_reason(), type::v1::COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE);
  EXPECT_THAT(cancel(second, 2), RefusedWith(Reason::kOrderCompleted));
}

// It is planted: only a release of before placed such orders.
TEST_F(LateMilestonesTest, A20_AnOrderOfBeforeIsNotCancelledByTheBuyerAlone) {
  const std::string name = Cancellable().name();
  ASSERT_THAT(ChangeStored(name, [](Order& order) { order.edition = 0; }), IsOk());
  const absl::Status refused = Take(kBuyer, LateCancellationOf(name, 1)).status();
  EXPECT_THAT(refused, RefusedWith(Reason::kLateCancellationNotAgreed));
  EXPECT_TRUE(absl::IsFailedPrecondition(refused));
  ASSERT_THAT(ChangeStored(name, [](Order& order) { order.edition = 1; }), IsOk());
  Do(kBuyer, LateCancellationOf(name, 1));
}

TEST_F(LateMilestonesTest, A20_ALateMilestoneMayStillBeDelivered) {
  const v1::Order order = Cancellable();
  EXPECT_TRUE(order.milestones(0).late());
  const v1::NextAction deliver = ActionOf(order, "DeliverMilestone");
  EXPECT_TRUE(deliver.allowed());
  EXPECT_EQ(rpc::TimeOf(deliver.deadline_time()), DueOf(order.name(), v1::DEADLINE_KIND_NON_DELIVERY));
  EXPECT_EQ(deliver.at_deadline(),
            "milestone CANCELLED and refunded to the buyer, order CANCELLED (NON_DELIVERY)");
  client_->Advance(29 * kDay - kTick);
  Must(client_->Deliver(order.name(), 1, false));
  EXPECT_THAT(Take(kBuyer, LateCancellationOf(order.name(), 1)),
              RefusedWith(Reason::kMilestoneAlreadyDelivered));
  client_->Advance(kTick);
  EXPECT_EQ(Must(client_->Get(order.name())).state(), v1::ORDER_STATE_ACTIVE) << "A27 is off";
}

TEST_F(LateMilestonesTest, A27_ThirtyDaysWithoutADeliveryCancelAndRefund) {
  const std::string first = Active().name(), second = SecondActive().name();
  client_->Advance(kWork + 30 * kDay - kTick);
  for (const std::string& name : {first, second})
    EXPECT_EQ(Must(client_->Get(name)).state(), v1::ORDER_STATE_ACTIVE);
  const auto advanced = client_->Advance(kTick);
  ASSERT_THAT(advanced.fired(), SizeIs(2));
  for (const auto& fired : advanced.fired()) EXPECT_EQ(fired.kind(), "NON_DELIVERY");
  ExpectOver(Must(client_->Get(first)), type::v1::CANCELLATION_REASON_NON_DELIVERY);
  ExpectOver(Must(client_->Get(second)), type::v1::CANCELLATION_REASON_NON_DELIVERY);
  EXPECT_EQ(Must(client_->Get(second)).completion_reason(),
            type::v1::COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE);
  EXPECT_THAT(TypesSince(first, "milestone.overdue"),
              ElementsAre("milestone.overdue", "milestone.cancellable", "milestone.cancelled",
                          "refund.started", "milestone.skipped", "milestone.skipped", "order.cancelled"));
  EXPECT_EQ(Refund(), 2u);
  EXPECT_EQ(Simulator::Get().Payouts(first + "/") + Simulator::Get().Payouts(second + "/"), 2);
  ExpectBalances(0, 0, 10550);
}

// All three at once, by whoever looks first.
TEST_F(LateMilestonesTest, A14_A27_WhoComesBackAfterMonthsMeetsTheEnd) {
  const std::string read = Active().name(), delivered = Active().name();
  AdvanceClockOnly(100 * kDay);
  ExpectOver(Must(client_->Get(read)), type::v1::CANCELLATION_REASON_NON_DELIVERY);
  EXPECT_EQ(rpc::TimeOf(Must(client_->Get(read)).milestones(0).cancellation().cancel_time()),
            client_->Now() - 100 * kDay + kWork + 30 * kDay);
  EXPECT_THAT(client_->Deliver(delivered, 1, false), RefusedWith(Reason::kOrderCancelled));
  EXPECT_THAT(Take(kBuyer, LateCancellationOf(delivered, 1)), RefusedWith(Reason::kOrderCancelled));
  EXPECT_EQ(Must(server_->shell().Sweep()), 6u) << "three of each";
  for (const std::string& name : {read, delivered}) {
    ExpectOver(Must(client_->Get(name)), type::v1::CANCELLATION_REASON_NON_DELIVERY);
    EXPECT_THAT(DeadlinesOf(name),
                ElementsAre("DELIVERY FIRED", "LATE_CANCELLATION FIRED", "NON_DELIVERY FIRED"));
  }
  EXPECT_EQ(Refund(), 2u);
}

TEST_F(LateMilestonesTest, A27_AnOffersOrderTellsOfferService) {
  const v1::Order order = OfOffer();
  client_->Advance(absl::Hours((7 + 30) * 24));
  EXPECT_EQ(Must(server_->relay().Tick()), 1u);
  const auto outcomes = peers_.offers().outcomes();
  ASSERT_THAT(outcomes, SizeIs(1));
  EXPECT_EQ(outcomes[0].name(), order.offer());
  EXPECT_EQ(outcomes[0].outcome(), offers::v1::ORDER_OUTCOME_CANCELLED);
  EXPECT_EQ(outcomes[0].cancellation_reason(), type::v1::CANCELLATION_REASON_NON_DELIVERY);
}

TEST_F(LateMilestonesTest, A27_AfterARevisionRequestAnOperatorIsCalledAndNothingElseHappens) {
  const std::string name = Revised().name();
  client_->Advance(3 * kDay);
  EXPECT_TRUE(Must(client_->Get(name)).milestones(0).late());
  EXPECT_THAT(DeadlinesOf(name), ElementsAre("DELIVERY FIRED", "NON_DELIVERY PENDING"));
  EXPECT_FALSE(LastEvent(name, "milestone.overdue").milestone_overdue().has_cancellable_time());
  client_->Advance(30 * kDay - kTick);
  EXPECT_EQ(Must(client_->Get(name, kOperator)).operator_task(), v1::OPERATOR_TASK_UNSPECIFIED);
  client_->Advance(kTick);
  for (const char* reader : {kOperator, kOfferServiceActor}) {
    const v1::Order seen = Must(client_->Get(name, reader));
    EXPECT_EQ(seen.state(), v1::ORDER_STATE_ACTIVE);
    EXPECT_EQ(seen.operator_task(), v1::OPERATOR_TASK_OVERDUE_REVISION);
    EXPECT_EQ(rpc::TimeOf(seen.operator_since_time()), client_->Now());
  }
  for (const char* party : {kBuyer, kSeller}) {
    const v1::Order seen = Must(client_->Get(name, party));
    EXPECT_EQ(seen.operator_task(), v1::OPERATOR_TASK_UNSPECIFIED) << party;
    EXPECT_FALSE(seen.has_operator_since_time()) << party;
    EXPECT_THAT(EventsOf(name, "order.operator_needed", party), IsEmpty());
  }
  EXPECT_THAT(EventsOf(name, "order.operator_needed", kOperator), SizeIs(1));
  EXPECT_THAT(DeadlinesOf(name), ElementsAre("DELIVERY FIRED", "NON_DELIVERY FIRED"));
  client_->Advance(365 * kDay);
  EXPECT_EQ(Must(client_->Get(name)).milestones(0).state(), v1::MILESTONE_STATE_REVISION_REQUESTED);
  EXPECT_EQ(Refund(), 0u);
}

TEST_F(LateMilestonesTest, A27_ADeliveryOrTheOrdersEndCallsTheOperatorOff) {
  const std::string delivered = OverdueRevision().name(), disputed = OverdueRevision().name(),
                    cancelled = OverdueRevision().name();
  const auto task = [&](const std::string& name) {
    return Must(client_->Get(name, kOperator)).operator_task();
  };
  for (const std::string& name : {delivered, disputed, cancelled})
    EXPECT_EQ(task(name), v1::OPERATOR_TASK_OVERDUE_REVISION);
  EXPECT_EQ(Gauge("milepost_orders_operator_needed"), 3);
  EXPECT_TRUE(Must(client_->Deliver(delivered, 1, false)).milestones(0).late());
  EXPECT_EQ(task(delivered), v1::OPERATOR_TASK_UNSPECIFIED);
  EXPECT_FALSE(Must(client_->Get(delivered, kOperator)).has_operator_since_time());
  Do(kBuyer, DisputeOf(disputed, 1));
  EXPECT_EQ(task(disputed), v1::OPERATOR_TASK_OVERDUE_REVISION);
  Do(kBuyer, WithdrawalOf(disputed, 1));
  EXPECT_EQ(task(disputed), v1::OPERATOR_TASK_OVERDUE_REVISION) << "nothing else would end the wait";
  Do(kOperator, CancellationOf(cancelled));
  EXPECT_EQ(task(cancelled), v1::OPERATOR_TASK_UNSPECIFIED);
  EXPECT_EQ(Gauge("milepost_orders_operator_needed"), 1);
}

TEST_F(LateMilestonesTest, A28_AQuoteShowsTheDeadlinePolicyThatTheOrderWillHave) {
  const std::string gig = NewGig({10000, 8000});
  for (const v1::OrderType workflow : {v1::ORDER_TYPE_MILESTONES, v1::ORDER_TYPE_ONE_TIME}) {
    const v1::DeadlinePolicy policy = Must(client_->Quote(gig, workflow)).deadline_policy();
    EXPECT_EQ(policy.review_hours(), workflow == v1::ORDER_TYPE_MILESTONES ? 8u * 24 : 3u * 24);
    EXPECT_EQ(policy.next_not_started_hours(), 8u * 24);
    EXPECT_EQ(policy.payment_grace_hours(), 8u * 24);
    EXPECT_EQ(policy.late_cancellation_hours(), 24u);
    EXPECT_EQ(policy.non_delivery_hours(), 30u * 24);
    EXPECT_EQ(policy.cancellation_answer_hours(), 48u);
    EXPECT_EQ(policy.dispute_hours(), 14u * 24);
    EXPECT_EQ(policy.after_dispute_hours(), 24u);
  }
}

// A one-time order is one milestone (DOMAIN §4).
TEST_F(LateMilestonesTest, A20_AOneTimeOrderIsCancelledInTheSameWay) {
  const std::string quote = Must(client_->Quote(NewGig({6000, 6000}), v1::ORDER_TYPE_ONE_TIME)).quote();
  const std::string name = Must(client_->Place(quote, "pm_ok")).order().name();
  client_->Advance(absl::Hours((10 + 1) * 24));
  ExpectOver(Do(kBuyer, LateCancellationOf(name, 1)), type::v1::CANCELLATION_REASON_LATE_DELIVERY);
  EXPECT_EQ(Refund(), 1u);
  ExpectBalances(0, 0, 0);
}

}  // namespace
}  // namespace milepost::billing
