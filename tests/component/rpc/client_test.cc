#include "common/rpc/client.h"

#include <stdlib.h>

#include <atomic>
#include <future>

#include "asio/co_spawn.hpp"
#include "asio/use_future.hpp"
#include "fixture.h"
#include "tests/support/holding_proxy.h"

namespace milepost::rpc {
namespace {

using ::testing::HasSubstr;

class ClientTest : public RpcTest {
 protected:
  using Clock = v1::TestClock;

  PeerOptions Options() {
    return {.name = "services/clock",
            .address = address(),
            .self = "services/tests",
            .max_attempts = 4,
            .first_backoff = absl::Milliseconds(1),
            .greatest_backoff = absl::Milliseconds(2)};
  }
  absl::StatusOr<v1::GetClockResponse> Get(Peer<Clock>& peer, PeerCall call = {}) {
    return asio::co_spawn(pool_.executor(),
                          peer.Call(&Peer<Clock>::Async::GetClock, v1::GetClockRequest(), std::move(call)),
                          asio::use_future)
        .get();
  }
};

TEST_F(ClientTest, AnswersWhatThePeerAnswers) {
  Start();
  Peer<Clock> peer(Options());
  const auto response = Get(peer);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->mode(), v1::CLOCK_MODE_FROZEN);
}

TEST_F(ClientTest, CancelEndsWhatIsUnderWayAndLetsNothingBegin) {
  std::promise<void> asked, go_on;
  std::atomic<int> calls{0};
  Start({[&]() -> absl::StatusOr<TestClockService::Reading> {
           if (++calls == 1) {
             asked.set_value();
             go_on.get_future().wait();
           }
           return absl::UnknownError("whoever asked is gone");
         },
         nullptr});
  Peer<Clock> peer(Options());
  auto running = std::async(std::launch::async, [&] { return Get(peer); });
  asked.get_future().wait();
  peer.Cancel();
  EXPECT_TRUE(IsRefusal(running.get().status(), Reason::kPeerUnavailable));
  EXPECT_TRUE(IsRefusal(Get(peer).status(), Reason::kPeerUnavailable));
  EXPECT_EQ(calls, 1);
  go_on.set_value();
  server_->Drain();  // its handler uses what is of this test
}

TEST_F(ClientTest, APeersRefusalStaysWhatItWas) {
  Start({[] { return Refuse(Reason::kOrderCompleted, {{"completion_reason", "ALL_ACCEPTED"}}); }, nullptr});
  Peer<Clock> peer(Options());
  const absl::Status status = Get(peer).status();
  EXPECT_TRUE(IsRefusal(status, Reason::kOrderCompleted));
  EXPECT_EQ(RefusalOf(status)->detail("completion_reason"), "ALL_ACCEPTED");
  EXPECT_FALSE(OutcomeUnknown(status));
}

TEST_F(ClientTest, NobodyThereIsPeerUnavailable) {
  Start();
  PeerOptions options = Options();
  server_->Drain();
  Peer<Clock> peer(options);
  const absl::Status status = Get(peer).status();
  EXPECT_TRUE(IsRefusal(status, Reason::kPeerUnavailable));
  EXPECT_EQ(RefusalOf(status)->detail("service"), "services/clock");
  EXPECT_TRUE(OutcomeUnknown(status));
}

TEST_F(ClientTest, RetriesUnavailableOnly) {
  std::atomic<int> calls{0};
  Start({[&]() -> absl::StatusOr<TestClockService::Reading> {
           if (++calls < 3) return Refuse(Reason::kDatabaseUnavailable);
           return TestClockService::Reading{absl::UnixEpoch()};
         },
         [&](TestClockService::Target) -> absl::StatusOr<TestClockService::Advance> {
           ++calls;
           return Refuse(Reason::kOverloaded);
         }});
  Peer<Clock> peer(Options());
  EXPECT_TRUE(Get(peer).ok());
  EXPECT_EQ(calls, 3);
  calls = 0;
  v1::AdvanceClockRequest request;
  request.mutable_by();
  const auto advanced =
      asio::co_spawn(pool_.executor(), peer.Call(&Peer<Clock>::Async::AdvanceClock, request, PeerCall{}),
                     asio::use_future)
          .get();
  EXPECT_TRUE(IsRefusal(advanced.status(), Reason::kOverloaded));
  EXPECT_EQ(calls, 1);
}

// A variable of the environment, for as long as this lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }

 private:
  const char* const name_;
};

// http_proxy=… meant for somebody else, and no peer was reached.
TEST_F(ClientTest, AProxyForOthersTookTheCalls) {
  Start();
  for (const char* name : {"http_proxy", "https_proxy", "grpc_proxy"}) {
    const Variable proxy(name, "http://127.0.0.1:9");
    Peer<Clock> peer(Options());
    EXPECT_TRUE(Get(peer).ok()) << name;
  }
}

TEST_F(ClientTest, GoesThroughTheProxyThatItIsGiven) {
  Start();
  testing::HoldingProxy proxy(server_->port(), testing::HoldingProxy::Kind::kHttpProxy);
  const Variable no_proxy("no_proxy", "provider.test"), no_grpc_proxy("no_grpc_proxy", "provider.test");
  PeerOptions options = Options();
  options.address = "provider.test:443";
  options.proxy = absl::StrCat("127.0.0.1:", proxy.port());
  Peer<Clock> peer(options);
  EXPECT_TRUE(Get(peer).ok());
  EXPECT_THAT(proxy.asked(), ::testing::ElementsAre(HasSubstr("CONNECT provider.test:443 ")));
}

TEST_F(ClientTest, PassesTheDeadlineOnAndDoesNotAskWithoutOne) {
  absl::Notification release;
  std::atomic<int> calls{0};
  Start({[&]() -> absl::StatusOr<TestClockService::Reading> {
           ++calls;
           release.WaitForNotificationWithTimeout(kLong);
           return TestClockService::Reading{};
         },
         nullptr});
  Peer<Clock> peer(Options());
  const absl::Status late = Get(peer, {.deadline = WallNow() + absl::Milliseconds(10)}).status();
  EXPECT_TRUE(IsRefusal(late, Reason::kDeadlineExceeded));  // less than the margin is left
  EXPECT_FALSE(OutcomeUnknown(late));
  EXPECT_EQ(calls, 0);
  const absl::Status timed_out = Get(peer, {.deadline = WallNow() + absl::Milliseconds(150)}).status();
  EXPECT_TRUE(IsRefusal(timed_out, Reason::kPeerUnavailable));
  EXPECT_TRUE(OutcomeUnknown(timed_out));
  release.Notify();
  server_->Drain();  // the clock must not wait for what this test owns any longer
}

}  // namespace
}  // namespace milepost::rpc
