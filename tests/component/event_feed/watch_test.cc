// WatchEvents on gig_catalog processes with sequencers of their own: on every replica the same stream, soon, and readers
// that don't read are cut and lose nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "common/core/stopwatch.h"
#include "common/rpc/status_map.h"
#include "grpcpp/create_channel.h"
#include "tests/component/event_feed/gig_replicas.h"
#include "tests/support/database.h"
#include "tests/support/event_watch.h"
#include "tests/support/local_channel.h"
#include "tests/support/matchers.h"

namespace milepost::gig_catalog {
namespace {

using events::v1::Event;
using events::v1::WatchEventsRequest;
using testing::EventWatch;
using testing::RefusedWith;
using ::testing::SizeIs;

// What a slow reader's side takes in without anybody reading it is as little as can be.
std::shared_ptr<grpc::Channel> NarrowChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  return testing::LocalChannel(address, arguments);
}

TEST(Watch, EveryReplicaServesTheSameStream) {
  Replicas replicas(2, {});
  EventWatch first(replicas.at(0).channel(), kOps, {}), second(replicas.at(1).channel(), kOps, {});
  std::vector<std::string> gigs;
  for (size_t i = 0; i < 6; ++i) gigs.push_back(replicas.NewGig(i % 2));
  for (size_t i = 0; i < 6; ++i) ASSERT_TRUE(replicas.Retitle(gigs[i], "New", "", i));
  const std::vector<Event> ours = first.Events(12), theirs = second.Events(12);
  ASSERT_THAT(ours, SizeIs(12));
  ASSERT_THAT(theirs, SizeIs(12));
  for (size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(ours[i].position(), i + 1);
    EXPECT_EQ(ours[i].SerializeAsString(), theirs[i].SerializeAsString());
  }
}

TEST(Watch, AnEventIsSeenSoon) {
  Replicas replicas(1, {"--sequence_interval=20ms"});
  EventWatch watch(replicas.at(0).channel(), kAnna, {});
  const std::string gig = replicas.NewGig(0);
  ASSERT_THAT(watch.Events(1), SizeIs(1));
  std::vector<absl::Duration> waits;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(replicas.Retitle(gig, absl::StrCat("Title ", i), "", 0));
    const Stopwatch committed;
    const std::vector<Event> events = watch.Events(1);
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_EQ(events[0].gig_updated().title(), absl::StrCat("Title ", i));
    waits.push_back(committed.elapsed());
  }
  std::sort(waits.begin(), waits.end());
  ::testing::Test::RecordProperty("median_ms", absl::StrCat(absl::ToInt64Milliseconds(waits[10])));
  EXPECT_LT(waits[10], absl::Milliseconds(500)) << "the median of 20, on a busy machine; alone about 20 ms";
}

TEST(Watch, ASlowReaderIsCutWithItsPositionAndGoesOnWithoutAGap) {
  Replicas replicas(1, {"--watch_unread_max=50"});
  const auto channel = NarrowChannel(replicas.at(0).address());
  EventWatch slow(channel, kOps, {}, absl::Minutes(1));
  ASSERT_TRUE(slow.Read());
  constexpr int kWriters = 4, kEach = 250;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&replicas, gig = replicas.NewGig(0)] {
      for (int i = 0; i < kEach; ++i)
        EXPECT_TRUE(replicas.Retitle(gig, absl::StrCat(i), std::string(1200, 'x'), 0));
    });
  }
  for (std::thread& writer : writers) writer.join();
  const auto all = static_cast<uint64_t>(kWriters * (1 + kEach));
  uint64_t seen = 0;
  while (slow.Read()) {
    for (const Event& event : slow.message().events()) ASSERT_EQ(event.position(), ++seen);
    ASSERT_EQ(slow.message().position(), seen);
  }
  const absl::Status end = slow.End();
  ASSERT_THAT(end, RefusedWith(Reason::kEventsReaderTooSlow));
  EXPECT_EQ(RefusalOf(end)->detail("position"), absl::StrCat(seen)) << "what was sent is what it got";
  EXPECT_LT(seen, all);

  WatchEventsRequest request;
  request.set_from_position(seen);
  EventWatch resumed(channel, kOps, request, absl::Minutes(1));
  for (const Event& event : resumed.Until(all)) ASSERT_EQ(event.position(), ++seen);
  EXPECT_EQ(seen, all);
}

