// W3: what a step that opens a payment would do is what it then does, at the same instant, if the provider takes the money.
#include "services/milestone_billing/domain/preview.h"

#include <gtest/gtest.h>

#include "common/core/bug.h"
#include "tests/unit/milestone_billing/story.h"

namespace milepost::billing {
namespace {

std::vector<Move> MovesOf(const Story& story) {
  std::vector<Move> moves;
  for (const auto& stamped : story.events())
    if (const Move* move = MoveOf(stamped.event)) moves.push_back(*move);
  return moves;
}

// The preview of the step that the story took last.
MoneyPreview PreviewOfLastStep(const Story& story) {
  const auto preview = PreviewOf(story.order(), story.events(), story.charge().id, story.now);
  EXPECT_TRUE(preview.ok()) << preview.status();
  return preview.value_or(MoneyPreview());
}

// The provider's reference is the provider's: nobody knows it before.
Order WithoutReferences(Order order) {
  for (Charge& charge : order.charges) charge.provider_reference.clear();
  return order;
}

TEST(MoneyPreview, W3_PlacingAnOrderDoesWhatItsPreviewSaid) {
  Story story;
  ASSERT_DONE(story.Place(MilestonesOf(3)));
  const MoneyPreview preview = PreviewOfLastStep(story);
  ASSERT_DONE(story.Pay());
  EXPECT_EQ(preview.order, WithoutReferences(story.order()));
  EXPECT_EQ(preview.order.state, OrderState::kActive);
  EXPECT_EQ(preview.moves, MovesOf(story));
  ASSERT_EQ(preview.moves.size(), 1u);
  EXPECT_EQ(preview.moves[0].rule, "M1");
}

// Amounts of 150.00, 200.00 and 250.00; 5.5 % of each, by hand.
TEST(MoneyPreview, S27_S28_OnlyTheFirstPaymentIsMadeNow) {
  Story story;
  ASSERT_DONE(story.Place(MilestonesOf(3)));
  const MoneyPreview preview = PreviewOfLastStep(story);
  EXPECT_EQ(preview.charged_now, (PreviewedPayment{1, Money::Usd(15'000), Money::Usd(825)}));
  EXPECT_EQ(preview.charged_now.total(), Money::Usd(15'825));
  EXPECT_EQ(preview.later_payments,
            (std::vector<PreviewedPayment>{{2, Money::Usd(20'000), Money::Usd(1'100)},
                                           {3, Money::Usd(25'000), Money::Usd(1'375)}}));
  EXPECT_EQ(preview.delivery, (PreviewedDelivery{1, kStart + 4 * kDay}));
}

TEST(MoneyPreview, AOneTimeOrderHasNoLaterPayment) {
  Story story;
  ASSERT_DONE(story.Place(OneTime()));
  EXPECT_TRUE(PreviewOfLastStep(story).later_payments.empty());
}

// An acceptance that starts the next milestone moves money itself: M2 before M1.
TEST(MoneyPreview, W3_TheStepsOwnMovesComeFirst) {
  Story story = DeliveredOrder(MilestonesOf(2));
  ASSERT_DONE(story.Accept(NextStep::kStartNext));
  const MoneyPreview preview = PreviewOfLastStep(story);
  const std::vector<Move> released = MovesOf(story);
  ASSERT_DONE(story.Pay());
  EXPECT_EQ(WithoutReferences(preview.order), WithoutReferences(story.order()));
  ASSERT_EQ(preview.moves.size(), 2u);
  EXPECT_EQ(preview.moves[0], released.at(0));
  EXPECT_EQ(preview.moves[1], MovesOf(story).at(0));
  EXPECT_EQ(preview.charged_now.milestone, 2u);
  EXPECT_EQ(preview.delivery, (PreviewedDelivery{2, story.now + 4 * kDay}));
}

// A settlement that leaves no due time was shown as a delivery that is due at once.
TEST(MoneyPreview, AnAttemptThatHasEndedIsABug) {
  Story story;
  ASSERT_DONE(story.Place(MilestonesOf(2)));
  const auto placing = story.events();
  ASSERT_DONE(story.Decline());
  const auto preview = PreviewOf(story.order(), placing, story.charge().id, story.now);
  EXPECT_EQ(BugKindOf(preview.status()), BugKind::kNoRule) << preview.status();
}

TEST(MoneyPreview, AnAttemptThatIsNoneIsAnError) {
  const Story story = Placed(MilestonesOf(2));
  EXPECT_FALSE(PreviewOf(story.order(), {}, ChargeId(), story.now).ok());
}

}  // namespace
}  // namespace milepost::billing
