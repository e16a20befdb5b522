// The rows by which an uncertain COMMIT is looked up: which of them are dropped, and when.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/db/common_tables.h"
#include "common/db/statement_observer.h"
#include "tests/contract/backend.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::contract {
namespace {

using testing::CountOrDie;
using testing::ExecuteOrDie;
using testing::IsOk;

class LaneCommits : public ::testing::Test {
 protected:
  LaneCommits() : schema_(NewAccountSchema()) {}
  ~LaneCommits() override { db::ObserveStatements(nullptr); }

  // A lane of one letter, and up to where the stream has it.
  void Lane(char letter, int batch, int days_ago, int sequenced) {
    ExecuteOrDie(schema_,
                 absl::StrCat("INSERT INTO lane_commits (lane, batch, committed_us) VALUES (REPEAT('",
                              std::string(1, letter), "', 16), ", batch, ", ", db::kNowMicros, " - ",
                              days_ago, " * 86400000000)"));
    ExecuteOrDie(schema_, absl::StrCat("INSERT INTO stream_lanes (lane, batch) VALUES (REPEAT('",
                                       std::string(1, letter), "', 16), ", sequenced, ")"));
  }
  void Prune() {
    const auto connection = db::Connection::Open(schema_);
    ASSERT_THAT(connection, IsOk());
    EXPECT_THAT(db::PruneLaneCommits(**connection), IsOk());
  }
  int64_t BatchOf(char letter) {
    return CountOrDie(schema_, absl::StrCat("SELECT COALESCE(MAX(batch), 0) FROM lane_commits WHERE lane = "
                                            "REPEAT('",
                                            std::string(1, letter), "', 16)"));
  }

  const db::ConnectOptions schema_;
};

TEST_F(LaneCommits, ThoseOfAWeekAgoThatTheStreamHasAreDropped) {
  Lane('a', 5, 8, 5);
  Lane('b', 5, 6, 5);
  Lane('c', 5, 8, 4);
  Prune();
  EXPECT_EQ(BatchOf('a'), 0);
  EXPECT_EQ(BatchOf('b'), 5) << "not a week old";
  EXPECT_EQ(BatchOf('c'), 5) << "the stream lacks its last";
}

// Found old, and committed again before it is dropped: without the row its batch would never be in the stream, and a
// look-up of its COMMIT would say that it did not happen.
TEST_F(LaneCommits, ALaneThatCommitsWhileItIsDroppedKeepsItsRow) {
  Lane('a', 5, 8, 5);
  Lane('b', 7, 8, 7);
  bool found = false;
  db::ObserveStatements([&](const std::string& sql, absl::Span<const db::Row>) {
    if (!absl::StartsWith(sql, "DELETE FROM lane_commits") || std::exchange(found, true)) return;
    ExecuteOrDie(schema_, absl::StrCat("UPDATE lane_commits SET batch = 6, committed_us = ", db::kNowMicros,
                                       " WHERE lane = REPEAT('a', 16)"));
  });
  Prune();
  EXPECT_TRUE(found);
  EXPECT_EQ(BatchOf('a'), 6);
  EXPECT_EQ(BatchOf('b'), 0);
}

}  // namespace
}  // namespace milepost::contract
