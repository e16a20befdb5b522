// Many rows in few statements: whatever their number, each is written once and each key is found once.
#include "common/db/statements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <random>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
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

// A row of every kind of value, drawn from few, so that many places are given what they hold already.
class RowsOfAllKinds {
 public:
  // Sorted by key. `wrong`: the last one breaks the table's CHECK.
  std::vector<Row> Draw(bool wrong) {
    std::map<uint64_t, Row> rows;
    for (size_t count = 1 + random_() % 11; rows.size() < count;) {
      const uint64_t key = random_() % 30;
      rows[key] = MakeRow(key, Text(), Number(), Bytes());
    }
    if (wrong) rows.rbegin()->second[2] = Value(int64_t{13});
    std::vector<Row> drawn;
    for (auto& [key, row] : rows) drawn.push_back(std::move(row));
    return drawn;
  }
  bool OneIn(unsigned int n) { return random_() % n == 0; }

 private:
  Value Text() {
    static const std::vector<std::string> texts = {"",
                                                   "a",
                                                   "b",
                                                   std::string(16, 'x'),
                                                   std::string(17, 'x'),
                                                   std::string("a\0b", 3),
                                                   std::string(300, 'y')};
    return OneIn(4) ? Value() : Value(texts[random_() % texts.size()]);
  }
  Value Number() {
    constexpr int64_t kNumbers[] = {0, 1, -1, std::numeric_limits<int64_t>::min(),
                                    std::numeric_limits<int64_t>::max()};
    return OneIn(4) ? Value() : Value(kNumbers[random_() % std::size(kNumbers)]);
  }
  Value Bytes() { return OneIn(4) ? Value() : Value(HashUuid(absl::StrCat(random_() % 3))); }

  std::minstd_rand random_{4711};
};

struct Shown {
  std::string operator()(std::monostate) const { return "NULL"; }
  std::string operator()(const std::string& bytes) const {
    return absl::AsciiStrToUpper(absl::BytesToHexString(bytes));
  }
  std::string operator()(const Uuid& id) const { return (*this)(id.ToBytes()); }
  template <class T>
  std::string operator()(T number) const {
    return absl::StrCat(number);
  }
};

// Statements keep what their places were last given. Whatever went before, executions that failed included, what stands in
// the table is what was given last.
TEST(Statements, WriteWhatTheyAreGivenWhateverTheirPlacesHeld) {
  const ConnectOptions schema = TestDatabase::Get().NewSchema();
  const std::unique_ptr<Connection> writer = *Connection::Open(schema), reader = *Connection::Open(schema);
  ASSERT_THAT(writer->Execute("CREATE TABLE v (k BIGINT UNSIGNED PRIMARY KEY, t VARBINARY(300), n BIGINT, b "
                              "BINARY(16), CHECK (n <> 13)) ENGINE=InnoDB"),
              IsOk());
  const RowWriter upsert = RowWriter::Upsert("v", {"k", "t", "n", "b"}, 1);
  RowsOfAllKinds kinds;
  std::map<uint64_t, std::string> expected;
  int failures = 0;
  for (int round = 0; round < 400; ++round) {
    const bool wrong = kinds.OneIn(4);
    const std::vector<Row> rows = kinds.Draw(wrong);
    ASSERT_THAT(writer->Execute("START TRANSACTION"), IsOk());
    const absl::Status written = upsert.Write(*writer, rows);
    ASSERT_EQ(written.ok(), !wrong) << written;
    ASSERT_THAT(writer->Execute(wrong ? "ROLLBACK" : "COMMIT"), IsOk());
    failures += wrong;
    if (!wrong)
      for (const Row& row : rows)
        expected[std::stoull(row[0].Visit(Shown()))] =
            absl::StrCat(row[1].Visit(Shown()), " ", row[2].Visit(Shown()), " ", row[3].Visit(Shown()));
    std::map<uint64_t, std::string> found;
    ASSERT_THAT(reader->Query("SELECT k, COALESCE(HEX(t), 'NULL'), COALESCE(CAST(n AS CHAR), 'NULL'),"
                              " COALESCE(HEX(b), 'NULL') FROM v",
                              Row{},
                              [&](const ResultRow& row) {
                                found[row.Uint64(0)] =
                                    absl::StrCat(row.Bytes(1), " ", row.Bytes(2), " ", row.Bytes(3));
                                return absl::OkStatus();
                              }),
                IsOk());
    ASSERT_EQ(found, expected) << round;
  }
  EXPECT_GT(failures, 50);
}

}  // namespace
}  // namespace milepost::db
