// The connector behind Connection: values of every kind there and back, errors as values.
#include "common/db/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/db/server_check.h"
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

// Whatever the server's configuration makes of a session that does not say what it wants. sql_select_limit = 3 had the audit
// say that the schema lacks its migrations.
struct Hostile {
  std::string variable;
  std::string global;  // what the server is set to
  std::string ours;    // what a session of ours has
};
const std::vector<Hostile> kHostile = {{"autocommit", "0", "ON"},
                                       {"big_tables", "1", ""},
                                       {"completion_type", "1", "NO_CHAIN"},
                                       {"foreign_key_checks", "0", "ON"},
                                       {"group_concat_max_len", "4", ""},
                                       {"innodb_lock_wait_timeout", "600", "1"},
                                       {"lock_wait_timeout", "600", "15"},
                                       {"max_join_size", "1", ""},
                                       {"max_sort_length", "64", "1024"},
                                       {"max_statement_time", "0.5", "0.000000"},
                                       {"sql_auto_is_null", "1", "OFF"},
                                       {"sql_big_selects", "0", "ON"},
                                       {"sql_mode", "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'", ""},
                                       {"sql_safe_updates", "1", "OFF"},
                                       {"sql_select_limit", "3", "18446744073709551615"},
                                       {"time_zone", "'+09:00'", "+00:00"},
                                       {"tx_isolation", "'SERIALIZABLE'", "READ-COMMITTED"},
                                       {"tx_read_only", "1", "OFF"},
                                       {"unique_checks", "0", "ON"},
                                       {"wsrep_sync_wait", "0", "1"}};

TEST(Connection, ASessionSetsEveryVariableThatItDependsOn) {
  if (!TestDatabase::Get().is_ours()) GTEST_SKIP() << "these are MariaDB's names, and the whole server's";
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  const std::unique_ptr<Connection> admin = OpenOrDie(schema);
  std::deque<testing::GlobalSetting> settings;
  for (const Hostile& hostile : kHostile) settings.emplace_back(*admin, hostile.variable, hostile.global);
  const std::unique_ptr<Connection> connection = OpenOrDie(schema);
  for (const Hostile& hostile : kHostile) {
    if (hostile.ours.empty()) continue;  // changes nothing for us
    EXPECT_THAT(connection->Query("SHOW SESSION VARIABLES WHERE Variable_name = ?", Row{hostile.variable},
                                  [&](const ResultRow& row) {
                                    EXPECT_EQ(row.Bytes(1), hostile.ours) << hostile.variable;
                                    return absl::OkStatus();
                                  }),
                IsOk());
  }
  // What lanes, workers and migrations rely on.
  ASSERT_THAT(connection->Execute("CREATE TABLE t (id INT PRIMARY KEY, v INT) ENGINE=InnoDB"), IsOk());
  for (int i = 0; i < 5; ++i)
    ASSERT_THAT(connection->Update("INSERT INTO t VALUES (?, 0)", Row{int64_t{i}}), IsOk())
        << "at once for all";
  EXPECT_THAT(connection->Execute("UPDATE t SET v = 1"), IsOk()) << "without a key";
  int rows = 0;
  EXPECT_THAT(
      OpenOrDie(schema)->Query("SELECT a.id FROM t a JOIN t b JOIN t c WHERE a.v = 1 AND a.id = b.id", Row{},
                               [&](const ResultRow&) {
                                 ++rows;
                                 return absl::OkStatus();
                               }),
      IsOk());
  EXPECT_EQ(rows, 25);
}

// init_connect is run for every account but an administrator's.
TEST(Connection, ASessionIsOursWhateverInitConnectMadeOfIt) {
  if (!TestDatabase::Get().is_ours()) GTEST_SKIP() << "init_connect is the whole server's";
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  const std::unique_ptr<Connection> admin = OpenOrDie(schema);
  const ConnectOptions account = testing::AccountOn(schema);
  const testing::GlobalSetting setting(
      *admin, "init_connect", "'SET NAMES latin1, autocommit = 0, tx_read_only = 1, sql_select_limit = 1'");
  const std::unique_ptr<Connection> connection = OpenOrDie(account);
  EXPECT_THAT(
      connection->Query("SELECT @@character_set_client, @@character_set_results, @@collation_connection, "
                        "@@autocommit, @@sql_select_limit > 1",
                        Row{},
                        [](const ResultRow& row) {
                          EXPECT_EQ(row.Bytes(0), "binary");
                          EXPECT_EQ(row.Bytes(1), "binary");
                          EXPECT_EQ(row.Bytes(2), "binary");
                          EXPECT_EQ(row.Int64(3), 1);
                          EXPECT_EQ(row.Int64(4), 1);
                          return absl::OkStatus();
                        }),
      IsOk());
}

