// Which deadline next_actions shows where an order has several, some of them frozen (W2, W5). Nothing freezes one yet: these
// orders are made by hand.
#include "services/milestone_billing/domain/next_actions.h"

#include <algorithm>

#include "tests/unit/milestone_billing/story.h"

namespace milepost::billing {
namespace {

constexpr Trigger kStartNext = kTriggerOf<StartNextMilestone>;
constexpr Trigger kEnd = kTriggerOf<EndOrder>;

// Waits for the next milestone until a day, and for the answer to something earlier.
Order WithTwoDeadlines() {
  Story story = DeliveredOrder(MilestonesOf(3));
  EXPECT_DONE(story.Accept());
  Order order = story.order();
  order.deadlines = {{1, DeadlineKind::kReview, story.now + 2 * kDay, /*subject=*/5, {}},
                     {2, DeadlineKind::kNextNotStarted, story.now + 8 * kDay, 0, {}}};
  return order;
}

NextAction ActionNamed(const Order& order, Trigger trigger) {
  for (NextAction& action : NextActions(order, order.updated_at))
    if (action.trigger == trigger) return action;
  ADD_FAILURE() << "no " << NameOf(trigger);
  return {};
}

void Freeze(Order& order, DeadlineKind kind, uint32_t subject = 0) {
  for (Deadline& deadline : order.deadlines)
    if (deadline.kind == kind && deadline.subject == subject) deadline.left = deadline.due - order.updated_at;
}

TEST(NextActionsOfSeveralDeadlines, TheOneThatWaitsForTheActionIsShownThoughAnotherComesEarlier) {
  const Order order = WithTwoDeadlines();
  const NextAction start = ActionNamed(order, kStartNext);
  ASSERT_EQ(start.blocked_by, std::nullopt);
  EXPECT_EQ(start.deadline, order.updated_at + 8 * kDay);
  EXPECT_EQ(start.at_deadline, "order COMPLETED (NEXT_NOT_STARTED)");
  EXPECT_EQ(ActionNamed(order, kEnd).deadline, order.updated_at + 2 * kDay)
      << "for it none waits: the earliest";
  Order turned = order;
  std::reverse(turned.deadlines.begin(), turned.deadlines.end());
  EXPECT_EQ(NextActions(turned, turned.updated_at), NextActions(order, order.updated_at))
      << "the order in which they were set does not matter";
}

TEST(NextActionsOfSeveralDeadlines, AFrozenOneIsNotShownAndTheOtherIs) {
  Order order = WithTwoDeadlines();
  Freeze(order, DeadlineKind::kReview, 5);
  for (const Trigger trigger : {kStartNext, kEnd, kTriggerOf<PostUpdate>}) {
    const NextAction action = ActionNamed(order, trigger);
    ASSERT_EQ(action.blocked_by, std::nullopt) << NameOf(trigger);
    EXPECT_EQ(action.deadline, order.updated_at + 8 * kDay) << NameOf(trigger);
    EXPECT_EQ(action.at_deadline, "order COMPLETED (NEXT_NOT_STARTED)") << NameOf(trigger);
  }
}

TEST(NextActionsOfSeveralDeadlines, WhereItsOwnIsFrozenTheEarliestThatRunsIsShown) {
  Order order = WithTwoDeadlines();
  Freeze(order, DeadlineKind::kNextNotStarted);
  EXPECT_EQ(ActionNamed(order, kStartNext).deadline, order.updated_at + 2 * kDay);
  EXPECT_EQ(ActionNamed(order, kEnd).deadline, order.updated_at + 2 * kDay);
}

TEST(NextActionsOfSeveralDeadlines, WhereAllAreFrozenThereIsNoneUntilTheyAreThawed) {
  Order order = WithTwoDeadlines();
  FreezeDeadlines(order.deadlines, order.updated_at);
  for (const NextAction& action : NextActions(order, order.updated_at)) {
    EXPECT_EQ(action.deadline, std::nullopt) << NameOf(action.trigger);
    EXPECT_EQ(action.at_deadline, "") << NameOf(action.trigger);
  }
  EXPECT_EQ(AsOf<OrderDomain>(order, order.updated_at + 1000 * kDay), order) << "nothing falls due";
  ThawDeadlines(order.deadlines, order.updated_at + 30 * kDay);
  EXPECT_EQ(ActionNamed(order, kStartNext).deadline, order.updated_at + 38 * kDay);
  EXPECT_EQ(ActionNamed(order, kEnd).deadline, order.updated_at + 32 * kDay);
}

TEST(NextActionsOfSeveralDeadlines, ABlockedActionShowsItsOwnOnly) {
  Story story = DeliveredOrder(MilestonesOf(3));
  ASSERT_DONE(story.Accept(NextStep::kStartNext));
  Order order = story.order();  // its payment is open: RetryPayment is blocked, and its time runs
  ASSERT_EQ(order.deadlines.size(), 1u);
  const absl::Time grace = order.deadlines[0].due;
  order.deadlines.push_back({9, DeadlineKind::kReview, grace - kDay, /*subject=*/5, {}});
  const NextAction retry = ActionNamed(order, kTriggerOf<RetryPayment>);
  EXPECT_EQ(retry.blocked_by, Reason::kPaymentInProgress);
  EXPECT_EQ(retry.deadline, grace);
  EXPECT_EQ(ActionNamed(order, kTriggerOf<StartNextMilestone>).deadline, std::nullopt);
  Freeze(order, DeadlineKind::kPaymentGrace);
  EXPECT_EQ(ActionNamed(order, kTriggerOf<RetryPayment>).deadline, std::nullopt);
}

}  // namespace
}  // namespace milepost::billing
