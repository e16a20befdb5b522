#include "services/payment_simulator/rpc/call_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/core/reason.h"
#include "common/core/refusal.h"

namespace milepost::payment_simulator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

std::vector<int64_t> Numbers(const std::vector<LoggedCall>& calls) {
  std::vector<int64_t> numbers;
  for (const LoggedCall& call : calls) numbers.push_back(call.number);
  return numbers;
}

TEST(CallLog, ListsInOrderByPrefixMethodAndPaymentMethod) {
  CallLog log(100);
  log.Arrive(AskCharge{"a/1", Money::Usd(100), "pm_ok"}, kNow);
  log.Arrive(AskGet{"a/1"}, kNow);
  log.Arrive(AskVoid{"b/1"}, kNow);
  log.Arrive(AskCharge{"a/2", Money::Usd(100), "pm_slow"}, kNow);
  EXPECT_THAT(Numbers(log.List({}, 0, 10)), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(Numbers(log.List({.key_prefix = "a/"}, 0, 10)), ElementsAre(1, 2, 4));
  EXPECT_THAT(Numbers(log.List({.method = ProviderMethod::kVoidCharge}, 0, 10)), ElementsAre(3));
  EXPECT_THAT(Numbers(log.List({.payment_method = "pm_slow"}, 0, 10)), ElementsAre(4));
  EXPECT_THAT(Numbers(log.List({}, 1, 2)), ElementsAre(2, 3));
  EXPECT_THAT(Numbers(log.List({}, 4, 2)), IsEmpty());
}

TEST(CallLog, KeepsTheNewestAndForgetsTheRest) {
  CallLog log(3);
  for (int i = 0; i < 10; ++i) log.Arrive(AskGet{"key"}, kNow);
  log.SetState(2, CallState::kDropped);
  log.SetState(10, CallState::kHeld);
  const std::vector<LoggedCall> calls = log.List({}, 0, 10);
  EXPECT_THAT(Numbers(calls), ElementsAre(8, 9, 10));
  EXPECT_EQ(calls[0].state, CallState::kRunning);
  EXPECT_EQ(calls[2].state, CallState::kHeld);
  EXPECT_THAT(Numbers(log.List({}, 5, 2)), ElementsAre(8, 9));
}

TEST(CallLog, TellsTheOutcomeOrTheReason) {
  CallLog log(10);
  log.SetOutcome(log.Arrive(AskGet{"a"}, kNow), CallState::kAnswerLost,
                 Verdict{.charge = {.state = ChargeState::kSucceeded}});
  log.SetRefused(log.Arrive(AskGet{"b"}, kNow), Refuse(Reason::kProviderChargeNotFound));
  log.SetOutcome(log.Arrive(AskGetRefund{"c"}, kNow), CallState::kAnswered,
                 Verdict{.refund = Refund{.state = RefundState::kFailed}});
  const std::vector<LoggedCall> calls = log.List({}, 0, 10);
  EXPECT_EQ(calls[0].state, CallState::kAnswerLost);
  EXPECT_EQ(calls[0].charge_state, ChargeState::kSucceeded);
  EXPECT_EQ(calls[1].state, CallState::kAnswered);
  EXPECT_EQ(calls[1].charge_state, std::nullopt);
  EXPECT_EQ(calls[1].reason, Reason::kProviderChargeNotFound);
  EXPECT_EQ(calls[2].refund_state, RefundState::kFailed);
  EXPECT_EQ(calls[2].charge_state, std::nullopt);
}

}  // namespace
}  // namespace milepost::payment_simulator
