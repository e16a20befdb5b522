#include "services/payment_simulator/store/register.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "common/core/reason.h"
#include "common/core/refusal.h"
#include "services/payment_simulator/store/record.h"

namespace milepost::payment_simulator {
namespace {

Ask ChargeOf(std::string key, int64_t cents = 10'550) {
  return AskCharge{std::move(key), Money::Usd(cents), "pm_ok"};
}

class RegisterTest : public ::testing::Test {
 protected:
  RegisterTest() {
    std::string folder = (std::filesystem::temp_directory_path() / "register_test.XXXXXX").string();
    folder_ = ::mkdtemp(folder.data());
    Reopen();
  }
  ~RegisterTest() override {
    register_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Reopen() {
    register_.reset();
    absl::StatusOr<std::unique_ptr<Register>> opened =
        Register::Open(folder_ + "/journal", Book(MethodSettings{}, ChancePlan{}));
    ASSERT_TRUE(opened.ok()) << opened.status();
    register_ = *std::move(opened);
  }
  absl::StatusOr<Verdict> Answer(Ask ask) {
    std::promise<absl::StatusOr<Verdict>> answer;
    register_->Submit(std::move(ask),
                      [&](absl::StatusOr<Verdict> verdict) { answer.set_value(std::move(verdict)); });
    return answer.get_future().get();
  }
  Summary Summarize() {
    std::promise<Summary> summary;
    EXPECT_TRUE(register_->Run([&](Book& book) { summary.set_value(book.Summarize("", "")); }));
    return summary.get_future().get();
  }

  std::string folder_;
  std::unique_ptr<Register> register_;
};

TEST_F(RegisterTest, AnswersSurviveAReopen) {
  const absl::StatusOr<Verdict> first = Answer(ChargeOf("key"));
  ASSERT_TRUE(first.ok());
  Answer(AskVoid{"voided"}).IgnoreError();
  Reopen();
  const absl::StatusOr<Verdict> again = Answer(ChargeOf("key"));
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->charge.state, ChargeState::kSucceeded);
  EXPECT_EQ(absl::ToUnixMicros(again->charge.ended_at), absl::ToUnixMicros(first->charge.ended_at));
  EXPECT_EQ(Answer(ChargeOf("voided"))->charge.state, ChargeState::kVoided);
  EXPECT_TRUE(IsRefusal(Answer(ChargeOf("key", 1)).status(), Reason::kKeyReused));
  EXPECT_EQ(Summarize().captures, 1);
}

TEST_F(RegisterTest, ManyCallersOfFewKeysCaptureEachKeyOnce) {
  constexpr int kThreads = 8, kCalls = 400, kKeys = 50;
  std::atomic<int> answered = 0, first_answers = 0;
  {
    std::vector<std::jthread> callers;
    for (int thread = 0; thread < kThreads; ++thread)
      callers.emplace_back([&] {
        for (int i = 0; i < kCalls; ++i)
          register_->Submit(ChargeOf("key" + std::to_string(i % kKeys)),
                            [&](absl::StatusOr<Verdict> verdict) {
                              if (verdict.ok() && !verdict->replayed) ++first_answers;
                              ++answered;
                            });
      });
  }
  register_->Close();
  EXPECT_EQ(answered, kThreads * kCalls);
  EXPECT_EQ(first_answers, kKeys);
  Reopen();
  EXPECT_EQ(Summarize().captures, kKeys);
}

TEST_F(RegisterTest, CloseAnswersWhatIsQueuedAndRefusesTheRest) {
  std::atomic<int> answered = 0;
  for (int i = 0; i < 100; ++i)
    register_->Submit(ChargeOf("key" + std::to_string(i)), [&](absl::StatusOr<Verdict> verdict) {
      EXPECT_TRUE(verdict.ok());
      ++answered;
    });
  register_->Close();
  EXPECT_EQ(answered, 100);
  EXPECT_TRUE(IsRefusal(Answer(ChargeOf("late")).status(), Reason::kShuttingDown));
  EXPECT_FALSE(register_->Run([](Book&) { FAIL() << "ran after Close"; }));
}

TEST_F(RegisterTest, RefusesOverItsBoundAndAnswersTheRest) {
  std::promise<void> started, go;
  ASSERT_TRUE(register_->Run([&](Book&) {
    started.set_value();
    go.get_future().wait();
  }));
  started.get_future().wait();
  std::atomic<int> answered = 0, refused = 0;
  for (size_t i = 0; i < 2 * Register::kMaxQueued; ++i)
    register_->Submit(AskGet{"key"}, [&](absl::StatusOr<Verdict> verdict) {
      ++(IsRefusal(verdict.status(), Reason::kOverloaded) ? refused : answered);
    });
  EXPECT_EQ(refused, static_cast<int>(Register::kMaxQueued));
  go.set_value();
  register_->Close();
  EXPECT_EQ(answered + refused, static_cast<int>(2 * Register::kMaxQueued));
}

TEST(Record, EveryStateAndReasonComesBack) {
  const absl::Time now = absl::FromUnixMicros(1'800'000'000'123'456);
  const Money yen{1500, *Currency::Parse("JPY")};
  const Charge charges[] = {
      {.key = "k", .state = ChargeState::kPending, .amount = yen, .payment_method = "pm", .created_at = now},
      {.key = "k",
       .state = ChargeState::kSucceeded,
       .amount = yen,
       .payment_method = "pm",
       .created_at = now,
       .ended_at = now + absl::Seconds(1)},
      {.key = "k", .state = ChargeState::kVoided, .created_at = now, .ended_at = now},
  };
  for (const Charge& charge : charges) {
    const absl::StatusOr<Record> back = DecodeRecord(EncodeRecord(charge));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, Record(charge));
  }
  for (int reason = 1; reason <= static_cast<int>(DeclineReason::kSuspectedFraud); ++reason) {
    const Charge declined{.key = "k",
                          .state = ChargeState::kDeclined,
                          .amount = Money::Usd(1),
                          .payment_method = "pm",
                          .decline_reason = static_cast<DeclineReason>(reason),
                          .created_at = now,
                          .ended_at = now};
    EXPECT_EQ(*DecodeRecord(EncodeRecord(declined)), Record(declined));
  }
}

TEST(Record, EveryStateOfARefundComesBack) {
  const absl::Time now = absl::FromUnixMicros(1'800'000'000'123'456);
  const Refund pending{
      .key = "r", .charge_key = "k", .amount = Money{1500, *Currency::Parse("JPY")}, .created_at = now};
  Refund paid = pending, failed = pending;
  paid.state = RefundState::kSucceeded;
  failed.state = RefundState::kFailed;
  failed.failure_reason = "ACCOUNT_CLOSED";
  paid.ended_at = failed.ended_at = now + absl::Seconds(1);
  for (const Refund& refund : {pending, paid, failed}) {
    const absl::StatusOr<Record> back = DecodeRecord(EncodeRecord(refund));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, Record(refund));
  }
}

TEST_F(RegisterTest, KeepsRefundsAndWhatTheyLeaveOfTheirCharge) {
  ASSERT_TRUE(Answer(ChargeOf("key")).ok());
  const Money amount = Answer(AskGet{"key"})->charge.amount.value();
  const Money half{amount.minor / 2, amount.currency};
  ASSERT_TRUE(Answer(AskRefund{"first", "key", half}).ok());
  Reopen();
  const absl::StatusOr<Verdict> again = Answer(AskRefund{"first", "key", half});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->refund->state, RefundState::kSucceeded);
  EXPECT_TRUE(IsRefusal(Answer(AskRefund{"second", "key", amount}).status(), Reason::kRefundExceedsCharge));
  EXPECT_TRUE(Answer(AskRefund{"second", "key", Money{amount.minor - half.minor, amount.currency}}).ok());
}

TEST(Record, RefusesWhatItDidNotMake) {
  EXPECT_TRUE(absl::IsDataLoss(DecodeRecord("\xff\xff\xff").status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeRecord("").status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeRecord(EncodeRecord(Charge{.key = ""})).status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeRecord(EncodeRecord(Refund{.key = "r"})).status()));
}

}  // namespace
}  // namespace milepost::payment_simulator
