// The proof of history as lanes write it (W1): whatever happens to a batch, each account's events form one chain, and its
// row has the end of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/core/event_chain.h"
#include "tests/contract/account_mapping.h"
#include "tests/contract/lane_fixture.h"
#include "tests/support/database.h"

namespace milepost::contract {
namespace {

using testing::ExecuteOrDie;
using testing::IsOk;
using testing::RefusedWith;

// Lanes straight on a schema that the test can look into.
class Chain : public ::testing::Test {
 protected:
  Chain()
      : schema_(NewAccountSchema()),
        table_(std::make_shared<db::AggregateTable<Account>>(AccountMapping())),
        connection_(*db::Connection::Open(schema_)),
        lanes_(MakeLanes()) {}

  std::unique_ptr<db::Lanes<Account>> MakeLanes() {
    return std::make_unique<db::Lanes<Account>>(QuickLanes(1), [this] {
      return std::make_unique<testing::FaultyStore<Account>>(
          std::make_unique<db::MySqlStore<Account>>(schema_, table_, db::TestClockUse::kFollow), &faults_);
    });
  }
  static Pending Submit(db::Lanes<Account>& lanes, db::Submission<Account> submission) {
    auto promise = std::make_shared<std::promise<Result>>();
    Pending pending = promise->get_future();
    lanes.Submit(std::move(submission), [promise](Result result) { promise->set_value(std::move(result)); });
    return pending;
  }
  Result Do(db::Submission<Account> submission) { return Submit(*lanes_, std::move(submission)).get(); }
  Account::Id Open(const std::string& number) {
    const Account::Id id = AccountNumbered(number);
    EXPECT_THAT(Do(Ask(id, Account::Open{id, number})), IsOk());
    return id;
  }

  // Follows the chain from the account's first event that has a digest, and compares its end with the row. Answers how
  // many events are chained.
  int FollowedEvents(const Account::Id& id) {
    std::string head = ChainStart();
    int chained = 0;
    EXPECT_THAT(
        connection_->Query(
            "SELECT sequence, at_us, type, actor, payload, digest FROM events WHERE aggregate_id = ?"
            " AND digest IS NOT NULL ORDER BY sequence",
            db::Row{id},
            [&](const db::ResultRow& row) {
              const std::string type = row.Bytes(2), actor = row.Bytes(3), payload = row.Bytes(4);
              head = ChainDigest(head, {id.uuid(), row.Uint64(0), row.Instant(1), type, actor, payload});
              EXPECT_EQ(row.Bytes(5), head) << "event " << row.Uint64(0);
              ++chained;
              return absl::OkStatus();
            }),
        IsOk());
    EXPECT_THAT(connection_->Query("SELECT digest FROM accounts WHERE id = ?", db::Row{id},
                                   [&](const db::ResultRow& row) {
                                     EXPECT_EQ(row.Bytes(0), head);
                                     return absl::OkStatus();
                                   }),
                IsOk());
    return chained;
  }

  const db::ConnectOptions schema_;
  const std::shared_ptr<const db::AggregateTable<Account>> table_;
  const std::unique_ptr<db::Connection> connection_;
  testing::Faults<Account> faults_;
  std::unique_ptr<db::Lanes<Account>> lanes_;
};

TEST_F(Chain, W1GoesOnFromCommandToCommandAndFromReplicaToReplica) {
  const Account::Id id = Open("1"), other = Open("2");
  const auto replica = MakeLanes();
  for (int i = 0; i < 4; ++i) {
    EXPECT_THAT(Submit(i % 2 ? *replica : *lanes_, Ask(id, Account::Deposit{10})).get(), IsOk());
    EXPECT_THAT(Do(Ask(other, Account::Deposit{1})), IsOk());
  }
  EXPECT_EQ(FollowedEvents(id), 5);
  EXPECT_EQ(FollowedEvents(other), 5);
}

TEST_F(Chain, W1CommandsOfOneBatchFollowEachOther) {
  const Account::Id id = AccountNumbered("1");
  testing::Gate gate;
  faults_.Set([&](FaultPoint point, const auto*) {
    if (point == FaultPoint::kBegin) gate.Pass();
    return absl::OkStatus();
  });
  Pending first = Submit(*lanes_, Ask(Account::Id(FreshId()), Account::Tick{}));
  gate.AwaitArrival();
  faults_.Set(nullptr);
  std::vector<Pending> pending;
  pending.push_back(Submit(*lanes_, Ask(id, Account::Open{id, "1"})));
  for (int i = 0; i < 5; ++i) pending.push_back(Submit(*lanes_, Ask(id, Account::Deposit{1})));
  pending.push_back(Submit(*lanes_, Ask(id, Account::Withdraw{100})));
  gate.Open();
  EXPECT_THAT(first.get(), IsOk());
  for (size_t i = 0; i + 1 < pending.size(); ++i) EXPECT_THAT(pending[i].get(), IsOk());
  EXPECT_THAT(pending.back().get(), RefusedWith(kOverdrawn));
  EXPECT_EQ(FollowedEvents(id), 6);
}

TEST_F(Chain, W1ABatchThatRunsAgainIsChainedOnce) {
  const Account::Id id = Open("1");
  for (const FaultPoint point : {FaultPoint::kBegin, FaultPoint::kBeforeWrite, FaultPoint::kBeforeCommit}) {
    for (const db::Trouble trouble : {db::Trouble::kDeadlock, db::Trouble::kLost}) {
      const auto failed = std::make_shared<std::atomic<bool>>(false);
      faults_.Set([=](FaultPoint at, const auto*) {
        return at == point && !failed->exchange(true) ? db::DatabaseError(trouble, 0, "injected")
                                                      : absl::OkStatus();
      });
      EXPECT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk());
      EXPECT_TRUE(*failed);
    }
  }
  EXPECT_EQ(FollowedEvents(id), 7);
}

TEST_F(Chain, W1AReplayAndARefusalAddNothing) {
  const Account::Id id = Open("1");
  const Uuid request = FreshId();
  EXPECT_THAT(Do(AskOnce(id, Account::Deposit{1}, request)), IsOk());
  EXPECT_TRUE(Do(AskOnce(id, Account::Deposit{1}, request))->replayed);
  EXPECT_THAT(Do(Ask(id, Account::Withdraw{100})), RefusedWith(kOverdrawn));
  EXPECT_EQ(FollowedEvents(id), 2);
}

TEST_F(Chain, W1BeginsAtTheFirstEventAfterThoseFromBeforeIt) {
  const Account::Id id = Open("1");
  EXPECT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk());
  ExecuteOrDie(schema_, "UPDATE events SET digest = NULL");
  ExecuteOrDie(schema_, "UPDATE accounts SET digest = NULL");
  EXPECT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk());
  EXPECT_THAT(Do(Ask(id, Account::Deposit{1})), IsOk());
  EXPECT_EQ(FollowedEvents(id), 2);
}

}  // namespace
}  // namespace milepost::contract
