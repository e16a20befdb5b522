// Lanes, on both stores: answers, batches, replays, races, limits.
#include "common/db/lane.h"

#include <algorithm>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/core/leisure.h"
#include "tests/contract/lane_fixture.h"

namespace milepost::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::RefusedWith;
using ::testing::SizeIs;
using testing::StatusIs;

class Lane : public LaneContractTest {};
MILEPOST_ON_BOTH_BACKENDS(Lane);

constexpr int kRacers = 20;

TEST_P(Lane, CommitsAndAnswersWithTheNextState) {
  const Account::Id id = AccountNumbered("1");
  const Result opened = Do(Ask(id, Account::Open{id, "1"}));
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->state.id, id);
  EXPECT_EQ(opened->state.sequence, 1);
  EXPECT_EQ(opened->now, kStart);
  EXPECT_THAT(opened->events, SizeIs(1));
  EXPECT_FALSE(opened->replayed);
  const Result deposited = Do(Ask(id, Account::Deposit{50}));
  ASSERT_THAT(deposited, IsOk());
  EXPECT_EQ(deposited->state.balance, 50);
  EXPECT_EQ(deposited->state.sequence, 2);
  EXPECT_EQ(Balance(id), 50);
  EXPECT_THAT(backend_->EventsOf(id), ElementsAre("account.opened users/alice", "account.moved users/alice"));
}

TEST_P(Lane, ARefusalWritesNothingAndIsNotRemembered) {
  const Account::Id id = OpenAccount("1", 10);
  const RowCounts before = backend_->Count();
  const Uuid request = FreshId();
  EXPECT_THAT(Do(AskOnce(id, Account::Withdraw{11}, request)), RefusedWith(kOverdrawn));
  EXPECT_EQ(backend_->Count(), before);
  ASSERT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk());
  const Result again = Do(AskOnce(id, Account::Withdraw{11}, request));
  ASSERT_THAT(again, IsOk());
  EXPECT_FALSE(again->replayed);
}

TEST_P(Lane, ADecisionThatChangesNothingWritesNothing) {
  const Account::Id id = OpenAccount("1");
  const RowCounts before = backend_->Count();
  const Result result = Do(AskOnce(id, Account::CancelFees{}, FreshId()));
  ASSERT_THAT(result, IsOk());
  EXPECT_THAT(result->events, IsEmpty());
  EXPECT_EQ(backend_->Count(), before) << "not even its request";
}

TEST_P(Lane, ARequestThatChangedNothingIsRememberedWhereItSaysSo) {
  const Account::Id id = OpenAccount("1", 5);
  const Uuid request = FreshId();
  db::Submission<Account> nothing = AskOnce(id, Account::CancelFees{}, request);
  nothing.remembers_unchanged = true;
  const Result first = Do(nothing);
  ASSERT_THAT(first, IsOk());
  EXPECT_FALSE(first->replayed);
  EXPECT_THAT(first->events, IsEmpty());
  ASSERT_THAT(Do(Ask(id, Account::ScheduleFee{1, absl::Hours(1)})), IsOk());
  const Result again = Do(nothing);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed);
  EXPECT_THAT(again->state.deadlines, SizeIs(1)) << "sent again, it must not do what it did not do then";
  EXPECT_THAT(Do(AskOnce(id, Account::Deposit{1}, request, "other")), RefusedWith(Reason::kRequestIdReused));
}

TEST_P(Lane, AReplayAnswersWithTheStateAsItIsNow) {
  const Account::Id id = OpenAccount("1");
  const Uuid request = FreshId();
  ASSERT_THAT(Do(AskOnce(id, Account::Deposit{5}, request)), IsOk());
  ASSERT_THAT(Do(Ask(id, Account::Deposit{100})), IsOk());
  const RowCounts before = backend_->Count();
  const Result replay = Do(AskOnce(id, Account::Deposit{5}, request));
  ASSERT_THAT(replay, IsOk());
  EXPECT_TRUE(replay->replayed);
  EXPECT_EQ(replay->state.balance, 105);
  EXPECT_THAT(replay->events, IsEmpty());
  EXPECT_EQ(backend_->Count(), before);
}

TEST_P(Lane, AReplayShowsDueDeadlinesAsFired) {
  const Account::Id id = OpenAccount("1", 100);
  const Uuid request = FreshId();
  ASSERT_THAT(Do(AskOnce(id, Account::ScheduleFee{7, absl::Hours(1)}, request)), IsOk());
  ASSERT_THAT(backend_->timeline().ShowTime(kStart + absl::Hours(1)), IsOk());
  const Result replay = Do(AskOnce(id, Account::ScheduleFee{7, absl::Hours(1)}, request));
  ASSERT_THAT(replay, IsOk());
  EXPECT_TRUE(replay->replayed);
  EXPECT_EQ(replay->state.balance, 93);
  EXPECT_EQ(replay->now, kStart + absl::Hours(1));
}

