// A milestone that is not delivered in time (A20), not at all (A27), or not again after a revision request (A17).
#include "tests/unit/milestone_billing/ways_out.h"

namespace milepost::billing {
namespace {

TEST(Late, A20_OneMicrosecondBeforeTheDueInstantADeliveryIsInTime) {
  Story story = Placed(MilestonesOf(2));
  EXPECT_EQ(TimersOf(story), "1 DELIVERY +96h");
  story.now = kStart + kDue - kMicrosecond;
  ASSERT_DONE(story.Deliver());
  EXPECT_EQ(story.names(), "milestone.delivered");
  EXPECT_FALSE(story.event<MilestoneDelivered>().late);
  EXPECT_FALSE(story.milestone(1).late);
}

// What is due fires before the command (A14), so the delivery comes too late by nothing.
TEST(Late, A20_OnTheDueInstantADeliveryIsLateAndStillAllowed) {
  Story story = Placed(MilestonesOf(2));
  story.now = kStart + kDue;
  ASSERT_DONE(story.Deliver());
  EXPECT_EQ(story.names(), "milestone.overdue milestone.delivered");
  EXPECT_EQ(FiredBy(story), "1 DELIVERY");
  EXPECT_TRUE(story.event<MilestoneDelivered>().late);
  EXPECT_TRUE(story.milestone(1).late);
  EXPECT_EQ(story.milestone(1).due_at, kStart + kDue);
  EXPECT_EQ(TimersOf(story), "2 REVIEW +288h") << "in the row of LATE_CANCELLATION";
}

TEST(Late, A20_TheDueInstantMakesTheMilestoneLateWhoeverLooks) {
  Story story = Placed(MilestonesOf(2));
  EXPECT_FALSE(AsOf<OrderDomain>(story.order(), kStart + kDue - kMicrosecond).milestones[0].late);
  EXPECT_TRUE(AsOf<OrderDomain>(story.order(), kStart + kDue).milestones[0].late);
  ASSERT_DONE(story.TickAt(kStart + kDue - kMicrosecond));
  EXPECT_EQ(story.names(), "");
  ASSERT_DONE(story.TickAt(kStart + 4 * kDay + absl::Hours(7)));
  EXPECT_EQ(story.names(), "milestone.overdue");
  EXPECT_EQ(story.event<MilestoneOverdue>(),
            (MilestoneOverdue{1, kStart + kDue, kStart + kCancellableFrom, kStart + kNeverDelivered}));
  EXPECT_EQ(story.events()[0].at, kStart + kDue) << "however late it fires";
  EXPECT_EQ(TimersOf(story), "2 LATE_CANCELLATION +120h");
  EXPECT_TRUE(story.order().IsLate(story.milestone(1), story.now));
  EXPECT_FALSE(story.order().IsLate(story.milestone(2), story.now));
  EXPECT_TRUE(story.order().work_authorized());
  EXPECT_EQ(story.order().state, OrderState::kActive);
}

TEST(Late, A20_OneMicrosecondBeforeTheDayIsOverTheBuyerMayNotCancel) {
  Story story = Placed(MilestonesOf(2));
  for (const absl::Duration after :
       {absl::ZeroDuration(), kDue - kMicrosecond, kDue, kCancellableFrom - kMicrosecond}) {
    story.now = kStart + after;
    const absl::Status refused = CancelLate(story);
    EXPECT_REFUSED(refused, kMilestoneNotLate);
    EXPECT_EQ(RefusalOf(refused)->detail("cancellable_time"), "2025-06-20T15:06:40+00:00") << after;
    ASSERT_DONE(story.Do(Tick{}));
  }
  EXPECT_EQ(
      TextOf(*RefusalOf(CancelLate(story))),
      "Milestone 1 can be cancelled from 2025-06-20T15:06:40+00:00 on, if nothing is delivered by then.");
}

TEST(Late, A20_OnTheDayTheBuyerMayCancelAlone) {
  Story story = Placed(MilestonesOf(3));
  story.now = kStart + kCancellableFrom;
  ASSERT_DONE(CancelLate(story));
  EXPECT_EQ(story.names(),
            "milestone.overdue milestone.cancellable milestone.cancelled refund.started milestone.skipped "
            "milestone.skipped order.cancelled");
  EXPECT_EQ(FiredBy(story), "1 DELIVERY, 2 LATE_CANCELLATION");
  EXPECT_EQ(story.event<MilestoneCancellable>(), (MilestoneCancellable{1, kStart + kNeverDelivered}));
  const MilestoneCancelled& cancelled = story.event<MilestoneCancelled>();
  EXPECT_EQ(cancelled.reason, CancellationReason::kLateDelivery);
  EXPECT_EQ(cancelled.message, "too late");
  EXPECT_EQ(cancelled.split.move, M5RefundStarted(story.charge().id, Money::Usd(15000), 825));
  const Order& order = story.order();
  EXPECT_EQ(order.state, OrderState::kCancelled);
  EXPECT_EQ(order.cancellation_reason, CancellationReason::kLateDelivery);
  EXPECT_EQ(order.completion_reason, std::nullopt);
  EXPECT_EQ(order.completed_at, story.now);
  EXPECT_EQ(order.outcome_due, story.now);
  EXPECT_TRUE(order.deadlines.empty());
  EXPECT_EQ(story.milestone(1).state, MilestoneState::kCancelled);
  EXPECT_EQ(story.milestone(1).cancelled,
            (Cancelled{story.now, CancellationReason::kLateDelivery, 0, 0, 825}));
  EXPECT_TRUE(story.milestone(1).late);
  EXPECT_EQ(story.milestone(2).state, MilestoneState::kSkipped);
  EXPECT_EQ(story.milestone(3).state, MilestoneState::kSkipped);
}

// A19: accepted milestones stay accepted and paid.
TEST(Late, A19_WithAnAcceptedMilestoneTheOrderIsCompleted) {
  Story story = SecondMilestone(3);
  story.now = kStart + kDay + kCancellableFrom;
  ASSERT_DONE(CancelLate(story));
  EXPECT_EQ(story.names(),
            "milestone.overdue milestone.cancellable milestone.cancelled refund.started milestone.skipped "
            "order.completed");
  EXPECT_EQ(story.order().state, OrderState::kCompleted);
  EXPECT_EQ(story.order().completion_reason, CompletionReason::kCancelledAfterAcceptance);
  EXPECT_EQ(story.order().cancellation_reason, CancellationReason::kLateDelivery);
  EXPECT_EQ(story.milestone(1).state, MilestoneState::kAccepted);
  EXPECT_EQ(story.milestone(2).state, MilestoneState::kCancelled);
  EXPECT_EQ(story.milestone(3).state, MilestoneState::kSkipped);
  EXPECT_EQ(story.order().totals, (Totals{.funded_minor = 35000,
                                          .released_minor = 15000,
                                          .refunded_minor = 20000,
                                          .buyer_fees_minor = 825 + 1100,
                                          .commission_minor = 3000,
                                          .fees_refunded_minor = 1100}));
}

TEST(Late, A20_ADeliveryTakesTheRightToCancelAway) {
  for (const absl::Duration at : {kCancellableFrom, kNeverDelivered - kMicrosecond}) {
    Story story = Placed(MilestonesOf(2));
    story.now = kStart + at;
    ASSERT_DONE(story.Deliver());
    EXPECT_EQ(story.names(), "milestone.overdue milestone.cancellable milestone.delivered");
    EXPECT_TRUE(story.milestone(1).late);
    EXPECT_EQ(TimersOf(story), absl::StrCat("3 REVIEW +", absl::FormatDuration(at + 8 * kDay)));
    EXPECT_REFUSED(CancelLate(story), kMilestoneAlreadyDelivered);
    ASSERT_DONE(story.Accept());
    EXPECT_TRUE(story.milestone(1).late) << "it stays so";
  }
}

TEST(Late, A20_NeedsTheMilestoneThatRuns) {
  Story story = SecondMilestone(3);
  story.now = kStart + 7 * kDay;
  EXPECT_REFUSED(story.Do(CancelLateMilestone{kBuyer, 1, ""}), kMilestoneAlreadyAccepted);
  EXPECT_REFUSED(story.Do(CancelLateMilestone{kBuyer, 3, ""}), kNotTheCurrentMilestone);
  EXPECT_REFUSED(story.Do(CancelLateMilestone{kBuyer, 4, ""}), kMilestoneNotFound);
  EXPECT_REFUSED(story.Do(CancelLateMilestone{kSeller, 2, ""}), kNotTheBuyer);
  EXPECT_REFUSED(story.Do(CancelLateMilestone{kStranger, 2, ""}), kOrderNotFound);
  EXPECT_REFUSED(story.Do(CancelLateMilestone{kOperator, 2, ""}), kOrderNotFound);
  EXPECT_REFUSED(Story().Do(CancelLateMilestone{kBuyer, 1, ""}), kOrderNotFound);
  EXPECT_DONE(CancelLate(story));
  EXPECT_REFUSED(story.Do(CancelLateMilestone{kBuyer, 2, ""}), kOrderCompleted);
}

TEST(Late, A20_IsNotForAMilestoneThatWaitsOrIsDisputed) {
  Story story = DeliveredOrder(MilestonesOf(2));
  ASSERT_DONE(story.Accept());
  EXPECT_REFUSED(CancelLate(story), kMilestoneAlreadyAccepted);
  ASSERT_DONE(story.StartNext());
  EXPECT_REFUSED(CancelLate(story), kWorkNotAuthorized);
  ASSERT_DONE(story.Pay());
  story.now += kCancellableFrom;
  ASSERT_DONE(OpenOne(story, kSeller));
  EXPECT_REFUSED(CancelLate(story), kOrderDisputed);
  ASSERT_DONE(Withdraw(story, kSeller));
  EXPECT_DONE(CancelLate(story)) << "it was cancellable before, and it is again";
}

// A22: the durations are the order's own.
TEST(Late, A22_ByTheOrdersOwnDurations) {
  Terms terms = MilestonesOf(2);
  terms.deadlines.late_cancellation = absl::Hours(1);
  terms.deadlines.non_delivery = absl::Hours(5);
  Story story = Placed(terms);
  ASSERT_DONE(story.TickAt(kStart + kDue + absl::Hours(1)));
  EXPECT_EQ(story.names(), "milestone.overdue milestone.cancellable");
  EXPECT_EQ(TimersOf(story), "3 NON_DELIVERY +101h");
}

TEST(NonDelivery, A27_OneMicrosecondBeforeTheThirtyDaysNothingEnds) {
  Story story = Placed(MilestonesOf(2));
  ASSERT_DONE(story.TickAt(kStart + kNeverDelivered - kMicrosecond));
  EXPECT_EQ(story.names(), "milestone.overdue milestone.cancellable");
  EXPECT_EQ(TimersOf(story), "3 NON_DELIVERY +816h");
  EXPECT_EQ(story.order().state, OrderState::kActive);
}

TEST(NonDelivery, A27_OnThemTheMilestoneIsCancelledWithAFullRefund) {
  Story story = Placed(MilestonesOf(2));
  ASSERT_DONE(story.TickAt(kStart + kNeverDelivered));
  EXPECT_EQ(story.names(),
            "milestone.overdue milestone.cancellable milestone.cancelled refund.started milestone.skipped "
            "order.cancelled");
  EXPECT_EQ(FiredBy(story), "1 DELIVERY, 2 LATE_CANCELLATION, 3 NON_DELIVERY");
  const MilestoneCancelled& cancelled = story.event<MilestoneCancelled>();
  EXPECT_EQ(cancelled.reason, CancellationReason::kNonDelivery);
  EXPECT_EQ(cancelled.message, "");
  EXPECT_EQ(cancelled.split, (EscrowSplit{1, story.charge().id, Money::Usd(15000), 0, 0, 825,
                                          M5RefundStarted(story.charge().id, Money::Usd(15000), 825)}));
  EXPECT_EQ(story.event<OrderCancelled>().reason, CancellationReason::kNonDelivery);
  EXPECT_EQ(story.order().state, OrderState::kCancelled);
  EXPECT_EQ(story.order().cancellation_reason, CancellationReason::kNonDelivery);
  EXPECT_EQ(BalancesOf(story), (Balances{{"provider:clearing", 15825}, {"refund:transit", -15825}}));
}

TEST(NonDelivery, A27_WithAnAcceptedMilestoneTheOrderIsCompleted) {
  Story story = SecondMilestone(3);
  ASSERT_DONE(story.TickAt(kStart + kDay + kNeverDelivered));
  EXPECT_EQ(story.names(),
            "milestone.overdue milestone.cancellable milestone.cancelled refund.started milestone.skipped "
            "order.completed");
  EXPECT_EQ(story.order().state, OrderState::kCompleted);
  EXPECT_EQ(story.order().completion_reason, CompletionReason::kCancelledAfterAcceptance);
  EXPECT_EQ(story.order().cancellation_reason, CancellationReason::kNonDelivery);
  EXPECT_EQ(story.milestone(2).cancelled->reason, CancellationReason::kNonDelivery);
}

TEST(NonDelivery, A14_EachOfThreeStagesCountsFromItsDueTimeHoweverLateItFires) {
  Story story = Placed(MilestonesOf(1));
  ASSERT_DONE(story.TickAt(kStart + 400 * kDay));
  ASSERT_EQ(story.events().size(), 5u);
  EXPECT_EQ(story.events()[0].at, kStart + kDue);
  EXPECT_EQ(story.events()[1].at, kStart + kCancellableFrom);
  EXPECT_EQ(story.events()[2].at, kStart + kNeverDelivered);
  EXPECT_EQ(story.order().completed_at, kStart + kNeverDelivered);
  EXPECT_EQ(story.order().outcome_due, kStart + kNeverDelivered);
  EXPECT_EQ(story.order().refunds[0].created_at, kStart + kNeverDelivered);
}

TEST(NonDelivery, A14_ADeliveryOnItMeetsTheCancelledOrder) {
  Story story = Placed(MilestonesOf(2));
  story.now = kStart + kNeverDelivered;
  const absl::Status refused = story.Deliver();
  EXPECT_REFUSED(refused, kOrderCancelled);
  EXPECT_EQ(RefusalOf(refused)->detail("cancellation_reason"), "NON_DELIVERY");
  EXPECT_REFUSED(CancelLate(story), kOrderCancelled);
  EXPECT_EQ(story.order().state, OrderState::kActive) << "a refusal drops the firing";
}

TEST(OverdueRevision, A17_TheRequestGivesTimeInTheSameRowAndMakesTheMilestoneInTimeAgain) {
  Story story = Placed(MilestonesOf(2));
  story.now = kStart + kDue;
  ASSERT_DONE(story.Deliver());
  story.now = kStart + 6 * kDay;
  ASSERT_DONE(story.Revise());
  EXPECT_EQ(TimersOf(story), "2 DELIVERY +216h");
  EXPECT_EQ(story.milestone(1).due_at, kStart + 9 * kDay);
  EXPECT_FALSE(story.milestone(1).late);
  ASSERT_EQ(story.milestone(1).earlier.size(), 1u);
  EXPECT_TRUE(story.milestone(1).earlier[0].late) << "of the delivery that was";
  story.now = kStart + 9 * kDay - kMicrosecond;
  ASSERT_DONE(story.Deliver());
  EXPECT_EQ(story.names(), "milestone.delivered");
  EXPECT_FALSE(story.milestone(1).late);
}

TEST(OverdueRevision, A17_OnItsDueInstantTheRevisionIsLateAndTheBuyerMayNeverCancelAlone) {
  Story story = InRevision();
  EXPECT_EQ(TimersOf(story), "1 DELIVERY +96h");
  ASSERT_DONE(story.TickAt(kStart + 4 * kDay));
  EXPECT_EQ(story.names(), "milestone.overdue");
  EXPECT_EQ(story.event<MilestoneOverdue>(),
            (MilestoneOverdue{1, kStart + 4 * kDay, std::nullopt, kStart + 34 * kDay}));
  EXPECT_TRUE(story.milestone(1).late);
  EXPECT_EQ(TimersOf(story), "2 NON_DELIVERY +816h");
  for (const absl::Duration after : {kCancellableFrom, 34 * kDay - kMicrosecond, 34 * kDay, 90 * kDay}) {
    story.now = kStart + after;
    EXPECT_REFUSED(CancelLate(story), kMilestoneWasDelivered);
  }
}

// A27: the alarm, and nothing else.
TEST(OverdueRevision, A27_AfterThirtyDaysAnOperatorIsCalledAndTheOrderGoesOn) {
  Story story = InRevision();
  ASSERT_DONE(story.TickAt(kStart + 34 * kDay - kMicrosecond));
  EXPECT_EQ(story.names(), "milestone.overdue");
  EXPECT_EQ(story.order().operator_task, std::nullopt);
  ASSERT_DONE(story.TickAt(kStart + 40 * kDay));
  EXPECT_EQ(story.names(), "order.operator_needed");
  EXPECT_EQ(story.event<OperatorNeeded>(), (OperatorNeeded{1, OperatorTask::kOverdueRevision}));
  EXPECT_EQ(story.order().operator_task, OperatorTask::kOverdueRevision);
  EXPECT_EQ(story.order().operator_since, kStart + 34 * kDay);
  EXPECT_EQ(story.order().state, OrderState::kActive);
  EXPECT_EQ(story.milestone(1).state, MilestoneState::kRevisionRequested);
  EXPECT_EQ(TimersOf(story), "");
  EXPECT_EQ(story.order().totals.escrow_minor(), 15000);
  ASSERT_DONE(story.TickAt(kStart + 4000 * kDay));
  EXPECT_EQ(story.names(), "");
}

Story Alarmed() {
  Story story = InRevision();
  EXPECT_DONE(story.TickAt(kStart + 34 * kDay));
  EXPECT_EQ(story.order().operator_task, OperatorTask::kOverdueRevision);
  story.now = kStart + 35 * kDay;
  return story;
}

void ExpectNoAlarm(const Story& story) {
  EXPECT_EQ(story.order().operator_task, std::nullopt);
  EXPECT_EQ(story.order().operator_since, std::nullopt);
}

TEST(OverdueRevision, A27_ADeliveryEndsTheAlarm) {
  Story story = Alarmed();
  ASSERT_DONE(story.Deliver());
  ExpectNoAlarm(story);
  EXPECT_TRUE(story.milestone(1).late);
  EXPECT_EQ(TimersOf(story), "3 REVIEW +1032h") << "there was no deadline whose row it could take";
}

TEST(OverdueRevision, A27_ACancellationEndsTheAlarm) {
  Story agreed = Alarmed();
  ASSERT_DONE(AskToCancel(agreed, kBuyer));
  EXPECT_EQ(agreed.order().operator_task, OperatorTask::kOverdueRevision) << "a request does not";
  ASSERT_DONE(Agree(agreed, kSeller));
  ExpectNoAlarm(agreed);
  Story by_operator = Alarmed();
  ASSERT_DONE(AskToCancel(by_operator, kOperator, 7000));
  ExpectNoAlarm(by_operator);
}

TEST(OverdueRevision, A27_AResolvedDisputeEndsTheAlarm) {
  for (const DisputeOutcome outcome :
       {DisputeOutcome::kReleased, DisputeOutcome::kRefunded, DisputeOutcome::kSplit}) {
    Story story = Alarmed();
    ASSERT_DONE(OpenOne(story, kBuyer));
    EXPECT_EQ(story.order().operator_task, OperatorTask::kOverdueRevision);
    ASSERT_DONE(Resolve(story, outcome, outcome == DisputeOutcome::kSplit ? 1 : 0));
    ExpectNoAlarm(story);
  }
  Story accepted = Alarmed();
  ASSERT_DONE(OpenOne(accepted, kBuyer));
  ASSERT_DONE(accepted.Accept());
  ExpectNoAlarm(accepted);
  EXPECT_EQ(TimersOf(accepted), "4 NEXT_NOT_STARTED +1032h") << "after 3, the dispute's";
}

// No deadline is left that would call the operator again, so the alarm goes on, and since when it did.
TEST(OverdueRevision, A27_ADisputeThatIsOpenedDuringTheAlarmAndWithdrawnLeavesIt) {
  Story story = Alarmed();
  ASSERT_DONE(OpenOne(story, kBuyer));
  EXPECT_EQ(TimersOf(story), "3 DISPUTE +1176h");
  story.now += kDay;
  ASSERT_DONE(Withdraw(story, kBuyer));
  EXPECT_EQ(TimersOf(story), "");
  EXPECT_EQ(story.order().operator_task, OperatorTask::kOverdueRevision);
  EXPECT_EQ(story.order().operator_since, kStart + 34 * kDay);
  EXPECT_EQ(story.milestone(1).state, MilestoneState::kRevisionRequested);
  ASSERT_DONE(story.Deliver());
  ExpectNoAlarm(story);
}

TEST(OverdueRevision, A27_WithdrawnAfterItsOwnAlarmItLeavesTheEarlierOne) {
  Story story = Alarmed();
  ASSERT_DONE(OpenOne(story, kSeller));
  ASSERT_DONE(story.TickAt(kStart + 49 * kDay));
  EXPECT_EQ(story.names(), "order.operator_needed");
  EXPECT_EQ(story.order().operator_task, OperatorTask::kUnresolvedDispute);
  EXPECT_EQ(story.order().operator_since, kStart + 34 * kDay) << "an operator is awaited since then";
  ASSERT_DONE(Withdraw(story, kSeller));
  EXPECT_EQ(story.order().operator_task, OperatorTask::kOverdueRevision);
  EXPECT_EQ(story.order().operator_since, kStart + 34 * kDay);
}

TEST(OverdueRevision, A27_ADisputeOfARevisionThatIsMerelyLateStopsItsClock) {
  Story story = InRevision();
  ASSERT_DONE(story.TickAt(kStart + 10 * kDay));
  ASSERT_DONE(OpenOne(story, kBuyer));
  EXPECT_EQ(TimersOf(story), "2 NON_DELIVERY +816h left 576h, 3 DISPUTE +576h");
  ASSERT_DONE(story.TickAt(kStart + 60 * kDay));
  EXPECT_EQ(story.order().operator_task, OperatorTask::kUnresolvedDispute);
  ASSERT_DONE(Withdraw(story, kBuyer));
  ExpectNoAlarm(story);
  EXPECT_EQ(TimersOf(story), "2 NON_DELIVERY +2016h");
  ASSERT_DONE(story.TickAt(kStart + 84 * kDay));
  EXPECT_EQ(story.order().operator_task, OperatorTask::kOverdueRevision);
  EXPECT_EQ(story.order().operator_since, kStart + 84 * kDay);
}

// Deliveries that were sent back are kept, the latest ten of them.
TEST(EarlierDeliveries, S33_ARevisionRequestKeepsWhatItSendsBack) {
  Terms terms = MilestonesOf(2);
  terms.milestones[0].zoom = true;
  Story story = Placed(terms);
  story.now += kDay;
  ASSERT_DONE(story.Do(DeliverMilestone{kSeller,
                                        1,
                                        false,
                                        "the first draft",
                                        "https://meet.example/1",
                                        {"https://a.example/1", "https://a.example/2"}}));
  EXPECT_EQ(story.event<MilestoneDelivered>().attachments,
            (std::vector<std::string>{"https://a.example/1", "https://a.example/2"}));
  EXPECT_EQ(story.milestone(1).attachments.size(), 2u);
  story.now += kDay;
  ASSERT_DONE(story.Do(RequestRevision{kBuyer, 1, "rounder"}));
  const Milestone& milestone = story.milestone(1);
  EXPECT_EQ(milestone.earlier,
            (std::vector<EarlierDelivery>{{.number = 1,
                                           .at = kStart + kDay,
                                           .late = false,
                                           .message = "the first draft",
                                           .meeting_url = "https://meet.example/1",
                                           .attachments = {"https://a.example/1", "https://a.example/2"},
                                           .revision_at = kStart + 2 * kDay,
                                           .revision_message = "rounder"}}));
  EXPECT_EQ(milestone.delivery_message, "");
  EXPECT_EQ(milestone.meeting_url, "");
  EXPECT_TRUE(milestone.attachments.empty());
  EXPECT_EQ(milestone.revision_message, "");
  EXPECT_EQ(milestone.deliveries, 1);
  EXPECT_EQ(milestone.delivered_at, kStart + kDay);
}

TEST(EarlierDeliveries, S33_TenAreKept) {
  Terms terms = MilestonesOf(2);
  terms.milestones[0].revisions = {.unlimited = true};
  Story story = Placed(terms);
  const auto numbers = [&] {
    std::string all;
    for (const EarlierDelivery& earlier : story.milestone(1).earlier)
      absl::StrAppend(&all, earlier.number, earlier.attachments.at(0), " ");
    return all;
  };
  for (int delivery = 1; delivery <= 10; ++delivery) {
    ASSERT_DONE(story.Do(DeliverMilestone{kSeller, 1, false, "", "", {absl::StrCat("@", delivery)}}));
    ASSERT_DONE(story.Revise());
  }
  EXPECT_EQ(numbers(), "1@1 2@2 3@3 4@4 5@5 6@6 7@7 8@8 9@9 10@10 ");
  ASSERT_DONE(story.Do(DeliverMilestone{kSeller, 1, false, "", "", {"@11"}}));
  EXPECT_EQ(story.milestone(1).earlier.size(), 10u);
  ASSERT_DONE(story.Revise());
  EXPECT_EQ(numbers(), "2@2 3@3 4@4 5@5 6@6 7@7 8@8 9@9 10@10 11@11 ");
}

}  // namespace
}  // namespace milepost::billing