// A server that answers, but not as it should.
TEST(Connection, AServerThatWouldNotDoIsNone) {
  if (!TestDatabase::Get().is_ours()) GTEST_SKIP() << "these are the whole server's";
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  const std::unique_ptr<Connection> admin = OpenOrDie(schema);
  for (const auto& [name, value] : {std::pair("read_only", "1"), std::pair("max_allowed_packet", "16384"),
                                    std::pair("max_prepared_stmt_count", "100")}) {
    {
      const testing::GlobalSetting setting(*admin, name, value);
      const absl::Status status = Connection::Open(schema).status();
      EXPECT_TRUE(IsLost(status)) << status;
      EXPECT_THAT(status.message(), HasSubstr(name));
    }
    EXPECT_THAT(Connection::Open(schema), IsOk()) << name;
  }
}

TEST(ServerCheck, NamesWhatIsWrong) {
  const ServerVariables fine = {{"read_only", "OFF"},
                                {"innodb_read_only", "OFF"},
                                {"innodb_force_recovery", "0"},
                                {"max_allowed_packet", "8388608"},
                                {"log_bin", "ON"},
                                {"binlog_format", "MIXED"},
                                {"max_prepared_stmt_count", "2000"}};
  EXPECT_THAT(JudgeServer(fine), IsOk());
  EXPECT_THAT(JudgeServer({}), IsOk()) << "no server has all of them";
  for (const auto& [name, value, trouble] : {std::tuple("read_only", "ON", Trouble::kNotWritable),
                                             {"read_only", "NO_LOCK", Trouble::kNotWritable},
                                             {"super_read_only", "ON", Trouble::kNotWritable},
                                             {"innodb_read_only", "ON", Trouble::kNotWritable},
                                             {"innodb_force_recovery", "3", Trouble::kNotWritable},
                                             {"offline_mode", "ON", Trouble::kNotWritable},
                                             {"max_allowed_packet", "8388607", Trouble::kLost},
                                             {"max_prepared_stmt_count", "1999", Trouble::kLost},
                                             {"binlog_format", "STATEMENT", Trouble::kLost}}) {
    ServerVariables variables = fine;
    variables[name] = value;
    const absl::Status status = JudgeServer(variables);
    EXPECT_THAT(TroubleOf(status), Optional(Eq(trouble))) << name;
    EXPECT_THAT(status.message(), HasSubstr(absl::StrCat(name, " = ", value)));
  }
  ServerVariables without_log = fine;
  without_log["log_bin"] = "OFF";
  without_log["binlog_format"] = "STATEMENT";
  EXPECT_THAT(JudgeServer(without_log), IsOk());
}

// One that leaves by an early return, past lanes and readers, is told apart all the same.
TEST(DatabaseError, CarriesTheRefusalThatACallerGets) {
  for (const Trouble lost : {Trouble::kLost, Trouble::kNotWritable})
    EXPECT_THAT(DatabaseError(lost, 2013, "x"), testing::RefusedWith(Reason::kDatabaseUnavailable));
  for (const Trouble held : {Trouble::kDeadlock, Trouble::kLockTimeout, Trouble::kLocked})
    EXPECT_THAT(DatabaseError(held, 1205, "x"), testing::RefusedWith(Reason::kResourceBusy));
  for (const Trouble bug : {Trouble::kRejected, Trouble::kDuplicate})
    EXPECT_FALSE(RefusalOf(DatabaseError(bug, 1064, "x")));
  EXPECT_EQ(DatabaseError(Trouble::kLost, 2013, "x").message(), "[2013] x") << "the log has the cause";
}

TEST(DatabaseError, KnowsAServerThatTakesNoWrites) {
  for (const int code : {1036, 1207, 1290, 1792, 1836, 1874, 1881})
    EXPECT_EQ(TroubleOfCode(code), Trouble::kNotWritable);
  for (const int code : {1021, 1114, 1226, 1461, 1820, 1969, 3024, 3032})
    EXPECT_EQ(TroubleOfCode(code), Trouble::kLost);
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