TEST_P(Lane, TheSameRequestIdWithOtherContentIsRefused) {
  const Account::Id id = OpenAccount("1");
  const Uuid request = FreshId();
  ASSERT_THAT(Do(AskOnce(id, Account::Deposit{5}, request, "five")), IsOk());
  EXPECT_THAT(Do(AskOnce(id, Account::Deposit{6}, request, "six")), RefusedWith(Reason::kRequestIdReused));
  EXPECT_EQ(Balance(id), 5);
  const Account::Id other = OpenAccount("2");
  EXPECT_THAT(Do(AskOnce(other, Account::Deposit{6}, request, "six")), IsOk()) << "another scope";
}

TEST_P(Lane, ARequestIdRepeatedInOneBatchIsAReplayOfTheFirst) {
  UseLanes(QuickLanes(1));
  const Account::Id id = OpenAccount("1");
  const Uuid request = FreshId();
  const std::vector<Result> results = DoInOneBatch({
      AskOnce(id, Account::Deposit{5}, request, "five"),
      AskOnce(id, Account::Deposit{5}, request, "five"),
      AskOnce(id, Account::Deposit{6}, request, "six"),
      Ask(id, Account::Deposit{100}),
      AskOnce(id, Account::Deposit{5}, request, "five"),
  });
  ASSERT_THAT(results[0], IsOk());
  EXPECT_FALSE(results[0]->replayed);
  ASSERT_THAT(results[1], IsOk());
  EXPECT_TRUE(results[1]->replayed);
  EXPECT_EQ(results[1]->state.balance, 5);
  EXPECT_THAT(results[2], RefusedWith(Reason::kRequestIdReused));
  ASSERT_THAT(results[4], IsOk());
  EXPECT_TRUE(results[4]->replayed);
  EXPECT_EQ(results[4]->state.balance, 105) << "as it is now";
  EXPECT_EQ(Balance(id), 105);
  EXPECT_EQ(lanes_->metrics().batch_size.max(), 5);
}

TEST_P(Lane, CommandsForOneAggregateInOneBatchSeeEachOther) {
  UseLanes(QuickLanes(1));
  const Account::Id id = AccountNumbered("1");
  const std::vector<Result> results = DoInOneBatch({
      Ask(id, Account::Withdraw{1}),
      Ask(id, Account::Open{id, "1"}),
      Ask(id, Account::Deposit{10}),
      Ask(id, Account::Withdraw{11}),
      Ask(id, Account::Withdraw{4}),
      Ask(id, Account::Open{id, "1"}),
  });
  EXPECT_THAT(results[0], RefusedWith(kNoSuchAccount));
  ASSERT_THAT(results[1], IsOk());
  EXPECT_EQ(results[1]->state.balance, 0) << "each answer is of its own moment";
  ASSERT_THAT(results[2], IsOk());
  EXPECT_EQ(results[2]->state.balance, 10);
  EXPECT_THAT(results[3], RefusedWith(kOverdrawn));
  ASSERT_THAT(results[4], IsOk());
  EXPECT_EQ(results[4]->state.balance, 6);
  EXPECT_THAT(results[4]->events, SizeIs(1));
  EXPECT_THAT(results[5], RefusedWith(kAlreadyOpen));
  EXPECT_THAT(backend_->EventsOf(id), SizeIs(3));
}

TEST_P(Lane, CommandsOfOneAggregateRunInTheOrderTheyWereSubmitted) {
  const Account::Id id = OpenAccount("1");
  std::vector<Pending> pending;
  for (int i = 0; i < 300; ++i) pending.push_back(Submit(Ask(id, Account::Deposit{1})));
  for (int i = 0; i < 300; ++i) {
    const Result result = pending[i].get();
    ASSERT_THAT(result, IsOk());
    EXPECT_EQ(result->state.balance, i + 1);
  }
}

