// Disputes: what they stop, how they end, and the operator who is called (DOMAIN §4).
#include "tests/unit/milestone_billing/ways_out.h"

namespace milepost::billing {
namespace {

// The milestone at work, in review and in revision, each at kStart + 1 day.
Story AtWork() {
  Story story = Placed(MilestonesOf(2));
  story.now += kDay;
  return story;
}
Story InReview() {
  return DeliveredOrder(MilestonesOf(2));
}

TEST(Dispute, IsOpenedByEitherAndStopsEveryDeadline) {
  const struct {
    Story story;
    MilestoneState milestone;
    const char* timers;
  } cases[] = {
      {AtWork(), MilestoneState::kActive, "1 DELIVERY +96h left 72h, 2 DISPUTE +360h"},
      {InReview(), MilestoneState::kDelivered, "1 REVIEW +216h left 192h, 2 DISPUTE +360h"},
      {InRevision(), MilestoneState::kRevisionRequested, "1 DELIVERY +96h left 72h, 2 DISPUTE +360h"},
  };
  for (const auto& [before, milestone, timers] : cases) {
    for (const auto& [by, party] : {std::pair(kBuyer, Party::kBuyer), std::pair(kSeller, Party::kSeller)}) {
      Story story = before;
      ASSERT_DONE(story.Do(OpenDispute{by, 1, "it is blue"}));
      EXPECT_EQ(story.names(), "dispute.opened");
      EXPECT_EQ(story.event<DisputeOpened>(), (DisputeOpened{1, 1, party, "it is blue", kStart + 15 * kDay}));
      EXPECT_EQ(story.order().state, OrderState::kDisputed);
      EXPECT_EQ(story.milestone(1).state, MilestoneState::kDisputed);
      EXPECT_EQ(story.milestone(1).undisputed, milestone);
      EXPECT_EQ(story.milestone(1).dispute,
                (Dispute{.number = 1, .opened_by = party, .opened_at = story.now, .message = "it is blue"}));
      EXPECT_EQ(TimersOf(story), timers);
      EXPECT_FALSE(story.order().work_authorized());
      EXPECT_EQ(story.order().totals.escrow_minor(), 15000);
      EXPECT_EQ(story.order().operator_task, std::nullopt);
    }
  }
}

TEST(Dispute, NeedsTheMilestoneThatRunsAndItsParties) {
  Story story;
  EXPECT_REFUSED(story.Do(OpenDispute{kBuyer, 1, ""}), kOrderNotFound);
  ASSERT_DONE(story.Place(MilestonesOf(3)));
  EXPECT_REFUSED(story.Do(OpenDispute{kBuyer, 1, ""}), kOrderPlacing);
  ASSERT_DONE(story.Pay());
  EXPECT_REFUSED(story.Do(OpenDispute{kStranger, 1, ""}), kOrderNotFound);
  EXPECT_REFUSED(story.Do(OpenDispute{kOperator, 1, ""}), kOrderNotFound);
  EXPECT_REFUSED(story.Do(OpenDispute{kBuyer, 2, ""}), kNotTheCurrentMilestone);
  EXPECT_REFUSED(story.Do(OpenDispute{kBuyer, 4, ""}), kMilestoneNotFound);
  ASSERT_DONE(story.Deliver());
  ASSERT_DONE(story.Accept());
  EXPECT_REFUSED(story.Do(OpenDispute{kBuyer, 1, ""}), kMilestoneAlreadyAccepted);
  ASSERT_DONE(story.StartNext());
  EXPECT_REFUSED(story.Do(OpenDispute{kBuyer, 1, ""}), kMilestoneAlreadyAccepted);
  EXPECT_REFUSED(story.Do(OpenDispute{kBuyer, 2, ""}), kWorkNotAuthorized);
  ASSERT_DONE(story.Pay());
  ASSERT_DONE(story.Do(OpenDispute{kBuyer, 2, ""}));
  EXPECT_REFUSED(story.Do(OpenDispute{kSeller, 2, ""}), kOrderDisputed);
  ASSERT_DONE(Resolve(story, DisputeOutcome::kRefunded));
  EXPECT_REFUSED(story.Do(OpenDispute{kBuyer, 2, ""}), kOrderCompleted);
}

TEST(Dispute, StopsTheWorkAndTheAnswers) {
  Story story = InReview();
  ASSERT_DONE(OpenOne(story, kSeller));
  for (const absl::Duration later : {absl::ZeroDuration(), 13 * kDay, 100 * kDay}) {
    story.now = kStart + kDay + later;
    EXPECT_REFUSED(story.Deliver(), kOrderDisputed);
    EXPECT_REFUSED(story.Revise(), kOrderDisputed);
    EXPECT_REFUSED(story.StartNext(), kOrderDisputed);
    EXPECT_REFUSED(story.End(), kOrderDisputed);
    EXPECT_REFUSED(story.Accept(NextStep::kStartNext), kOrderDisputed);
    EXPECT_REFUSED(story.Accept(NextStep::kEndOrder), kOrderDisputed);
    EXPECT_REFUSED(story.Retry(), kNoPaymentDue);
    EXPECT_DONE(story.Do(PostUpdate{kSeller, 1, "I am still here"}));
  }
  EXPECT_EQ(TextOf(*RefusalOf(story.Deliver())),
            "Milestone 1 is in dispute; the order goes on once the dispute is withdrawn or resolved.");
}

// "dispute against deadline": what is due fires first.
TEST(Dispute, A14_OneMicrosecondBeforeTheReviewsEndItSavesTheMilestone) {
  Story story = InReview();
  story.now = kStart + 9 * kDay - kMicrosecond;
  Story late = story;
  ASSERT_DONE(OpenOne(story, kBuyer));
  EXPECT_EQ(TimersOf(story), "1 REVIEW +216h left 1us, 2 DISPUTE +551h59m59.999999s");
  ASSERT_DONE(story.TickAt(kStart + 10 * kDay));
  EXPECT_EQ(story.names(), "");
  late.now += kMicrosecond;
  EXPECT_REFUSED(OpenOne(late, kBuyer), kOrderCompleted);
}

TEST(Dispute, A14_OnTheDueInstantTheMilestoneIsLateAndThenDisputed) {
  Story story = Placed(MilestonesOf(2));
  story.now = kStart + kDue;
  ASSERT_DONE(OpenOne(story, kBuyer));
  EXPECT_EQ(story.names(), "milestone.overdue dispute.opened");
  EXPECT_EQ(TimersOf(story), "2 LATE_CANCELLATION +120h left 24h, 3 DISPUTE +432h");
  EXPECT_TRUE(story.milestone(1).late);
}

// One party can't use up what the other may need.
TEST(Dispute, ThreeAMilestoneForEachPartyAndNoMore) {
  Story story = InReview();
  uint32_t number = 0;
  for (const Actor& by : {kSeller, kBuyer}) {
    for (uint32_t own = 1; own <= kMaxDisputes; ++own) {
      ASSERT_DONE(OpenOne(story, by));
      EXPECT_EQ(story.event<DisputeOpened>().number, ++number);
      ASSERT_DONE(Withdraw(story, by));
    }
    const absl::Status refused = OpenOne(story, by);
    EXPECT_REFUSED(refused, kTooManyDisputes);
    EXPECT_EQ(RefusalOf(refused)->detail("max"), "3");
  }
  ASSERT_DONE(story.Accept(NextStep::kStartNext));
  ASSERT_DONE(story.Pay());
  EXPECT_DONE(OpenOne(story, kSeller)) << "the next milestone has three of its own";
}

TEST(Withdrawal, IsForWhoOpenedIt) {
  for (const auto& [by, other] : {std::pair(kBuyer, kSeller), std::pair(kSeller, kBuyer)}) {
    Story story = InReview();
    EXPECT_REFUSED(Withdraw(story, by), kNotDisputed);
    ASSERT_DONE(OpenOne(story, by));
    EXPECT_REFUSED(Withdraw(story, other), kNotYourDispute);
    EXPECT_REFUSED(Withdraw(story, kOperator), kOrderNotFound);
    EXPECT_REFUSED(Withdraw(story, kStranger), kOrderNotFound);
    EXPECT_REFUSED(story.Do(WithdrawDispute{by, 2}), kNotTheCurrentMilestone);
    EXPECT_REFUSED(story.Do(WithdrawDispute{by, 3}), kMilestoneNotFound);
    story.now += absl::Hours(1);
    ASSERT_DONE(Withdraw(story, by));
    EXPECT_EQ(story.names(), "dispute.withdrawn");
    EXPECT_REFUSED(Withdraw(story, by), kNotDisputed);
  }
}

TEST(Withdrawal, BringsTheOrderBackToWhereItWas) {
  for (const Story& before : {AtWork(), InReview(), InRevision()}) {
    Story story = before;
    ASSERT_DONE(OpenOne(story, kSeller));
    story.now += kDay;
    ASSERT_DONE(Withdraw(story, kSeller));
    const Deadline resumed = {1, before.order().deadlines[0].kind, before.order().deadlines[0].due + kDay};
    EXPECT_EQ(story.event<DisputeWithdrawn>(), (DisputeWithdrawn{1, Party::kSeller, {resumed}}));
    const std::optional<Dispute>& dispute = story.milestone(1).dispute;
    EXPECT_EQ(dispute->outcome, DisputeOutcome::kWithdrawn);
    EXPECT_EQ(dispute->closed_by, Party::kSeller);
    EXPECT_EQ(dispute->closed_at, story.now);
    EXPECT_EQ(dispute->resolution, "");
    Order expected = before.order();
    expected.sequence += 2;
    expected.updated_at = story.now;
    expected.deadlines = {resumed};
    expected.deadlines_set += 1;
    expected.milestones[0].dispute = dispute;
    expected.milestones[0].disputes_of_seller = 1;
    if (resumed.kind == DeadlineKind::kDelivery) expected.milestones[0].due_at = resumed.due;
    EXPECT_EQ(story.order(), expected);
  }
}

// The rest of the time runs on: at least a day, if less was left.
struct Stage {
  DeadlineKind kind;
  absl::Duration due;  // from kStart on
  Story story;
  bool moves_due;
};

std::vector<Stage> Stages() {
  Story late = Placed(MilestonesOf(2)), cancellable = late, late_revision = InRevision();
  EXPECT_DONE(late.TickAt(kStart + kDue));
  EXPECT_DONE(cancellable.TickAt(kStart + kCancellableFrom));
  EXPECT_DONE(late_revision.TickAt(kStart + 4 * kDay));
  return {{DeadlineKind::kDelivery, kDue, Placed(MilestonesOf(2)), true},
          {DeadlineKind::kLateCancellation, kCancellableFrom, late, false},
          {DeadlineKind::kNonDelivery, kNeverDelivered, cancellable, false},
          {DeadlineKind::kReview, 9 * kDay, InReview(), false},
          {DeadlineKind::kDelivery, 4 * kDay, InRevision(), true},
          {DeadlineKind::kNonDelivery, 34 * kDay, late_revision, false}};
}

TEST(Withdrawal, WhatIsLeftRunsOnAndAtLeastADay) {
  const absl::Duration lefts[] = {kMicrosecond, kDay - kMicrosecond, kDay, kDay + kMicrosecond, 2 * kDay};
  for (const Stage& stage : Stages()) {
    for (const absl::Duration left : lefts) {
      SCOPED_TRACE(absl::StrCat(NameOf(stage.kind), " ", absl::FormatDuration(left)));
      if (kStart + stage.due - left < stage.story.now) continue;  // more than the stage has
      Story story = stage.story;
      story.now = kStart + stage.due - left;
      ASSERT_DONE(OpenOne(story, kBuyer));
      ASSERT_EQ(story.names(), "dispute.opened");
      EXPECT_EQ(story.order().main_deadline()->left, left);
      story.now += 5 * kDay;
      const absl::Time due = story.now + std::max(left, kDay);
      ASSERT_DONE(Withdraw(story, kBuyer));
      ASSERT_EQ(story.order().deadlines.size(), 1u);
      const Deadline running = *story.order().main_deadline();
      EXPECT_EQ(running.kind, stage.kind);
      EXPECT_EQ(running.due, due);
      EXPECT_FALSE(running.frozen());
      EXPECT_EQ(story.milestone(1).due_at, stage.moves_due ? due : *stage.story.milestone(1).due_at);
      EXPECT_EQ(story.milestone(1).late, stage.story.milestone(1).late);
      ASSERT_DONE(story.TickAt(due - kMicrosecond));
      EXPECT_EQ(story.names(), "");
      ASSERT_DONE(story.TickAt(due));
      EXPECT_EQ(FiredBy(story), absl::StrCat(running.number, " ", NameOf(stage.kind)));
    }
  }
}

// A27 counts from the due time, which the dispute has moved with the deadline.
TEST(Withdrawal, A20_TheLaterStagesCountFromTheMovedTime) {
  Story story = Placed(MilestonesOf(2));
  ASSERT_DONE(OpenOne(story, kBuyer));
  story.now += 10 * kDay;
  ASSERT_DONE(Withdraw(story, kBuyer));
  EXPECT_EQ(story.milestone(1).due_at, kStart + 14 * kDay);
  ASSERT_DONE(story.TickAt(kStart + 14 * kDay));
  EXPECT_EQ(story.event<MilestoneOverdue>(),
            (MilestoneOverdue{1, kStart + 14 * kDay, kStart + 15 * kDay, kStart + 44 * kDay}));
  ASSERT_DONE(OpenOne(story, kBuyer));
  story.now += 2 * kDay;
  ASSERT_DONE(Withdraw(story, kBuyer));
  EXPECT_EQ(TimersOf(story), "3 LATE_CANCELLATION +408h");
  ASSERT_DONE(story.TickAt(kStart + 17 * kDay));
  EXPECT_EQ(story.event<MilestoneCancellable>(), (MilestoneCancellable{1, kStart + 46 * kDay}));
  EXPECT_EQ(TimersOf(story), "5 NON_DELIVERY +1104h");
  ASSERT_DONE(story.TickAt(kStart + 46 * kDay));
  EXPECT_EQ(story.order().cancellation_reason, CancellationReason::kNonDelivery);
}

TEST(Withdrawal, A19_LetsTheTimeToAnswerARequestRunOn) {
  Story story = InReview();
  ASSERT_DONE(AskToCancel(story, kBuyer));
  story.now += absl::Hours(10);
  ASSERT_DONE(OpenOne(story, kBuyer));
  EXPECT_EQ(TimersOf(story),
            "1 REVIEW +216h left 182h, 2 CANCELLATION_ANSWER +72h left 38h, 3 DISPUTE +370h");
  story.now = kStart + 10 * kDay;
  ASSERT_DONE(Withdraw(story, kBuyer));
  EXPECT_EQ(story.event<DisputeWithdrawn>().resumed.size(), 2u);
  EXPECT_EQ(TimersOf(story), "1 REVIEW +422h, 2 CANCELLATION_ANSWER +278h");
  ASSERT_DONE(story.TickAt(kStart + absl::Hours(278)));
  EXPECT_EQ(story.names(), "cancellation.lapsed");
}

// A request of the time of the dispute was never stopped.
TEST(Withdrawal, A19_LeavesARequestThatWasMadeInTheDisputeAlone) {
  Story story = InReview();
  ASSERT_DONE(OpenOne(story, kBuyer));
  ASSERT_DONE(AskToCancel(story, kBuyer));
  story.now += absl::Hours(47);
  ASSERT_DONE(Withdraw(story, kBuyer));
  EXPECT_EQ(story.event<DisputeWithdrawn>().resumed.size(), 1u);
  EXPECT_EQ(TimersOf(story), "1 REVIEW +263h, 3 CANCELLATION_ANSWER +72h");
}

TEST(DisputeAlarm, CallsAnOperatorAfterFourteenDaysAndMovesNoMoney) {
  Story story = InReview();
  ASSERT_DONE(OpenOne(story, kBuyer));
  ASSERT_DONE(story.TickAt(kStart + 15 * kDay - kMicrosecond));
  EXPECT_EQ(story.names(), "");
  ASSERT_DONE(story.TickAt(kStart + 20 * kDay));
  EXPECT_EQ(story.names(), "order.operator_needed");
  EXPECT_EQ(story.event<OperatorNeeded>(), (OperatorNeeded{1, OperatorTask::kUnresolvedDispute}));
  EXPECT_EQ(story.events()[0].at, kStart + 15 * kDay);
  EXPECT_EQ(story.order().operator_task, OperatorTask::kUnresolvedDispute);
  EXPECT_EQ(story.order().operator_since, kStart + 15 * kDay);
  EXPECT_EQ(TimersOf(story), "1 REVIEW +216h left 192h");
  EXPECT_EQ(story.order().state, OrderState::kDisputed);
  EXPECT_EQ(story.order().totals.escrow_minor(), 15000);
  ASSERT_DONE(story.TickAt(kStart + 4000 * kDay));
  EXPECT_EQ(story.names(), "");
}

TEST(DisputeAlarm, EndsWithTheDispute) {
  const std::vector<std::pair<const char*, absl::Status (*)(Story&)>> ends = {
      {"withdrawn", [](Story& story) { return Withdraw(story, kBuyer); }},
      {"accepted", [](Story& story) { return story.Accept(); }},
      {"released", [](Story& story) { return Resolve(story, DisputeOutcome::kReleased); }},
      {"refunded", [](Story& story) { return Resolve(story, DisputeOutcome::kRefunded); }},
      {"split", [](Story& story) { return Resolve(story, DisputeOutcome::kSplit, 5); }},
      {"given back", [](Story& story) { return AskToCancel(story, kSeller); }},
      {"cancelled", [](Story& story) { return AskToCancel(story, kOperator); }},
  };
  for (const auto& [name, end] : ends) {
    Story story = InReview();
    ASSERT_DONE(OpenOne(story, kBuyer));
    ASSERT_DONE(story.TickAt(kStart + 15 * kDay));
    ASSERT_DONE(end(story)) << name;
    EXPECT_EQ(story.order().operator_task, std::nullopt) << name;
    EXPECT_EQ(story.order().operator_since, std::nullopt) << name;
    EXPECT_EQ(FindDeadline(story.order().deadlines, DeadlineKind::kDispute), nullptr) << name;
  }
}

// §4: "or the buyer accepts", whatever was delivered; as AcceptMilestone with DECIDE_LATER.
TEST(DisputeResolution, TheBuyersAcceptanceReleasesTheMilestone) {
  for (const Story& before : {AtWork(), InReview(), InRevision()}) {
    for (const NextStep next : {NextStep::kUnset, NextStep::kDecideLater}) {
      Story story = before;
      ASSERT_DONE(OpenOne(story, kSeller));
      story.now += kDay;
      ASSERT_DONE(story.Accept(next));
      EXPECT_EQ(story.names(), "dispute.resolved milestone.accepted");
      EXPECT_EQ(story.event<DisputeResolved>(),
                (DisputeResolved{1, DisputeOutcome::kReleased, Party::kBuyer, ""}));
      EXPECT_EQ(story.event<MilestoneAccepted>().release.move,
                M2Release(story.charge().id, kSeller.name, Money::Usd(15000), 3000));
      EXPECT_EQ(story.order().state, OrderState::kAwaitingNext);
      EXPECT_EQ(story.milestone(1).state, MilestoneState::kAccepted);
      EXPECT_EQ(story.milestone(1).undisputed, std::nullopt);
      EXPECT_EQ(TimersOf(story), "1 NEXT_NOT_STARTED +240h") << "in the row that was frozen";
    }
  }
}

TEST(DisputeResolution, A11_TheLastMilestonesAcceptanceCompletesTheOrder) {
  for (const NextStep next : {NextStep::kUnset, NextStep::kEndOrder}) {
    Story story = DeliveredOrder(OneTime());
    ASSERT_DONE(OpenOne(story, kSeller));
    EXPECT_REFUSED(story.Accept(NextStep::kStartNext), kIsTheLastMilestone);
    EXPECT_REFUSED(story.Accept(NextStep::kDecideLater), kIsTheLastMilestone);
    ASSERT_DONE(story.Accept(next));
    EXPECT_EQ(story.names(), "dispute.resolved milestone.accepted order.completed");
    EXPECT_EQ(story.order().completion_reason, CompletionReason::kAllAccepted);
    EXPECT_EQ(story.order().cancellation_reason, std::nullopt);
    EXPECT_TRUE(story.order().deadlines.empty());
  }
}

TEST(DisputeResolution, IsAnOperators) {
  Story story = InReview();
  EXPECT_REFUSED(Resolve(story, DisputeOutcome::kReleased), kNotDisputed);
  ASSERT_DONE(OpenOne(story, kBuyer));
  for (const Actor& party : {kBuyer, kSeller}) {
    EXPECT_REFUSED(story.Do(ResolveDispute{party, 1, DisputeOutcome::kReleased, Money(), ""}),
                   kNotAnOperator);
  }
  EXPECT_REFUSED(story.Do(ResolveDispute{kStranger, 1, DisputeOutcome::kReleased, Money(), ""}),
                 kOrderNotFound);
  EXPECT_REFUSED(story.Do(ResolveDispute{kOperator, 2, DisputeOutcome::kReleased, Money(), ""}),
                 kNotTheCurrentMilestone);
  EXPECT_REFUSED(story.Do(ResolveDispute{kOperator, 3, DisputeOutcome::kReleased, Money(), ""}),
                 kMilestoneNotFound);
  ASSERT_DONE(Resolve(story, DisputeOutcome::kReleased));
  EXPECT_EQ(story.names(), "dispute.resolved milestone.accepted");
  EXPECT_EQ(story.event<DisputeResolved>(),
            (DisputeResolved{1, DisputeOutcome::kReleased, Party::kOperator, "we looked at it"}));
  EXPECT_EQ(story.milestone(1).dispute->resolution, "we looked at it");
  EXPECT_EQ(story.milestone(1).dispute->closed_by, Party::kOperator);
  EXPECT_EQ(story.order().state, OrderState::kAwaitingNext);
  EXPECT_REFUSED(Resolve(story, DisputeOutcome::kReleased), kNotDisputed);
}

TEST(DisputeResolution, M5_ARefundGivesAllBack) {
  for (const bool accepted_before : {false, true}) {
    Story story = accepted_before ? SecondMilestone(3) : InReview();
    ASSERT_DONE(OpenOne(story, kBuyer));
    ASSERT_DONE(Resolve(story, DisputeOutcome::kRefunded));
    EXPECT_EQ(story.names(),
              absl::StrCat("dispute.resolved milestone.cancelled refund.started milestone.skipped ",
                           accepted_before ? "order.completed" : "order.cancelled"));
    EXPECT_EQ(story.event<DisputeResolved>().outcome, DisputeOutcome::kRefunded);
    EXPECT_EQ(story.event<MilestoneCancelled>().reason, CancellationReason::kDisputeResolved);
    EXPECT_EQ(story.event<MilestoneCancelled>().split.move.rule, "M5");
    EXPECT_EQ(story.order().cancellation_reason, CancellationReason::kDisputeResolved);
    EXPECT_EQ(story.order().completion_reason,
              accepted_before ? std::optional(CompletionReason::kCancelledAfterAcceptance) : std::nullopt);
    EXPECT_EQ(story.order().totals.escrow_minor(), 0);
  }
}

TEST(DisputeResolution, M6_ASplitLeavesPartOfItToEach) {
  for (const int64_t seller_minor : {int64_t{1}, int64_t{14999}}) {
    Story story = InReview();
    ASSERT_DONE(OpenOne(story, kBuyer));
    ASSERT_DONE(Resolve(story, DisputeOutcome::kSplit, seller_minor));
    EXPECT_EQ(story.names(),
              "dispute.resolved milestone.cancelled refund.started milestone.skipped order.cancelled");
    EXPECT_EQ(story.event<DisputeResolved>().outcome, DisputeOutcome::kSplit);
    EXPECT_EQ(story.event<MilestoneCancelled>().split.move.rule, "M6");
    EXPECT_EQ(story.order().totals.released_minor, seller_minor);
    EXPECT_EQ(story.order().totals.refunded_minor, 15000 - seller_minor);
    EXPECT_EQ(story.milestone(1).cancelled->reason, CancellationReason::kDisputeResolved);
    EXPECT_EQ(story.milestone(1).dispute->outcome, DisputeOutcome::kSplit);
  }
}

TEST(DisputeResolution, M6_ASplitIsOfWhatIsHeldInItsCurrency) {
  Story story = InReview();
  ASSERT_DONE(OpenOne(story, kBuyer));
  for (const int64_t seller_minor : {int64_t{15000}, int64_t{15001}, kMaxMinor}) {
    const absl::Status refused = Resolve(story, DisputeOutcome::kSplit, seller_minor);
    EXPECT_REFUSED(refused, kSellerAmountTooLarge);
    EXPECT_EQ(RefusalOf(refused)->detail("held"), "150.00 USD");
  }
  for (const int64_t seller_minor : {int64_t{1}, int64_t{15000}}) {
    const Money euros{seller_minor, *Currency::Parse("EUR")};
    EXPECT_REFUSED(story.Do(ResolveDispute{kOperator, 1, DisputeOutcome::kSplit, euros, ""}),
                   kCurrencyMismatch);
  }
  EXPECT_EQ(story.order().state, OrderState::kDisputed);
}

}  // namespace
}  // namespace milepost::billing
