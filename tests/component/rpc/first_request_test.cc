// A connection must finish its first request in time. By hand, because no gRPC client sends less than it is told to.
#include <memory>
#include <string>
#include <vector>

#include "common/core/stopwatch.h"
#include "fixture.h"
#include "tests/support/http2.h"
#include "tests/support/http2_frames.h"

namespace milepost::rpc {
namespace {

using testing::GrpcMessage;
using testing::Http2;

constexpr absl::Duration kMax = absl::Milliseconds(400);

class FirstRequest : public RpcTest {
 protected:
  FirstRequest() { StartOn("127.0.0.1:0"); }
  void StartOn(const std::string& listen) {
    Start({[] { return TestClockService::Reading{absl::UnixEpoch()}; }, nullptr},
          {.listen = listen, .accept_known_grpc_faults = true, .first_request_time_max = kMax});
  }
  std::unique_ptr<Http2> Connect() {
    return std::make_unique<Http2>(Http2::Role::kClient, testing::ConnectTo(server_->port()));
  }
  // Reads until the server closes the connection; the time from `since` to then.
  static absl::Duration TimeToClose(Http2& client, const Stopwatch& since) {
    client.Answer(1);
    EXPECT_TRUE(client.is_over());
    return since.elapsed();
  }
  // `connect` makes a socket to a port.
  void ExpectThatACallerStays(int (*connect)(int port)) {
    Http2 caller(Http2::Role::kClient, connect(server_->port()));
    const uint32_t call = caller.Call("/grpc.health.v1.Health/Check");
    caller.SendData(call, GrpcMessage("", false), true);
    caller.FirstMessage(call);
    Http2 silent(Http2::Role::kClient, connect(server_->port()));
    TimeToClose(silent, Stopwatch());  // who was older would be closed by now
    EXPECT_TRUE(caller.Ping());
  }
};

TEST_F(FirstRequest, OfNothingIsNotWaitedForLonger) {
  const Stopwatch connected;
  const auto silent = Connect();
  const absl::Duration took = TimeToClose(*silent, connected);
  EXPECT_GE(took, kMax);
  EXPECT_LT(took, kLong / 2);
}

TEST_F(FirstRequest, OfHeadersAloneIsNotWaitedForLonger) {
  const Stopwatch connected;
  const auto client = Connect();
  client->Call("/milepost.testing.v1.TestClock/GetClock");
  EXPECT_GE(TimeToClose(*client, connected), kMax);
}

// To whichever service, and to none.
TEST_F(FirstRequest, ThatIsCompleteKeepsTheConnectionOpen) {
  std::vector<std::unique_ptr<Http2>> callers;
  for (const char* path :
       {"/milepost.testing.v1.TestClock/GetClock", "/grpc.health.v1.Health/Check",
        "/grpc.health.v1.Health/Watch", "/grpc.channelz.v1.Channelz/GetServers",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "/no.such.v1.Service/Method"}) {
    Http2& caller = *callers.emplace_back(Connect());
    const uint32_t call = caller.Call(path, {{"milepost-actor", "users/alice"}});
    caller.SendData(call, GrpcMessage("", false), false);
    caller.FirstMessage(call);
  }
  const auto silent = Connect();
  TimeToClose(*silent, Stopwatch());  // who was older would be closed by now
  for (const auto& caller : callers) EXPECT_TRUE(caller->Ping());
}

// gRPC and the kernel write the caller's address in different ways.
TEST_F(FirstRequest, ThatIsCompleteOverIpv6KeepsTheConnectionOpen) {
  if (!testing::HasIpv6()) GTEST_SKIP() << "this machine has no IPv6";
  StartOn("[::1]:0");
  ExpectThatACallerStays(testing::ConnectOverIpv6To);
}

// As the image listens: on one socket for both. The kernel shows an IPv4 caller there as an IPv6 address.
TEST_F(FirstRequest, ThatIsCompleteOverIpv4ToASocketOfBothKeepsTheConnectionOpen) {
  if (!testing::HasIpv6()) GTEST_SKIP() << "this machine has no IPv6";
  StartOn("[::]:0");
  ExpectThatACallerStays(testing::ConnectTo);
}

TEST(PeerKey, IsTheSameForEveryWayToWriteAnAddress) {
  EXPECT_EQ(PeerKey("ipv4:10.0.0.1:5000"), "ipv4:10.0.0.1:5000");
  EXPECT_EQ(PeerKey("ipv6:%5B::1%5D:5000"), "ipv6:[::1]:5000");
  EXPECT_EQ(PeerKey("ipv6:[::1]:5000"), "ipv6:[::1]:5000");
  EXPECT_EQ(PeerKey("ipv6:%5Bfe80::1%25eth0%5D:5000"), "ipv6:[fe80::1]:5000");
}

}  // namespace
}  // namespace milepost::rpc
