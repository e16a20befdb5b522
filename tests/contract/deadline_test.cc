// Time, on both stores: deadlines that fire before a command is decided, sweepers, the test clock, previews.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "common/db/sweeper.h"
#include "common/db/test_clock.h"
#include "common/db/worker.h"
#include "tests/contract/lane_fixture.h"

namespace milepost::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;
using testing::RefusedWith;
using ::testing::SizeIs;

constexpr absl::Duration kTick = absl::Microseconds(1);

class Deadlines : public LaneContractTest {
 protected:
  void ShowTime(absl::Time now) { ASSERT_THAT(backend_->timeline().ShowTime(now), IsOk()); }
  void ScheduleFee(const Account::Id& id, int64_t fee, absl::Duration after, int repeats = 0) {
    ASSERT_THAT(Do(Ask(id, Account::ScheduleFee{fee, after, repeats})), IsOk());
  }
};
MILEPOST_ON_BOTH_BACKENDS(Deadlines);

TEST_P(Deadlines, FireBeforeTheCommandIsDecided) {
  const Account::Id id = OpenAccount("1", 10);
  ScheduleFee(id, 4, absl::Hours(1));
  ShowTime(kStart + absl::Hours(1) - kTick);
  EXPECT_EQ(Balance(id), 10);
  ASSERT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk());
  ShowTime(kStart + absl::Hours(1));
  const Result result = Do(Ask(id, Account::Withdraw{7}));
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->state.balance, 0) << "11 − 4 − 7";
  EXPECT_THAT(result->fired, SizeIs(1));
  EXPECT_THAT(result->events, SizeIs(2));
  EXPECT_THAT(backend_->EventsOf(id),
              ElementsAre("account.opened users/alice", "account.moved users/alice",
                          "account.fee_scheduled users/alice", "account.moved users/alice",
                          "account.fee_taken system", "account.moved users/alice"));
  const RowCounts counts = backend_->Count();
  EXPECT_EQ(counts.pending, 0);
  EXPECT_EQ(counts.fired, 1);
}

TEST_P(Deadlines, ARefusalDropsTheFiring) {
  const Account::Id id = OpenAccount("1", 10);
  ScheduleFee(id, 4, absl::Hours(1));
  ShowTime(kStart + absl::Hours(2));
  const RowCounts before = backend_->Count();
  const Result refused = Do(Ask(id, Account::Withdraw{7}));
  EXPECT_THAT(refused, RefusedWith(kOverdrawn));
  EXPECT_EQ(RefusalOf(refused.status())->detail("balance"), "6") << "the state it names is the fired one";
  EXPECT_EQ(backend_->Count(), before);
  EXPECT_EQ(Balance(id), 6) << "readers see it fired all the same";
}

TEST_P(Deadlines, OneThatVanishesIsCleared) {
  const Account::Id id = OpenAccount("1", 10);
  ScheduleFee(id, 4, absl::Hours(1));
  ASSERT_THAT(Do(Ask(id, Account::CancelFees{})), IsOk());
  const RowCounts counts = backend_->Count();
  EXPECT_EQ(counts.pending, 0);
  EXPECT_EQ(counts.cleared, 1);
  ShowTime(kStart + absl::Hours(2));
  EXPECT_THAT(backend_->timeline().DueBy(kStart + absl::Hours(2), 10), IsOkAndHolds(IsEmpty()));
}

TEST_P(Deadlines, OneThatIsSetAndGoneInOneBatchLeavesNoRow) {
  UseLanes(QuickLanes(1));
  const Account::Id id = OpenAccount("1", 10);
  for (const Result& result :
       DoInOneBatch({Ask(id, Account::ScheduleFee{4, absl::Hours(1)}), Ask(id, Account::CancelFees{})}))
    EXPECT_THAT(result, IsOk());
  const RowCounts counts = backend_->Count();
  EXPECT_EQ(counts.pending + counts.cleared + counts.fired, 0);
}

