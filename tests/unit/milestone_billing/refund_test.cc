// The refunds of cancelled milestones (M5, M6): their money waits in refund:transit, goes to suspense where the provider can't refund
// it, and from there on its way again (M9).
#include <set>
#include <string>

#include "tests/unit/milestone_billing/ways_out.h"

namespace milepost::billing {
namespace {

// A milestone of 150.00 and 8.25 that was cancelled with nothing for the seller, or split.
Story CancelledOrder(int64_t seller_minor = 0) {
  Story story = Placed(MilestonesOf(1));
  story.now += absl::Hours(1);
  EXPECT_DONE(AskToCancel(story, kOperator, seller_minor));
  return story;
}

TEST(RefundOfAMilestone, M5_SetsOutWithTheMoneyThatTheCancellationMoved) {
  const Story story = CancelledOrder();
  const ChargeId charge = story.charge().id;
  EXPECT_EQ(story.event<MilestoneCancelled>().split.move, M5RefundStarted(charge, Money::Usd(15000), 825));
  const RefundStarted& started = story.event<RefundStarted>();
  EXPECT_EQ(started, (RefundStarted{charge, 1, Money::Usd(15825), story.now, Move{"", Currency::Usd(), {}}}));
  EXPECT_EQ(MoveOf(OrderEvent(started)), nullptr) << "it moves nothing itself";
  EXPECT_EQ(story.order().refunds, (std::vector<Refund>{{.charge = charge,
                                                         .number = 1,
                                                         .amount = Money::Usd(15825),
                                                         .created_at = story.now,
                                                         .lease_until = story.now}}))
      << "whoever looks first takes it";
  EXPECT_EQ(ProviderKeyOf(story.order().id, story.charge(), story.order().refunds[0]),
            "orders/" + story.order().id.ToString() + "/milestones/1/attempts/1/refunds/1");
  EXPECT_EQ(story.charge().state, ChargeState::kSucceeded);
  EXPECT_EQ(BalancesOf(story), (Balances{{"provider:clearing", 15825}, {"refund:transit", -15825}}));
}

TEST(RefundOfAMilestone, M5_SucceedsOnce) {
  for (const int64_t seller_minor : {int64_t{0}, int64_t{3333}}) {
    Story story = CancelledOrder(seller_minor);
    const ChargeId charge = story.charge().id;
    const Money back = story.order().refunds[0].amount;
    const Totals totals = story.order().totals;
    story.now += absl::Minutes(1);
    ASSERT_DONE(story.Do(LeaseRefund{charge, 1, story.now + absl::Minutes(1)}));
    EXPECT_EQ(story.names(), "refund.leased");
    ASSERT_DONE(story.Do(SettleRefund{charge, 1, Refunded{"back-1"}}));
    EXPECT_EQ(story.names(), "refund.succeeded");
    EXPECT_EQ(story.event<RefundSucceeded>(), (RefundSucceeded{charge, 1, "back-1", M5RefundSettled(back)}));
    const Refund& refund = story.order().refunds[0];
    EXPECT_EQ(refund.state, RefundState::kSucceeded);
    EXPECT_EQ(refund.closed_at, story.now);
    EXPECT_EQ(refund.provider_reference, "back-1");
    EXPECT_EQ(story.order().totals, totals) << "they were counted with the cancellation";
    EXPECT_FALSE(BalancesOf(story).contains("refund:transit"));
    for (const RefundOutcome& outcome : {RefundOutcome(Refunded{"again"}), RefundOutcome(NotRefunded{"no"}),
                                         RefundOutcome(Unknown{}), RefundOutcome(Pending{})}) {
      ASSERT_DONE(story.Do(SettleRefund{charge, 1, outcome}));
      EXPECT_EQ(story.names(), "");
    }
    ASSERT_DONE(story.Do(LeaseRefund{charge, 1, story.now + kDay}));
    EXPECT_EQ(story.names(), "");
  }
}

TEST(RefundOfAMilestone, M5_WithoutAnAnswerOrWhileTheProviderWorksOnItItWaits) {
  Story story = CancelledOrder();
  const ChargeId charge = story.charge().id;
  const absl::Time retry_at = story.now + absl::Minutes(5);
  ASSERT_DONE(story.Do(SettleRefund{charge, 1, Unknown{retry_at}}));
  EXPECT_EQ(story.names(), "refund.undecided");
  EXPECT_EQ(story.event<RefundUndecided>(), (RefundUndecided{charge, 1, true, retry_at}));
  EXPECT_TRUE(story.order().refunds[0].unknown);
  EXPECT_REFUSED(story.Do(LeaseRefund{charge, 1, retry_at + kDay}), kRefundInProgress);
  ASSERT_DONE(story.Do(SettleRefund{charge, 1, Pending{retry_at}}));
  EXPECT_FALSE(story.order().refunds[0].unknown);
  EXPECT_EQ(story.order().refunds[0].state, RefundState::kPending);
  story.now = retry_at;
  ASSERT_DONE(story.Do(LeaseRefund{charge, 1, retry_at + absl::Minutes(1)}));
  ASSERT_DONE(story.Do(SettleRefund{charge, 1, Refunded{"back"}}));
  EXPECT_EQ(story.names(), "refund.succeeded");
  EXPECT_EQ(BalancesOf(story), Balances());
}

// DOMAIN §4: FAILED is retried, then suspense.
TEST(RefundOfAMilestone, M9_AfterOneToFourFailuresTheNextGivesTheMoneyBack) {
  for (uint32_t failures = 1; failures < kRefundTriesMax; ++failures) {
    for (const int64_t seller_minor : {int64_t{0}, int64_t{3333}}) {
      Story story = CancelledOrder(seller_minor);
      const Balances at_first = BalancesOf(story);
      const ChargeId charge = story.charge().id;
      const Money back = story.order().refunds[0].amount;
      for (uint32_t number = 1; number <= failures; ++number) {
        ASSERT_DONE(story.Do(SettleRefund{charge, number, NotRefunded{"TRY_LATER"}}));
        EXPECT_EQ(story.names(), "refund.failed refund.started");
        EXPECT_EQ(story.event<RefundFailed>(),
                  (RefundFailed{charge, number, "TRY_LATER", M5RefundFailed(back)}));
        EXPECT_EQ(story.event<RefundStarted>(),
                  (RefundStarted{charge, number + 1, back, story.now + RefundWait(number + 1),
                                 M9RefundStarted(back)}));
        EXPECT_EQ(BalancesOf(story), at_first) << "to suspense and on its way again";
        story.now += RefundWait(number + 1);
      }
      ASSERT_DONE(story.Do(SettleRefund{charge, failures + 1, Refunded{"back"}}));
      EXPECT_EQ(story.names(), "refund.succeeded") << "no late money: it was the milestone's";
      EXPECT_EQ(story.order().refunds.size(), failures + 1);
      Balances at_last = at_first;
      at_last.erase("refund:transit");
      at_last["provider:clearing"] -= back.minor;
      std::erase_if(at_last, [](const auto& balance) { return balance.second == 0; });
      EXPECT_EQ(BalancesOf(story), at_last);
    }
  }
}

TEST(RefundOfAMilestone, M5_AfterFiveFailuresTheMoneyStaysInSuspense) {
  Story story = CancelledOrder();
  const ChargeId charge = story.charge().id;
  for (uint32_t number = 1; number <= kRefundTriesMax; ++number)
    ASSERT_DONE(story.Do(SettleRefund{charge, number, NotRefunded{"ACCOUNT_CLOSED"}}));
  EXPECT_EQ(story.names(), "refund.failed");
  EXPECT_EQ(story.order().refunds.size(), 5u);
  EXPECT_EQ(BalancesOf(story), (Balances{{"provider:clearing", 15825}, {"suspense", -15825}}));
  EXPECT_REFUSED(story.Do(LeaseRefund{charge, 6, story.now}), kRefundNotFound);
  EXPECT_EQ(story.order().state, OrderState::kCancelled);
  EXPECT_EQ(story.order().totals.refunded_minor, 15000) << "what left escrow, wherever it is";
}

// Two refunds of two charges side by side: an attempt's that succeeded late, and the cancelled milestone's.
TEST(RefundOfAMilestone, M9_ALateSuccessOfAnotherAttemptIsRefundedBesideIt) {
  Story story = DeliveredOrder(MilestonesOf(2));
  ASSERT_DONE(story.Accept(NextStep::kStartNext));
  ASSERT_DONE(story.Settle(Voided{}));
  const ChargeId voided = story.charge().id;
  ASSERT_DONE(story.Retry());
  ASSERT_DONE(story.Pay());
  const ChargeId paid = story.charge().id;
  ASSERT_DONE(AskToCancel(story, kOperator));
  ASSERT_DONE(story.Do(SettleCharge{voided, Succeeded{"cap-late"}}));
  EXPECT_EQ(story.names(), "charge.succeeded_late refund.started");
  ASSERT_EQ(story.order().refunds.size(), 2u);
  EXPECT_EQ(story.order().refunds[0].charge, paid);
  EXPECT_EQ(story.order().refunds[1].charge, voided);
  EXPECT_EQ(story.order().refunds[1].number, 1u);
  EXPECT_EQ(story.event<RefundStarted>().move, M9RefundStarted(Money::Usd(21100)));
  EXPECT_EQ(BalancesOf(story)["refund:transit"], -42200);
  ASSERT_DONE(story.Do(SettleRefund{paid, 1, NotRefunded{"TRY_LATER"}}));
  EXPECT_EQ(story.event<RefundStarted>().number, 2u) << "each charge counts its own";
  ASSERT_DONE(story.Do(SettleRefund{voided, 1, Refunded{"back-late"}}));
  EXPECT_EQ(story.names(), "charge.late_refunded");
  ASSERT_DONE(story.Do(SettleRefund{paid, 2, Refunded{"back"}}));
  EXPECT_EQ(story.names(), "refund.succeeded");
  EXPECT_EQ(BalancesOf(story), (Balances{{"provider:clearing", 15825},
                                         {"seller:clearing", -12000},
                                         {"revenue:commission", -3000},
                                         {"revenue:buyer_fee", -825}}));
}

TEST(RefundOfAMilestone, M6_WhereTheSellerGetsAllThereIsNone) {
  Story story = CancelledOrder(15000);
  EXPECT_TRUE(story.order().refunds.empty());
  EXPECT_REFUSED(story.Do(SettleRefund{story.charge().id, 1, Refunded{""}}), kRefundNotFound);
}

// With a fee policy without fees, and with one that takes all, no part is more than what it is taken from.
TEST(RefundOfAMilestone, A23_UnderExtremeFees) {
  for (const int64_t bps : {int64_t{0}, int64_t{10000}}) {
    Terms terms = MilestonesOf(1);
    terms.fees = {.commission_bps = bps, .buyer_fee_bps = bps, .small_order_fee_minor = 0};
    Story story = Placed(terms);
    ASSERT_DONE(AskToCancel(story, kOperator, 5000));
    const int64_t fee = bps == 0 ? 0 : 15000;
    const int64_t commission = bps == 0 ? 0 : 5000;
    const int64_t fee_back = bps == 0 ? 0 : 10000;
    Balances expected = {{"provider:clearing", 15000 + fee},
                         {"seller:clearing", -(5000 - commission)},
                         {"revenue:commission", -commission},
                         {"revenue:buyer_fee", -(fee - fee_back)},
                         {"refund:transit", -(10000 + fee_back)}};
    std::erase_if(expected, [](const auto& balance) { return balance.second == 0; });
    EXPECT_EQ(BalancesOf(story), expected);
  }
}

// W7: the provider must be able to tell a retried refund from the one that failed.
TEST(RefundOfAMilestone, W7_EachRefundOfAChargeHasAKeyOfItsOwn) {
  const Story story = Placed(MilestonesOf(2));
  std::set<std::string> keys;
  for (uint32_t number = 1; number <= kRefundTriesMax; ++number) {
    const Refund refund{.charge = story.charge().id, .number = number};
    const std::string key = ProviderKeyOf(story.order().id, story.charge(), refund);
    EXPECT_EQ(key, absl::StrCat("orders/", story.order().id.ToString(), "/milestones/1/attempts/1/refunds/",
                                number));
    EXPECT_TRUE(keys.insert(key).second) << key;
  }
}

}  // namespace
}  // namespace milepost::billing
