// The connector behind Connection: values of every kind there and back, errors as values.
#include "common/db/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::db {
namespace {

using ::testing::AllOf;
using ::testing::Eq;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Optional;
using testing::TestDatabase;

std::unique_ptr<Connection> OpenOrDie(const ConnectOptions& options) {
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(options);
  EXPECT_THAT(connection, IsOk());
  return *std::move(connection);
}

std::string AllBytes() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  return bytes;
}

TEST(Connection, CarriesEveryKindOfValueUnchanged) {
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  const std::unique_ptr<Connection> connection = OpenOrDie(schema);
  ASSERT_THAT(connection->Execute("CREATE TABLE v (id BINARY(16) PRIMARY KEY, i BIGINT, u BIGINT UNSIGNED, t "
                                  "VARCHAR(200) CHARACTER SET utf8mb4, b MEDIUMBLOB) ENGINE=InnoDB"),
              IsOk());
  const Uuid id = NewUuid(absl::UnixEpoch());
  std::string large;
  while (large.size() < 600'000) large += AllBytes();
  for (const std::string& bytes : {std::string(), AllBytes(), large}) {
    const Row row = {id, int64_t{-5}, uint64_t{0xffffffffffffffff}, "Größe 𝄞 'x' \\", bytes};
    ASSERT_THAT(connection->Update("REPLACE INTO v VALUES (?, ?, ?, ?, ?)", row), IsOk());
    int rows = 0;
    ASSERT_THAT(connection->Query("SELECT id, i, u, t, b FROM v WHERE id = ?", {Value(id)},
                                  [&](const ResultRow& r) {
                                    ++rows;
                                    EXPECT_EQ(r.Id(0), id);
                                    EXPECT_EQ(r.Int64(1), -5);
                                    EXPECT_EQ(r.Uint64(2), 0xffffffffffffffff);
                                    EXPECT_EQ(r.Bytes(3), "Größe 𝄞 'x' \\");
                                    EXPECT_TRUE(r.Bytes(4) == bytes) << r.Bytes(4).size();
                                    return absl::OkStatus();
                                  }),
                IsOk());
    EXPECT_EQ(rows, 1);
  }
  ASSERT_THAT(connection->Update("UPDATE v SET i = ?, t = ? WHERE id = ?", Row{Value(), Value(), id}),
              IsOk());
  EXPECT_EQ(testing::CountOrDie(schema, "SELECT COUNT(*) FROM v WHERE i IS NULL AND t IS NULL"), 1);
}

// What a place held before is only left in it where it is the same again, kind included.
TEST(Connection, APlaceHoldsWhatItWasLastGiven) {
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  const std::unique_ptr<Connection> connection = OpenOrDie(schema);
  ASSERT_THAT(connection->Execute("CREATE TABLE v (n INT PRIMARY KEY, t LONGBLOB) ENGINE=InnoDB"), IsOk());
  const Uuid id = NewUuid(absl::UnixEpoch());
  const std::string stream(300'000, 's'), as_id(id.ToBytes()), with_zero("a\0", 2);
  const std::vector<std::pair<Value, std::string>> given = {
      {int64_t{-1}, "-1"},
      {int64_t{0x3737373737373737}, "3978709506094217015"},
      {"77777777", "77777777"},
      {int64_t{7}, "7"},
      {int64_t{8}, "8"},
      {"", ""},
      {Value(), "NULL"},
      {"", ""},
      {"a", "a"},
      {with_zero, with_zero},
      {id, as_id},
      {stream, stream},
      {as_id, as_id},
      {"short", "short"},
      {"sixteen bytes !!", "sixteen bytes !!"},
      {"sixteen bytes ??", "sixteen bytes ??"},
      {"seventeen bytes !", "seventeen bytes !"},
      {"seventeen bytes ?", "seventeen bytes ?"},
      {uint64_t{7}, "7"},
      {uint64_t{0xffffffffffffffff}, "18446744073709551615"},
      {int64_t{7}, "7"}};
  for (size_t i = 0; i < given.size(); ++i) {
    const auto insert = [&](uint64_t n) {
      return connection->Update("INSERT INTO v VALUES (?, ?)", Row{n, given[i].first}).status();
    };
    // A key that is taken: the failed statement leaves its values in the places, and the next one finds them there.
    if (i > 0) {
      EXPECT_THAT(insert(i - 1), ::testing::Not(IsOk()));
    }
    ASSERT_THAT(insert(i), IsOk());
  }
  size_t read = 0;
  ASSERT_THAT(connection->Query("SELECT n, t FROM v ORDER BY n", Row{},
                                [&](const ResultRow& row) {
                                  EXPECT_EQ(row.Uint64(0), read);
                                  EXPECT_TRUE((row.IsNull(1) ? "NULL" : row.Bytes(1)) == given[read].second)
                                      << read;
                                  ++read;
                                  return absl::OkStatus();
                                }),
              IsOk());
  EXPECT_EQ(read, given.size());
}

// The connector itself would send what an earlier execution left, and a negative number as a huge one.
TEST(Connection, RefusesValuesThatDontFitTheirPlaces) {
  const std::unique_ptr<Connection> connection = OpenOrDie(TestDatabase::Get().NewSchema());
  ASSERT_THAT(connection->Execute("CREATE TABLE v (a BIGINT, b BIGINT) ENGINE=InnoDB"), IsOk());
  const std::string insert = "INSERT INTO v VALUES (?, ?)";
  ASSERT_THAT(connection->Update(insert, Row{uint64_t{1}, int64_t{-1}}), IsOk());
  for (const Row& row :
       {Row{int64_t{1}}, Row{int64_t{1}, int64_t{1}, int64_t{1}}, Row{int64_t{-1}, int64_t{1}}})
    EXPECT_EQ(TroubleOf(connection->Update(insert, row).status()), Trouble::kRejected) << row.size();
  EXPECT_THAT(connection->Update(insert, Row{int64_t{1}, int64_t{-2}}), IsOk());
  EXPECT_FALSE(connection->lost());
}

// What the connector held for a statement when memory ran out, say, nobody knows: the session is given up.
TEST(Connection, IsLostAfterAnExceptionThatIsNoneOfTheConnectors) {
  const std::unique_ptr<Connection> connection = OpenOrDie(TestDatabase::Get().NewSchema());
  const absl::Status failed =
      connection->Query("SELECT 1", Row{}, [](const ResultRow&) -> absl::Status { throw std::bad_alloc(); });
  EXPECT_EQ(TroubleOf(failed), Trouble::kRejected);
  EXPECT_TRUE(connection->lost());
}

TEST(Connection, SpeaksUtcReadCommittedAndStrict) {
  const std::unique_ptr<Connection> connection = OpenOrDie(TestDatabase::Get().NewSchema());
  ASSERT_THAT(
      connection->Query(
          "SELECT @@time_zone, @@innodb_lock_wait_timeout, @@sql_mode LIKE '%STRICT_ALL%', @@autocommit",
          Row{},
          [](const ResultRow& row) {
            EXPECT_EQ(row.Bytes(0), "+00:00");
            EXPECT_EQ(row.Int64(1), 1);
            EXPECT_EQ(row.Int64(2), 1);
            EXPECT_EQ(row.Int64(3), 1);
            return absl::OkStatus();
          }),
      IsOk());
  ASSERT_THAT(
      connection->Query(
          "SHOW SESSION VARIABLES WHERE Variable_name IN ('tx_isolation', 'transaction_isolation')", Row{},
          [](const ResultRow& row) {
            EXPECT_EQ(row.Bytes(1), "READ-COMMITTED");
            return absl::OkStatus();
          }),
      IsOk());
}

TEST(Connection, RefusesTextThatIsNoUtf8) {
  const auto connection = db::Connection::Open(testing::TestDatabase::Get().NewSchema());
  ASSERT_THAT(connection, IsOk());
  ASSERT_THAT(
      (*connection)
          ->Execute("CREATE TABLE t (k VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY, "
                    "u VARCHAR(8) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin) ENGINE=InnoDB"),
      IsOk());
  const std::string insert = "INSERT INTO t (k, u) VALUES (?, ?)";
  EXPECT_THAT((*connection)->Update(insert, db::Row{"users/anna", "Grüße 👋"}), IsOk());
  for (const char* bad : {"\xff", "\xc3", "ab\xc3\x28"})
    EXPECT_EQ(db::TroubleOf((*connection)->Update(insert, db::Row{"users/eve", bad}).status()),
              db::Trouble::kRejected);
  int64_t characters = 0;
  EXPECT_THAT((*connection)
                  ->Query("SELECT CHAR_LENGTH(u) FROM t WHERE k = ?", db::Row{"users/anna"},
                          [&](const db::ResultRow& row) {
                            characters = row.Int64(0);
                            return absl::OkStatus();
                          }),
              IsOk());
  EXPECT_EQ(characters, 7);
}

TEST(Connection, ErrorsAreValuesOfTheirKind) {
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  const std::unique_ptr<Connection> connection = OpenOrDie(schema);
  ASSERT_THAT(connection->Execute("CREATE TABLE k (id INT PRIMARY KEY) ENGINE=InnoDB"), IsOk());
  ASSERT_THAT(connection->Execute("INSERT INTO k VALUES (1)"), IsOk());
  EXPECT_THAT(TroubleOf(connection->Execute("INSERT INTO k VALUES (1)")), Optional(Eq(Trouble::kDuplicate)));
  EXPECT_THAT(TroubleOf(connection->Execute("SELEKT")), Optional(Eq(Trouble::kRejected)));
  EXPECT_FALSE(connection->lost());

  const std::unique_ptr<Connection> other = OpenOrDie(schema);
  ASSERT_THAT(other->Execute("BEGIN"), IsOk());
  ASSERT_THAT(other->Execute("UPDATE k SET id = 2"), IsOk());
  EXPECT_THAT(TroubleOf(connection->Execute("UPDATE k SET id = 3")), Optional(Eq(Trouble::kLockTimeout)));
  ASSERT_THAT(other->Execute("ROLLBACK"), IsOk());

  testing::ExecuteOrDie(schema, "KILL " + std::to_string(*connection->SessionId()));
  EXPECT_THAT(TroubleOf(connection->Execute("INSERT INTO k VALUES (9)")), Optional(Eq(Trouble::kLost)));
  EXPECT_TRUE(connection->lost());
}

TEST(Connection, NoServerIsALoss) {
  ConnectOptions nowhere;
  nowhere.socket = "/tmp/no-such-socket";
  EXPECT_TRUE(IsLost(Connection::Open(nowhere).status()));
}

TEST(Connection, AServerThatTurnsUsAwayIsALoss) {
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  ConnectOptions denied = schema;
  denied.user = "nobody_we_know";
  denied.password = "wrong";
  ConnectOptions no_schema = schema;
  no_schema.schema += "_missing";
  for (const auto& [options, code] : {std::pair(denied, "1045"), std::pair(no_schema, "1049")}) {
    ::testing::internal::CaptureStderr();
    const absl::Status status = Connection::Open(options).status();
    EXPECT_TRUE(IsLost(Connection::Open(options).status()));
    const std::string log = ::testing::internal::GetCapturedStderr();
    EXPECT_TRUE(IsLost(status)) << status;
    EXPECT_THAT(log, AllOf(HasSubstr("\"level\":\"error\""), HasSubstr(code)));
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << "once, not for each attempt: " << log;
  }
}

TEST(Session, OpensOnceTheServerLetsItIn) {
  ConnectOptions later = TestDatabase::Get().NewSchema();
  later.schema += "_later";
  Session session(later);
  EXPECT_TRUE(IsLost(session.Get().status()));
  testing::ExecuteOrDie(TestDatabase::Get().server(), "CREATE DATABASE " + later.schema);
  EXPECT_THAT(session.Get(), IsOk());
}

TEST(Session, OpensAnewAfterALoss) {
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  Session session(schema, {"SET @mark = 7"});
  const absl::StatusOr<Connection*> first = session.Get();
  ASSERT_THAT(first, IsOk());
  testing::ExecuteOrDie(schema, "KILL " + std::to_string(*(*first)->SessionId()));
  EXPECT_TRUE(IsLost((*first)->Execute("SELECT 1")));
  const absl::StatusOr<Connection*> second = session.Get();
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT((*second)->Query("SELECT @mark", Row{},
                               [](const ResultRow& row) {
                                 EXPECT_EQ(row.Int64(0), 7);
                                 return absl::OkStatus();
                               }),
              IsOk());
}

}  // namespace
}  // namespace milepost::db
