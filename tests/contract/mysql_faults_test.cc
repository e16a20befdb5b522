// What only a real database can show: connections that die before, in and after COMMIT, deadlocks, rows that stay
// locked, constraints, and what the lanes leave in the tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/core/stopwatch.h"
#include "common/db/test_clock.h"
#include "common/db/worker.h"
#include "tests/contract/account_mapping.h"
#include "tests/contract/lane_fixture.h"
#include "tests/support/commit_proxy.h"
#include "tests/support/database.h"

namespace milepost::contract {
namespace {

using testing::CommitProxy;
using testing::CountOrDie;
using testing::ExecuteOrDie;
using testing::IsOk;
using testing::IsOkAndHolds;
using testing::RefusedWith;
using testing::StatusIs;

class LaneOnMySql : public ::testing::Test {
 protected:
  LaneOnMySql()
      : schema_(NewAccountSchema()),
        table_(std::make_shared<db::AggregateTable<Account>>(AccountMapping())) {}

  // One lane that reaches the database by `way`.
  void UseLane(const db::ConnectOptions& way) {
    lanes_ = std::make_unique<db::Lanes<Account>>(QuickLanes(1), [&] {
      return std::make_unique<testing::FaultyStore<Account>>(
          std::make_unique<db::MySqlStore<Account>>(way, table_, db::TestClockUse::kFollow), &faults_);
    });
  }
  Pending Submit(db::Submission<Account> submission) {
    auto promise = std::make_shared<std::promise<Result>>();
    Pending pending = promise->get_future();
    lanes_->Submit(std::move(submission),
                   [promise](Result result) { promise->set_value(std::move(result)); });
    return pending;
  }
  Result Do(db::Submission<Account> submission) { return Submit(std::move(submission)).get(); }
  Account::Id OpenAccount(const std::string& number) {
    const Account::Id id = AccountNumbered(number);
    EXPECT_THAT(Do(Ask(id, Account::Open{id, number})), IsOk());
    return id;
  }
  int64_t Balance(const std::string& number) {
    return CountOrDie(schema_, absl::StrCat("SELECT balance FROM accounts WHERE number = '", number, "'"));
  }
  // Every session on the schema, as an operator or a failing node would.
  void KillSessions() {
    const auto connection = db::Connection::Open(testing::TestDatabase::Get().server());
    ASSERT_THAT(connection, IsOk());
    for (const uint64_t session : testing::SessionsOn(schema_.schema, **connection))
      (void)(*connection)->Execute(absl::StrCat("KILL ", session));
  }
  void KillOnceAt(FaultPoint point) {
    const auto done = std::make_shared<std::atomic<bool>>(false);
    faults_.Set([=, this](FaultPoint at, const auto*) {
      if (at == point && !done->exchange(true)) KillSessions();
      return absl::OkStatus();
    });
  }
  std::unique_ptr<db::Connection> Raw() {
    auto connection = db::Connection::Open(schema_);
    EXPECT_THAT(connection, IsOk());
    EXPECT_THAT((*connection)->Execute("BEGIN"), IsOk());
    return *std::move(connection);
  }
  static void LockRow(db::Connection& connection, const Account::Id& id) {
    ASSERT_THAT(connection.Query("SELECT 1 FROM accounts WHERE id = ? FOR UPDATE", {db::Value(id)},
                                 [](const db::ResultRow&) { return absl::OkStatus(); }),
                IsOk());
  }

