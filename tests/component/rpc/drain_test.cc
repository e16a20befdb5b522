// What a drain does to calls, where client and server know least of each other: the client has not read the GOAWAY yet, or
// the server has not read the whole request.
#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/rpc/client.h"
#include "fixture.h"
#include "tests/support/holding_proxy.h"

namespace milepost::rpc {
namespace {

using testing::HoldingProxy;

v1::GetClockRequest RequestOf(size_t bytes) {
  v1::GetClockRequest request;
  request.GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(100, std::string(bytes, 'x'));
  return request;
}

// One call, as a client with a retry policy (or none) makes it.
class PendingCall {
 public:
  PendingCall(const std::shared_ptr<grpc::Channel>& channel, const v1::GetClockRequest& request = {})
      : answer_(std::async(std::launch::async, [channel, request] {
          grpc::ClientContext context;
          context.set_deadline(absl::ToChronoTime(WallNow() + kLong));
          context.AddMetadata("milepost-actor", "users/alice");
          v1::GetClockResponse response;
          return v1::TestClock::NewStub(channel)->GetClock(&context, request, &response);
        })) {}
  grpc::Status Await() { return answer_.get(); }

 private:
  std::future<grpc::Status> answer_;
};

class DrainTest : public RpcTest {
 protected:
  // As our own clients, with the service config that everybody is given.
  static std::shared_ptr<grpc::Channel> ClientChannel(const std::string& address) {
    return MakePeerChannel({.name = "services/clock", .address = address, .self = "services/tests"});
  }
  // Without health, without retries: each answer is the server's own.
  std::shared_ptr<grpc::Channel> PlainChannel(int port) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return testing::LocalChannel(absl::StrCat("127.0.0.1:", port), arguments);
  }
  std::future<void> DrainInBackground() {
    return std::async(std::launch::async, [this] { server_->Drain(); });
  }
};

TEST_F(DrainTest, ACallThatCrossedTheGoawayWasAnsweredCancelled) {
  Start();
  HoldingProxy wire(server_->port());
  const auto channel = PlainChannel(wire.port());
  ASSERT_TRUE(PendingCall(channel).Await().ok());
  wire.HoldAnswers();
  std::future<void> drained = DrainInBackground();
  ASSERT_TRUE(wire.AwaitFrame(HoldingProxy::kGoAway));
  const int answered = wire.answered();
  PendingCall call(channel);
  ASSERT_TRUE(wire.AwaitAnswered(answered));
  wire.ReleaseAnswers();
  const grpc::Status status = call.Await();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
  drained.wait();
}

// However long a call takes from gRPC's port to its handler: what gRPC drops on the way is repeated.
TEST_F(DrainTest, WhatComesBeforeTheGoawayIsNotCancelledEither) {
  Start();
  const auto channel = ClientChannel(address());
  std::atomic<bool> stop = false;
  std::atomic<int> calls = 0, unexpected = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (; !stop; ++calls) {
        const grpc::Status status = PendingCall(channel).Await();
        if (!status.ok() && status.error_code() != grpc::StatusCode::UNAVAILABLE) ++unexpected;
      }
    });
  }
  while (calls < 100) std::this_thread::yield();
  server_->Drain();
  stop = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(unexpected, 0) << "of " << calls;
}

// Two replicas, of which the client reaches the first one through a wire that can be held.
class TwoReplicas : public DrainTest {
 protected:
  void SetUp() override {
    Start();
    other_service_ = std::make_unique<TestClockService>(
        pool_, TestClockService::Clock{[] { return TestClockService::Reading{absl::UnixEpoch()}; }, nullptr});
    other_ = std::make_unique<Server>(ServerOptions{.listen = "127.0.0.1:0"});
    other_->Add(*other_service_);
    ASSERT_TRUE(other_->Start().ok());
    wire_.emplace(server_->port());
    channel_ = ClientChannel(absl::StrCat("ipv4:127.0.0.1:", wire_->port(), ",127.0.0.1:", other_->port()));
    // Until both are known to be healthy, and round robin comes to the first: it answers the watch of its health, and a call.
    while (wire_->answered() < 2) ASSERT_TRUE(PendingCall(channel_).Await().ok());
  }

  std::unique_ptr<TestClockService> other_service_;
  std::unique_ptr<Server> other_;
  std::optional<HoldingProxy> wire_;
};

TEST_F(TwoReplicas, ACallThatCrossedTheGoawayIsAnsweredByTheOther) {
  wire_->HoldAnswers();  // also what its health says
  std::future<void> drained = DrainInBackground();
  ASSERT_TRUE(wire_->AwaitFrame(HoldingProxy::kGoAway));
  const int answered = wire_->answered();
  std::vector<PendingCall> calls;
  for (int i = 0; i < 4; ++i) calls.emplace_back(channel_);
  ASSERT_TRUE(wire_->AwaitAnswered(answered));
  wire_->ReleaseAnswers();
  for (PendingCall& call : calls) {
    const grpc::Status status = call.Await();
    EXPECT_TRUE(status.ok()) << status.error_code() << " " << status.error_message();
  }
  drained.wait();
}

// A request that is larger than HTTP/2's window: its second half waits for the server's leave.
TEST_F(TwoReplicas, ACallOfWhichHalfHadArrivedIsAnsweredByTheOther) {
  wire_->HoldAnswers();
  const size_t said = wire_->said();
  std::vector<PendingCall> calls;
  for (int i = 0; i < 2; ++i) calls.emplace_back(channel_, RequestOf(200'000));
  ASSERT_TRUE(wire_->AwaitSaid(said + 60'000));  // a window is 65,535
  std::future<void> drained = DrainInBackground();
  ASSERT_TRUE(wire_->AwaitFrame(HoldingProxy::kGoAway));
  wire_->ReleaseAnswers();
  for (PendingCall& call : calls) {
    const grpc::Status status = call.Await();
    EXPECT_TRUE(status.ok()) << status.error_code() << " " << status.error_message();
  }
  drained.wait();
}

// A handler that waits for its peer is told to give up in time to answer: before, its answer and the end of all calls came
// at the same moment.
TEST_F(DrainTest, WhatIsGivenUpAtTheCutOffWasAnsweredCancelled) {
  absl::Notification started, given_up;
  Start({[&]() -> absl::StatusOr<TestClockService::Reading> {
           started.Notify();
           given_up.WaitForNotificationWithTimeout(kLong);
           return Refuse(Reason::kPeerUnavailable, {{"service", "services/peer"}});
         },
         nullptr},
        {.drain_time = kLong, .answer_time = kLong});  // given up at once, with all the time to answer
  server_->OnCutOff([&] { given_up.Notify(); });
  PendingCall call(PlainChannel(server_->port()));
  ASSERT_TRUE(started.WaitForNotificationWithTimeout(kLong));
  server_->Drain();
  EXPECT_EQ(call.Await().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace milepost::rpc
