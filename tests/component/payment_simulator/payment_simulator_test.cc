// The simulated provider as a real process: what it promises to MilestoneBilling, and that the promise survives kill -9.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/core/reason.h"
#include "common/rpc/call.h"
#include "common/rpc/status_map.h"
#include "milepost/payments/v1/payment_provider.grpc.pb.h"
#include "milepost/testing/v1/payment_simulator.grpc.pb.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/server_process.h"

namespace milepost {
namespace {

using payments::v1::PaymentProvider;
using payments::v1::ProviderCharge;
using ::testing::ElementsAre;
using testing::IsOk;
using testing::RefusedWith;
using testing::ServerProcess;
using ::testing::SizeIs;
using testing::StatusIs;
using testing::v1::PaymentSimulator;

constexpr absl::Duration kPatience = absl::Seconds(20);

class PaymentSimulatorTest : public ::testing::Test {
 protected:
  PaymentSimulatorTest() { process_ = std::make_unique<ServerProcess>("payment_simulator", Flags()); }
  void SetUp() override { Start(); }

  std::vector<std::string> Flags(std::vector<std::string> more = {}) const {
    more.push_back("--journal=" + journal());
    return more;
  }
  std::string journal() const { return folder_.path() + "/journal"; }
  void Start() {
    ASSERT_THAT(process_->Start(), IsOk());
    provider_ = PaymentProvider::NewStub(process_->channel());
    simulator_ = PaymentSimulator::NewStub(process_->channel());
  }

  static void Prepare(grpc::ClientContext& context, absl::Duration patience, const std::string& actor) {
    context.set_deadline(absl::ToChronoTime(absl::Now() + patience));
    context.set_wait_for_ready(true);
    if (!actor.empty()) context.AddMetadata(rpc::kActorMetadata, actor);
  }
  // One call as MilestoneBilling.
  template <class Response, class Stub, class Method, class Request>
  absl::StatusOr<Response> Call(Stub& stub, Method method, const Request& request,
                                absl::Duration patience = kPatience,
                                const std::string& actor = "services/milestone-billing") {
    grpc::ClientContext context;
    Prepare(context, patience, actor);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }

  static payments::v1::ChargeRequest ChargeRequest(const std::string& key, const std::string& payment_method,
                                                   int64_t dollars = 105) {
    payments::v1::ChargeRequest request;
    request.set_key(key);
    request.mutable_amount()->set_currency_code("USD");
    request.mutable_amount()->set_units(dollars);
    request.mutable_amount()->set_nanos(500'000'000);
    request.set_payment_method(payment_method);
    return request;
  }
  absl::StatusOr<payments::v1::ChargeResponse> TryCharge(const payments::v1::ChargeRequest& request,
                                                         absl::Duration patience = kPatience) {
    return Call<payments::v1::ChargeResponse>(*provider_, &PaymentProvider::Stub::Charge, request, patience);
  }
  absl::StatusOr<payments::v1::ChargeResponse> TryCharge(const std::string& key,
                                                         const std::string& payment_method,
                                                         int64_t dollars = 105) {
    return TryCharge(ChargeRequest(key, payment_method, dollars));
  }
  absl::StatusOr<payments::v1::GetChargeResponse> TryGet(const std::string& key) {
    payments::v1::GetChargeRequest request;
    request.set_key(key);
    return Call<payments::v1::GetChargeResponse>(*provider_, &PaymentProvider::Stub::GetCharge, request);
  }
  absl::StatusOr<payments::v1::VoidChargeResponse> TryVoid(const std::string& key) {
    payments::v1::VoidChargeRequest request;
    request.set_key(key);
    return Call<payments::v1::VoidChargeResponse>(*provider_, &PaymentProvider::Stub::VoidCharge, request);
  }
  // Those that must succeed.
  template <class Response>
  static Response Must(absl::StatusOr<Response> response) {
    EXPECT_THAT(response, IsOk());
    return response.ok() ? *std::move(response) : Response();
  }
  ProviderCharge Charge(const std::string& key, const std::string& payment_method) {
    return Must(TryCharge(key, payment_method)).charge();
  }
  // Gives `dollars`.50 of the charge back.
  absl::StatusOr<payments::v1::RefundResponse> TryRefund(
      const std::string& key, const std::string& charge, int64_t dollars = 105,
      const std::string& actor = "services/milestone-billing") {
    payments::v1::RefundRequest request;
    request.set_key(key);
    request.set_charge_key(charge);
    *request.mutable_amount() = ChargeRequest(charge, "", dollars).amount();
    return Call<payments::v1::RefundResponse>(*provider_, &PaymentProvider::Stub::Refund, request, kPatience,
                                              actor);
  }
  absl::StatusOr<payments::v1::GetRefundResponse> TryGetRefund(const std::string& key) {
    payments::v1::GetRefundRequest request;
    request.set_key(key);
    return Call<payments::v1::GetRefundResponse>(*provider_, &PaymentProvider::Stub::GetRefund, request);
  }
  testing::v1::ListRefundsResponse Refunds(int page_size = 0, const std::string& page_token = "") {
    testing::v1::ListRefundsRequest request;
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    return Control<testing::v1::ListRefundsResponse>(&PaymentSimulator::Stub::ListRefunds, request);
  }
  ProviderCharge Get(const std::string& key) { return Must(TryGet(key)).charge(); }
  ProviderCharge Void(const std::string& key) { return Must(TryVoid(key)).charge(); }

