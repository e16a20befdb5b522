// What a replica does between SIGTERM and its end: it says so first, goes on serving while clients turn away, lets what is
// running finish, and exits with 0.
#include <gtest/gtest.h>
#include <signal.h>

#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/core/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/e2e/platform.h"
#include "tests/e2e/stories/order_steps.h"
#include "tests/support/matchers.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;
using grpc::health::v1::HealthCheckResponse;
using Server = Platform::Server;

class Drain : public ::testing::Test {
 protected:
  explicit Drain(std::vector<std::string> more_flags = {})
      : platform_{{.flags = {{Server::kBilling, With(std::move(more_flags))}}}} {}
  void SetUp() override {
    ASSERT_THAT(platform_.Start(), testing::IsOk());
    story_.emplace(platform_.client(), "a drain", NewRequestId().substr(24));
    sam_ = story_->NewPerson("sam");
    bea_ = story_->NewPerson("bea");
  }

  template <class Method, class Request>
  auto Simulator(Method method, const Request& request) {
    return platform_.client().Call("operators/test", platform_.client().simulator(), method, request);
  }
  // The provider records charges of this order, and holds its answers back.
  void HoldAnswers(const std::string& order) {
    testing::v1::PauseAnswersRequest pause;
    pause.set_key_prefix(order);
    pause.set_point(testing::v1::PAUSE_POINT_BEFORE_ANSWERING);
    ASSERT_TRUE(Simulator(&testing::v1::PaymentSimulator::Stub::PauseAnswers, pause).ok());
  }
  void ReleaseAnswers() {
    EXPECT_TRUE(
        Simulator(&testing::v1::PaymentSimulator::Stub::ResumeAnswers, testing::v1::ResumeAnswersRequest())
            .ok());
  }
  // Held up in its middle where HoldAnswers was called: the money taken, the second transaction to come.
  Reply<billing::v1::AcceptMilestoneResponse> AcceptAndStartNext(MilestoneBilling::Stub& stub,
                                                                 const std::string& order) {
    billing::v1::AcceptMilestoneRequest request;
    request.set_request_id(NewRequestId());
    request.set_name(MilestoneName(order, 1));
    request.set_next(billing::v1::NEXT_STEP_START_NEXT);
    return platform_.client().Call(bea_.actor, stub, &MilestoneBilling::Stub::AcceptMilestone, request);
  }
  // The provider has an order's second charge and tells nobody; MilestoneBilling's reconciler is asking about it.
  void AwaitAWorkersQuestion() {
    const std::string order = DeliveredOrder(*story_, sam_, bea_);
    HoldAnswers(order);
    const auto stub = MilestoneBilling::NewStub(billing().channel());
    AcceptAndStartNext(*stub, order);  // no answer within --provider_timeout
    story_->AdvanceClocks(20);         // the attempt is the reconciler's when its lease is over
    testing::v1::ListCallsRequest questions;
    questions.set_key_prefix(order);
    questions.set_method(testing::v1::PROVIDER_METHOD_GET_CHARGE);
    ASSERT_TRUE(Eventually([&] {
      const auto asked = Simulator(&testing::v1::PaymentSimulator::Stub::ListCalls, questions);
      return asked.ok() && asked->calls_size() > 0;
    }));
  }
  testing::ServerProcess& billing() { return platform_.process(Server::kBilling); }

  static std::vector<std::string> With(std::vector<std::string> flags) {
    flags.insert(flags.end(), {"--provider_timeout=5s", "--charge_lease=20s"});
    return flags;
  }

  Platform platform_;
  std::optional<Story> story_;
  Person sam_, bea_;
};

TEST_F(Drain, SaysNotServingFirstServesOnAndLetsACallFinish) {
  const std::string order = DeliveredOrder(*story_, sam_, bea_);
  HoldAnswers(order);
  // A call that is running when the signal comes: in the middle, its money taken, the second transaction to come.
  const auto stub = MilestoneBilling::NewStub(billing().channel());
  Reply<billing::v1::AcceptMilestoneResponse> accepted;
  std::thread running([&] { accepted = AcceptAndStartNext(*stub, order); });
  EXPECT_TRUE(Eventually([&] { return Captures(*story_, order) == 2; }));

  grpc::ClientContext context;
  const auto health = grpc::health::v1::Health::NewStub(billing().channel());
  const auto watch = health->Watch(&context, {});
  HealthCheckResponse seen;
  ASSERT_TRUE(watch->Read(&seen));
  EXPECT_EQ(seen.status(), HealthCheckResponse::SERVING);
  const absl::Time asked = WallNow();
  absl::StatusOr<int> code = absl::UnknownError("not ended");
  std::thread terminating([&] { code = billing().Terminate(absl::Seconds(10)); });
  ASSERT_TRUE(watch->Read(&seen));
  EXPECT_EQ(seen.status(), HealthCheckResponse::NOT_SERVING);
  // A client that has not noticed yet: its new call is taken.
  billing::v1::GetOrderRequest get;
  get.set_name(order);
  const auto late = platform_.client().Call(bea_.actor, *stub, &MilestoneBilling::Stub::GetOrder, get);
  EXPECT_TRUE(late.ok()) << late.status.error_message();
  EXPECT_LT(WallNow() - asked, absl::Seconds(1)) << "the machine was too slow for this test to say anything";
  EXPECT_FALSE(watch->Read(&seen));  // no new calls from here on; the watchers' streams end
  ReleaseAnswers();
  running.join();
  terminating.join();
  EXPECT_TRUE(accepted.ok()) << accepted.status.error_message();
  EXPECT_EQ(accepted->order().state(), billing::v1::ORDER_STATE_ACTIVE);
  ASSERT_THAT(code, testing::IsOk());
  EXPECT_EQ(*code, 0);
  EXPECT_LT(WallNow() - asked, absl::Seconds(10));
}