TEST_P(Deadlines, AFiringMaySetTheNextAndCountsFromTheDueTime) {
  const Account::Id id = OpenAccount("1", 10);
  ScheduleFee(id, 1, absl::Hours(1), /*repeats=*/5);
  ShowTime(kStart + absl::Hours(3) + absl::Minutes(30));
  const Result result = Do(Ask(id, Account::Tick{}));
  ASSERT_THAT(result, IsOk());
  EXPECT_THAT(result->fired, SizeIs(3));
  EXPECT_EQ(result->state.balance, 7);
  ASSERT_THAT(result->state.deadlines, SizeIs(1));
  EXPECT_EQ(result->state.deadlines[0].due, kStart + absl::Hours(4));
  EXPECT_EQ(result->state.updated_at, kStart + absl::Hours(3)) << "an event of a firing is of its due time";
  const RowCounts counts = backend_->Count();
  EXPECT_EQ(counts.fired, 3);
  EXPECT_EQ(counts.pending, 1);
}

TEST_P(Deadlines, ATickOfAnAggregateThatDoesNotExistIsANoOp) {
  const Result result = Do(Ask(Account::Id(FreshId()), Account::Tick{}));
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->state.sequence, 0);
}

TEST_P(Deadlines, ThePreviewIsTheLaterRealResultAndWritesNothing) {
  const Account::Id id = OpenAccount("1", 10);
  ScheduleFee(id, 4, absl::Hours(1));
  ShowTime(kStart + absl::Hours(2));
  const RowCounts before = backend_->Count();
  const auto preview = [&](db::Submission<Account> submission) {
    std::promise<Result> promise;
    reader_.Preview(std::move(submission), [&](Result result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  };
  EXPECT_THAT(preview(Ask(id, Account::Withdraw{7})), RefusedWith(kOverdrawn));
  EXPECT_THAT(preview(Ask(Account::Id(FreshId()), Account::Withdraw{7})), RefusedWith(kNoSuchAccount));
  db::Submission<Account> stale = Ask(id, Account::Withdraw{6});
  stale.expected_sequence = 3;
  EXPECT_THAT(preview(stale), RefusedWith(Reason::kEtagMismatch));
  const Result previewed = preview(Ask(id, Account::Withdraw{6}));
  EXPECT_EQ(backend_->Count(), before);
  const Result real = Do(Ask(id, Account::Withdraw{6}));
  ASSERT_THAT(previewed, IsOk());
  ASSERT_THAT(real, IsOk());
  EXPECT_EQ(previewed->state.balance, real->state.balance);
  EXPECT_EQ(previewed->state.sequence, real->state.sequence);
  EXPECT_EQ(previewed->now, real->now);
  EXPECT_EQ(previewed->events.size(), real->events.size());
}

TEST_P(Deadlines, TheSweeperFiresWhatIsDueAndNothingElse) {
  for (int i = 0; i < 30; ++i) {
    const Account::Id id = OpenAccount(absl::StrCat(i), 10);
    ScheduleFee(id, 1, i < 20 ? absl::Hours(1) : absl::Hours(2));
  }
  db::Sweeper<Account> sweeper(&backend_->timeline(), &lanes(), {.page = 8, .in_flight_max = 4});
  EXPECT_THAT(sweeper.Tick(), IsOkAndHolds(0));
  ShowTime(kStart + absl::Hours(1));
  EXPECT_THAT(sweeper.Tick(), IsOkAndHolds(8));
  EXPECT_THAT(sweeper.Tick(), IsOkAndHolds(8));
  EXPECT_THAT(sweeper.Tick(), IsOkAndHolds(4));
  EXPECT_THAT(sweeper.Tick(), IsOkAndHolds(0));
  const RowCounts counts = backend_->Count();
  EXPECT_EQ(counts.fired, 20);
  EXPECT_EQ(counts.pending, 10);
}

TEST_P(Deadlines, TwoSweepersAtOnceFireOnce) {
  constexpr int kAccounts = 40;
  for (int i = 0; i < kAccounts; ++i) ScheduleFee(OpenAccount(absl::StrCat(i), 10), 1, absl::Hours(1));
  ShowTime(kStart + absl::Hours(1));
  const auto replica = MakeLanes(QuickLanes());
  db::Sweeper<Account> mine(&backend_->timeline(), &lanes()), theirs(&backend_->timeline(), replica.get());
  absl::StatusOr<size_t> fired_by_them;
  std::thread other([&] { fired_by_them = theirs.Tick(); });
  const absl::StatusOr<size_t> fired_by_me = mine.Tick();
  other.join();
  ASSERT_THAT(fired_by_me, IsOk());
  ASSERT_THAT(fired_by_them, IsOk());
  EXPECT_EQ(*fired_by_me + *fired_by_them, kAccounts);
  for (int i = 0; i < kAccounts; ++i) EXPECT_EQ(Balance(AccountNumbered(absl::StrCat(i))), 9);
  EXPECT_EQ(backend_->Count().fired, kAccounts);
}

TEST_P(Deadlines, ASweeperWithoutItsDatabaseSaysSo) {
  const Account::Id id = OpenAccount("1", 10);
  ScheduleFee(id, 1, absl::Hours(1));
  ShowTime(kStart + absl::Hours(1));
  FailAt(FaultPoint::kBegin, db::Trouble::kLost, 1000);
  db::Sweeper<Account> sweeper(&backend_->timeline(), &lanes());
  EXPECT_THAT(sweeper.Tick(), RefusedWith(Reason::kDatabaseUnavailable));
}

TEST_P(Deadlines, TheTestClockFiresInDueOrderAcrossAggregates) {
  const Account::Id a = OpenAccount("a", 10), b = OpenAccount("b", 10);
  ScheduleFee(a, 1, absl::Hours(2), /*repeats=*/1);  // at 2 h and 4 h
  ScheduleFee(b, 1, absl::Hours(3));
  ScheduleFee(b, 1, absl::Hours(1));
  ScheduleFee(b, 1, absl::Hours(9));
  db::TestClock<Account> clock(&backend_->timeline(), &lanes(), nullptr);
  const auto advanced = clock.AdvanceBy(absl::Hours(5));
  ASSERT_THAT(advanced, IsOk());
  EXPECT_EQ(advanced->now, kStart + absl::Hours(5));
  std::vector<std::pair<Uuid, absl::Duration>> fired;
  for (const db::FiredOnTheWay& one : advanced->fired) {
    EXPECT_EQ(one.kind, "FEE");
    fired.emplace_back(one.aggregate, one.due - kStart);
  }
  EXPECT_THAT(fired, ElementsAre(std::pair(b.uuid(), absl::Hours(1)), std::pair(a.uuid(), absl::Hours(2)),
                                 std::pair(b.uuid(), absl::Hours(3)), std::pair(a.uuid(), absl::Hours(4))));
  const auto reading = clock.Get();
  ASSERT_THAT(reading, IsOk());
  EXPECT_EQ(reading->now, kStart + absl::Hours(5));
  EXPECT_EQ(backend_->Count().pending, 1);
  EXPECT_EQ(Do(Ask(a, Account::Tick{}))->state.updated_at, kStart + absl::Hours(4));
}

// An account with two fees side by side, of which one is frozen.
class FrozenDeadlines : public Deadlines {
 protected:
  static constexpr uint32_t kRent = 7, kPhone = 8;

  FrozenDeadlines() : id_(OpenAccount("1", 100)) {
    Take(Account::ScheduleFee{10, absl::Hours(2), /*repeats=*/1, kRent});
    Take(Account::ScheduleFee{1, absl::Hours(2), /*repeats=*/0, kPhone});
    ShowTime(kStart + absl::Minutes(30));
    Take(Account::FreezeFees{kRent});
  }

  db::Answer<Account> Take(Account::Command command) {
    Result result = Do(Ask(id_, std::move(command)));
    EXPECT_THAT(result, IsOk());
    return result.ok() ? *std::move(result) : db::Answer<Account>();
  }
  // "1 FEE 7 frozen +120m left 90m": number, kind, subject, state, due after kStart.
  std::vector<std::string> Rows() {
    constexpr const char* kStates[] = {"", "pending", "fired", "cleared", "frozen"};
    std::vector<std::string> rows;
    for (const db::DeadlineRow& row : backend_->DeadlinesOf(id_)) {
      rows.push_back(absl::StrCat(row.number, " ", row.kind, " ", row.subject, " ",
                                  kStates[static_cast<int>(row.state)], " +",
                                  absl::ToInt64Minutes(row.due - kStart), "m"));
      if (row.left) absl::StrAppend(&rows.back(), " left ", absl::ToInt64Minutes(*row.left), "m");
    }
    return rows;
  }

  const Account::Id id_;
};
MILEPOST_ON_BOTH_BACKENDS(FrozenDeadlines);

TEST_P(FrozenDeadlines, AreRowsWithWhatIsLeftOfThem) {
  EXPECT_THAT(Rows(), ElementsAre("1 FEE 7 frozen +120m left 90m", "2 FEE 8 pending +120m"));
  const std::optional<Account::State> read = Read(id_);
  ASSERT_THAT(read->deadlines, SizeIs(2));
  EXPECT_EQ(read->deadlines[0].left, absl::Minutes(90));
  EXPECT_EQ(read->deadlines[0].subject, kRent);
  EXPECT_EQ(read->deadlines[1].left, std::nullopt);
  const auto due = backend_->timeline().DueBy(kStart + absl::Hours(1000), 10);
  ASSERT_THAT(due, IsOk());
  ASSERT_THAT(*due, SizeIs(1)) << "what is frozen is due at no time";
  EXPECT_EQ((*due)[0].number, 2u);
}

TEST_P(FrozenDeadlines, TheSweeperFiresWhatRunsAlone) {
  db::Sweeper<Account> sweeper(&backend_->timeline(), &lanes());
  ShowTime(kStart + absl::Hours(2) - kTick);
  EXPECT_THAT(sweeper.Tick(), IsOkAndHolds(0));
  ShowTime(kStart + absl::Hours(200));
  EXPECT_THAT(sweeper.Tick(), IsOkAndHolds(1));
  EXPECT_THAT(sweeper.Tick(), IsOkAndHolds(0)) << "the frozen one is not found";
  EXPECT_EQ(Balance(id_), 99);
  EXPECT_THAT(Rows(), ElementsAre("1 FEE 7 frozen +120m left 90m", "2 FEE 8 fired +120m"));
}

TEST_P(FrozenDeadlines, ACommandFiresWhatRunsAlone) {
  ShowTime(kStart + absl::Hours(200));
  const db::Answer<Account> answer = Take(Account::Deposit{1});
  ASSERT_THAT(answer.fired, SizeIs(1));
  EXPECT_EQ(answer.fired[0].deadline.subject, kPhone);
  EXPECT_EQ(answer.state.balance, 100) << "100 − 1 + 1";
}

TEST_P(FrozenDeadlines, ThawedTheyRunOnWithWhatWasLeft) {
  ShowTime(kStart + absl::Hours(10));
  Take(Account::ThawFees{kRent});
  EXPECT_THAT(Rows(), ElementsAre("1 FEE 7 pending +690m", "2 FEE 8 fired +120m"));
  const auto due = backend_->timeline().DueBy(kStart + absl::Hours(1000), 10);
  ASSERT_THAT(due, IsOk());
  ASSERT_THAT(*due, SizeIs(1));
  EXPECT_EQ((*due)[0].due, kStart + absl::Hours(11) + absl::Minutes(30));
  db::Sweeper<Account> sweeper(&backend_->timeline(), &lanes());
  ShowTime(kStart + absl::Minutes(690) - kTick);
  EXPECT_THAT(sweeper.Tick(), IsOkAndHolds(0));
  EXPECT_EQ(Balance(id_), 99);
  ShowTime(kStart + absl::Minutes(690));
  EXPECT_THAT(sweeper.Tick(), IsOkAndHolds(1));
  EXPECT_EQ(Balance(id_), 89);
  // The next one that the firing set is of the same subject.
  EXPECT_THAT(Rows(), ElementsAre("1 FEE 7 fired +690m", "2 FEE 8 fired +120m", "3 FEE 7 pending +810m"));
}

TEST_P(FrozenDeadlines, AreClearedAsOthersAre) {
  Take(Account::CancelFees{});
  EXPECT_THAT(Rows(), ElementsAre("1 FEE 7 cleared +120m", "2 FEE 8 cleared +120m"));
  EXPECT_EQ(backend_->Count().frozen, 0);
}

// What several commands of one batch make of a deadline, as rows: of the one that was there before, its last form; of those that came
// and went, nothing.
TEST_P(FrozenDeadlines, ThawedAndClearedInOneBatchIsClearedAsItRanOn) {
  UseLanes(QuickLanes(1));
  ShowTime(kStart + absl::Hours(1));
  for (const Result& result :
       DoInOneBatch({Ask(id_, Account::ThawFees{kRent}), Ask(id_, Account::CancelFees{})}))
    EXPECT_THAT(result, IsOk());
  EXPECT_THAT(Rows(), ElementsAre("1 FEE 7 cleared +150m", "2 FEE 8 cleared +120m"));
}

TEST_P(FrozenDeadlines, FrozenThawedAndClearedInOneBatchIsClearedAsItRanOn) {
  UseLanes(QuickLanes(1));
  ShowTime(kStart + absl::Hours(1));
  for (const Result& result :
       DoInOneBatch({Ask(id_, Account::FreezeFees{kPhone}), Ask(id_, Account::ThawFees{kPhone}),
                     Ask(id_, Account::FreezeFees{kPhone}), Ask(id_, Account::CancelFees{})}))
    EXPECT_THAT(result, IsOk());
  EXPECT_THAT(Rows(), ElementsAre("1 FEE 7 cleared +120m", "2 FEE 8 cleared +120m"));
  EXPECT_EQ(backend_->Count().frozen, 0);
}

TEST_P(FrozenDeadlines, ReplacedIsTheSameRow) {
  ShowTime(kStart + absl::Hours(1));
  Take(Account::ReplaceFees{kPhone, 5, absl::Hours(3)});
  EXPECT_THAT(Rows(), ElementsAre("1 FEE 7 frozen +120m left 90m", "2 FEE 8 pending +240m"));
  ShowTime(kStart + absl::Hours(4) - kTick);
  EXPECT_EQ(Balance(id_), 100) << "not at the time that it had before";
  ShowTime(kStart + absl::Hours(4));
  db::Sweeper<Account> sweeper(&backend_->timeline(), &lanes());
  EXPECT_THAT(sweeper.Tick(), IsOkAndHolds(1));
  EXPECT_EQ(Balance(id_), 95);
  EXPECT_THAT(Rows(), ElementsAre("1 FEE 7 frozen +120m left 90m", "2 FEE 8 fired +240m"));
}

TEST_P(FrozenDeadlines, ReplacedAndClearedInOneBatchIsClearedAsItWasLast) {
  UseLanes(QuickLanes(1));
  ShowTime(kStart + absl::Hours(1));
  for (const Result& result : DoInOneBatch({Ask(id_, Account::ReplaceFees{kPhone, 5, absl::Hours(3)}),
                                            Ask(id_, Account::ReplaceFees{kPhone, 6, absl::Hours(4)}),
                                            Ask(id_, Account::CancelFees{}),
                                            Ask(id_, Account::ScheduleFee{1, absl::Hours(1), 0, kPhone})}))
    EXPECT_THAT(result, IsOk());
  EXPECT_THAT(Rows(), ElementsAre("1 FEE 7 cleared +120m", "2 FEE 8 cleared +300m", "3 FEE 8 pending +120m"));
}

TEST_P(FrozenDeadlines, SetReplacedFrozenAndClearedInOneBatchLeavesNoRow) {
  UseLanes(QuickLanes(1));
  Take(Account::CancelFees{});
  for (const Result& result :
       DoInOneBatch({Ask(id_, Account::ScheduleFee{1, absl::Hours(1), 0, kPhone}),
                     Ask(id_, Account::ReplaceFees{kPhone, 6, absl::Hours(4)}),
                     Ask(id_, Account::FreezeFees{kPhone}), Ask(id_, Account::CancelFees{})}))
    EXPECT_THAT(result, IsOk());
  EXPECT_THAT(Rows(), ElementsAre("1 FEE 7 cleared +120m", "2 FEE 8 cleared +120m"));
}

TEST_P(FrozenDeadlines, TheTestClockPassesThemBy) {
  db::TestClock<Account> clock(&backend_->timeline(), &lanes(), nullptr);
  const auto advanced = clock.AdvanceTo(kStart + absl::Hours(200));
  ASSERT_THAT(advanced, IsOk());
  ASSERT_THAT(advanced->fired, SizeIs(1));
  EXPECT_EQ(advanced->fired[0].due, kStart + absl::Hours(2));
  EXPECT_EQ(backend_->Count().frozen, 1);
}

TEST_P(Deadlines, TheTestClockOnlyGoesForward) {
  db::TestClock<Account> clock(&backend_->timeline(), &lanes(), nullptr);
  EXPECT_THAT(clock.AdvanceTo(kStart - kTick), RefusedWith(Reason::kClockBackwards));
  const absl::Status negative = clock.AdvanceBy(-kTick).status();
  ASSERT_THAT(negative, RefusedWith(Reason::kInvalidFields));
  EXPECT_EQ(RefusalOf(negative)->fields.at(0).field, "by");
  EXPECT_THAT(clock.AdvanceTo(kStart), IsOk());
  EXPECT_THAT(clock.AdvanceTo(kStart + kTick), IsOk());
  EXPECT_EQ(backend_->timeline().ReadClock()->now, kStart + kTick);
}

// It took the clock to the year 12026, from where it could not come back.
TEST_P(Deadlines, TheTestClockEndsAYearBeforeInstantsDo) {
  db::TestClock<Account> clock(&backend_->timeline(), &lanes(), nullptr);
  const auto field = [](const auto& refused) {
    EXPECT_THAT(refused, RefusedWith(Reason::kInvalidFields));
    const std::optional<Refusal> refusal = RefusalOf(refused.status());
    return refusal && !refusal->fields.empty() ? refusal->fields[0].field : "";
  };
  EXPECT_EQ(field(clock.AdvanceTo(db::TestClockEnd() + kTick)), "to");
  EXPECT_EQ(field(clock.AdvanceBy(db::TestClockEnd() - kStart + kTick)), "by");
  EXPECT_EQ(field(clock.AdvanceBy(absl::Seconds(315'576'000'000))), "by");
  EXPECT_EQ(field(clock.AdvanceBy(absl::InfiniteDuration())), "by");
  EXPECT_EQ(backend_->timeline().ReadClock()->now, kStart) << "it stands where it stood";
  EXPECT_THAT(clock.AdvanceBy(db::TestClockEnd() - kStart), IsOk());
  EXPECT_EQ(clock.Get()->now, db::TestClockEnd());
}

TEST_P(Deadlines, TheTestClockStopsWhereAFiringFails) {
  const Account::Id id = OpenAccount("1", 10);
  ScheduleFee(id, 1, absl::Hours(1));
  FailAt(FaultPoint::kBegin, db::Trouble::kLost, 1000);
  db::TestClock<Account> clock(&backend_->timeline(), &lanes(), nullptr);
  EXPECT_THAT(clock.AdvanceBy(absl::Hours(3)), RefusedWith(Reason::kDatabaseUnavailable));
  EXPECT_EQ(backend_->timeline().ReadClock()->now, kStart + absl::Hours(1));
  faults_.Set(nullptr);
  const auto again = clock.AdvanceTo(kStart + absl::Hours(3));
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(again->fired, SizeIs(1));
}

}  // namespace
}  // namespace milepost::contract
