// No statement of the write path, the readers or the sweeper may read more rows than it names, whatever the tables
// hold: on 100,000 rows, what the server reads is counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/db/sweeper.h"
#include "common/events/sequencer.h"
#include "common/events/stream_reader.h"
#include "tests/contract/account_mapping.h"
#include "tests/contract/lane_fixture.h"
#include "tests/support/database.h"

namespace milepost::contract {
namespace {

using testing::ExecuteOrDie;
using testing::IsOk;
using testing::IsOkAndHolds;

constexpr int kRows = 100'000;
// Hundreds of commands, each of which looks some rows up in some tables; one scan is ten times as much.
constexpr int64_t kReadMax = 10'000;

class Plans : public ::testing::Test {
 protected:
  Plans()
      : schema_(NewAccountSchema()),
        table_(std::make_shared<db::AggregateTable<Account>>(AccountMapping())),
        pool_(schema_, {.connections = 1}) {
    Fill();
  }

  // Rows with spread keys in every table, none of them touched by the tests.
  void Fill() {
    const auto fill = [this](absl::string_view columns_and_values) {
      ExecuteOrDie(schema_, absl::StrCat("INSERT INTO ", columns_and_values, " FROM numbers"));
    };
    ExecuteOrDie(schema_, "CREATE TABLE numbers (n INT PRIMARY KEY) ENGINE=InnoDB");
    ExecuteOrDie(schema_, "INSERT INTO numbers VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)");
    for (int rows = 10; rows < kRows; rows *= 10)
      ExecuteOrDie(schema_, absl::StrCat("INSERT INTO numbers SELECT a.n + ", rows,
                                         " * b.n FROM numbers a, numbers b ", "WHERE b.n BETWEEN 1 AND 9"));
    fill(
        "accounts (id, sequence, updated_us, number, balance, body) "
        "SELECT LEFT(UNHEX(SHA2(n, 256)), 16), 1, 0, CONCAT('filler ', n), 0, ''");
    fill(
        "events (aggregate_id, sequence, type, at_us, actor, payload, lane, batch, place) "
        "SELECT LEFT(UNHEX(SHA2(n, 256)), 16), 1, 'account.opened', 0, 'users/filler', '', "
        "REPEAT('f', 16), n + 1, 0");
    fill("stream SELECT n + 1, REPEAT('f', 16), n + 1, 1");
    ExecuteOrDie(schema_, absl::StrCat("UPDATE stream_head SET next_position = ", kRows + 1));
    fill(
        "requests SELECT LEFT(UNHEX(SHA2(n, 256)), 16), LEFT(UNHEX(SHA2(n, 256)), 16), REPEAT('h', 32), "
        "'Fill', LEFT(UNHEX(SHA2(n, 256)), 16), 1, 0");
    fill(
        "deadlines (aggregate_id, number, aggregate_type, kind, due_us, state, fired_us, pending_due_us) "
        "SELECT LEFT(UNHEX(SHA2(n, 256)), 16), 1, 'account', 'FEE', 4102444800000000 + n, 1, NULL, "
        "4102444800000000 + n");
    ExecuteOrDie(schema_, "ANALYZE TABLE accounts, events, stream, requests, deadlines");
  }

  const db::ConnectOptions schema_;
  const std::shared_ptr<const db::AggregateTable<Account>> table_;
  db::ReadPool pool_;
};

TEST_F(Plans, NothingScans) {
  db::Lanes<Account> lanes(QuickLanes(1), [this] {
    return std::make_unique<db::MySqlStore<Account>>(schema_, table_, db::TestClockUse::kFollow);
  });
  db::Reader<Account> reader(
      std::make_unique<db::MySqlSnapshots<Account>>(&pool_, table_, db::TestClockUse::kFollow));
  db::MySqlTimeline timeline(schema_, "account", db::TestClockUse::kFollow);
  db::Sweeper<Account> sweeper(&timeline, &lanes);
  const int64_t first = testing::RowsRead(schema_), before = testing::RowsRead(schema_);
  const int64_t cost = before - first;

  std::vector<Account::Id> ids;
  const auto all = [&](auto command_for) {
    std::vector<std::shared_ptr<std::promise<Result>>> answers;
    for (size_t i = 0; i < ids.size(); ++i) {
      answers.push_back(std::make_shared<std::promise<Result>>());
      lanes.Submit(AskOnce(ids[i], command_for(i), FreshId()),
                   [answer = answers.back()](Result result) { answer->set_value(std::move(result)); });
    }
    for (const auto& answer : answers) ASSERT_THAT(answer->get_future().get(), IsOk());
  };
  for (int i = 0; i < 100; ++i) ids.push_back(AccountNumbered(absl::StrCat(i)));
  all([&](size_t i) { return Account::Command(Account::Open{ids[i], absl::StrCat(i)}); });
  all([&](size_t) { return Account::Command(Account::Deposit{9}); });
  all([&](size_t) { return Account::Command(Account::ScheduleFee{1, absl::Hours(1)}); });
  ASSERT_THAT(timeline.ShowTime(kStart + absl::Hours(1)), IsOk());
  EXPECT_THAT(sweeper.Tick(), IsOkAndHolds(100));
  EXPECT_THAT(sweeper.Tick(), IsOkAndHolds(0));
  std::promise<size_t> seen;
  reader.GetMany(ids, [&](auto got) { seen.set_value(got.ok() ? got->size() : 0); });
  EXPECT_EQ(seen.get_future().get(), 100);

  events::Sequencer sequencer(schema_);
  const auto round = sequencer.Run();
  ASSERT_THAT(round, IsOk());
  EXPECT_EQ(round->events, 400);
  const events::StreamReader stream(
      {.table = "accounts", .seller_column = "number", .buyer_column = "", .audience = [](absl::string_view) {
         return Audience::kParties;
       }});
  const auto connection = db::Connection::Open(schema_);
  ASSERT_THAT(connection, IsOk());
  const auto count = [&](const events::Filter& filter, uint64_t after) {
    const auto page = stream.Read(**connection, filter, after, 1000);
    EXPECT_THAT(page, IsOk());
    return page.ok() ? page->events.size() : 0;
  };
  EXPECT_EQ(count({}, kRows), 400);
  EXPECT_EQ(count({.aggregate = ids[7].uuid()}, 0), 4);
  EXPECT_EQ(count({.reader = "7"}, kRows), 4);

  const int64_t read = testing::RowsRead(schema_) - before - cost;
  EXPECT_GT(read, 1'000) << "reading is not seen at all";
  EXPECT_LT(read, kReadMax);
}

}  // namespace
}  // namespace milepost::contract
