// Lanes when the database misbehaves, on both stores: conflicts, losses, unknown outcomes, a poison command.
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/contract/lane_fixture.h"

namespace milepost::contract {
namespace {

using db::Trouble;
using testing::IsOk;
using testing::RefusedWith;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr int kForEver = 1'000'000;

class LaneFailures : public LaneContractTest {
 protected:
  LaneFailures() { UseLanes(QuickLanes(1)); }

  // Deposits of 1 on these accounts, as one batch in which `faults` is then active.
  std::vector<Result> DepositInOneBatch(const std::vector<Account::Id>& ids,
                                        testing::Faults<Account>::Ask faults) {
    testing::Gate gate;
    HoldNextBatch(&gate);
    Pending first = Submit(Ask(Account::Id(FreshId()), Account::Tick{}));
    gate.AwaitArrival();
    faults_.Set(std::move(faults));
    std::vector<Pending> pending;
    for (const Account::Id& id : ids) pending.push_back(Submit(Ask(id, Account::Deposit{1})));
    gate.Open();
    EXPECT_THAT(first.get(), IsOk());
    std::vector<Result> results;
    for (Pending& one : pending) results.push_back(one.get());
    return results;
  }

  std::vector<Account::Id> OpenAccounts(int count) {
    std::vector<Account::Id> ids;
    for (int i = 0; i < count; ++i) ids.push_back(OpenAccount(absl::StrCat(i)));
    return ids;
  }
};
MILEPOST_ON_BOTH_BACKENDS(LaneFailures);

TEST_P(LaneFailures, AConflictIsRunAgainAndNobodyNotices) {
  const Account::Id id = OpenAccount("1");
  for (const Trouble trouble : {Trouble::kDuplicate, Trouble::kDeadlock}) {
    for (const FaultPoint point : {FaultPoint::kBegin, FaultPoint::kBeforeWrite, FaultPoint::kBeforeCommit}) {
      FailAt(point, trouble, 1);
      EXPECT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk());
    }
  }
  EXPECT_EQ(Balance(id), 6);
  EXPECT_EQ(lanes_->metrics().conflicts, 6);
  EXPECT_EQ(lanes_->metrics().run_singly, 0);
}

// A database that took long to connect to looked like a row that somebody held.
TEST_P(LaneFailures, ConnectingCountedAsWaitingForALock) {
  const Account::Id id = OpenAccount("1");
  faults_.Set([](FaultPoint at, const auto*) {
    if (at == FaultPoint::kConnect) absl::SleepFor(absl::Milliseconds(500));
    return absl::OkStatus();
  });
  EXPECT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk());
  faults_.Set(nullptr);
  EXPECT_LT(lanes_->metrics().lock_us.max(), 400'000);
  EXPECT_LT(lanes_->metrics().longest_lock_us.Read(absl::Now()), 400'000);
}

TEST_P(LaneFailures, ABatchThatConflictsTwiceIsRunCommandByCommand) {
  const std::vector<Account::Id> ids = OpenAccounts(5);
  const auto left = std::make_shared<std::atomic<int>>(2);
  const std::vector<Result> results = DepositInOneBatch(ids, [left](FaultPoint at, const auto*) {
    return at == FaultPoint::kBeforeWrite && left->fetch_sub(1) > 0
               ? db::DatabaseError(Trouble::kDeadlock, 1213, "injected")
               : absl::OkStatus();
  });
  for (const Result& result : results) EXPECT_THAT(result, IsOk());
  for (const Account::Id& id : ids) EXPECT_EQ(Balance(id), 1);
  EXPECT_EQ(lanes_->metrics().run_singly, 1);
}

TEST_P(LaneFailures, ARowThatStaysLockedFailsItsCommandOnly) {
  const std::vector<Account::Id> ids = OpenAccounts(5);
  const std::vector<Result> results =
      DepositInOneBatch(ids, [blocked = ids[2]](FaultPoint at, const db::WriteSet<Account>* writes) {
        if (at != FaultPoint::kBeforeWrite) return absl::OkStatus();
        for (const db::Change<Account>& change : writes->changes)
          if (change.next->id == blocked) return db::DatabaseError(Trouble::kLockTimeout, 1205, "injected");
        return absl::OkStatus();
      });
  for (size_t i = 0; i < results.size(); ++i) {
    if (i == 2) {
      EXPECT_THAT(results[i], RefusedWith(Reason::kResourceBusy));
    } else {
      EXPECT_THAT(results[i], IsOk());
    }
  }
  EXPECT_EQ(Balance(ids[2]), 0);
}

TEST_P(LaneFailures, APoisonCommandFailsAlone) {
  const std::vector<Account::Id> ids = OpenAccounts(5);
  const std::vector<Result> results =
      DepositInOneBatch(ids, [poison = ids[3]](FaultPoint at, const db::WriteSet<Account>* writes) {
        if (at != FaultPoint::kBeforeWrite) return absl::OkStatus();
        for (const db::Change<Account>& change : writes->changes)
          if (change.next->id == poison) return db::DatabaseError(Trouble::kRejected, 4025, "a CHECK failed");
        return absl::OkStatus();
      });
  for (size_t i = 0; i < results.size(); ++i) {
    if (i == 3) {
      EXPECT_THAT(results[i], StatusIs(absl::StatusCode::kInternal));
      EXPECT_FALSE(db::TroubleOf(results[i].status())) << "database errors stay inside";
    } else {
      EXPECT_THAT(results[i], IsOk());
    }
  }
  EXPECT_EQ(Balance(ids[3]), 0);
  EXPECT_EQ(Balance(ids[4]), 1);
}

TEST_P(LaneFailures, ABusinessKeyTakenByAnotherAggregateIsOurBugAndNoDatabaseError) {
  OpenAccount("1");
  const Account::Id stranger{FreshId()};  // not derived from the number, as it should be
  const Result result = Do(Ask(stranger, Account::Open{stranger, "1"}));
  EXPECT_THAT(result, StatusIs(absl::StatusCode::kInternal));
  EXPECT_FALSE(db::TroubleOf(result.status()));
  EXPECT_EQ(backend_->Count().accounts, 1);
}

TEST_P(LaneFailures, AConnectionLostBeforeCommitIsReplaced) {
  const Account::Id id = OpenAccount("1");
  for (const FaultPoint point : {FaultPoint::kBegin, FaultPoint::kBeforeWrite}) {
    FailAt(point, Trouble::kLost, 3);
    EXPECT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk());
  }
  EXPECT_EQ(Balance(id), 2);
}

TEST_P(LaneFailures, ADatabaseThatStaysAwayIsUnavailable) {
  const Account::Id id = OpenAccount("1");
  FailAt(FaultPoint::kBegin, Trouble::kLost, kForEver);
  EXPECT_THAT(Do(Ask(id, Account::Deposit{1})), RefusedWith(Reason::kDatabaseUnavailable));
  faults_.Set(nullptr);
  EXPECT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk()) << "and it serves again when it is back";
}