  template <class Response, class Method, class Request>
  Response Control(Method method, const Request& request) {
    return Must(Call<Response>(*simulator_, method, request, kPatience, ""));
  }
  testing::v1::SummarizeChargesResponse Summary(const std::string& key_prefix = "") {
    testing::v1::SummarizeChargesRequest request;
    request.set_key_prefix(key_prefix);
    return Control<testing::v1::SummarizeChargesResponse>(&PaymentSimulator::Stub::SummarizeCharges, request);
  }
  std::vector<testing::v1::ProviderCall> Calls(const std::string& key_prefix) {
    testing::v1::ListCallsRequest request;
    request.set_key_prefix(key_prefix);
    const auto response =
        Control<testing::v1::ListCallsResponse>(&PaymentSimulator::Stub::ListCalls, request);
    return {response.calls().begin(), response.calls().end()};
  }
  void Pause(const std::string& key_prefix, testing::v1::ProviderMethod method,
             testing::v1::PausePoint point) {
    testing::v1::PauseAnswersRequest request;
    request.set_key_prefix(key_prefix);
    request.set_method(method);
    request.set_point(point);
    Control<testing::v1::PauseAnswersResponse>(&PaymentSimulator::Stub::PauseAnswers, request);
  }
  void Resume(const std::string& key_prefix) {
    testing::v1::ResumeAnswersRequest request;
    request.set_key_prefix(key_prefix);
    Control<testing::v1::ResumeAnswersResponse>(&PaymentSimulator::Stub::ResumeAnswers, request);
  }
  // Until the `index`-th call of the keys is in that state.
  void AwaitCall(const std::string& key_prefix, size_t index, testing::v1::CallState state) {
    const absl::Time until = absl::Now() + kPatience;
    while (absl::Now() < until) {
      const std::vector<testing::v1::ProviderCall> calls = Calls(key_prefix);
      if (calls.size() > index && calls[index].state() == state) return;
      absl::SleepFor(absl::Milliseconds(1));
    }
    FAIL() << "no call of " << key_prefix << " got into state " << testing::v1::CallState_Name(state);
  }

