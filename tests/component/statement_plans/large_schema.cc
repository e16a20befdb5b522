#include "tests/component/statement_plans/large_schema.h"

#include <mutex>

#include "absl/strings/str_cat.h"
#include "common/core/id.h"
#include "common/db/statement_observer.h"
#include "gtest/gtest.h"
#include "tests/support/database.h"

namespace milepost::plans {
namespace {

using testing::ExecuteOrDie;

void MakeNumbers(const db::ConnectOptions& schema) {
  ExecuteOrDie(schema, "CREATE TABLE numbers (n INT PRIMARY KEY) ENGINE=InnoDB");
  ExecuteOrDie(schema, "INSERT INTO numbers VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)");
  for (int rows = 10; rows < kRows; rows *= 10)
    ExecuteOrDie(schema, absl::StrCat("INSERT INTO numbers SELECT a.n + ", rows,
                                      " * b.n FROM numbers a, numbers b WHERE b.n BETWEEN 1 AND 9"));
}

// Deadlines are due far away, all but ten; ten events a commit, and the stream has them all.
std::vector<std::string> CommonTables(const std::string& aggregate_type) {
  return {
      absl::StrCat("events (aggregate_id, sequence, type, at_us, actor, payload, lane, batch, place) SELECT ",
                   kIdOfRow, ", 1, 'filler', n, 'users/filler', '', REPEAT('f', 16), n DIV 10 + 1, n MOD 10"),
      "stream (first_position, lane, batch, events) SELECT n + 1, REPEAT('f', 16), n DIV 10 + 1, 10",
      absl::StrCat("requests (scope, request_id, request_hash, kind, aggregate_id, sequence, at_us) SELECT ",
                   kIdOfRow, ", ", kIdOfRow, ", REPEAT('h', 32), 'Fill', ", kIdOfRow, ", 1, 0"),
      absl::StrCat(
          "deadlines (aggregate_id, number, aggregate_type, kind, due_us, state, fired_us, pending_due_us) "
          "SELECT ",
          kIdOfRow, ", 1, '", aggregate_type,
          "', 'FILLER', IF(n < 10, n, 4102444800000000 + n), 1, NULL, IF(n < 10, n, 4102444800000000 + n)"),
  };
}

}  // namespace

Uuid IdOfRow(int n) {
  return *Uuid::FromBytes(Sha256(absl::StrCat(n)).substr(0, 16));
}

LargeSchema MakeLargeSchema(const std::string& service, const db::MigrationSet& migrations,
                            const std::string& aggregate_type, const std::vector<std::string>& fill) {
  LargeSchema schema{service, testing::TestDatabase::Get().NewSchema(), {}};
  const absl::Status migrated = db::Migrate(schema.options, {migrations});
  EXPECT_TRUE(migrated.ok()) << migrated;
  MakeNumbers(schema.options);
  std::vector<std::string> all = CommonTables(aggregate_type);
  all.insert(all.end(), fill.begin(), fill.end());
  for (const std::string& rows : all) {
    const bool is_stream = rows.starts_with("stream ");
    ExecuteOrDie(schema.options,
                 absl::StrCat("INSERT INTO ", rows, " FROM numbers", is_stream ? " WHERE n MOD 10 = 0" : ""));
    ExecuteOrDie(schema.options, absl::StrCat("ANALYZE TABLE ", rows.substr(0, rows.find(' '))));
  }
  ExecuteOrDie(schema.options, absl::StrCat("UPDATE stream_head SET next_position = ", kRows + 1));
  return schema;
}

void Watch(LargeSchema& schema, const std::function<void(db::Connection&)>& flow) {
  std::mutex mutex;
  const auto connection = db::Connection::Open(schema.options);
  ASSERT_TRUE(connection.ok()) << connection.status();
  db::ObserveStatements([&](const std::string& sql, absl::Span<const db::Row> rows) {
    const std::lock_guard lock(mutex);
    schema.statements[sql].assign(rows.begin(), rows.end());
  });
  flow(**connection);
  db::ObserveStatements(nullptr);
}

}  // namespace milepost::plans
