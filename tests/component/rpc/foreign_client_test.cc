// What clients that are not ours send: by hand, because no C++ client does.
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "fixture.h"
#include "grpcpp/support/status.h"
#include "tests/support/http2.h"

namespace milepost::rpc {
namespace {

using testing::GrpcMessage;
using testing::Http2;

constexpr char kGetClock[] = "/milepost.testing.v1.TestClock/GetClock";
constexpr char kWatch[] = "/grpc.health.v1.Health/Watch";

class ForeignClient : public RpcTest {
 protected:
  std::unique_ptr<Http2> Connect() {
    return std::make_unique<Http2>(Http2::Role::kClient, testing::ConnectTo(server_->port()));
  }
  // The grpc-status of one call; -1 for none.
  static int Status(Http2& client, const std::string& path, const Http2::Headers& headers,
                    const std::string& message = GrpcMessage("", false)) {
    const uint32_t call = client.Call(path, headers);
    client.SendData(call, message, true);
    return client.Answer(call).grpc_status().value_or(-1);
  }
};

// Its nanoseconds did not fit into 64 bits, and the call had ended before it began.
TEST_F(ForeignClient, ATimeoutOfAnyLengthIsCappedAndRuns) {
  Start();
  const auto client = Connect();
  const std::vector<std::string> timeouts = {"2562047H",    "2562048H",  "2135000H",   "99999999H",
                                             "99999999M",   "99999999S", "100000000H", "1000000000H",
                                             "9999999999H", "99999999m", "99999999u"};
  for (const std::string& timeout : timeouts)
    EXPECT_EQ(Status(*client, kGetClock, {{"milepost-actor", "users/alice"}, {"grpc-timeout", timeout}}), 0)
        << timeout;
}

// However many, however soon (decision 0038).
TEST_F(ForeignClient, PingsAreAnsweredWithOrWithoutACall) {
  Start();
  const auto client = Connect();
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(client->Ping()) << i;
  const uint32_t watch = client->Call(kWatch);
  client->SendData(watch, GrpcMessage("", false), true);
  EXPECT_FALSE(client->FirstMessage(watch).is_ended);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(client->Ping()) << i;
  EXPECT_FALSE(client->goaway().has_value());
}

TEST_F(ForeignClient, ACompressedMessageIsRefusedUnread) {
  std::atomic<int> calls{0};
  Start({[&] {
           ++calls;
           return TestClockService::Reading{absl::UnixEpoch()};
         },
         nullptr});
  const std::string zeros = GrpcMessage(testing::GzippedZeros(1 << 20), true);
  const auto client = Connect();
  for (const char* path : {kGetClock, kWatch, "/milepost.testing.v1.TestClock/NoSuchMethod"}) {
    for (const char* encoding : {"gzip", "deflate"})
      EXPECT_EQ(
          Status(*client, path, {{"milepost-actor", "users/alice"}, {"grpc-encoding", encoding}}, zeros),
          grpc::StatusCode::UNIMPLEMENTED)
          << path << " " << encoding;
  }
  EXPECT_EQ(calls, 0);
  // What gRPC does not know it can't inflate; nor what says nothing of how.
  for (const Http2::Headers& headers : {Http2::Headers{{"grpc-encoding", "zstd"}}, Http2::Headers{}})
    EXPECT_GT(Status(*client, kGetClock, headers, zeros), 0);
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(Status(*client, kGetClock, {{"milepost-actor", "users/alice"}, {"grpc-encoding", "identity"}}),
            0);
}

}  // namespace
}  // namespace milepost::rpc
