// Migrations: once, twice, at the same time, half done, changed; and the leases that keep runners apart.
#include "common/db/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "common/db/lease.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::db {
namespace {

using testing::CountOrDie;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::IsOkAndHolds;
using testing::StatusIs;
using testing::TestDatabase;

constexpr Migration kFirst = {1, "first", "aa",
                              "CREATE TABLE IF NOT EXISTS first (id INT PRIMARY KEY) ENGINE=InnoDB;\n"};
constexpr Migration kSecond = {2, "second", "bb",
                               "CREATE TABLE IF NOT EXISTS second (id INT PRIMARY KEY);\n"};
constexpr Migration kSecondEdited = {2, "second", "cc",
                                     "CREATE TABLE IF NOT EXISTS other (id INT PRIMARY KEY);\n"};
constexpr Migration kBroken = {2, "second", "bb",
                               "CREATE TABLE IF NOT EXISTS half (id INT PRIMARY KEY);\nSELEKT;\n"};

absl::Status Check(const ConnectOptions& schema, const MigrationSet& set) {
  return CheckSchema(**Connection::Open(schema), {set});
}

TEST(Migrations, StatementsEndAtALinesEnd) {
  EXPECT_THAT(StatementsOf("-- a comment;\nA\n  B;\n\nC 'x;y';\nD"), ElementsAre("A\n  B", "C 'x;y'", "D"));
}

TEST(Migrations, GoForwardAndCanBeRepeated) {
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  const Migration one[] = {kFirst};
  const Migration two[] = {kFirst, kSecond};
  EXPECT_THAT(Check(schema, {"t", one}), StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_THAT(Migrate(schema, {{"t", one}}), IsOk());
  EXPECT_THAT(Check(schema, {"t", one}), IsOk());
  EXPECT_THAT(Check(schema, {"t", two}), StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_THAT(Migrate(schema, {{"t", two}}), IsOk());
  ASSERT_THAT(Migrate(schema, {{"t", two}}), IsOk());
  EXPECT_THAT(Check(schema, {"t", two}), IsOk());
  EXPECT_THAT(Check(schema, {"t", one}), IsOk()) << "a schema ahead of the binary is a rolling upgrade";
  EXPECT_EQ(CountOrDie(schema, "SELECT COUNT(*) FROM schema_migrations WHERE component = 't'"), 2);
  EXPECT_EQ(CountOrDie(schema, "SELECT COUNT(*) FROM deadlines"), 0) << "the common tables come first";
}

TEST(Migrations, ChangedContentIsRefused) {
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  const Migration good[] = {kFirst, kSecond};
  const Migration edited[] = {kFirst, kSecondEdited};
  ASSERT_THAT(Migrate(schema, {{"t", good}}), IsOk());
  EXPECT_THAT(Migrate(schema, {{"t", edited}}), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Check(schema, {"t", edited}).message(), HasSubstr("t/0002_second"));
}

TEST(Migrations, OneThatStoppedHalfWayIsFinishedByTheNextRun) {
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  const Migration broken[] = {kFirst, kBroken};
  const absl::Status stopped = Migrate(schema, {{"t", broken}});
  EXPECT_THAT(stopped.message(), HasSubstr("t/0002_second"));
  EXPECT_EQ(CountOrDie(schema, "SELECT COUNT(*) FROM half"), 0);
  const Migration mended[] = {kFirst, kSecond};
  EXPECT_THAT(Migrate(schema, {{"t", mended}}), IsOk());
}

TEST(Migrations, RunnersAtTheSameTimeApplyOnce) {
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  // Not re-runnable on purpose: a second application would fail.
  const Migration steps[] = {{1, "once", "aa", "CREATE TABLE once (id INT PRIMARY KEY) ENGINE=InnoDB;\n"}};
  std::vector<absl::Status> results(8, absl::UnknownError("not run"));
  std::vector<std::thread> runners;
  for (absl::Status& result : results)
    runners.emplace_back([&] { result = Migrate(schema, {{"t", steps}}); });
  for (std::thread& runner : runners) runner.join();
  for (const absl::Status& result : results) EXPECT_THAT(result, IsOk());
}

// The lease was extended before each statement only: during one that took longer, another runner began.
TEST(Migrations, AStatementLongerThanTheLeaseLetASecondRunnerIn) {
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  ASSERT_THAT(Migrate(schema, {}), IsOk());
  const Migration slow[] = {
      {1, "slow", "aa", "DO SLEEP(2);\nCREATE TABLE once (id INT PRIMARY KEY) ENGINE=InnoDB;\n"}};
  absl::Status first;
  std::thread runner([&] { first = Migrate(schema, {{"t", slow}}, absl::Milliseconds(400)); });
  Leases other(schema);
  absl::StatusOr<bool> held = false;
  while (held.ok() && !*held) held = other.HeldByOther("migrate");
  int taken = 0;
  for (int i = 0; i < 15; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const absl::StatusOr<bool> ours = other.Acquire("migrate", absl::Milliseconds(1));
    EXPECT_THAT(ours, IsOk());
    taken += ours.ok() && *ours;
  }
  runner.join();
  EXPECT_THAT(first, IsOk());
  EXPECT_EQ(taken, 0);
  EXPECT_THAT(other.Acquire("migrate", absl::Minutes(1)), IsOkAndHolds(true)) << "given back";
}

TEST(Leases, OneOwnerAtATime) {
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  ASSERT_THAT(Migrate(schema, {}), IsOk());
  Leases mine(schema), theirs(schema);
  EXPECT_THAT(mine.Acquire("sweeper", absl::Minutes(1)), IsOkAndHolds(true));
  EXPECT_THAT(mine.Acquire("sweeper", absl::Minutes(1)), IsOkAndHolds(true));
  EXPECT_THAT(theirs.Acquire("sweeper", absl::Minutes(1)), IsOkAndHolds(false));
  EXPECT_THAT(theirs.HeldByOther("sweeper"), IsOkAndHolds(true));
  EXPECT_THAT(mine.HeldByOther("sweeper"), IsOkAndHolds(false));
  EXPECT_THAT(theirs.Acquire("relay", absl::Minutes(1)), IsOkAndHolds(true));
  ASSERT_THAT(theirs.Release("sweeper"), IsOk());
  EXPECT_THAT(theirs.Acquire("sweeper", absl::Minutes(1)), IsOkAndHolds(false))
      << "only the owner gives it back";
  ASSERT_THAT(mine.Release("sweeper"), IsOk());
  EXPECT_THAT(theirs.Acquire("sweeper", absl::Minutes(1)), IsOkAndHolds(true));
}

TEST(Leases, OneThatIsOverIsFree) {
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  ASSERT_THAT(Migrate(schema, {}), IsOk());
  Leases mine(schema), theirs(schema);
  EXPECT_THAT(mine.Acquire("sweeper", absl::Microseconds(-1)), IsOkAndHolds(true));
  EXPECT_THAT(theirs.Acquire("sweeper", absl::Minutes(1)), IsOkAndHolds(true));
  EXPECT_THAT(mine.Acquire("sweeper", absl::Minutes(1)), IsOkAndHolds(false));
}

TEST(Leases, OfManyAtOnceExactlyOneWins) {
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  ASSERT_THAT(Migrate(schema, {}), IsOk());
  std::atomic<int> winners{0};
  std::vector<std::thread> racers;
  for (int i = 0; i < 20; ++i) {
    racers.emplace_back([&] {
      const absl::StatusOr<bool> won = Leases(schema).Acquire("sweeper", absl::Minutes(1));
      ASSERT_THAT(won, IsOk());
      winners += *won;
    });
  }
  for (std::thread& racer : racers) racer.join();
  EXPECT_EQ(winners, 1);
}

}  // namespace
}  // namespace milepost::db
