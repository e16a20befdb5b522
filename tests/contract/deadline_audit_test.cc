// The audit of deadlines (W5) that run side by side, are frozen and thawed: their rows are what the events say, and whoever
// changes one is found out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/audit/audit.h"
#include "common/audit/history_reader.h"
#include "tests/contract/account_mapping.h"
#include "tests/contract/lane_fixture.h"
#include "tests/support/database.h"

namespace milepost::contract {
namespace {

using testing::ExecuteOrDie;
using testing::IsOk;

// The accounts' mapping with events that can be read back.
db::Mapping<Account> AuditedMapping() {
  db::Mapping<Account> mapping = AccountMapping();
  mapping.encode_event = PackEvent;
  return mapping;
}

class DeadlineAudit : public ::testing::Test {
 protected:
  DeadlineAudit()
      : schema_(NewAccountSchema()),
        table_(std::make_shared<db::AggregateTable<Account>>(AuditedMapping())),
        connection_(*db::Connection::Open(schema_)),
        timeline_(schema_, "account", db::TestClockUse::kFollow),
        lanes_(QuickLanes(1), [this] {
          return std::make_unique<testing::FaultyStore<Account>>(
              std::make_unique<db::MySqlStore<Account>>(schema_, table_, db::TestClockUse::kFollow),
              &faults_);
        }) {
    Take(Account::Open{id_, "1"});
    Take(Account::ScheduleFee{10, absl::Hours(2), /*repeats=*/1, /*subject=*/7});
    Take(Account::ScheduleFee{1, absl::Hours(2), /*repeats=*/0, /*subject=*/8});
    ShowTime(absl::Minutes(30));
    Take(Account::FreezeFees{7});
  }

  void ShowTime(absl::Duration after_start) { ASSERT_THAT(timeline_.ShowTime(kStart + after_start), IsOk()); }
  void Take(Account::Command command) { TakeInOneBatch({std::move(command)}); }
  // All of them in one commit: the lane is held in a batch of its own until they are queued.
  void TakeInOneBatch(std::vector<Account::Command> commands) {
    testing::Gate gate;
    std::promise<Result> held;
    if (commands.size() > 1) {
      faults_.Set([&gate](FaultPoint point, const auto*) {
        if (point == FaultPoint::kBegin) gate.Pass();
        return absl::OkStatus();
      });
      lanes_.Submit(Ask(Account::Id(FreshId()), Account::Tick{}),
                    [&](Result result) { held.set_value(std::move(result)); });
      gate.AwaitArrival();
      faults_.Set(nullptr);
    }
    std::vector<std::promise<Result>> promises(commands.size());
    for (size_t i = 0; i < commands.size(); ++i)
      lanes_.Submit(Ask(id_, std::move(commands[i])),
                    [&, i](Result result) { promises[i].set_value(std::move(result)); });
    if (commands.size() > 1) {
      gate.Open();
      EXPECT_THAT(held.get_future().get(), IsOk());
    }
    for (std::promise<Result>& promise : promises) EXPECT_THAT(promise.get_future().get(), IsOk());
  }
  // "" of an account that proves itself.
  std::string Audit() {
    const audit::Auditor<Account> auditor(
        AuditedMapping(),
        {UnpackEvent, [](const Account::State&, const Account::Event&) { return true; },
         [](const std::string&, const std::string&) { return std::string("another body"); }});
    const auto histories =
        audit::HistoryReader<Account>(auditor.mapping()).Read(*connection_, id_.uuid(), id_.uuid());
    EXPECT_THAT(histories, IsOk());
    EXPECT_EQ(histories->size(), 1u);
    const std::optional<audit::Discrepancy> bad = auditor.Audit(histories->at(0)).discrepancy;
    return bad ? absl::StrCat(bad->table, " ", bad->column, ": ", bad->expected, " → ", bad->found) : "";
  }

