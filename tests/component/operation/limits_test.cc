// Each limit that is a flag acts: on a real server, at its smallest.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "common/core/clock.h"
#include "common/core/refusal.h"
#include "common/rpc/status_map.h"
#include "tests/component/operation/catalog_process.h"
#include "tests/component/operation/metrics_page.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::operation {
namespace {

using testing::IsOk;
using testing::RefusedWith;

// Holds what a statement locks, on a connection of its own, while it lives.
class Held {
 public:
  Held(const db::ConnectOptions& database, const std::vector<std::string>& statements)
      : connection_(*db::Connection::Open(database)) {
    for (const std::string& sql : statements) EXPECT_THAT(connection_->Execute(sql), IsOk());
  }
  static Held Rows(const db::ConnectOptions& database) {
    return Held(database, {"SET autocommit = 0", "UPDATE gigs SET updated_us = updated_us"});
  }
  static Held Table(const db::ConnectOptions& database) { return Held(database, {"LOCK TABLES gigs WRITE"}); }

 private:
  std::unique_ptr<db::Connection> connection_;
};

// `count` calls at once; their answers.
template <class Call>
std::vector<absl::Status> AtOnce(int count, Call call) {
  std::vector<std::future<absl::Status>> running;
  for (int i = 0; i < count; ++i) running.push_back(std::async(std::launch::async, call));
  std::vector<absl::Status> answers;
  for (auto& each : running) answers.push_back(each.get());
  return answers;
}

int Count(const std::vector<absl::Status>& answers, Reason reason) {
  int count = 0;
  for (const absl::Status& answer : answers) count += IsRefusal(answer, reason);
  return count;
}

TEST(Limits, ALargerMessageIsRefused) {
  CatalogProcess catalog({"--max_message_bytes=2048"});
  EXPECT_THAT(catalog.Create("A plan"), IsOk());
  EXPECT_EQ(catalog.Create(std::string(4096, 'x')).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(Limits, AFullLaneRefusesWithADelay) {
  CatalogProcess catalog({"--lanes=1", "--batch_limit=1", "--queue_limit=2"});
  const auto gig = catalog.Create();
  ASSERT_THAT(gig, IsOk());
  const Held rows = Held::Rows(catalog.database());
  std::atomic<int> with_delay{0};
  const std::vector<absl::Status> answers = AtOnce(12, [&] {
    const grpc::Status status = catalog.TryDelete(*gig);
    with_delay += status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED &&
                  absl::StrContains(status.error_details(), "google.rpc.RetryInfo");
    return rpc::FromGrpc(status);
  });
  EXPECT_EQ(with_delay, Count(answers, Reason::kOverloaded));
  EXPECT_GE(Count(answers, Reason::kOverloaded), 4);  // at most one runs and two wait
  EXPECT_GE(Count(answers, Reason::kResourceBusy), 1);
}

TEST(Limits, AFullReadQueueRefuses) {
  CatalogProcess catalog({"--read_connections=1", "--read_queue_limit=2", "--statement_timeout=2s"});
  const auto gig = catalog.Create();
  ASSERT_THAT(gig, IsOk());
  const Held table = Held::Table(catalog.database());
  EXPECT_GE(Count(AtOnce(12, [&] { return catalog.Get(*gig); }), Reason::kOverloaded), 8);
}

TEST(Limits, AStatementThatTakesTooLongIsGivenUp) {
  CatalogProcess catalog({"--statement_timeout=2s"});
  const auto gig = catalog.Create();
  ASSERT_THAT(gig, IsOk());
  {
    const Held table = Held::Table(catalog.database());
    EXPECT_THAT(catalog.Get(*gig), RefusedWith(Reason::kDatabaseUnavailable));
  }
  EXPECT_THAT(catalog.Get(*gig), IsOk());
}

TEST(Limits, ALockedRowIsWaitedForAsLongAsSaid) {
  CatalogProcess catalog({"--lock_timeout=3s"});
  const auto gig = catalog.Create();
  ASSERT_THAT(gig, IsOk());
  const Held rows = Held::Rows(catalog.database());
  const absl::Time start = WallNow();
  EXPECT_THAT(catalog.Delete(*gig), RefusedWith(Reason::kResourceBusy));
  EXPECT_GE(WallNow() - start, absl::Milliseconds(2900));
}

TEST(Limits, ABatchIsNoLargerThanSaid) {
  CatalogProcess catalog({"--lanes=1", "--batch_limit=1", "--metrics_listen=127.0.0.1:0"});
  for (const absl::Status& answer : AtOnce(16, [&] { return catalog.Create().status(); }))
    EXPECT_THAT(answer, IsOk());
  const Page page = PageOf(catalog.process());
  EXPECT_EQ(ValueOf(page, "milepost_lane_batch_commands_sum"),
            ValueOf(page, "milepost_lane_batch_commands_count"));
  EXPECT_GE(ValueOf(page, "milepost_lane_batch_commands_count"), 16);
}

TEST(Limits, FurtherCallsOfAConnectionWaitAtTheClient) {
  CatalogProcess catalog({"--max_concurrent_streams=1", "--lock_timeout=4s"});
  const auto gig = catalog.Create();
  ASSERT_THAT(gig, IsOk());
  const Held rows = Held::Rows(catalog.database());
  auto first = std::async(std::launch::async, [&] { return catalog.Delete(*gig); });
  testing::AwaitLockWait(catalog.database());  // the first is under way, or this proves nothing
  EXPECT_EQ(catalog.Get(*gig, absl::Seconds(1)).code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(first.get(), RefusedWith(Reason::kResourceBusy));
  EXPECT_THAT(catalog.Get(*gig), IsOk());
}

TEST(Limits, AnOldConnectionIsClosed) {
  CatalogProcess catalog({"--max_connection_age=1s"});
  ASSERT_THAT(catalog.Create(), IsOk());
  const absl::Time until = WallNow() + absl::Seconds(20);
  while (catalog.process().channel()->GetState(false) == GRPC_CHANNEL_READY && WallNow() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_NE(catalog.process().channel()->GetState(false), GRPC_CHANNEL_READY);
  EXPECT_THAT(catalog.Create(), IsOk());
}

}  // namespace
}  // namespace milepost::operation