TEST_P(LaneFailures, ACommitWhoseAnswerIsLostIsLookedUpAndAnswered) {
  const Account::Id id = OpenAccount("1");
  FailAt(FaultPoint::kAfterCommit, Trouble::kLost, 1);
  const Result result = Do(Ask(id, Account::Deposit{1}));
  ASSERT_THAT(result, IsOk());
  EXPECT_FALSE(result->replayed);
  EXPECT_EQ(result->state.balance, 1);
  EXPECT_EQ(Balance(id), 1);
  EXPECT_EQ(lanes_->metrics().looked_up, 1);
}

TEST_P(LaneFailures, ACommitThatDidNotHappenIsRunAgain) {
  const Account::Id id = OpenAccount("1");
  FailAt(FaultPoint::kBeforeCommit, Trouble::kLost, 1);
  EXPECT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk());
  EXPECT_EQ(Balance(id), 1);
}

// A server that has become read-only says of a COMMIT that it did not happen: nothing to look up.
TEST_P(LaneFailures, ACommitThatIsRefusedBecauseNothingMayBeWrittenIsNotLookedUp) {
  const Account::Id id = OpenAccount("1");
  FailAt(FaultPoint::kBeforeCommit, Trouble::kNotWritable, 1);
  EXPECT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk()) << "the next server takes it";
  FailAt(FaultPoint::kBeforeCommit, Trouble::kNotWritable, kForEver);
  EXPECT_THAT(Do(Ask(id, Account::Deposit{1})), RefusedWith(Reason::kDatabaseUnavailable));
  EXPECT_EQ(lanes_->metrics().looked_up, 0);
  EXPECT_EQ(Balance(id), 1);
}

