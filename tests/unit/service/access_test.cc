// How handlers and workers reach aggregates, over a database in memory.
#include "common/service/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "asio/co_spawn.hpp"
#include "asio/thread_pool.hpp"
#include "asio/use_future.hpp"
#include "common/core/clock.h"
#include "common/service/access_bodies.h"
#include "tests/contract/account.h"
#include "tests/support/faulty_store.h"
#include "tests/support/matchers.h"
#include "tests/support/memory_store.h"

namespace milepost::service {
namespace {

using contract::Account;
using ::testing::ElementsAre;
using testing::FaultPoint;
using ::testing::IsEmpty;
using testing::RefusedWith;

using Accounts = Access<Account>;

class AccessTest : public ::testing::Test {
 protected:
  AccessTest() { UseLanes({.lanes = 1}); }

  void UseLanes(const db::LaneOptions& options) {
    accounts_.reset();
    lanes_ = std::make_unique<db::Lanes<Account>>(options, [this] {
      return std::make_unique<testing::FaultyStore<Account>>(
          std::make_unique<testing::MemoryStore<Account>>(&database_), &faults_);
    });
    accounts_ = std::make_unique<Accounts>(*lanes_, reader_,
                                           [this](const Accounts::Answer& answer) { Told(answer); });
  }

  template <class T>
  absl::StatusOr<T> Wait(rpc::Awaitable<T> running) {
    return asio::co_spawn(threads_, std::move(running), asio::use_future).get();
  }

  // A call of alice's with a request id of its own.
  static rpc::Call CallOf(bool validate_only = false) {
    rpc::Call call;
    call.actor = {ActorKind::kUser, "users/alice"};
    call.method = "Test";
    call.request_id = NewUuid(WallNow());
    call.request_hash = Sha256("content");
    call.validate_only = validate_only;
    return call;
  }

  Account::Id Open(const std::string& number) {
    const Account::Id id(NewUuid(WallNow()));
    EXPECT_THAT(Wait(accounts_->Submit(Accounts::BySystem(id, Account::Open{id, number}, "Open"))),
                testing::IsOk());
    return id;
  }
  int64_t BalanceOf(const Account::Id& id) { return database_.Find(id)->balance; }

  void Told(const Accounts::Answer& answer) {
    const std::lock_guard lock(mutex_);
    told_.push_back(answer.state.balance);
  }