// The workers were waited for before the server took no more calls: what it took meanwhile had no time left.
TEST_F(Drain, AQuestionOfAWorkerToTheProviderAteTheDrain) {
  AwaitAWorkersQuestion();
  grpc::ClientContext context;
  const auto watch = grpc::health::v1::Health::NewStub(billing().channel())->Watch(&context, {});
  HealthCheckResponse seen;
  ASSERT_TRUE(watch->Read(&seen));
  const absl::Time asked = WallNow();
  absl::StatusOr<int> code = absl::UnknownError("not ended");
  std::thread terminating([&] { code = billing().Terminate(absl::Seconds(15)); });
  while (watch->Read(&seen)) EXPECT_EQ(seen.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_LT(WallNow() - asked, absl::Seconds(3)) << "calls are taken for --lame_duck_time, no longer";
  ReleaseAnswers();
  terminating.join();
  ASSERT_THAT(code, testing::IsOk());
  EXPECT_EQ(*code, 0);
}

class ShortDrain : public Drain {
 protected:
  ShortDrain() : Drain({"--drain_time=2s", "--lame_duck_time=100ms"}) {}
};

// The drain was over, and a worker still waited for its provider's answer, as long as --provider_timeout.
TEST_F(ShortDrain, AnExitOutlastedItByAQuestionToTheProvider) {
  AwaitAWorkersQuestion();
  const absl::Time asked = WallNow();
  const absl::StatusOr<int> code = billing().Terminate(absl::Seconds(30));
  ASSERT_THAT(code, testing::IsOk());
  EXPECT_EQ(*code, 0);
  EXPECT_LT(WallNow() - asked, absl::Seconds(4)) << "--drain_time is 2s";
  ReleaseAnswers();
}

// Shutdown() waits for the calls that it cancels, and they waited for their provider. What the provider did is found out later.
TEST_F(ShortDrain, AnExitOutlastedItByACallThatAskedTheProvider) {
  const std::string order = DeliveredOrder(*story_, sam_, bea_);
  HoldAnswers(order);
  const auto stub = MilestoneBilling::NewStub(billing().channel());
  std::thread running([&] { AcceptAndStartNext(*stub, order); });
  EXPECT_TRUE(Eventually([&] { return Captures(*story_, order) == 2; }));
  const absl::Time asked = WallNow();
  const absl::StatusOr<int> code = billing().Terminate(absl::Seconds(30));
  running.join();
  ASSERT_THAT(code, testing::IsOk());
  EXPECT_EQ(*code, 0);
  EXPECT_LT(WallNow() - asked, absl::Seconds(4)) << "--drain_time is 2s";
  ReleaseAnswers();
  ASSERT_THAT(billing().Start(), testing::IsOk());
  story_->AdvanceClocks(20);  // the lease
  EXPECT_TRUE(
      Eventually([&] { return story_->GetOrder(order, bea_).state() == billing::v1::ORDER_STATE_ACTIVE; }));
  EXPECT_EQ(Captures(*story_, order), 2);
}

// The log's thread was started before the signals were blocked: the second one killed the process through it.
TEST_F(Drain, ASecondSigtermKillsADrainingServer) {
  const std::string order = DeliveredOrder(*story_, sam_, bea_);
  HoldAnswers(order);
  const auto stub = MilestoneBilling::NewStub(billing().channel());
  Reply<billing::v1::AcceptMilestoneResponse> accepted;
  std::thread running([&] { accepted = AcceptAndStartNext(*stub, order); });
  EXPECT_TRUE(Eventually([&] { return Captures(*story_, order) == 2; }));
  for (const int signal : {SIGTERM, SIGTERM, SIGINT}) {
    kill(billing().pid(), signal);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  ReleaseAnswers();
  running.join();
  EXPECT_TRUE(accepted.ok()) << accepted.status.error_message();
  const absl::StatusOr<int> code = billing().Terminate(absl::Seconds(10));
  ASSERT_THAT(code, testing::IsOk());
  EXPECT_EQ(*code, 0);
}

// A call that never ends, a provider that hangs: the drain's time is up, and the process goes all the same. Its attempt
// stays OPEN for the next one.
TEST_F(Drain, DoesNotWaitForEver) {
  const std::string order = DeliveredOrder(*story_, sam_, bea_);
  HoldAnswers(order);
  const auto stub = MilestoneBilling::NewStub(billing().channel());
  std::thread running([&] {
    billing::v1::AcceptMilestoneRequest request;
    request.set_request_id(NewRequestId());
    request.set_name(MilestoneName(order, 1));
    request.set_next(billing::v1::NEXT_STEP_START_NEXT);
    platform_.client().Call(bea_.actor, *stub, &MilestoneBilling::Stub::AcceptMilestone, request);
  });
  EXPECT_TRUE(Eventually([&] { return Captures(*story_, order) == 2; }));
  const absl::Time asked = WallNow();
  const absl::StatusOr<int> code = billing().Terminate(absl::Seconds(10));
  running.join();
  ASSERT_THAT(code, testing::IsOk()) << "after " << WallNow() - asked;
  EXPECT_EQ(*code, 0);
  ReleaseAnswers();
  ASSERT_THAT(billing().Start(), testing::IsOk());
  story_->AdvanceClocks(20);  // the lease of the process that is gone
  EXPECT_TRUE(
      Eventually([&] { return story_->GetOrder(order, bea_).state() == billing::v1::ORDER_STATE_ACTIVE; }));
  EXPECT_EQ(Captures(*story_, order), 2);
}

}  // namespace
}  // namespace milepost::e2e