  const testing::ScratchFolder folder_{"payment_simulator_test"};
  std::unique_ptr<ServerProcess> process_;
  std::unique_ptr<PaymentProvider::Stub> provider_;
  std::unique_ptr<PaymentSimulator::Stub> simulator_;
};

TEST_F(PaymentSimulatorTest, CapturesOnceAndTellsEverything) {
  const payments::v1::ChargeResponse first = Must(TryCharge("order-1/1", "pm_ok"));
  EXPECT_FALSE(first.replayed());
  EXPECT_EQ(first.charge().key(), "order-1/1");
  EXPECT_EQ(first.charge().state(), payments::v1::CHARGE_STATE_SUCCEEDED);
  EXPECT_EQ(first.charge().amount().units(), 105);
  EXPECT_EQ(first.charge().amount().nanos(), 500'000'000);
  EXPECT_EQ(first.charge().payment_method(), "pm_ok");
  EXPECT_NE(first.charge().capture_reference(), "");
  EXPECT_TRUE(first.charge().has_end_time());

  const payments::v1::ChargeResponse again = Must(TryCharge("order-1/1", "pm_ok"));
  EXPECT_TRUE(again.replayed());
  EXPECT_EQ(again.charge().SerializeAsString(), first.charge().SerializeAsString());
  EXPECT_EQ(Get("order-1/1").SerializeAsString(), first.charge().SerializeAsString());
  EXPECT_EQ(Summary("order-1/").captures(), 1);
  ASSERT_THAT(Summary("order-1/").captured(), SizeIs(1));
  EXPECT_EQ(Summary("order-1/").captured(0).units(), 105);
}

TEST_F(PaymentSimulatorTest, KeyWithAnotherAmountOrMethodIsRefused) {
  Charge("key", "pm_ok");
  EXPECT_THAT(TryCharge("key", "pm_ok", 106), RefusedWith(Reason::kKeyReused));
  EXPECT_THAT(TryCharge("key", "pm_slow"), RefusedWith(Reason::kKeyReused));
  EXPECT_EQ(Summary().captures(), 1);
}

TEST_F(PaymentSimulatorTest, DeclinesAreAnswersWithTheirReason) {
  const ProviderCharge charge = Charge("key", "pm_insufficient_funds");
  EXPECT_EQ(charge.state(), payments::v1::CHARGE_STATE_DECLINED);
  EXPECT_EQ(charge.decline_reason(), type::v1::DECLINE_REASON_INSUFFICIENT_FUNDS);
  EXPECT_NE(charge.decline_message(), "");
  EXPECT_EQ(charge.capture_reference(), "");
  EXPECT_EQ(Charge("other", "pm_nobody_knows").decline_reason(),
            type::v1::DECLINE_REASON_UNKNOWN_PAYMENT_METHOD);
}

TEST_F(PaymentSimulatorTest, VoidEndsAKeyForEverAndTellsTheTruth) {
  EXPECT_THAT(TryGet("never"), RefusedWith(Reason::kProviderChargeNotFound));
  EXPECT_EQ(Void("never").state(), payments::v1::CHARGE_STATE_VOIDED);
  EXPECT_EQ(Charge("never", "pm_ok").state(), payments::v1::CHARGE_STATE_VOIDED);

  EXPECT_EQ(Charge("open", "pm_pending").state(), payments::v1::CHARGE_STATE_PENDING);
  EXPECT_EQ(Void("open").state(), payments::v1::CHARGE_STATE_VOIDED);
  EXPECT_TRUE(Must(TryVoid("open")).replayed());

  Charge("taken", "pm_ok");
  EXPECT_EQ(Void("taken").state(), payments::v1::CHARGE_STATE_SUCCEEDED);
  EXPECT_EQ(Summary().captures(), 1);
}

TEST_F(PaymentSimulatorTest, UnknownOutcomesEndWhenAsked) {
  EXPECT_EQ(Charge("yes", "pm_unknown_then_ok").state(), payments::v1::CHARGE_STATE_PENDING);
  EXPECT_EQ(Get("yes").state(), payments::v1::CHARGE_STATE_PENDING);
  EXPECT_EQ(Get("yes").state(), payments::v1::CHARGE_STATE_SUCCEEDED);
  EXPECT_EQ(Charge("no", "pm_unknown_then_declined").state(), payments::v1::CHARGE_STATE_PENDING);
  EXPECT_EQ(Get("no").state(), payments::v1::CHARGE_STATE_PENDING);
  EXPECT_EQ(Get("no").state(), payments::v1::CHARGE_STATE_DECLINED);
}

TEST_F(PaymentSimulatorTest, AnswerThatComesTooLateHidesACapture) {
  // Longer deadlines where the machine is too slow for the call even to arrive.
  for (absl::Duration patience = absl::Milliseconds(200); Calls("key").empty(); patience *= 2)
    EXPECT_THAT(TryCharge(ChargeRequest("key", "pm_timeout_then_ok"), patience),
                StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(Get("key").state(), payments::v1::CHARGE_STATE_SUCCEEDED);
  EXPECT_TRUE(Must(TryCharge("key", "pm_timeout_then_ok")).replayed());
  EXPECT_EQ(Summary().captures(), 1);
}

TEST_F(PaymentSimulatorTest, LostCallAndLostAnswerBothLookLikeUnavailable) {
  EXPECT_THAT(TryCharge("lost", "pm_lost"), RefusedWith(Reason::kProviderUnavailable));
  EXPECT_THAT(TryGet("lost"), RefusedWith(Reason::kProviderChargeNotFound));
  EXPECT_FALSE(Must(TryCharge("lost", "pm_lost")).replayed());

  EXPECT_THAT(TryCharge("once", "pm_unavailable_once"), RefusedWith(Reason::kProviderUnavailable));
  EXPECT_EQ(Get("once").state(), payments::v1::CHARGE_STATE_SUCCEEDED);
  EXPECT_EQ(Summary().captures(), 2);
}

TEST_F(PaymentSimulatorTest, RefundsOnceAndTellsEverything) {
  Charge("k", "pm_ok");
  const payments::v1::RefundResponse first = Must(TryRefund("k/refunds/1", "k"));
  EXPECT_FALSE(first.replayed());
  EXPECT_EQ(first.refund().state(), payments::v1::REFUND_STATE_SUCCEEDED);
  EXPECT_EQ(first.refund().charge_key(), "k");
  EXPECT_EQ(first.refund().amount().units(), 105);
  EXPECT_FALSE(first.refund().refund_reference().empty());
  EXPECT_TRUE(first.refund().has_end_time());
  EXPECT_TRUE(Must(TryRefund("k/refunds/1", "k")).replayed());
  EXPECT_EQ(Must(TryGetRefund("k/refunds/1")).refund().SerializeAsString(),
            first.refund().SerializeAsString());
  const testing::v1::ListRefundsResponse listed = Refunds();
  ASSERT_THAT(listed.refunds(), SizeIs(1));
  EXPECT_EQ(listed.refunds(0).payouts(), 1);
  EXPECT_EQ(listed.refunds(0).refund_calls(), 2);
  EXPECT_EQ(listed.refunds(0).get_calls(), 1);
  EXPECT_EQ(Calls("k/refunds/1").back().refund_state(), payments::v1::REFUND_STATE_SUCCEEDED);
  EXPECT_EQ(Summary().captures(), 1) << "a refund is no charge";
}

TEST_F(PaymentSimulatorTest, RefundsThatCanNotBeAreRefusedWithTheirReason) {
  Charge("k", "pm_ok");
  Charge("declined", "pm_declined");
  EXPECT_THAT(TryRefund("r", "k", 106), RefusedWith(Reason::kRefundExceedsCharge));
  EXPECT_THAT(TryRefund("r", "declined"), RefusedWith(Reason::kRefundExceedsCharge));
  EXPECT_THAT(TryRefund("r", "nobody"), RefusedWith(Reason::kProviderChargeNotFound));
  EXPECT_THAT(TryGetRefund("r"), RefusedWith(Reason::kProviderRefundNotFound));
  EXPECT_THAT(TryRefund("r", "k", 105, "users/ben"), RefusedWith(Reason::kNotAPeerService));
  Must(TryRefund("r", "k", 10));
  EXPECT_THAT(TryRefund("r", "k", 11), RefusedWith(Reason::kKeyReused));
  EXPECT_THAT(TryRefund("", "k"), RefusedWith(Reason::kInvalidFields));
}

TEST_F(PaymentSimulatorTest, RefundsSurviveKillNineAndArePagedByKey) {
  for (const char* key : {"a", "b", "c"}) {
    Charge(key, "pm_ok");
    Must(TryRefund(absl::StrCat(key, "/r"), key));
  }
  process_->Kill();
  Start();
  EXPECT_TRUE(Must(TryRefund("b/r", "b")).replayed());
  EXPECT_THAT(TryRefund("b/again", "b", 0), RefusedWith(Reason::kRefundExceedsCharge)) << "all is given back";
  const testing::v1::ListRefundsResponse first = Refunds(2), rest = Refunds(2, first.next_page_token());
  ASSERT_THAT(first.refunds(), SizeIs(2));
  ASSERT_THAT(rest.refunds(), SizeIs(1));
  EXPECT_EQ(rest.refunds(0).refund().key(), "c/r");
  EXPECT_EQ(rest.next_page_token(), "");
  for (const testing::v1::SimulatedRefund& refund : first.refunds()) EXPECT_EQ(refund.payouts(), 1);
}

TEST_F(PaymentSimulatorTest, MalformedRequestsNameEveryField) {
  payments::v1::ChargeRequest request;
  request.set_key("with blanks");
  request.mutable_amount()->set_currency_code("USD");
  const absl::Status status = TryCharge(request).status();
  ASSERT_THAT(status, RefusedWith(Reason::kInvalidFields));
  std::vector<std::string> fields;
  const std::optional<Refusal> refusal = RefusalOf(status);
  for (const FieldViolation& violation : refusal->fields) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAre("key", "amount", "payment_method"));

  EXPECT_THAT(TryGet(""), RefusedWith(Reason::kInvalidFields));
  EXPECT_THAT(TryVoid(std::string(201, 'k')), RefusedWith(Reason::kInvalidFields));
  request = ChargeRequest("key", "pm_ok");
  request.mutable_amount()->set_nanos(5);
  EXPECT_THAT(TryCharge(request), RefusedWith(Reason::kInvalidFields));
}

TEST_F(PaymentSimulatorTest, OnlyServicesMayCharge) {
  const payments::v1::ChargeRequest request = ChargeRequest("key", "pm_ok");
  const auto as = [&](const std::string& actor) {
    return Call<payments::v1::ChargeResponse>(*provider_, &PaymentProvider::Stub::Charge, request, kPatience,
                                              actor);
  };
  EXPECT_THAT(as("users/alice"), RefusedWith(Reason::kNotAPeerService));
  EXPECT_THAT(as(""), RefusedWith(Reason::kActorMissing));
  EXPECT_THAT(as("services/milestone-billing"), IsOk());
}

TEST_F(PaymentSimulatorTest, FiftyCallersOfOneKeyGetOneCaptureAndOneAnswer) {
  constexpr int kCallers = 50;
  std::vector<absl::StatusOr<payments::v1::ChargeResponse>> answers(kCallers);
  {
    std::vector<std::jthread> callers;
    for (auto& answer : answers) callers.emplace_back([&] { answer = TryCharge("key", "pm_ok"); });
  }
  int first_answers = 0;
  for (const auto& answer : answers) {
    ASSERT_THAT(answer, IsOk());
    first_answers += !answer->replayed();
    EXPECT_EQ(answer->charge().SerializeAsString(), answers[0]->charge().SerializeAsString());
  }
  EXPECT_EQ(first_answers, 1);
  EXPECT_EQ(Summary().captures(), 1);
  testing::v1::ListChargesRequest request;
  const auto charges =
      Control<testing::v1::ListChargesResponse>(&PaymentSimulator::Stub::ListCharges, request);
  ASSERT_THAT(charges.charges(), SizeIs(1));
  EXPECT_EQ(charges.charges(0).charge_calls(), kCallers);
}

TEST_F(PaymentSimulatorTest, AnswersSurviveKillNineRightAfterThem) {
  std::vector<ProviderCharge> answered;
  for (int round = 0; round < 5; ++round) {
    answered.push_back(Charge(absl::StrCat("key", round), "pm_ok"));
    process_->Kill();
    Start();
    for (const ProviderCharge& before : answered)
      EXPECT_EQ(Get(before.key()).SerializeAsString(), before.SerializeAsString());
  }
  EXPECT_EQ(Void("voided").state(), payments::v1::CHARGE_STATE_VOIDED);
  process_->Kill();
  Start();
  EXPECT_EQ(Charge("voided", "pm_ok").state(), payments::v1::CHARGE_STATE_VOIDED);
  EXPECT_EQ(Summary().captures(), 5);
}

// Callers that retry through crashes: whatever was acknowledged stays, and no key is captured twice.
TEST_F(PaymentSimulatorTest, KillNineUnderLoadLosesNothingAndDoublesNothing) {
  constexpr int kCallers = 8, kRounds = 5;
  std::atomic<bool> stop = false;
  std::atomic<int> interrupted = 0;
  std::vector<std::vector<ProviderCharge>> acknowledged(kCallers);
  {
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < kCallers; ++caller)
      callers.emplace_back([&, caller] {
        for (int key = 0; !stop; ++key) {
          absl::StatusOr<payments::v1::ChargeResponse> answer;
          for (answer = TryCharge(absl::StrCat("key", caller, "/", key), "pm_ok"); !answer.ok();
               ++interrupted)
            answer = TryCharge(absl::StrCat("key", caller, "/", key), "pm_ok");
          acknowledged[caller].push_back(answer->charge());
        }
      });
    for (int round = 0; round < kRounds; ++round) {
      // Some calls first: a crash of an idle process would prove nothing.
      const int64_t before = Summary().succeeded();
      while (Summary().succeeded() < before + 20) continue;
      process_->Kill();
      ASSERT_THAT(process_->Start(), IsOk());
    }
    stop = true;
  }
  EXPECT_GT(interrupted, 0);
  int64_t answered = 0;
  for (const std::vector<ProviderCharge>& charges : acknowledged)
    for (const ProviderCharge& charge : charges) {
      EXPECT_EQ(Get(charge.key()).SerializeAsString(), charge.SerializeAsString());
      ++answered;
    }
  EXPECT_EQ(Summary().captures(), answered);
  EXPECT_EQ(Summary().succeeded(), answered);
}

TEST_F(PaymentSimulatorTest, TornTailIsCutOffAndDamageIsRefused) {
  Charge("one", "pm_ok");
  const auto sound = std::filesystem::file_size(journal());
  Charge("two", "pm_ok");
  process_->Kill();
  std::filesystem::resize_file(journal(), std::filesystem::file_size(journal()) - 3);
  Start();
  EXPECT_EQ(std::filesystem::file_size(journal()), sound);
  EXPECT_EQ(Get("one").state(), payments::v1::CHARGE_STATE_SUCCEEDED);
  EXPECT_THAT(TryGet("two"), RefusedWith(Reason::kProviderChargeNotFound));
  EXPECT_THAT(process_->log(), ::testing::HasSubstr("torn tail"));

  Charge("three", "pm_ok");
  process_->Kill();
  {
    std::fstream file(journal(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(20);
    file.put('\x7f');
  }
  EXPECT_THAT(process_->Start(), StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(process_->log(), ::testing::HasSubstr("damaged"));
}

TEST_F(PaymentSimulatorTest, ACallHeldBeforeRecordingIsChargedLateWhenItsCallerIsGone) {
  Pause("order-1/", testing::v1::PROVIDER_METHOD_CHARGE, testing::v1::PAUSE_POINT_BEFORE_RECORDING);
  grpc::ClientContext context;
  Prepare(context, kPatience, "services/milestone-billing");
  grpc::Status answer;
  {
    const std::jthread caller([&] {
      payments::v1::ChargeResponse response;
      answer = provider_->Charge(&context, ChargeRequest("order-1/1", "pm_ok"), &response);
    });
    AwaitCall("order-1/", 0, testing::v1::CALL_STATE_HELD);
    context.TryCancel();
  }
  EXPECT_EQ(answer.error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_THAT(TryGet("order-1/1"), RefusedWith(Reason::kProviderChargeNotFound));
  EXPECT_EQ(Charge("order-2/1", "pm_ok").state(), payments::v1::CHARGE_STATE_SUCCEEDED) << "not paused";
  Resume("order-1/");
  AwaitCall("order-1/", 0, testing::v1::CALL_STATE_ANSWERED);
  EXPECT_EQ(Get("order-1/1").state(), payments::v1::CHARGE_STATE_SUCCEEDED);
}

TEST_F(PaymentSimulatorTest, AVoidOvertakesAHeldCharge) {
  Pause("key", testing::v1::PROVIDER_METHOD_CHARGE, testing::v1::PAUSE_POINT_BEFORE_RECORDING);
  absl::StatusOr<payments::v1::ChargeResponse> late;
  {
    const std::jthread caller([&] { late = TryCharge("key", "pm_ok"); });
    AwaitCall("key", 0, testing::v1::CALL_STATE_HELD);
    EXPECT_EQ(Void("key").state(), payments::v1::CHARGE_STATE_VOIDED);
    Resume("key");
  }
  ASSERT_THAT(late, IsOk());
  EXPECT_EQ(late->charge().state(), payments::v1::CHARGE_STATE_VOIDED);
  EXPECT_EQ(Summary().captures(), 0);
}

TEST_F(PaymentSimulatorTest, AnAnswerHeldBackIsAlreadyDurable) {
  Pause("key", testing::v1::PROVIDER_METHOD_CHARGE, testing::v1::PAUSE_POINT_BEFORE_ANSWERING);
  absl::StatusOr<payments::v1::ChargeResponse> answer;
  {
    const std::jthread caller([&] { answer = TryCharge("key", "pm_ok"); });
    AwaitCall("key", 0, testing::v1::CALL_STATE_HELD);
    EXPECT_EQ(Get("key").state(), payments::v1::CHARGE_STATE_SUCCEEDED);
    process_->Kill();
  }
  EXPECT_THAT(answer, StatusIs(absl::StatusCode::kUnavailable));
  Start();
  EXPECT_EQ(Get("key").state(), payments::v1::CHARGE_STATE_SUCCEEDED);
}

TEST_F(PaymentSimulatorTest, ScriptsDecideByPrefixAndMethod) {
  testing::v1::SetScriptRequest request;
  request.mutable_script()->set_payment_method("pm_of_this_test");
  request.mutable_script()->set_pending_queries(1);
  request.mutable_script()->set_decline_reason(type::v1::DECLINE_REASON_SUSPECTED_FRAUD);
  Control<testing::v1::SetScriptResponse>(&PaymentSimulator::Stub::SetScript, request);
  EXPECT_EQ(Charge("key", "pm_of_this_test").state(), payments::v1::CHARGE_STATE_PENDING);
  EXPECT_EQ(Get("key").decline_reason(), type::v1::DECLINE_REASON_SUSPECTED_FRAUD);

  const auto cleared = Control<testing::v1::ClearScriptsResponse>(&PaymentSimulator::Stub::ClearScripts,
                                                                  testing::v1::ClearScriptsRequest());
  EXPECT_EQ(cleared.removed(), 1);
  EXPECT_EQ(Charge("other", "pm_of_this_test").decline_reason(),
            type::v1::DECLINE_REASON_UNKNOWN_PAYMENT_METHOD);
  request.mutable_script()->clear_payment_method();
  request.mutable_script()->mutable_answer_delay()->set_seconds(61);
  EXPECT_THAT(Call<testing::v1::SetScriptResponse>(*simulator_, &PaymentSimulator::Stub::SetScript, request),
              RefusedWith(Reason::kInvalidFields));
}

TEST_F(PaymentSimulatorTest, ListsCallsAndChargesPageByPage) {
  for (int i = 0; i < 5; ++i) Charge(absl::StrCat("key", i), i % 2 == 0 ? "pm_ok" : "pm_declined");
  testing::v1::ListCallsRequest calls;
  testing::v1::ListChargesRequest charges;
  calls.set_page_size(2);
  charges.set_page_size(2);
  std::vector<std::string> called, charged;
  do {
    const auto page = Control<testing::v1::ListCallsResponse>(&PaymentSimulator::Stub::ListCalls, calls);
    for (const auto& call : page.calls()) called.push_back(call.key());
    calls.set_page_token(page.next_page_token());
  } while (!calls.page_token().empty());
  do {
    const auto page =
        Control<testing::v1::ListChargesResponse>(&PaymentSimulator::Stub::ListCharges, charges);
    for (const auto& charge : page.charges()) charged.push_back(charge.charge().key());
    if (!page.next_page_token().empty()) {
      calls.set_page_token(page.next_page_token());
      EXPECT_THAT(
          Call<testing::v1::ListCallsResponse>(*simulator_, &PaymentSimulator::Stub::ListCalls, calls),
          RefusedWith(Reason::kInvalidPageToken));
    }
    charges.set_page_token(page.next_page_token());
  } while (!charges.page_token().empty());
  EXPECT_THAT(called, ElementsAre("key0", "key1", "key2", "key3", "key4"));
  EXPECT_THAT(charged, ElementsAre("key0", "key1", "key2", "key3", "key4"));
}

TEST_F(PaymentSimulatorTest, SigtermAnswersWhatIsHeldAndEndsInOrder) {
  Pause("key", testing::v1::PROVIDER_METHOD_UNSPECIFIED, testing::v1::PAUSE_POINT_BEFORE_RECORDING);
  absl::StatusOr<payments::v1::ChargeResponse> answer;
  {
    const std::jthread caller([&] { answer = TryCharge("key", "pm_ok"); });
    AwaitCall("key", 0, testing::v1::CALL_STATE_HELD);
    EXPECT_THAT(process_->Terminate(), testing::IsOkAndHolds(0));
  }
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->charge().state(), payments::v1::CHARGE_STATE_SUCCEEDED);
  Start();
  EXPECT_EQ(Summary().captures(), 1);
}

TEST_F(PaymentSimulatorTest, TwoProcessesNeverShareAJournal) {
  ServerProcess second("payment_simulator", Flags());
  EXPECT_THAT(second.Start(), StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(second.log(), ::testing::HasSubstr("in use by another process"));
  EXPECT_EQ(Charge("key", "pm_ok").state(), payments::v1::CHARGE_STATE_SUCCEEDED);
}

// With failures by chance, asking until there is an answer still captures every key exactly once.
TEST_F(PaymentSimulatorTest, RetriesThroughChanceCaptureOnce) {
  process_->Kill();
  process_->set_flags(Flags({"--failure_percent=40", "--max_delay=3ms", "--seed=11"}));
  Start();
  for (int i = 0; i < 40; ++i) {
    const std::string key = absl::StrCat("key", i);
    for (auto state = payments::v1::CHARGE_STATE_PENDING; state == payments::v1::CHARGE_STATE_PENDING;) {
      if (const auto answer = TryCharge(key, "pm_ok"); answer.ok()) state = answer->charge().state();
      if (const auto answer = TryGet(key); answer.ok()) state = answer->charge().state();
    }
  }
  EXPECT_EQ(Summary().succeeded(), 40);
  EXPECT_EQ(Summary().captures(), 40);
}

}  // namespace
}  // namespace milepost
