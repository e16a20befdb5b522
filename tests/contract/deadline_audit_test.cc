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
          return std::make_unique<db::MySqlStore<Account>>(schema_, table_, db::TestClockUse::kFollow);
        }) {
    Take(Account::Open{id_, "1"});
    Take(Account::ScheduleFee{10, absl::Hours(2), /*repeats=*/1, /*subject=*/7});
    Take(Account::ScheduleFee{1, absl::Hours(2), /*repeats=*/0, /*subject=*/8});
    ShowTime(absl::Minutes(30));
    Take(Account::FreezeFees{7});
  }

  void ShowTime(absl::Duration after_start) { ASSERT_THAT(timeline_.ShowTime(kStart + after_start), IsOk()); }
  void Take(Account::Command command) {
    std::promise<Result> promise;
    lanes_.Submit(Ask(id_, std::move(command)), [&](Result result) { promise.set_value(std::move(result)); });
    EXPECT_THAT(promise.get_future().get(), IsOk());
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