  const db::ConnectOptions schema_;
  const std::shared_ptr<const db::AggregateTable<Account>> table_;
  testing::Faults<Account> faults_;
  std::unique_ptr<db::Lanes<Account>> lanes_;
};

// Connections.

TEST_F(LaneOnMySql, KilledBeforeCommitRunsAgain) {
  UseLane(schema_);
  const Account::Id id = OpenAccount("1");
  for (const FaultPoint point : {FaultPoint::kBegin, FaultPoint::kBeforeWrite}) {
    KillOnceAt(point);
    EXPECT_THAT(Do(AskOnce(id, Account::Deposit{1}, FreshId())), IsOk());
  }
  EXPECT_EQ(Balance("1"), 2);
  EXPECT_EQ(lanes_->metrics().looked_up, 0);
}

TEST_F(LaneOnMySql, KilledAtCommitIsLookedUpAndRunsAgain) {
  UseLane(schema_);
  const Account::Id id = OpenAccount("1");
  KillOnceAt(FaultPoint::kBeforeCommit);
  EXPECT_THAT(Do(AskOnce(id, Account::Deposit{1}, FreshId())), IsOk());
  EXPECT_EQ(Balance("1"), 1);
  EXPECT_EQ(lanes_->metrics().looked_up, 1);
}

TEST_F(LaneOnMySql, ACommitCutBeforeTheServerRunsAgain) {
  CommitProxy proxy(schema_);
  UseLane(proxy.options());
  const Account::Id id = OpenAccount("1");
  proxy.OnNextCommit(CommitProxy::Next::kCutBefore);
  const Result result = Do(AskOnce(id, Account::Deposit{1}, FreshId()));
  ASSERT_THAT(result, IsOk());
  EXPECT_FALSE(result->replayed);
  EXPECT_EQ(Balance("1"), 1);
  EXPECT_EQ(lanes_->metrics().looked_up, 1);
}

TEST_F(LaneOnMySql, ACommitWhoseReplyIsCutIsAnsweredFromItsRow) {
  CommitProxy proxy(schema_);
  UseLane(proxy.options());
  const Account::Id id = OpenAccount("1");
  proxy.OnNextCommit(CommitProxy::Next::kCutAfter);
  const Result result = Do(AskOnce(id, Account::Deposit{1}, FreshId()));
  ASSERT_THAT(result, IsOk());
  EXPECT_FALSE(result->replayed) << "this very call did it";
  EXPECT_EQ(Balance("1"), 1);
  EXPECT_EQ(CountOrDie(schema_, "SELECT COUNT(*) FROM events"), 2);
  EXPECT_EQ(lanes_->metrics().losses, 0) << "no second run";
}

// The first commit of a lane has no earlier row: not there must mean not committed.
TEST_F(LaneOnMySql, TheFirstCommitOfALaneIsLookedUpAsWell) {
  for (const CommitProxy::Next next : {CommitProxy::Next::kCutBefore, CommitProxy::Next::kCutAfter}) {
    CommitProxy proxy(schema_);
    UseLane(proxy.options());
    proxy.OnNextCommit(next);
    const std::string number = absl::StrCat(static_cast<int>(next));
    const Account::Id id = AccountNumbered(number);
    const Result result = Do(AskOnce(id, Account::Open{id, number}, FreshId()));
    ASSERT_THAT(result, IsOk());
    EXPECT_FALSE(result->replayed);
  }
  EXPECT_EQ(CountOrDie(schema_, "SELECT COUNT(*) FROM accounts"), 2);
}

// A flush that takes longer than the client waits: while it runs, a plain read would say "not committed".
TEST_F(LaneOnMySql, ACommitThatIsStillUnderWayIsWaitedFor) {
  CommitProxy proxy(schema_);
  db::ConnectOptions impatient = proxy.options();
  impatient.read_timeout = absl::Seconds(1);
  UseLane(impatient);
  const Account::Id id = OpenAccount("1");
  proxy.OnNextCommit(CommitProxy::Next::kStall);
  Pending pending = Submit(AskOnce(id, Account::Deposit{1}, FreshId()));
  proxy.AwaitStall();
  testing::AwaitLockWait(
      schema_);  // the lane gave the connection up and asks for its row, which the stalled commit holds
  EXPECT_EQ(CountOrDie(schema_, "SELECT balance FROM accounts"), 0);
  proxy.Release();
  const Result result = pending.get();
  ASSERT_THAT(result, IsOk());
  EXPECT_FALSE(result->replayed);
  EXPECT_EQ(Balance("1"), 1) << "once";
  EXPECT_EQ(CountOrDie(schema_, "SELECT COUNT(*) FROM requests"), 1);
}

TEST_F(LaneOnMySql, ACommitThatStaysUnderWayIsUnknownAndTheRetryResolvesIt) {
  CommitProxy proxy(schema_);
  db::ConnectOptions impatient = proxy.options();
  impatient.read_timeout = absl::Seconds(1);
  db::LaneOptions options = QuickLanes(1);
  options.retry.lookups = 1;
  lanes_ = std::make_unique<db::Lanes<Account>>(options, [&] {
    return std::make_unique<db::MySqlStore<Account>>(impatient, table_, db::TestClockUse::kFollow);
  });
  const Account::Id id = OpenAccount("1");
  const Uuid request = FreshId();
  proxy.OnNextCommit(CommitProxy::Next::kStall);
  EXPECT_THAT(Do(AskOnce(id, Account::Deposit{1}, request)), RefusedWith(Reason::kOutcomeUnknown));
  proxy.Release();
  const Result retry = Do(AskOnce(id, Account::Deposit{1}, request));
  ASSERT_THAT(retry, IsOk());
  EXPECT_EQ(retry->state.balance, 1);
  EXPECT_EQ(Balance("1"), 1);
}

// A schema that is not there (or a password that is wrong) is an outage until it is mended, and needs no restart.
TEST_F(LaneOnMySql, ADatabaseThatTurnsUsAwayIsUnavailableUntilItIsMended) {
  const Account::Id id = AccountNumbered("1");
  testing::ExecuteOrDie(schema_, "CREATE USER IF NOT EXISTS later@localhost IDENTIFIED BY 'old'");
  testing::ExecuteOrDie(schema_, "GRANT ALL ON *.* TO later@localhost");
  db::ConnectOptions way = schema_;
  way.user = "later";
  way.password = "new";
  UseLane(way);
  EXPECT_THAT(Do(Ask(id, Account::Open{id, "1"})), RefusedWith(Reason::kDatabaseUnavailable));
  testing::ExecuteOrDie(schema_, "ALTER USER later@localhost IDENTIFIED BY 'new'");
  EXPECT_THAT(Do(Ask(id, Account::Open{id, "1"})), IsOk());
}

// A primary that was demoted answers everything, and takes no writes. Its sessions are given up, the readers' too, which it
// would answer from the past for ever; where it is the primary again, all goes on.
TEST_F(LaneOnMySql, AServerThatHasBecomeReadOnlyIsLeft) {
  if (!testing::TestDatabase::Get().is_ours()) GTEST_SKIP() << "read_only is the whole server's";
  const db::ConnectOptions way = testing::AccountOn(schema_);
  const std::unique_ptr<db::Connection> admin = *db::Connection::Open(schema_);
  UseLane(way);
  const Account::Id id = OpenAccount("1");
  db::Session reading(way);
  ASSERT_THAT(reading.Get(), IsOk());
  const Uuid request = FreshId();
  {
    const testing::GlobalSetting read_only(*admin, "read_only", "1");
    EXPECT_THAT(Do(AskOnce(id, Account::Deposit{1}, request)), RefusedWith(Reason::kDatabaseUnavailable));
    EXPECT_EQ(lanes_->metrics().looked_up, 0) << "it said that nothing happened";
    EXPECT_THAT(reading.Get(), RefusedWith(Reason::kDatabaseUnavailable));
  }
  EXPECT_THAT(reading.Get(), IsOk());
  const Result result = Do(AskOnce(id, Account::Deposit{1}, request));
  ASSERT_THAT(result, IsOk());
  EXPECT_FALSE(result->replayed);
  EXPECT_EQ(Balance("1"), 1);
}

// Locks.

TEST_F(LaneOnMySql, ADeadlockIsRunAgain) {
  UseLane(schema_);
  ExecuteOrDie(schema_, "CREATE TABLE ballast (id INT PRIMARY KEY) ENGINE=InnoDB");
  std::vector<Account::Id> ids = {OpenAccount("1"), OpenAccount("2")};
  std::sort(ids.begin(), ids.end());
  const std::unique_ptr<db::Connection> stranger = Raw();
  // The server undoes the transaction that wrote less: not this one.
  ASSERT_THAT(stranger->Execute("INSERT INTO ballast VALUES (1), (2), (3), (4), (5), (6), (7), (8)"), IsOk());
  LockRow(*stranger, ids[1]);

  testing::Gate gate;
  faults_.Set([&](FaultPoint at, const auto*) {
    if (at == FaultPoint::kBegin) gate.Pass();
    return absl::OkStatus();
  });
  std::vector<Pending> pending;
  pending.push_back(Submit(Ask(Account::Id(FreshId()), Account::Tick{})));
  gate.AwaitArrival();
  for (const Account::Id& id : ids) pending.push_back(Submit(Ask(id, Account::Deposit{1})));
  gate.Open();

  testing::AwaitLockWait(schema_);  // the lane holds the first row and waits for the second
  LockRow(*stranger, ids[0]);       // the circle closes
  ASSERT_THAT(stranger->Execute("COMMIT"), IsOk());
  for (Pending& one : pending) EXPECT_THAT(one.get(), IsOk());
  EXPECT_GE(lanes_->metrics().conflicts, 1);
  EXPECT_EQ(Balance("1") + Balance("2"), 2);
}

TEST_F(LaneOnMySql, ARowThatStaysLockedFailsItsCommandOnly) {
  UseLane(schema_);
  const Account::Id blocked = OpenAccount("1"), free = OpenAccount("2");
  const std::unique_ptr<db::Connection> stranger = Raw();
  LockRow(*stranger, blocked);
  testing::Gate gate;
  faults_.Set([&](FaultPoint at, const auto*) {
    if (at == FaultPoint::kBegin) gate.Pass();
    return absl::OkStatus();
  });
  Pending first = Submit(Ask(Account::Id(FreshId()), Account::Tick{}));
  gate.AwaitArrival();
  Pending stuck = Submit(Ask(blocked, Account::Deposit{1}));
  Pending other = Submit(Ask(free, Account::Deposit{1}));
  gate.Open();
  EXPECT_THAT(stuck.get(), RefusedWith(Reason::kResourceBusy));
  EXPECT_THAT(other.get(), IsOk());
  ASSERT_THAT(stranger->Execute("ROLLBACK"), IsOk());
  EXPECT_THAT(Do(Ask(blocked, Account::Deposit{1})), IsOk());
  EXPECT_GE(lanes_->metrics().longest_lock_us.Read(WallNow()), 900'000) << "the longest block shows";
}

// The whole batch waits for the row, once; after that nobody does, however many commands want it.
TEST_F(LaneOnMySql, ABlockedRowStallsItsBatchForOneLockWait) {
  UseLane(schema_);
  constexpr int kAccounts = 8;
  std::vector<Account::Id> ids;
  for (int i = 0; i < kAccounts; ++i) ids.push_back(OpenAccount(absl::StrCat(i)));
  const Account::Id blocked = ids[3];
  const std::unique_ptr<db::Connection> stranger = Raw();
  LockRow(*stranger, blocked);
  testing::Gate gate;
  faults_.Set([&](FaultPoint at, const auto*) {
    if (at == FaultPoint::kBegin) gate.Pass();
    return absl::OkStatus();
  });
  Pending first = Submit(Ask(Account::Id(FreshId()), Account::Tick{}));
  gate.AwaitArrival();
  std::vector<Pending> stuck, others;
  for (int round = 0; round < 3; ++round)
    for (const Account::Id& id : ids)
      (id == blocked ? stuck : others).push_back(Submit(Ask(id, Account::Deposit{1})));
  const absl::Time start = WallNow();
  gate.Open();
  for (Pending& one : stuck) EXPECT_THAT(one.get(), RefusedWith(Reason::kResourceBusy));
  for (Pending& one : others) EXPECT_THAT(one.get(), IsOk());
  EXPECT_LT(WallNow() - start, absl::Seconds(2));
  EXPECT_EQ(lanes_->metrics().run_singly, 1);
  EXPECT_EQ(Balance("3"), 0);
  EXPECT_EQ(Balance("7"), 3);
}

// What all need, somebody holds: here the row of the lane's own commits, as an orphaned session of it would.
TEST_F(LaneOnMySql, ARowThatAllNeedRefusesTheBatchInBoundedTime) {
  UseLane(schema_);
  std::vector<Account::Id> ids;
  for (int i = 0; i < 10; ++i) ids.push_back(OpenAccount(absl::StrCat(i)));
  const std::unique_ptr<db::Connection> stranger = Raw();
  ASSERT_THAT(stranger->Execute("UPDATE lane_commits SET committed_us = 0"), IsOk());
  testing::Gate gate;
  faults_.Set([&](FaultPoint at, const auto*) {
    if (at == FaultPoint::kBegin) gate.Pass();
    return absl::OkStatus();
  });
  Pending first = Submit(Ask(Account::Id(FreshId()), Account::Tick{}));
  gate.AwaitArrival();
  std::vector<Pending> pending;
  for (const Account::Id& id : ids) pending.push_back(Submit(Ask(id, Account::Deposit{1})));
  const absl::Time start = WallNow();
  gate.Open();
  for (Pending& one : pending) EXPECT_THAT(one.get(), RefusedWith(Reason::kResourceBusy));
  EXPECT_LT(WallNow() - start, absl::Seconds(5)) << "1 s together, then twice 1 s alone";
  ASSERT_THAT(stranger->Execute("ROLLBACK"), IsOk());
  EXPECT_THAT(Do(Ask(ids[0], Account::Deposit{1})), IsOk());
}

// While a lane waits for a row, another replica does the very same request and time goes on: what was read before the
// locks would refuse the retry, and date its events before the other's.
TEST_F(LaneOnMySql, RequestsAndTheClockAreReadAfterTheLocks) {
  UseLane(schema_);
  const Account::Id id = OpenAccount("1");
  const db::RequestKey key{id.uuid(), FreshId(), Sha256("withdraw")};
  const std::unique_ptr<db::Connection> replica = Raw();
  LockRow(*replica, id);
  db::Submission<Account> submission = Ask(id, Account::Withdraw{10});
  submission.request = key;
  Pending pending = Submit(std::move(submission));
  testing::AwaitLockWait(schema_);
  const db::Remembered request{key, "Withdraw", id.uuid(), 1};
  ASSERT_THAT(db::WriteRequests(*replica, absl::MakeConstSpan(&request, 1), kStart), IsOk());
  db::MySqlTimeline timeline(schema_, "account", db::TestClockUse::kFollow);
  ASSERT_THAT(timeline.ShowTime(kStart + absl::Hours(1)), IsOk());
  ASSERT_THAT(replica->Execute("COMMIT"), IsOk());
  const Result result = pending.get();
  ASSERT_THAT(result, IsOk());
  EXPECT_TRUE(result->replayed);
  EXPECT_EQ(result->now, kStart + absl::Hours(1));
}

TEST_F(LaneOnMySql, ReplicasOnTheSameAggregatesNeverDeadlock) {
  UseLane(schema_);
  constexpr int kAccounts = 50, kRounds = 20;
  std::vector<Account::Id> ids;
  for (int i = 0; i < kAccounts; ++i) ids.push_back(OpenAccount(absl::StrCat(i)));
  db::Lanes<Account> other(QuickLanes(2), [this] {
    return std::make_unique<db::MySqlStore<Account>>(schema_, table_, db::TestClockUse::kFollow);
  });
  std::atomic<int> left{2 * kAccounts * kRounds}, failed{0};
  std::promise<void> all_answered;
  for (int round = 0; round < kRounds; ++round) {
    for (int i = 0; i < kAccounts; ++i) {
      for (db::Lanes<Account>* lanes : {lanes_.get(), &other}) {
        // Each replica in another order.
        const Account::Id& id = ids[lanes == &other ? (i * 7 + round) % kAccounts : i];
        Account::Command command = Account::Deposit{1};
        if (i % 3 == 0) command = Account::ScheduleFee{0, absl::Hours(1)};
        lanes->Submit(AskOnce(id, command, FreshId()), [&](const Result& result) {
          failed += !result.ok();
          if (left.fetch_sub(1) == 1) all_answered.set_value();
        });
      }
    }
  }
  all_answered.get_future().wait();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(lanes_->metrics().conflicts + other.metrics().conflicts, 0);
}

// The optimiser scans small tables, and a scan would lock rows that the batch did not name.
TEST_F(LaneOnMySql, ABatchLocksOnlyTheRowsItNames) {
  UseLane(schema_);
  const Account::Id stranger_row = OpenAccount("1"), mine = OpenAccount("2");
  const std::unique_ptr<db::Connection> stranger = Raw();
  LockRow(*stranger, stranger_row);
  EXPECT_THAT(Do(Ask(mine, Account::Deposit{1})), IsOk());
  EXPECT_EQ(lanes_->metrics().conflicts, 0);
}

TEST_F(LaneOnMySql, AConstraintThatFailsIsThatCommandsFailureOnly) {
  UseLane(schema_);
  const Account::Id good = OpenAccount("1"), bad = OpenAccount("2");
  testing::Gate gate;
  faults_.Set([&](FaultPoint at, const auto*) {
    if (at == FaultPoint::kBegin) gate.Pass();
    return absl::OkStatus();
  });
  Pending first = Submit(Ask(Account::Id(FreshId()), Account::Tick{}));
  gate.AwaitArrival();
  Pending poison = Submit(Ask(bad, Account::Deposit{2'000'000'000}));  // CHECK (balance < 1000000000)
  Pending fine = Submit(Ask(good, Account::Deposit{1}));
  gate.Open();
  EXPECT_THAT(poison.get(), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(fine.get(), IsOk());
  EXPECT_EQ(Balance("1"), 1);
  EXPECT_EQ(Balance("2"), 0);
}

TEST_F(LaneOnMySql, ABodyThatCanNotBeReadIsThatAggregatesFailureOnly) {
  UseLane(schema_);
  const Account::Id good = OpenAccount("1"), bad = OpenAccount("2");
  ExecuteOrDie(schema_, "UPDATE accounts SET body = 'x' WHERE number = '2'");
  testing::Gate gate;
  faults_.Set([&](FaultPoint at, const auto*) {
    if (at == FaultPoint::kBegin) gate.Pass();
    return absl::OkStatus();
  });
  Pending first = Submit(Ask(Account::Id(FreshId()), Account::Tick{}));
  gate.AwaitArrival();
  Pending poison = Submit(Ask(bad, Account::Deposit{1}));
  Pending fine = Submit(Ask(good, Account::Deposit{1}));
  gate.Open();
  EXPECT_THAT(poison.get(), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(fine.get(), IsOk());
}

// Tables.

TEST_F(LaneOnMySql, SideRowsAreWrittenWithTheChange) {
  UseLane(schema_);
  const Account::Id id = OpenAccount("1");
  for (int i = 0; i < 5; ++i) ASSERT_THAT(Do(Ask(id, Account::Deposit{10})), IsOk());
  ASSERT_THAT(Do(Ask(id, Account::Withdraw{20})), IsOk());
  EXPECT_EQ(CountOrDie(schema_, "SELECT SUM(amount) FROM entries"), Balance("1"));
  EXPECT_EQ(CountOrDie(schema_, "SELECT COUNT(*) FROM entries"), 6);
}

TEST_F(LaneOnMySql, ALaneKeepsOneCommitRowAndOldOnesAreDropped) {
  ExecuteOrDie(schema_,
               "INSERT INTO lane_commits VALUES (UNHEX('00000000000000000000000000000001'), 7, 0),"
               " (UNHEX('00000000000000000000000000000002'), 7, 0)");
  ExecuteOrDie(schema_, "INSERT INTO stream_lanes VALUES (UNHEX('00000000000000000000000000000001'), 7)");
  UseLane(schema_);
  const Account::Id id = OpenAccount("1");
  for (int i = 0; i < 5; ++i) ASSERT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk());
  EXPECT_EQ(CountOrDie(schema_, "SELECT COUNT(*) FROM lane_commits"), 2)
      << "its own, and the one of which the stream does not have everything";
  EXPECT_EQ(CountOrDie(schema_, "SELECT MAX(batch) FROM lane_commits WHERE committed_us > 0"), 6);
}

// Time.

TEST_F(LaneOnMySql, TheTestClockWaitsForTransactionsThatHaveReadIt) {
  db::MySqlTimeline timeline(schema_, "account", db::TestClockUse::kFollow);
  const std::unique_ptr<db::Connection> lane = Raw();
  ASSERT_THAT(db::ShareClockSetting(*lane), IsOk());
  absl::Status shown = absl::UnknownError("not yet");
  std::thread advance([&] { shown = timeline.ShowTime(kStart + absl::Hours(1)); });
  testing::AwaitLockWait(schema_);
  EXPECT_EQ(db::ReadClockSetting(*lane)->frozen, kStart);
  ASSERT_THAT(lane->Execute("COMMIT"), IsOk());
  advance.join();
  EXPECT_THAT(shown, IsOk());
  EXPECT_EQ(timeline.ReadClock()->now, kStart + absl::Hours(1));
}

// INTERNAL, until readiness had put the clock's row in its place.
TEST_F(LaneOnMySql, ATestClockThatIsNotEnabledYetIsUnavailable) {
  ExecuteOrDie(schema_, "DELETE FROM test_clock");
  UseLane(schema_);
  db::MySqlTimeline timeline(schema_, "account", db::TestClockUse::kFollow);
  db::TestClock<Account> clock(&timeline, lanes_.get(), std::make_unique<db::Leases>(schema_));
  EXPECT_THAT(clock.AdvanceBy(absl::Hours(1)), RefusedWith(Reason::kDatabaseUnavailable));
  ASSERT_THAT(db::EnableTestClock(schema_, db::ClockMode::kFrozen), IsOk());
  EXPECT_THAT(clock.AdvanceBy(absl::Hours(1)), IsOk());
}

TEST_F(LaneOnMySql, AnOffsetClockRunsOn) {
  const db::ConnectOptions schema = testing::TestDatabase::Get().NewSchema();
  ASSERT_THAT(db::Migrate(schema, {}), IsOk());
  db::MySqlTimeline timeline(schema, "account", db::TestClockUse::kFollow);
  ASSERT_THAT(db::EnableTestClock(schema, db::ClockMode::kOffset), IsOk());
  const absl::Time real = timeline.ReadClock()->now;
  ASSERT_THAT(timeline.ShowTime(real + absl::Hours(240)), IsOk());
  const auto reading = timeline.ReadClock();
  ASSERT_THAT(reading, IsOk());
  EXPECT_EQ(reading->setting.mode, db::ClockMode::kOffset);
  EXPECT_GT(reading->now, real + absl::Hours(240));
  EXPECT_LT(reading->now, real + absl::Hours(241));
  db::MySqlTimeline production(schema, "account", db::TestClockUse::kIgnore);
  EXPECT_LT(production.ReadClock()->now, real + absl::Hours(1)) << "the row alone changes nothing";
}

// --test_clock=frozen on a schema that was begun with offset used to run on as an offset clock, without a word.
TEST_F(LaneOnMySql, ATestClockOfTheOtherModeChangesAndGoesOnFromTheTimeThatItShows) {
  const db::ConnectOptions schema = testing::TestDatabase::Get().NewSchema();
  ASSERT_THAT(db::Migrate(schema, {}), IsOk());
  db::MySqlTimeline timeline(schema, "account", db::TestClockUse::kFollow);
  ASSERT_THAT(db::EnableTestClock(schema, db::ClockMode::kOffset), IsOk());
  ASSERT_THAT(timeline.ShowTime(timeline.ReadClock()->now + absl::Hours(240)), IsOk());
  const absl::Time before = timeline.ReadClock()->now;
  ASSERT_THAT(db::EnableTestClock(schema, db::ClockMode::kFrozen), IsOk());
  const db::Timeline::Reading frozen = *timeline.ReadClock();
  EXPECT_EQ(frozen.setting.mode, db::ClockMode::kFrozen);
  EXPECT_GE(frozen.now, before);
  EXPECT_LT(frozen.now, before + absl::Minutes(1));
  ASSERT_THAT(db::EnableTestClock(schema, db::ClockMode::kFrozen), IsOk());
  EXPECT_EQ(timeline.ReadClock()->now, frozen.now) << "a second start, or replica, changes nothing";
  ASSERT_THAT(db::EnableTestClock(schema, db::ClockMode::kOffset), IsOk());
  const db::Timeline::Reading offset = *timeline.ReadClock();
  EXPECT_EQ(offset.setting.mode, db::ClockMode::kOffset);
  EXPECT_GT(offset.now, frozen.now);
  EXPECT_LT(offset.now, frozen.now + absl::Minutes(1));
}

// The lease's and the clock's sessions are broken: that is an outage, not a bug of ours.
TEST_F(LaneOnMySql, ATestClockWhoseSessionsAreKilledIsUnavailable) {
  UseLane(schema_);
  db::MySqlTimeline timeline(schema_, "account", db::TestClockUse::kFollow);
  db::TestClock<Account> clock(&timeline, lanes_.get(), std::make_unique<db::Leases>(schema_));
  ASSERT_THAT(clock.AdvanceBy(absl::Hours(1)), IsOk());
  KillSessions();
  EXPECT_THAT(clock.Get(), RefusedWith(Reason::kDatabaseUnavailable));
  EXPECT_THAT(clock.AdvanceBy(absl::Hours(1)), RefusedWith(Reason::kDatabaseUnavailable));
  EXPECT_THAT(clock.AdvanceBy(absl::Hours(1)), IsOk());
}

TEST_F(LaneOnMySql, OneAdvanceAtATimeAmongReplicas) {
  UseLane(schema_);
  db::MySqlTimeline timeline(schema_, "account", db::TestClockUse::kFollow);
  db::Leases theirs(schema_);
  db::TestClock<Account> clock(&timeline, lanes_.get(), std::make_unique<db::Leases>(schema_));
  ASSERT_THAT(theirs.Acquire(db::kTestClockLease, absl::Minutes(1)), IsOkAndHolds(true));
  EXPECT_THAT(clock.AdvanceBy(absl::Hours(1)), RefusedWith(Reason::kResourceBusy));
  ASSERT_THAT(theirs.Release(db::kTestClockLease), IsOk());
  EXPECT_THAT(clock.AdvanceBy(absl::Hours(1)), IsOk());
}

// Workers.

TEST_F(LaneOnMySql, AWorkerWorksOnlyWithItsLeaseAndRestsForTheTestClock) {
  db::Leases mine(schema_), theirs(schema_), clock(schema_);
  ASSERT_THAT(theirs.Acquire("sweeper", absl::Minutes(1)), IsOkAndHolds(true));
  ASSERT_THAT(clock.Acquire(db::kTestClockLease, absl::Minutes(1)), IsOkAndHolds(true));
  std::atomic<int> ticks{0};
  std::atomic<int> busy{3};  // the first three ticks find work and follow each other at once
  db::Worker worker(
      {.name = "sweeper", .period = absl::Milliseconds(1), .leases = &mine, .rests_for = "test_clock"},
      [&]() -> absl::StatusOr<size_t> {
        ++ticks;
        return busy.fetch_sub(1) > 0 ? 1 : 0;
      });
  ASSERT_THAT(clock.Release(db::kTestClockLease), IsOk());
  EXPECT_EQ(ticks, 0);
  ASSERT_THAT(theirs.Release("sweeper"), IsOk());
  while (ticks < 4) std::this_thread::yield();
  worker.Stop();
  EXPECT_GE(worker.ticks(), 4);
  EXPECT_THAT(theirs.Acquire("sweeper", absl::Minutes(1)), IsOkAndHolds(true)) << "given back";
}

// While the clock steps from due time to due time, this process's own workers rest: what they fired, the clock's caller
// would not be told of.
TEST_F(LaneOnMySql, AWorkerOfTheSameProcessRestsWhileTheClockIsAdvanced) {
  UseLane(schema_);
  const Account::Id id = OpenAccount("1");
  ASSERT_THAT(Do(Ask(id, Account::Deposit{10})), IsOk());
  ASSERT_THAT(Do(Ask(id, Account::ScheduleFee{1, absl::Hours(1)})), IsOk());
  db::MySqlTimeline timeline(schema_, "account", db::TestClockUse::kFollow);
  db::TestClock<Account> clock(&timeline, lanes_.get(), std::make_unique<db::Leases>(schema_));
  db::Leases leases(schema_);
  db::Worker worker({.name = "sweeper",
                     .period = absl::Microseconds(100),
                     .leases = &leases,
                     .rests_for = db::kTestClockLease},
                    []() -> absl::StatusOr<size_t> { return 0; });
  while (worker.ticks() == 0) std::this_thread::yield();

  testing::Gate gate;
  faults_.Set([&](FaultPoint at, const auto*) {
    if (at == FaultPoint::kBegin) gate.Pass();
    return absl::OkStatus();
  });
  auto advancing = std::async(std::launch::async, [&] { return clock.AdvanceBy(absl::Hours(2)); });
  gate.AwaitArrival();                                         // the clock stands at the due time and fires
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // a tick that had begun ends
  const uint64_t ticks = worker.ticks();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(worker.ticks(), ticks);
  gate.Open();
  const auto advanced = advancing.get();
  ASSERT_THAT(advanced, IsOk());
  EXPECT_THAT(advanced->fired, ::testing::SizeIs(1));
  while (worker.ticks() == ticks) std::this_thread::yield();  // and then it goes on
}

TEST_F(LaneOnMySql, AWorkerOutlivesItsErrors) {
  std::atomic<int> reported{0};
  db::Worker worker(
      {.name = "relay",
       .period = absl::Milliseconds(1),
       .on_error = [&](absl::string_view name, const absl::Status&) { reported += name == "relay"; }},
      []() -> absl::StatusOr<size_t> { return absl::UnavailableError("no peer"); });
  while (reported < 3) std::this_thread::yield();
  worker.Stop();
  EXPECT_GE(worker.errors(), 3);
}

// Three idle servers on a read-only database used to write 156 lines a second.
TEST(Worker, SaysSeldomThatItsTurnsFailAndTakesFewerOfThem) {
  ::testing::internal::CaptureStderr();
  const Stopwatch running;
  {
    db::Worker worker({.name = "sequencer", .period = absl::Milliseconds(1)},
                      []() -> absl::StatusOr<size_t> { return absl::UnavailableError("read only"); });
    while (worker.errors() < 9) std::this_thread::yield();
  }
  EXPECT_GE(running.elapsed(), absl::Milliseconds(255)) << "1, 2, 4 … 128 ms between them";
  const std::string log = ::testing::internal::GetCapturedStderr();
  const auto lines = std::count(log.begin(), log.end(), '\n');
  EXPECT_GE(lines, 1);
  EXPECT_LE(lines, 2 + absl::ToInt64Seconds(running.elapsed())) << log;
}

TEST(Worker, OutlivesATickThatThrows) {
  std::vector<std::string> reported;
  std::atomic<int> ticks{0};
  db::Worker worker({.name = "relay",
                     .period = absl::Milliseconds(1),
                     .on_error =
                         [&](absl::string_view, const absl::Status& error) {
                           reported.emplace_back(error.message());
                           EXPECT_THAT(error, StatusIs(absl::StatusCode::kInternal));
                         }},
                    [&]() -> absl::StatusOr<size_t> {
                      if (++ticks == 1) throw std::runtime_error("out of luck");
                      if (ticks == 2) throw 7;
                      return 0;
                    });
  while (ticks < 4) std::this_thread::yield();
  worker.Stop();
  ASSERT_EQ(reported.size(), 2u);
  EXPECT_THAT(reported[0], ::testing::HasSubstr("out of luck"));
  EXPECT_EQ(worker.errors(), 2u);
}

}  // namespace
}  // namespace milepost::contract