TEST_P(Lane, ManyAggregatesManyBatches) {
  std::vector<Pending> pending;
  std::vector<Account::Id> ids;
  for (int i = 0; i < 400; ++i) {
    ids.push_back(AccountNumbered(absl::StrCat(i)));
    pending.push_back(Submit(AskOnce(ids[i], Account::Open{ids[i], absl::StrCat(i)}, FreshId())));
    pending.push_back(Submit(AskOnce(ids[i], Account::Deposit{i}, FreshId())));
    pending.push_back(Submit(Ask(ids[i], Account::ScheduleFee{1, absl::Hours(1)})));
  }
  for (Pending& one : pending) ASSERT_THAT(one.get(), IsOk());
  for (int i = 0; i < 400; i += 37) EXPECT_EQ(Balance(ids[i]), i);
  EXPECT_EQ(backend_->Count(), (RowCounts{400, 1200, 800, 400, 0, 0}));
}

TEST_P(Lane, BatchLimitOneIsOneTransactionACommand) {
  db::LaneOptions options = QuickLanes(1);
  options.batch_limit = 1;
  UseLanes(options);
  const Account::Id id = OpenAccount("1");
  for (const Result& result : DoInOneBatch({Ask(id, Account::Deposit{1}), Ask(id, Account::Deposit{1})}))
    EXPECT_THAT(result, IsOk());
  EXPECT_EQ(lanes_->metrics().batch_size.max(), 1);
  EXPECT_EQ(Balance(id), 2);
}

TEST_P(Lane, IsAtLeisureForTheAnswerOfACommandThatCameAloneOnly) {
  UseLanes(QuickLanes(1));
  const Account::Id id = OpenAccount("1");
  std::promise<bool> alone;
  lanes_->Submit(Ask(id, Account::Deposit{1}), [&](Result) { alone.set_value(AtLeisure::Now()); });
  EXPECT_TRUE(alone.get_future().get());

  // The first is held until the two others wait behind it, which then are a batch.
  testing::Gate gate;
  HoldNextBatch(&gate);
  std::promise<bool> with_others_behind, in_a_batch, last_of_a_batch;
  lanes_->Submit(Ask(id, Account::Deposit{1}),
                 [&](Result) { with_others_behind.set_value(AtLeisure::Now()); });
  gate.AwaitArrival();
  faults_.Set(nullptr);
  lanes_->Submit(Ask(id, Account::Deposit{1}), [&](Result) { in_a_batch.set_value(AtLeisure::Now()); });
  lanes_->Submit(Ask(id, Account::Deposit{1}), [&](Result) { last_of_a_batch.set_value(AtLeisure::Now()); });
  gate.Open();
  EXPECT_FALSE(with_others_behind.get_future().get());
  EXPECT_FALSE(in_a_batch.get_future().get());
  EXPECT_FALSE(last_of_a_batch.get_future().get());
  EXPECT_FALSE(AtLeisure::Now()) << "a thread that answers nobody";
}

TEST_P(Lane, TheTimeIsNeverBeforeTheAggregatesLastEvent) {
  const Account::Id id = OpenAccount("1");
  ASSERT_THAT(backend_->timeline().ShowTime(kStart + absl::Hours(1)), IsOk());
  ASSERT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk());
  ASSERT_THAT(backend_->timeline().ShowTime(kStart), IsOk());  // another node, whose clock is behind
  const Result result = Do(Ask(id, Account::Deposit{1}));
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->state.updated_at, kStart + absl::Hours(1));
}

// Etags.

TEST_P(Lane, AnEtagThatDoesNotMatchIsRefused) {
  const Account::Id id = OpenAccount("1", 10);
  db::Submission<Account> stale = Ask(id, Account::Deposit{1});
  stale.expected_sequence = 1;
  EXPECT_THAT(Do(stale), RefusedWith(Reason::kEtagMismatch));
  db::Submission<Account> right = Ask(id, Account::Deposit{1});
  right.expected_sequence = 2;
  EXPECT_THAT(Do(right), IsOk());
  EXPECT_EQ(Balance(id), 11);
}

TEST_P(Lane, TheRulesRefusalComesBeforeTheEtags) {
  const Account::Id id = OpenAccount("1", 10);
  db::Submission<Account> stale = Ask(id, Account::Withdraw{11});
  stale.expected_sequence = 1;
  EXPECT_THAT(Do(stale), RefusedWith(kOverdrawn));
}

TEST_P(Lane, TheEtagIsOfTheStateWithItsDueDeadlinesFired) {
  const Account::Id id = OpenAccount("1", 10);
  ASSERT_THAT(Do(Ask(id, Account::ScheduleFee{1, absl::Hours(1)})), IsOk());
  ASSERT_THAT(backend_->timeline().ShowTime(kStart + absl::Hours(1)), IsOk());
  const std::optional<Account::State> seen = Read(id);
  ASSERT_TRUE(seen.has_value());
  EXPECT_EQ(seen->sequence, 4) << "readers see the firing";
  db::Submission<Account> before = Ask(id, Account::Deposit{1});
  before.expected_sequence = 3;
  EXPECT_THAT(Do(before), RefusedWith(Reason::kEtagMismatch));
  db::Submission<Account> after = Ask(id, Account::Deposit{1});
  after.expected_sequence = seen->sequence;
  EXPECT_THAT(Do(after), IsOk());
}