  asio::thread_pool threads_{2};
  testing::MemoryDatabase<Account> database_;
  testing::Faults<Account> faults_;
  db::Reader<Account> reader_{std::make_unique<testing::MemorySnapshots<Account>>(&database_)};
  std::mutex mutex_;
  std::vector<int64_t>
      told_;  // the balance after each answer that OnCommitted was told of; guarded by mutex_
  std::unique_ptr<db::Lanes<Account>> lanes_;
  std::unique_ptr<Accounts> accounts_;
};

TEST_F(AccessTest, TakesACallsCommandUnderItsRequestId) {
  const Account::Id id = Open("1");
  const rpc::Call call = CallOf();
  const auto first = Wait(accounts_->Take(call, id, Account::Deposit{5}, id.uuid()));
  const auto again = Wait(accounts_->Take(call, id, Account::Deposit{5}, id.uuid()));
  ASSERT_THAT(first, testing::IsOk());
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_FALSE(first->replayed);
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(BalanceOf(id), 5);
}

TEST_F(AccessTest, ComparesTheCallsEtag) {
  const Account::Id id = Open("1");
  rpc::Call call = CallOf();
  call.expected_sequence = 7;
  EXPECT_THAT(Wait(accounts_->Take(call, id, Account::Deposit{5}, id.uuid())),
              RefusedWith(Reason::kEtagMismatch));
  call.expected_sequence = 1;
  EXPECT_THAT(Wait(accounts_->Take(call, id, Account::Deposit{5}, id.uuid())), testing::IsOk());
}

TEST_F(AccessTest, OnlySaysWhatWouldComeOfACallThatValidates) {
  const Account::Id id = Open("1");
  told_.clear();
  const auto seen = Wait(accounts_->Take(CallOf(/*validate_only=*/true), id, Account::Deposit{5}, id.uuid()));
  ASSERT_THAT(seen, testing::IsOk());
  EXPECT_EQ(seen->state.balance, 5);
  EXPECT_EQ(BalanceOf(id), 0);
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(AccessTest, TellsOfWhatWasCommittedAndOfNoRefusal) {
  const Account::Id id = Open("1");
  told_.clear();
  EXPECT_THAT(Wait(accounts_->Take(CallOf(), id, Account::Deposit{5}, id.uuid())), testing::IsOk());
  EXPECT_THAT(Wait(accounts_->Take(CallOf(), id, Account::Withdraw{9}, id.uuid())),
              RefusedWith(contract::kOverdrawn));
  EXPECT_THAT(told_, ElementsAre(5));
}

// A service's requests count for themselves: a party of the aggregate that foresees one can't use it up.
TEST_F(AccessTest, KeepsTheRequestIdsOfServicesApartFromThoseOfUsers) {
  const Account::Id id = Open("1");
  rpc::Call call = CallOf();
  EXPECT_EQ(Accounts::For(call, id, Account::Deposit{5}, id.uuid()).request->scope, id.uuid());
  call.actor = {ActorKind::kService, "services/offer-service"};
  EXPECT_NE(Accounts::For(call, id, Account::Deposit{5}, id.uuid()).request->scope, id.uuid());
}

TEST_F(AccessTest, AsksAnOverloadedLaneAgainForWhatMustBeRecorded) {
  const Account::Id id = Open("1"), other = Open("2");
  UseLanes({.lanes = 1, .queue_limit = 1});
  std::promise<void> held, go;
  std::shared_future<void> gone = go.get_future().share();
  std::atomic<bool> first = true;
  faults_.Set([&](FaultPoint point, const db::WriteSet<Account>*) {
    if (point != FaultPoint::kBegin || !first.exchange(false)) return absl::OkStatus();
    held.set_value();
    gone.wait();
    return absl::OkStatus();
  });
  const auto submit = [&](const Account::Id& account) {
    return asio::co_spawn(threads_,
                          accounts_->Submit(Accounts::BySystem(account, Account::Deposit{1}, "Deposit")),
                          asio::use_future);
  };
  auto running = submit(other);
  held.get_future().wait();  // the lane is at it, and its queue takes one more
  auto waiting = submit(other);
  while (lanes_->metrics().queued.load() == 0) std::this_thread::yield();
  EXPECT_THAT(submit(id).get(), RefusedWith(Reason::kOverloaded));
  auto recording =
      asio::co_spawn(threads_, accounts_->Record(id, Account::Deposit{5}, "Deposit"), asio::use_future);
  while (lanes_->metrics().overloaded.load() < 2) std::this_thread::yield();
  go.set_value();
  EXPECT_THAT(recording.get(), testing::IsOk());
  EXPECT_THAT(running.get(), testing::IsOk());
  EXPECT_THAT(waiting.get(), testing::IsOk());
  EXPECT_EQ(BalanceOf(id), 5);
}

TEST_F(AccessTest, ReadsNothingWhereThereIsNothing) {
  const auto found = Wait(accounts_->Get(Account::Id(NewUuid(WallNow()))));
  ASSERT_THAT(found, testing::IsOk());
  EXPECT_FALSE(found->has_value());
}

TEST_F(AccessTest, ReadsSeveralInTheOrderAskedFor) {
  const Account::Id a = Open("a"), b = Open("b"), c = Open("c"), none(NewUuid(WallNow()));
  const auto found = Wait(accounts_->GetMany({c, none, a, b}));
  ASSERT_THAT(found, testing::IsOk());
  std::vector<std::string> numbers;
  for (const Accounts::Snapshot& snapshot : *found) numbers.push_back(snapshot.state.number);
  EXPECT_THAT(numbers, ElementsAre("c", "a", "b"));
}

TEST_F(AccessTest, HandsOutOneAfterTheOtherUntilTheTakerHasEnough) {
  std::vector<Account::Id> ids;
  for (size_t i = 0; i < kReadAtOnce + 3; ++i) ids.push_back(Open(std::to_string(i)));
  std::vector<std::string> numbers;
  const auto all = Wait(accounts_->Each(ids, [&](const Accounts::Snapshot& snapshot) {
    numbers.push_back(snapshot.state.number);
    return true;
  }));
  ASSERT_THAT(all, testing::IsOkAndHolds(ids.size()));
  for (size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(numbers[i], std::to_string(i));
  size_t seen = 0;
  EXPECT_THAT(Wait(accounts_->Each(ids, [&](const Accounts::Snapshot&) { return ++seen < 3; })),
              testing::IsOkAndHolds(2u));
  EXPECT_EQ(seen, 3u);
}

}  // namespace
}  // namespace milepost::service
