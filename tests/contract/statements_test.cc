// Many rows in few statements: whatever their number, each is written once and each key is found once.
#include "common/db/statements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::db {
namespace {

using testing::IsOk;
using testing::TestDatabase;

TEST(Statements, WriteAndReadAnyNumberOfRows) {
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(schema);
  ASSERT_THAT(connection, IsOk());
  ASSERT_THAT(
      (*connection)
          ->Execute(
              "CREATE TABLE v (k BIGINT UNSIGNED PRIMARY KEY, n BIGINT UNSIGNED NOT NULL) ENGINE=InnoDB"),
      IsOk());
  const RowWriter insert = RowWriter::Insert("v", {"k", "n"}), upsert = RowWriter::Upsert("v", {"k", "n"}, 1);
  const RowsByKey select("SELECT k, n FROM v WHERE k", 1, " ORDER BY k");
  // Beyond twice the largest statement, so that each size is met alone, as a rest, and with places left over.
  constexpr uint64_t kMost = 2 * RowsByKey::kSizes.back() + 2;
  for (uint64_t count = 0; count <= kMost; ++count) {
    std::vector<Row> rows, again, keys;
    std::vector<std::pair<uint64_t, uint64_t>> expected, found;
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t key = count * 1000 + i;
      rows.push_back(MakeRow(key, i));
      if (i % 2 == 0) again.push_back(MakeRow(key, i + 7));
      keys.push_back(MakeRow(key));
      expected.emplace_back(key, i % 2 == 0 ? i + 7 : i);
    }
    ASSERT_THAT(insert.Write(**connection, rows), IsOk());
    ASSERT_THAT(upsert.Write(**connection, again), IsOk());
    ASSERT_THAT(select.Read(**connection, keys,
                            [&](const ResultRow& row) {
                              found.emplace_back(row.Uint64(0), row.Uint64(1));
                              return absl::OkStatus();
                            }),
                IsOk());
    ASSERT_EQ(found, expected) << count;
  }
}

}  // namespace
}  // namespace milepost::db