// Previews (validate_only): answered as the lane would answer.

TEST_P(Lane, APreviewOfAnExecutedRequestIsItsReplay) {
  const Account::Id id = OpenAccount("1", 10);
  const auto deposit = AskOnce(id, Account::Deposit{1}, FreshId());
  ASSERT_THAT(Do(deposit), IsOk());
  ASSERT_THAT(Do(Ask(id, Account::Deposit{5})), IsOk());
  const RowCounts before = backend_->Count();
  const Result preview = Preview(deposit), replay = Do(deposit);
  ASSERT_THAT(preview, IsOk());
  ASSERT_THAT(replay, IsOk());
  EXPECT_TRUE(preview->replayed);
  EXPECT_TRUE(preview->events.empty());
  EXPECT_EQ(preview->state.balance, 16) << "the account as it is now";
  EXPECT_EQ(preview->state.sequence, replay->state.sequence);
  auto other = AskOnce(id, Account::Deposit{2}, deposit.request->request_id, "other content");
  EXPECT_THAT(Preview(other), RefusedWith(Reason::kRequestIdReused));
  EXPECT_EQ(backend_->Count(), before);
}

// A creation's scope is not the account that it made: the preview asks about a fresh id, as the retry would.
TEST_P(Lane, APreviewOfAnExecutedCreationShowsWhatItMade) {
  const Account::Id made = AccountNumbered("1"), fresh(FreshId());
  auto creation = AskOnce(made, Account::Open{made, "1"}, FreshId());
  creation.request->scope = HashUuid("users/alice");
  ASSERT_THAT(Do(creation), IsOk());
  creation.aggregate = fresh;
  creation.command = Account::Open{fresh, "1"};
  const Result preview = Preview(creation);
  ASSERT_THAT(preview, IsOk());
  EXPECT_TRUE(preview->replayed);
  EXPECT_EQ(preview->state.id, made);
}

TEST_P(Lane, APreviewOfANewRequestSaysWhatWouldComeOfItAndLeavesItNew) {
  const Account::Id id = OpenAccount("1", 10);
  const auto deposit = AskOnce(id, Account::Deposit{1}, FreshId());
  const RowCounts before = backend_->Count();
  const Result preview = Preview(deposit);
  ASSERT_THAT(preview, IsOk());
  EXPECT_FALSE(preview->replayed);
  EXPECT_EQ(preview->state.balance, 11);
  EXPECT_EQ(preview->events.size(), 1u);
  EXPECT_EQ(backend_->Count(), before);
  const Result done = Do(deposit);
  ASSERT_THAT(done, IsOk());
  EXPECT_FALSE(done->replayed);
}

// Races.

TEST_P(Lane, OfRacingCreationsOneWins) {
  const Account::Id id = AccountNumbered("1");
  const auto replica = MakeLanes(QuickLanes());
  std::vector<Pending> pending;
  for (int i = 0; i < kRacers; ++i)
    pending.push_back(SubmitTo(i % 2 ? *replica : lanes(), AskOnce(id, Account::Open{id, "1"}, FreshId())));
  int won = 0;
  for (Pending& one : pending) {
    const Result result = one.get();
    if (result.ok()) {
      ++won;
    } else {
      EXPECT_THAT(result, RefusedWith(kAlreadyOpen));
    }
  }
  EXPECT_EQ(won, 1);
}

TEST_P(Lane, OfRacingWithdrawalsOneWins) {
  const Account::Id id = OpenAccount("1", 10);
  const auto replica = MakeLanes(QuickLanes());
  std::vector<Pending> pending;
  for (int i = 0; i < kRacers; ++i)
    pending.push_back(SubmitTo(i % 2 ? *replica : lanes(), AskOnce(id, Account::Withdraw{10}, FreshId())));
  EXPECT_EQ(std::count_if(pending.begin(), pending.end(), [](Pending& one) { return one.get().ok(); }), 1);
  EXPECT_EQ(Balance(id), 0);
}

