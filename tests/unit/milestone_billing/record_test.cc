// Stored orders and events come back as they went in, and damage is noticed.
#include <set>

#include "services/milestone_billing/store/order_mapping.h"
#include "services/milestone_billing/store/order_record.h"
#include "tests/unit/milestone_billing/ways_out.h"

namespace milepost::billing {
namespace {

// Terms with something in every field.
Terms RichTerms() {
  Terms terms = MilestonesOf(3);
  terms.package = "PREMIUM";
  terms.plan_version = 7;
  terms.milestones[0].description = "Zeichnungen, größer";
  terms.milestones[0].zoom = true;
  terms.milestones[0].substeps = {"sketch", "ink"};
  terms.milestones[1].revisions = {.unlimited = true};
  terms.fees = {
      .commission_bps = 1, .buyer_fee_bps = 2, .small_order_fee_minor = 3, .small_order_below_minor = 4};
  terms.deadlines.min_revision = kMicrosecond;
  return terms;
}

void ExpectRoundTrip(const Story& story) {
  const absl::StatusOr<Order> decoded = DecodeOrder(EncodeOrder(story.order()));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  Order expected = story.order();
  expected.id = OrderId();
  expected.sequence = 0;
  expected.updated_at = absl::Time();
  EXPECT_EQ(*decoded, expected);
}

// Late, disputed and cancelled orders, at each step that stores something else.
void AppendWaysOut(std::vector<Story>& stories) {
  Story disputed = DeliveredOrder(RichTerms());
  EXPECT_DONE(disputed.Revise());
  EXPECT_DONE(disputed.TickAt(kStart + 60 * kDay));
  stories.push_back(disputed);  // an operator is awaited
  EXPECT_DONE(disputed.Do(
      DeliverMilestone{kSeller, 1, false, "größer", "https://m.example", {"https://a.example/1"}}));
  EXPECT_DONE(AskToCancel(disputed, kBuyer, 20));
  stories.push_back(disputed);  // a request is pending
  EXPECT_DONE(OpenOne(disputed, kBuyer));
  stories.push_back(disputed);  // frozen deadlines
  EXPECT_DONE(Withdraw(disputed, kBuyer));
  EXPECT_DONE(Disagree(disputed, kSeller));
  EXPECT_DONE(OpenOne(disputed, kSeller));
  EXPECT_DONE(disputed.TickAt(disputed.now + 14 * kDay));
  EXPECT_DONE(Resolve(disputed, DisputeOutcome::kSplit, 3333));
  EXPECT_DONE(disputed.Do(SettleRefund{disputed.charge().id, 1, Refunded{"back"}}));
  stories.push_back(disputed);
  Story late = Placed(MilestonesOf(2));
  EXPECT_DONE(AskToCancel(late, kSeller));
  EXPECT_DONE(late.TickAt(kStart + kCancellableFrom));
  stories.push_back(late);
  EXPECT_DONE(AskToCancel(late, kSeller));
  EXPECT_DONE(CancelLate(late));
  stories.push_back(late);
  Story agreed = SecondMilestone();
  EXPECT_DONE(AskToCancel(agreed, kSeller, 1));
  EXPECT_DONE(Agree(agreed, kBuyer));
  stories.push_back(agreed);
  Story ordered = Placed(MilestonesOf(1));
  EXPECT_DONE(AskToCancel(ordered, kOperator));
  stories.push_back(ordered);
  Story old = PlacedBeforeEditions(RichTerms());
  EXPECT_DONE(old.Deliver());
  EXPECT_DONE(old.Revise());
  stories.push_back(old);
}

// Stories that between them emit every kind of event.
std::vector<Story> EveryStory() {
  std::vector<Story> stories;
  AppendWaysOut(stories);
  Story offer = DeliveredOrder(RichTerms());
  EXPECT_DONE(offer.Revise());
  EXPECT_DONE(offer.Do(PostUpdate{kSeller, 1, "größer geht es nicht"}));
  EXPECT_DONE(offer.Do(PostUpdate{kSeller, 1, ""}));
  stories.push_back(offer);
  EXPECT_DONE(offer.Deliver());
  EXPECT_DONE(offer.Accept(NextStep::kStartNext));
  EXPECT_DONE(offer.Settle(Unknown{offer.now + absl::Minutes(1)}));
  EXPECT_DONE(offer.TickAt(offer.now + 8 * kDay));
  stories.push_back(offer);  // a noted deadline
  EXPECT_DONE(offer.Do(LeaseCharge{offer.charge().id, offer.now + absl::Minutes(1)}));
  EXPECT_DONE(offer.Decline());
  EXPECT_DONE(offer.Pay());  // late
  EXPECT_DONE(offer.Do(LeaseRefund{offer.charge().id, 1, offer.now + absl::Minutes(1)}));
  EXPECT_DONE(offer.Do(SettleRefund{offer.charge().id, 1, Unknown{offer.now + absl::Minutes(2)}}));
  stories.push_back(offer);
  EXPECT_DONE(offer.Do(SettleRefund{offer.charge().id, 1, Refunded{"back-1"}}));
  EXPECT_DONE(offer.Do(OutcomeRecorded{}));
  stories.push_back(offer);
  Story ended = DeliveredOrder(MilestonesOf(2));
  EXPECT_DONE(ended.Accept());
  stories.push_back(ended);
  EXPECT_DONE(ended.End());
  stories.push_back(ended);
  Story silent = DeliveredOrder(OneTime());
  EXPECT_DONE(silent.TickAt(silent.now + 3 * kDay));
  stories.push_back(silent);
  Story failed;
  PlaceGigOrder quoted = PlacingGig(OneTime());
  quoted.quote_expires = kStart + 7 * kDay;
  EXPECT_DONE(failed.Do(quoted));
  EXPECT_DONE(failed.Decline());
  stories.push_back(failed);
  EXPECT_DONE(failed.Do(PlacingGig(OneTime())));  // again
  stories.push_back(failed);
  Story voided;
  EXPECT_DONE(voided.Place(OneTime()));
  EXPECT_DONE(voided.Settle(Voided{}));
  stories.push_back(voided);
  EXPECT_DONE(voided.Do(RecordFinding{voided.charge().id, 0, Finding::kNoMoney, "", {}}));
  stories.push_back(voided);
  EXPECT_DONE(voided.Do(RecordFinding{voided.charge().id, 1, Finding::kMoney, "cap-late", {}}));
  EXPECT_DONE(voided.Do(SettleRefund{voided.charge().id, 1, NotRefunded{"ACCOUNT_CLOSED"}}));
  stories.push_back(voided);
  Story resolved;
  EXPECT_DONE(resolved.Place(OneTime()));
  EXPECT_DONE(resolved.Do(ResolveCharge{kOperator,
                                        resolved.charge().id,
                                        Succeeded{"cap-said"},
                                        resolved.charge().total(),
                                        "statement of 1 May",
                                        {}}));
  stories.push_back(resolved);
  Story too_late;
  EXPECT_DONE(too_late.DoAt(kStart + kDay, Placing(OneTime())));
  stories.push_back(too_late);
  return stories;
}

TEST(Record, BringsEveryOrderBack) {
  for (const Story& story : EveryStory()) ExpectRoundTrip(story);
}

// Several at a time, with subjects, running and frozen; nothing left of one is not the same as not frozen.
TEST(Record, BringsEachDeadlineBack) {
  Order order = DeliveredOrder(MilestonesOf(2)).order();
  const absl::Time due = order.deadlines.at(0).due;
  order.deadlines = {{4, DeadlineKind::kReview, due, 0, {}},
                     {7, DeadlineKind::kReview, due + kMicrosecond, 2, absl::Hours(3)},
                     {9, DeadlineKind::kReview, due, 4'000'000'000, absl::ZeroDuration()}};
  const absl::StatusOr<Order> decoded = DecodeOrder(EncodeOrder(order));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->deadlines, order.deadlines);
}

TEST(Record, BringsEveryKindOfEventBack) {
  std::set<EventKind> kinds;
  for (const Story& story : EveryStory()) {
    for (const auto& stamped : story.log()) {
      kinds.insert(KindOf(stamped.event));
      const absl::StatusOr<OrderEvent> decoded = DecodeEvent(EncodeEvent(stamped.event));
      ASSERT_TRUE(decoded.ok()) << decoded.status();
      EXPECT_EQ(*decoded, stamped.event) << NameOf(KindOf(stamped.event));
    }
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<OrderEvent>);
}

TEST(Record, NoticesDamage) {
  const std::string body = EncodeOrder(DeliveredOrder(RichTerms()).order());
  EXPECT_TRUE(absl::IsDataLoss(DecodeOrder("").status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeOrder(body.substr(0, body.size() / 2)).status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeEvent("").status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeEvent("\xff\xff\xff").status()));
}

// What the rules would trip over never reaches them.
TEST(Record, NoticesWhatIsMissing) {
  const Order whole = DeliveredOrder(MilestonesOf(2)).order();
  ASSERT_TRUE(DecodeOrder(EncodeOrder(whole)).ok());
  std::vector<Order> broken(11, whole);
  broken[0].milestones.pop_back();
  broken[1].current_milestone = 3;
  broken[2].charges.clear();
  broken[3].milestones[0].due_at.reset();
  broken[4].milestones[0].charge.reset();
  broken[5].charges[0].amount.minor = -1;
  broken[6].charges[0].milestone = 3;
  broken[7].charges[0].closed_at.reset();
  broken[8].terms.fees.commission_bps = -1;
  broken[9].refunds.push_back({.charge = ChargeIdOf(whole.id, 9, 9), .number = 1, .amount = Money::Usd(1)});
  broken[10].state = OrderState::kAwaitingNext;
  broken[10].current_milestone = 2;
  broken[10].milestones[1] = broken[10].milestones[0];
  broken[10].milestones[1].number = 2;
  for (const Order& order : broken) EXPECT_TRUE(absl::IsDataLoss(DecodeOrder(EncodeOrder(order)).status()));
}

TEST(Record, NoticesWhatIsMissingOfADisputeOrACancellation) {
  Story story = DeliveredOrder(MilestonesOf(2));
  ASSERT_DONE(AskToCancel(story, kBuyer));
  ASSERT_DONE(OpenOne(story, kBuyer));
  const Order disputed = story.order();
  ASSERT_DONE(AskToCancel(story, kOperator, 1));
  const Order cancelled = story.order();
  ASSERT_TRUE(DecodeOrder(EncodeOrder(disputed)).ok());
  ASSERT_TRUE(DecodeOrder(EncodeOrder(cancelled)).ok());
  std::vector<Order> broken = {disputed, disputed,  disputed, disputed,
                               disputed, cancelled, disputed, cancelled};
  broken[0].state = OrderState::kActive;
  broken[1].milestones[0].state = MilestoneState::kDelivered;
  broken[2].milestones[0].dispute.reset();
  broken[3].milestones[0].undisputed.reset();
  broken[4].cancellation_request.reset();
  broken[5].milestones[0].cancelled.reset();
  broken[6].milestones[1].cancelled = cancelled.milestones[0].cancelled;
  broken[7].charges[0].amount.minor = 0;
  for (size_t i = 0; i < broken.size(); ++i)
    EXPECT_TRUE(absl::IsDataLoss(DecodeOrder(EncodeOrder(broken[i])).status())) << i;
}

// One changed byte: each state is one of its kind, but no order is in both, or has that deadline. It can be read, and whoever
// meets it reports it by its name.
TEST(Record, OfStatesThatNoRuleKnowsIsReadAndReportedAsABug) {
  const Order whole = DeliveredOrder(MilestonesOf(2)).order();
  Order wrong_deadline = whole;
  wrong_deadline.deadlines[0].kind = DeadlineKind::kPaymentGrace;
  const absl::StatusOr<Order> read = DecodeOrder(EncodeOrder(wrong_deadline));
  ASSERT_TRUE(read.ok()) << read.status();
  const absl::StatusOr<Step<OrderDomain>> step =
      milepost::Run<OrderDomain>(&*read, Tick{}, whole.deadlines[0].due);
  EXPECT_EQ(BugKindOf(step.status()), BugKind::kNoRule) << step.status();
}

// The mapping's rows have one value a column: what the writers of common/db rely on.
TEST(Mapping, HasAValueForEveryColumn) {
  const db::Mapping<OrderDomain> mapping = OrderMapping();
  for (const Story& story : EveryStory()) {
    EXPECT_EQ(mapping.values(story.order()).size(), mapping.columns.size());
    std::vector<db::RecordedEvent<OrderDomain>> events;
    for (const auto& stamped : story.log()) events.push_back({stamped, "system"});
    const db::Change<OrderDomain> change{nullptr, &story.order(), events, {}};
    for (const auto& side : mapping.side_tables) {
      std::vector<db::Row> rows;
      side.rows(change, rows);
      for (const db::Row& row : rows) EXPECT_EQ(row.size(), side.columns.size()) << side.table;
    }
  }
}

TEST(Mapping, ShowsSinceWhenAnOperatorIsAwaited) {
  const db::Mapping<OrderDomain> mapping = OrderMapping();
  const auto column = std::find(mapping.columns.begin(), mapping.columns.end(), "operator_since_us");
  ASSERT_NE(column, mapping.columns.end());
  const auto shown = [&](const Story& story) {
    return mapping.values(story.order())[column - mapping.columns.begin()];
  };
  Story story = InRevision();
  EXPECT_EQ(shown(story), db::Value());
  ASSERT_DONE(story.TickAt(kStart + 50 * kDay));
  EXPECT_EQ(shown(story), db::MakeRow(kStart + 34 * kDay)[0]);
  ASSERT_DONE(story.Deliver());
  EXPECT_EQ(shown(story), db::Value());
}

TEST(Mapping, WritesEachChangedChargeOnceAndEveryLineOfEveryMove) {
  Story story = DeliveredOrder(MilestonesOf(2));
  ASSERT_DONE(story.Accept(NextStep::kStartNext));
  std::vector<db::RecordedEvent<OrderDomain>> events;
  for (const auto& stamped : story.log()) events.push_back({stamped, "system"});
  const db::Change<OrderDomain> change{nullptr, &story.order(), events, {}};
  const db::Mapping<OrderDomain> mapping = OrderMapping();
  std::vector<db::Row> charges, entries;
  mapping.side_tables[0].rows(change, charges);
  mapping.side_tables[1].rows(change, entries);
  ASSERT_EQ(charges.size(), 2u);
  EXPECT_EQ(charges[0][4], db::Value("SUCCEEDED"));
  EXPECT_EQ(charges[1][4], db::Value("OPEN"));
  EXPECT_EQ(entries.size(), 6u);  // M1: three lines, M2: three lines
  EXPECT_EQ(entries[5][4], db::Value("revenue:commission"));
  EXPECT_EQ(entries[5][5], db::Value(int64_t{-3000}));
}

}  // namespace
}  // namespace milepost::billing