TEST_P(LaneFailures, AnOutcomeThatCanNotBeLearntIsUnknownAndTheRetryResolvesIt) {
  const Account::Id id = OpenAccount("1");
  for (const FaultPoint point : {FaultPoint::kAfterCommit, FaultPoint::kBeforeCommit}) {
    const int64_t before = Balance(id);
    const Uuid request = FreshId();
    faults_.Set([point](FaultPoint at, const auto*) {
      return at == point || at == FaultPoint::kLookUp ? db::DatabaseError(Trouble::kLost, 2013, "injected")
                                                      : absl::OkStatus();
    });
    EXPECT_THAT(Do(AskOnce(id, Account::Deposit{1}, request)), RefusedWith(Reason::kOutcomeUnknown));
    faults_.Set(nullptr);
    const Result retry = Do(AskOnce(id, Account::Deposit{1}, request));
    ASSERT_THAT(retry, IsOk());
    EXPECT_EQ(retry->replayed, point == FaultPoint::kAfterCommit);
    EXPECT_EQ(Balance(id), before + 1) << "once, either way";
  }
}

TEST_P(LaneFailures, AnOddErrorAtCommitIsLookedUpToo) {
  const Account::Id id = OpenAccount("1");
  FailAt(FaultPoint::kAfterCommit, Trouble::kRejected, 1);
  EXPECT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk());
  FailAt(FaultPoint::kBeforeCommit, Trouble::kRejected, 1);
  EXPECT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk());
  EXPECT_EQ(Balance(id), 2);
}

// The second of two batches must not be taken for the first when its own commit did not happen.
TEST_P(LaneFailures, EachCommitIsLookedUpByItsOwnNumber) {
  const Account::Id id = OpenAccount("1");
  ASSERT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk());
  FailAt(FaultPoint::kBeforeCommit, Trouble::kLost, 2);
  EXPECT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk());
  EXPECT_EQ(Balance(id), 2);
}

TEST_P(LaneFailures, ALaneThatIsStuckAtABatchIsKnownUntilItGoesOn) {
  db::LaneOptions options = QuickLanes(1);
  options.stuck_after = absl::Milliseconds(1);
  UseLanes(options);
  EXPECT_THAT(lanes_->CheckMoving(), IsOk());
  testing::Gate gate;
  HoldNextBatch(&gate);
  Pending held = Submit(Ask(Account::Id(FreshId()), Account::Tick{}));
  gate.AwaitArrival();
  while (lanes_->CheckMoving().ok())
    absl::SleepFor(absl::Milliseconds(1));  // bounded by the test's own time limit
  EXPECT_THAT(lanes_->CheckMoving(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(std::string(lanes_->CheckMoving().message()),
              ::testing::HasSubstr("lane 0 has been at one batch for"));
  gate.Open();
  EXPECT_THAT(held.get(), IsOk());
  faults_.Set(nullptr);
  EXPECT_THAT(Do(Ask(Account::Id(FreshId()), Account::Tick{})), IsOk());
  while (!lanes_->CheckMoving().ok())
    absl::SleepFor(absl::Milliseconds(1));  // until it waits for commands again
}

}  // namespace
}  // namespace milepost::contract