// A reader that takes nothing at all does not even take its end: then the stream is broken off.
TEST(Watch, AReaderThatStallsForLongIsBrokenOff) {
  Replicas replicas(1, {"--watch_unread_max=50", "--watch_stall_time=500ms", "--watch_heartbeat=100ms",
                        "--watchers_max=1"});
  const auto channel = NarrowChannel(replicas.at(0).address());
  EventWatch stalled(channel, kOps, {}, absl::Minutes(1));
  ASSERT_TRUE(stalled.Read());
  const std::string gig = replicas.NewGig(0);
  for (int round = 0;;
       ++round) {  // until more is on its way than both ends take in unread, and for long enough
    ASSERT_LT(round, 200) << "its place is not free";
    for (int i = 0; i < 50; ++i)
      ASSERT_TRUE(replicas.Retitle(gig, absl::StrCat(round, ".", i), std::string(1200, 'x'), 0));
    EventWatch next(replicas.at(0).channel(), kOps, {});
    if (next.Read()) break;
  }
}

// Its follower learns that the database is gone, and goes on where it was when it is back.
TEST(Watch, AFollowerIsToldThatTheDatabaseIsGone) {
  testing::TestDatabase& database = testing::TestDatabase::Get();
  if (!database.is_ours()) GTEST_SKIP() << "the database of MILEPOST_TEST_DATABASE is not ours to stop";
  Replicas replicas(1, {"--watch_heartbeat=100ms"});
  const std::string gig = replicas.NewGig(0);
  EventWatch watch(replicas.at(0).channel(), kOps, {}, absl::Minutes(1));
  ASSERT_THAT(watch.Until(1), SizeIs(1));
  database.Kill();
  while (watch.Read()) EXPECT_EQ(watch.message().position(), 1);
  const absl::Status end = watch.End();
  EXPECT_THAT(end, RefusedWith(Reason::kDatabaseUnavailable));
  EXPECT_EQ(RefusalOf(end)->detail("position"), "1");

  database.Start();
  ASSERT_TRUE(replicas.Retitle(gig, "New", "", 0));
  WatchEventsRequest request;
  request.set_from_position(1);
  // Its first streams may find the server's sessions broken still.
  std::vector<Event> events;
  for (int stream = 0; events.empty() && stream < 50; ++stream)
    events = EventWatch(replicas.at(0).channel(), kOps, request).Events(1);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].position(), 2);
}

// List and watch from this position.
absl::Status ListFrom(const std::shared_ptr<grpc::Channel>& channel, uint64_t position) {
  grpc::ClientContext context;
  context.AddMetadata("milepost-actor", kOps);
  events::v1::ListEventsRequest request;
  request.set_from_position(position);
  events::v1::ListEventsResponse response;
  return rpc::FromGrpc(events::v1::EventFeed::NewStub(channel)->ListEvents(&context, request, &response));
}
std::unique_ptr<EventWatch> WatchFrom(const std::shared_ptr<grpc::Channel>& channel, uint64_t position) {
  WatchEventsRequest request;
  request.set_from_position(position);
  return std::make_unique<EventWatch>(channel, kOps, request);
}
void ExpectAhead(const absl::Status& status, uint64_t position, uint64_t end) {
  ASSERT_THAT(status, RefusedWith(Reason::kPositionAheadOfStream));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(RefusalOf(status)->detail("position"), absl::StrCat(position));
  EXPECT_EQ(RefusalOf(status)->detail("end_position"), absl::StrCat(end));
}