  const Account::Id id_ = AccountNumbered("1");
  const db::ConnectOptions schema_;
  const std::shared_ptr<const db::AggregateTable<Account>> table_;
  const std::unique_ptr<db::Connection> connection_;
  db::MySqlTimeline timeline_;
  testing::Faults<Account> faults_;
  db::Lanes<Account> lanes_;
};

TEST_F(DeadlineAudit, W5_FollowsADeadlineThroughFreezingAndThawing) {
  EXPECT_EQ(Audit(), "") << "one is frozen, one runs";
  ShowTime(absl::Hours(10));
  Take(Account::Tick{});
  EXPECT_EQ(Audit(), "") << "the one that ran has fired";
  Take(Account::ThawFees{7});
  EXPECT_EQ(Audit(), "") << "the other runs on";
  ShowTime(absl::Hours(12));
  Take(Account::Tick{});
  EXPECT_EQ(Audit(), "") << "it has fired and set the next";
  Take(Account::FreezeFees{7});
  Take(Account::CancelFees{});
  EXPECT_EQ(Audit(), "") << "a frozen one was cleared";
}

// Several commands in one commit: the rows are what the events alone say of each deadline.
TEST_F(DeadlineAudit, W5_FollowsADeadlineThatIsReplacedAndClearedInOneBatch) {
  Take(Account::ReplaceFees{8, 5, absl::Hours(3)});
  EXPECT_EQ(Audit(), "");
  TakeInOneBatch({Account::ReplaceFees{8, 6, absl::Hours(4)}, Account::ReplaceFees{8, 7, absl::Hours(5)},
                  Account::CancelFees{}, Account::ScheduleFee{1, absl::Hours(1), 0, 8}});
  EXPECT_EQ(Audit(), "");
  TakeInOneBatch({Account::ReplaceFees{8, 2, absl::Hours(2)}, Account::FreezeFees{8}});
  EXPECT_EQ(Audit(), "");
}

TEST_F(DeadlineAudit, W5_FollowsADeadlineThatIsFrozenThawedAndClearedInOneBatch) {
  TakeInOneBatch({Account::FreezeFees{8}, Account::ThawFees{8}});
  EXPECT_EQ(Audit(), "");
  ShowTime(absl::Hours(1));
  TakeInOneBatch({Account::FreezeFees{8}, Account::ThawFees{8}, Account::ThawFees{7}, Account::CancelFees{}});
  EXPECT_EQ(Audit(), "");
}

TEST_F(DeadlineAudit, W5_FollowsAFiringThatIsFollowedByAllElseInOneBatch) {
  ShowTime(absl::Hours(2));
  TakeInOneBatch({Account::ThawFees{7}, Account::ReplaceFees{7, 3, absl::Hours(1)}, Account::FreezeFees{7},
                  Account::CancelFees{}});
  EXPECT_EQ(Audit(), "");
}

TEST_F(DeadlineAudit, W5_WhoeverChangesAFrozenDeadlineIsFoundOut) {
  struct {
    const char* change;
    const char* column;
  } const tamperings[] = {
      {"left_us = left_us + 1", "left_us"},
      {"due_us = due_us + 1", "due_us"},
      {"subject = 9", "subject"},
      {"state = 1, left_us = NULL, pending_due_us = due_us", "state"},
      {"state = 3, left_us = NULL", "state"},
  };
  ExecuteOrDie(schema_, "CREATE TABLE saved AS SELECT * FROM deadlines");
  for (const auto& [change, column] : tamperings) {
    ExecuteOrDie(schema_, absl::StrCat("UPDATE deadlines SET ", change, " WHERE number = 1"));
    EXPECT_THAT(Audit(), ::testing::StartsWith(absl::StrCat("deadlines ", column, ": "))) << change;
    ExecuteOrDie(schema_, "DELETE FROM deadlines");
    ExecuteOrDie(schema_, "INSERT INTO deadlines SELECT * FROM saved");
    EXPECT_EQ(Audit(), "") << change;
  }
}

}  // namespace
}  // namespace milepost::contract
