// Refunds of the simulated provider: once per key, never more than was captured, and as scripted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/core/reason.h"
#include "common/core/refusal.h"
#include "services/payment_simulator/domain/book.h"

namespace milepost::payment_simulator {
namespace {

const absl::Time kNow = absl::FromUnixMicros(1'800'000'000'000'000);

class RefundTest : public ::testing::Test {
 protected:
  RefundTest() { Answer(AskCharge{"charge", Money::Usd(10'550), "pm_ok"}); }

  Verdict Answer(const Ask& ask) {
    absl::StatusOr<Verdict> verdict = book_.Answer(ask, kNow);
    EXPECT_TRUE(verdict.ok()) << verdict.status();
    return verdict.ok() ? *verdict : Verdict{};
  }
  absl::Status RefusalOfAsk(const Ask& ask) { return book_.Answer(ask, kNow).status(); }
  Verdict Give(const std::string& key, int64_t cents = 10'550) {
    return Answer(AskRefund{key, "charge", Money::Usd(cents)});
  }
  void SetScript(RefundBehavior refunds) {
    book_.SetScript({.key_prefix = "charge", .behavior = {.refunds = std::move(refunds)}});
  }
  uint32_t Payouts() {
    uint32_t payouts = 0;
    for (const RefundRecord& known : book_.ListRefunds("", "", 100)) payouts += known.payouts;
    return payouts;
  }

  Book book_{MethodSettings{}, ChancePlan{}};
};

TEST_F(RefundTest, SucceedsOncePerKey) {
  const Verdict first = Give("r1"), second = Give("r1"), asked = Answer(AskGetRefund{"r1"});
  EXPECT_EQ(first.refund->state, RefundState::kSucceeded);
  EXPECT_TRUE(first.recorded_refund.has_value());
  EXPECT_FALSE(first.replayed);
  EXPECT_TRUE(second.replayed);
  EXPECT_FALSE(second.recorded_refund.has_value());
  EXPECT_EQ(asked.refund, first.refund);
  EXPECT_EQ(Payouts(), 1u);
}

TEST_F(RefundTest, AKeyIsForOneChargeAndAmount) {
  Give("r1", 100);
  EXPECT_TRUE(IsRefusal(RefusalOfAsk(AskRefund{"r1", "charge", Money::Usd(101)}), Reason::kKeyReused));
  EXPECT_TRUE(IsRefusal(RefusalOfAsk(AskRefund{"r1", "other", Money::Usd(100)}), Reason::kKeyReused));
}

TEST_F(RefundTest, NeverMoreThanWasCapturedToTheCent) {
  Give("r1", 10'549);
  const absl::Status refused = RefusalOfAsk(AskRefund{"r2", "charge", Money::Usd(2)});
  ASSERT_TRUE(IsRefusal(refused, Reason::kRefundExceedsCharge));
  EXPECT_EQ(RefusalOf(refused)->detail("left"), Money::Usd(1).ToString());
  EXPECT_TRUE(IsRefusal(RefusalOfAsk(AskRefund{"r2", "charge", Money{1, *Currency::Parse("EUR")}}),
                        Reason::kRefundExceedsCharge));
  EXPECT_EQ(Give("r2", 1).refund->state, RefundState::kSucceeded);
}

TEST_F(RefundTest, OnlyOfAChargeThatWasCaptured) {
  EXPECT_TRUE(
      IsRefusal(RefusalOfAsk(AskRefund{"r", "unknown", Money::Usd(1)}), Reason::kProviderChargeNotFound));
  Answer(AskCharge{"declined", Money::Usd(100), "pm_declined"});
  EXPECT_TRUE(
      IsRefusal(RefusalOfAsk(AskRefund{"r", "declined", Money::Usd(1)}), Reason::kRefundExceedsCharge));
  Answer(AskVoid{"voided"});
  EXPECT_TRUE(IsRefusal(RefusalOfAsk(AskRefund{"r", "voided", Money::Usd(1)}), Reason::kRefundExceedsCharge));
  EXPECT_TRUE(IsRefusal(RefusalOfAsk(AskGetRefund{"r"}), Reason::kProviderRefundNotFound));
}

TEST_F(RefundTest, PendingHoldsItsShareAndAFailureGivesItBack) {
  SetScript({.failure_reason = "ACCOUNT_CLOSED", .pending_queries = 2});
  EXPECT_EQ(Give("r1").refund->state, RefundState::kPending);
  EXPECT_TRUE(
      IsRefusal(RefusalOfAsk(AskRefund{"r2", "charge", Money::Usd(1)}), Reason::kRefundExceedsCharge));
  EXPECT_EQ(Answer(AskGetRefund{"r1"}).refund->state, RefundState::kPending);
  const Verdict failed = Answer(AskGetRefund{"r1"});
  EXPECT_EQ(failed.refund->state, RefundState::kFailed);
  EXPECT_EQ(failed.refund->failure_reason, "ACCOUNT_CLOSED");
  SetScript({});
  EXPECT_EQ(Give("r1").refund->state, RefundState::kFailed) << "final";
  EXPECT_EQ(Give("r2").refund->state, RefundState::kSucceeded);
  EXPECT_EQ(Payouts(), 1u);
}

TEST_F(RefundTest, DroppedThenLostThenAnswered) {
  SetScript({.dropped_calls = 1, .lost_answers = 1});
  EXPECT_EQ(Give("r1").delivery, Delivery::kDropped);
  EXPECT_TRUE(IsRefusal(RefusalOfAsk(AskGetRefund{"r1"}), Reason::kProviderRefundNotFound));
  EXPECT_EQ(Give("r1").delivery, Delivery::kAnswerLost);
  EXPECT_EQ(Give("r1").delivery, Delivery::kAnswered);
  EXPECT_EQ(Payouts(), 1u);
}

TEST_F(RefundTest, ARefundsKeyIsNoChargesKey) {
  Give("charge", 100);
  EXPECT_EQ(Answer(AskGet{"charge"}).charge.state, ChargeState::kSucceeded);
  EXPECT_EQ(Answer(AskGetRefund{"charge"}).refund->amount, Money::Usd(100));
  EXPECT_EQ(book_.Summarize("", "").captures, 1);
}

TEST_F(RefundTest, AProviderThatBreaksItsWordCapturesAVoidedCharge) {
  book_.SetScript({.payment_method = "pm_breaks",
                   .behavior = {.pending_queries = kPendingForever, .captured_after_void = 2}});
  Answer(AskCharge{"late", Money::Usd(100), "pm_breaks"});
  EXPECT_EQ(Answer(AskVoid{"late"}).charge.state, ChargeState::kVoided);
  EXPECT_EQ(Answer(AskGet{"late"}).charge.state, ChargeState::kVoided);
  EXPECT_EQ(Answer(AskGet{"late"}).charge.state, ChargeState::kSucceeded);
  EXPECT_EQ(Answer(AskVoid{"late"}).charge.state, ChargeState::kSucceeded);
  EXPECT_EQ(book_.Summarize("late", "").captures, 1);
}

// Whatever chance does on the way, asking until there is an answer gives every charge back exactly once.
TEST(RefundChance, RetryingUntilAnsweredGivesBackOnce) {
  Book book{MethodSettings{}, ChancePlan{.failure_rate = 0.5, .seed = 42}};
  for (int i = 0; i < 200; ++i) {
    const std::string charge = "charge" + std::to_string(i), key = charge + "/refunds/1";
    bool captured = false, ended = false;
    for (int tries = 0; tries < 200 && !captured; ++tries) {
      const Ask ask = tries % 2 == 0 ? Ask(AskCharge{charge, Money::Usd(100), "pm_ok"}) : Ask(AskGet{charge});
      const absl::StatusOr<Verdict> verdict = book.Answer(ask, kNow);
      captured = verdict.ok() && verdict->delivery == Delivery::kAnswered && verdict->charge.ended();
    }
    for (int tries = 0; tries < 200 && !ended; ++tries) {
      const absl::StatusOr<Verdict> verdict = book.Answer(AskRefund{key, charge, Money::Usd(100)}, kNow);
      ended = verdict.ok() && verdict->delivery == Delivery::kAnswered && verdict->refund->ended();
    }
    EXPECT_TRUE(ended) << key;
  }
  uint32_t payouts = 0;
  for (const RefundRecord& known : book.ListRefunds("", "", 1000)) payouts += known.payouts;
  EXPECT_EQ(payouts, 200u);
}

}  // namespace
}  // namespace milepost::payment_simulator
