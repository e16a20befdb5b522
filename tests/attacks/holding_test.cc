// Attacks by holding on: connections and streams that are opened and not used up.
#include <sys/resource.h>

#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "common/core/stopwatch.h"
#include "common/rpc/server.h"
#include "tests/attacks/fixture.h"

namespace milepost::attacks {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);

constexpr size_t kAnnounced = 5000;  // of which the rest trickles

// A call up to the value of one of its headers; up to its message.
std::string BeginningOfAHeader() {
  return http2::Frame(http2::kHeaders, 0, 1,
                      absl::StrCat(http2::CallHeaders(kPath), absl::string_view("\0", 1),
                                   http2::Integer(0, 7, 6), "x-slow", http2::Integer(0, 7, kAnnounced)));
}
std::string BeginningOfAMessage() {
  return absl::StrCat(http2::HeaderFrames(1, http2::CallHeaders(kPath)),
                      http2::Frame(http2::kData, 0, 1,
                                   absl::StrCat(absl::string_view("\0", 1), http2::BigEndian(kAnnounced))));
}

class Holding : public AttackTest {
 protected:
  // So many connections that send nothing after their SETTINGS. Opens each when the one before has an answer, or soon: the attack
  // is that they are there, not that they come at once.
  std::vector<Attacker> Connections(int count) const {
    constexpr absl::Duration kSoon = absl::Milliseconds(2);
    std::vector<Attacker> connections;
    connections.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) connections.emplace_back(port()).AwaitFrames(http2::kSettings, 1, kSoon);
    return connections;
  }
  // Until a new connection is served; false when that takes too long.
  bool AwaitService() const {
    const Stopwatch waited;
    while (!CallOnNewConnection(address()).ok())
      if (waited.elapsed() > kPatience) return false;
    return true;
  }
};

// CVE-2023-4785.
TEST_F(Holding, MoreConnectionsThanFiles) {
  MILEPOST_SKIP_KNOWN_FAULT("CVE-2023-4785");
  Start();
  victim().LimitOpenFiles(300);
  std::vector<Attacker> connections = Connections(500);
  connections.clear();
  EXPECT_TRUE(AwaitService());
  ExpectBounds();
}

// The same, by somebody who never lets go.
TEST_F(Holding, MoreConnectionsThanFilesAreClosedUnused) {
  MILEPOST_SKIP_KNOWN_FAULT("CVE-2023-4785");
  Start({"--first_request_time_max=500ms"});
  victim().LimitOpenFiles(300);
  const std::vector<Attacker> connections = Connections(500);
  EXPECT_TRUE(AwaitService());
  ExpectBounds();
}

TEST_F(Holding, IdleConnections) {
  constexpr int kConnections = 3000;
  rlimit files = {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
  files.rlim_cur = files.rlim_max;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &files), 0);
  Start();
  std::vector<Attacker> connections = Connections(kConnections);
  for (Attacker& connection : connections)
    ASSERT_TRUE(connection.AwaitFrames(http2::kSettings, 1, kPatience));
  // Each was opened, which is honest work: 0.3 to 0.5 ms on these machines. That they stay costs nothing more.
  ExpectBounds(kConnections * absl::Milliseconds(1));
}

TEST_F(Holding, StreamsThatNeverEnd) {
  constexpr uint32_t kConnections = 4;
  const auto streams = static_cast<uint32_t>(rpc::ServerOptions().max_concurrent_streams);
  Start();
  std::vector<Attacker> attackers;
  const std::string block = http2::CallHeaders(kPath);
  while (attackers.size() < kConnections) {
    Attacker& attacker = attackers.emplace_back(port());
    for (uint32_t i = 0; i < streams; ++i) ASSERT_TRUE(attacker.Send(http2::HeaderFrames(2 * i + 1, block)));
  }
  ExpectBounds(kProcessorMax, 10 * kCalls);  // opening them slows a few down
  for (Attacker& attacker : attackers) {
    EXPECT_FALSE(attacker.AwaitClose(absl::Milliseconds(50)));  // reads what has come
    EXPECT_EQ(attacker.ended(), 0) << "they are all open";
  }
}

TEST_F(Holding, ReadersOfEventsThatReadNothing) {
  constexpr uint32_t kConnections = 10, kStreams = 50;
  Start({"--watch_heartbeat=10ms"});
  std::vector<Attacker> readers;
  readers.reserve(kConnections);
  const std::string block = absl::StrCat(http2::CallHeaders("/milepost.events.v1.EventFeed/WatchEvents"),
                                         http2::Literal("milepost-actor", "operators/reader"));
  for (uint32_t i = 0; i < kConnections; ++i) {
    Attacker& reader = readers.emplace_back(port(), http2::Setting(http2::kInitialWindowSize, 0));
    for (uint32_t stream = 1; stream < 2 * kStreams; stream += 2)
      reader.Send(absl::StrCat(
          http2::HeaderFrames(stream, block),
          http2::Frame(http2::kData, http2::kEndStream, stream, testing::GrpcMessage("", false))));
  }
  for (Attacker& reader : readers) {
    EXPECT_TRUE(reader.AwaitFrames(http2::kHeaders, kStreams, kPatience)) << "they are watched";
    EXPECT_EQ(reader.ended(), 0) << "and none was refused";
  }
  ExpectBounds();
}

// Byte by byte: half of them a header, half of them the message.
TEST_F(Holding, FirstRequestsThatTrickle) {
  constexpr int kConnections = 50;
  constexpr absl::Duration kMax = absl::Seconds(1), kPause = absl::Milliseconds(2);
  Start({absl::StrCat("--first_request_time_max=", absl::FormatDuration(kMax))});
  const auto quiet = SharedConnection();
  EXPECT_EQ(Finish(*quiet, Begin(*quiet)), 0);
  std::vector<Attacker> headers = Connections(kConnections / 2), messages = Connections(kConnections / 2);
  for (Attacker& attacker : headers) attacker.Send(BeginningOfAHeader());
  for (Attacker& attacker : messages) attacker.Send(BeginningOfAMessage());
  const Stopwatch trickled;
  const auto all_closed = [&] {
    const auto is_closed = [](const Attacker& attacker) { return attacker.is_closed(); };
    return absl::c_all_of(headers, is_closed) && absl::c_all_of(messages, is_closed);
  };
  while (!all_closed() && trickled.elapsed() < kPatience) {
    for (Attacker& attacker : headers)
      if (!attacker.AwaitClose(kPause)) attacker.Send(http2::Frame(http2::kContinuation, 0, 1, "a"));
    for (Attacker& attacker : messages)
      if (!attacker.AwaitClose(kPause)) attacker.Send(http2::Frame(http2::kData, 0, 1, "a"));
  }
  EXPECT_TRUE(all_closed());
  EXPECT_GE(trickled.elapsed(), kMax * 0.9);
  EXPECT_LE(trickled.elapsed(), kMax * 1.25 + absl::Milliseconds(500));
  EXPECT_EQ(Finish(*quiet, Begin(*quiet)), 0) << "its first request was complete";
  ExpectBounds();
}

}  // namespace
}  // namespace milepost::attacks