// A reader with another service's position, or with one from before a restore, was told that it has seen everything, for ever.
TEST(Feed, APositionThatTheStreamNeverGaveIsRefused) {
  Replicas replicas(1, {});
  const auto channel = replicas.at(0).channel();
  for (const uint64_t position : {uint64_t{1}, UINT64_MAX})
    ExpectAhead(ListFrom(channel, position), position, 0);
  for (int i = 0; i < 3; ++i) replicas.NewGig(0);
  ASSERT_THAT(EventWatch(channel, kOps, {}).Until(3), SizeIs(3));
  EXPECT_THAT(ListFrom(channel, 3), testing::IsOk());
  for (const uint64_t position : {uint64_t{4}, uint64_t{1003}, UINT64_MAX}) {
    ExpectAhead(ListFrom(channel, position), position, 3);
    const auto watch = WatchFrom(channel, position);
    EXPECT_FALSE(watch->Read());
    ExpectAhead(watch->End(), position, 3);
  }
}

// What another replica has sent already, this one's tail has not seen; the database has.
TEST(Feed, APositionThatALaggingReplicaHasNotSeenIsNotRefused) {
  Replicas replicas(2, {"--sequence_interval=10s"}, {{0, {"--sequence_interval=5ms"}}});
  const auto ahead = replicas.at(0).channel(), behind = replicas.at(1).channel();
  const auto follower = WatchFrom(behind, 0);
  ASSERT_TRUE(follower->Read());
  EXPECT_EQ(follower->message().position(), 0)
      << "the tail of the replica that lags is at 0 now, and looks every 10 s";
  for (int i = 0; i < 3; ++i) replicas.NewGig(0);
  ASSERT_THAT(EventWatch(ahead, kOps, {}).Until(3), SizeIs(3));
  EXPECT_THAT(ListFrom(behind, 3), testing::IsOk());
  const auto watch = WatchFrom(behind, 3);
  ASSERT_TRUE(watch->Read());
  EXPECT_EQ(watch->message().position(), 3);
  ExpectAhead(ListFrom(behind, 4), 4, 3);
}

// The database is restored to an earlier point: followers are cut, and told when they come again.
TEST(Feed, AReaderFromBeforeARestoreIsTold) {
  Replicas replicas(1, {});
  const auto channel = replicas.at(0).channel();
  for (int i = 0; i < 3; ++i) replicas.NewGig(0);
  EventWatch follower(channel, kOps, {}, absl::Minutes(1));
  ASSERT_THAT(follower.Until(3), SizeIs(3));
  testing::ExecuteOrDie(replicas.schema(), "DELETE FROM stream WHERE first_position > 1");
  testing::ExecuteOrDie(replicas.schema(), "UPDATE stream_head SET next_position = 2");
  while (follower.Read()) EXPECT_EQ(follower.message().position(), 3);
  const absl::Status end = follower.End();
  ASSERT_THAT(end, RefusedWith(Reason::kDatabaseUnavailable));
  EXPECT_EQ(RefusalOf(end)->detail("position"), "3");
  const auto again = WatchFrom(channel, 3);
  EXPECT_FALSE(again->Read());
  ExpectAhead(again->End(), 3, 1);
  EXPECT_THAT(WatchFrom(channel, 0)->Until(1), SizeIs(1)) << "it begins again";
}

// At a clean stop what the lanes committed last is in the stream, and readers know where to go on.
TEST(Watch, AStoppedServerLeavesNothingOutOfTheStream) {
  Replicas replicas(1, {"--sequence_interval=10s"});
  const std::string gig = replicas.NewGig(0);
  EventWatch watch(replicas.at(0).channel(), kOps, {});
  ASSERT_TRUE(watch.Read());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(replicas.Retitle(gig, absl::StrCat(i), "", 0));
  std::thread reading([&] {
    while (watch.Read()) continue;
    const absl::Status end = watch.End();
    EXPECT_THAT(end, RefusedWith(Reason::kShuttingDown));
    EXPECT_NE(RefusalOf(end)->detail("position"), "");
  });
  EXPECT_THAT(replicas.at(0).Terminate(), testing::IsOkAndHolds(0));
  reading.join();
  EXPECT_EQ(testing::CountOrDie(replicas.schema(), "SELECT SUM(events) FROM stream"), replicas.CountEvents());
}

}  // namespace
}  // namespace milepost::gig_catalog