TEST_P(Lane, RacersWithOneRequestIdAllGetTheWinnersAnswer) {
  const Account::Id id = OpenAccount("1", 10);
  const auto replica = MakeLanes(QuickLanes());
  const Uuid request = FreshId();
  std::vector<Pending> pending;
  for (int i = 0; i < kRacers; ++i)
    pending.push_back(SubmitTo(i % 2 ? *replica : lanes(), AskOnce(id, Account::Withdraw{10}, request)));
  int first = 0;
  for (Pending& one : pending) {
    const Result result = one.get();
    ASSERT_THAT(result, IsOk());
    first += !result->replayed;
    EXPECT_EQ(result->state.balance, 0);
  }
  EXPECT_EQ(first, 1);
}

// A creation without a business key: every caller makes an id of its own; the acting user's request id decides.
TEST_P(Lane, RacingCreationsWithOneRequestIdMakeOneAggregate) {
  const auto replica = MakeLanes(QuickLanes());
  const db::RequestKey key{HashUuid(kAlice.name), FreshId(), Sha256("open")};
  std::vector<Pending> pending;
  for (int i = 0; i < kRacers; ++i) {
    const Account::Id fresh(FreshId());
    db::Submission<Account> submission = Ask(fresh, Account::Open{fresh, "1"});
    submission.request = key;
    pending.push_back(SubmitTo(i % 2 ? *replica : lanes(), std::move(submission)));
  }
  int first = 0;
  std::optional<Account::Id> made;
  for (Pending& one : pending) {
    const Result result = one.get();
    ASSERT_THAT(result, IsOk());
    first += !result->replayed;
    EXPECT_EQ(result->state.id, made.value_or(result->state.id)) << "all name the winner's";
    made = result->state.id;
  }
  EXPECT_EQ(first, 1);
  EXPECT_EQ(backend_->Count().accounts, 1);
}

// Limits.

TEST_P(Lane, AFullQueueRefusesAtOnce) {
  db::LaneOptions options = QuickLanes(1);
  options.queue_limit = 3;
  UseLanes(options);
  const Account::Id id = OpenAccount("1");
  testing::Gate gate;
  HoldNextBatch(&gate);
  std::vector<Pending> pending;
  pending.push_back(Submit(Ask(id, Account::Deposit{1})));
  gate.AwaitArrival();
  for (int i = 0; i < 3; ++i) pending.push_back(Submit(Ask(id, Account::Deposit{1})));
  EXPECT_EQ(lanes_->metrics().queued, 3);
  EXPECT_THAT(Do(Ask(id, Account::Deposit{1})), RefusedWith(Reason::kOverloaded));
  gate.Open();
  for (Pending& one : pending) EXPECT_THAT(one.get(), IsOk());
  EXPECT_EQ(Balance(id), 4);
  EXPECT_EQ(lanes_->metrics().overloaded, 1);
}

TEST_P(Lane, AnExpiredCallerIsDroppedBeforeItIsTaken) {
  UseLanes(QuickLanes(1));
  const Account::Id id = OpenAccount("1");
  db::Submission<Account> late = Ask(id, Account::Deposit{1000});
  late.expires = absl::UnixEpoch();
  const std::vector<Result> results =
      DoInOneBatch({Ask(id, Account::Deposit{1}), late, Ask(id, Account::Deposit{1})});
  EXPECT_THAT(results[0], IsOk());
  EXPECT_THAT(results[1], RefusedWith(Reason::kDeadlineExceeded));
  EXPECT_THAT(results[2], IsOk());
  EXPECT_EQ(Balance(id), 2);
}

TEST_P(Lane, DrainFinishesWhatIsQueuedAndTakesNoMore) {
  UseLanes(QuickLanes(1));
  const Account::Id id = OpenAccount("1");
  testing::Gate gate;
  HoldNextBatch(&gate);
  std::vector<Pending> pending;
  pending.push_back(Submit(Ask(id, Account::Deposit{1})));
  gate.AwaitArrival();
  for (int i = 0; i < 10; ++i) pending.push_back(Submit(Ask(id, Account::Deposit{1})));
  std::thread drain([this] { lanes_->Drain(); });
  Result refused = absl::UnknownError("");
  do {  // until Drain has closed the lane
    refused = absl::UnknownError("");
    Pending probe = Submit(Ask(Account::Id(FreshId()), Account::Tick{}));
    if (probe.wait_for(std::chrono::seconds(0)) == std::future_status::ready) refused = probe.get();
  } while (!IsRefusal(refused.status(), Reason::kShuttingDown));
  gate.Open();
  drain.join();
  for (Pending& one : pending) EXPECT_THAT(one.get(), IsOk());
  EXPECT_EQ(Balance(id), 11);
  EXPECT_THAT(Do(Ask(id, Account::Deposit{1})), RefusedWith(Reason::kShuttingDown));
}

}  // namespace
}  // namespace milepost::contract
