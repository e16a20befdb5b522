#include "common/core/refusal.h"

#include <gtest/gtest.h>

#include <set>

namespace milepost {
namespace {

TEST(Refusal, TravelsThroughAStatusUnchanged) {
  const absl::Status status = Refuse(Reason::kTooManyMilestones, {{"max", "5"}, {"odd", "1:2\n{max}"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  const auto refusal = RefusalOf(status);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason, Reason::kTooManyMilestones);
  EXPECT_EQ(refusal->detail("odd"), "1:2\n{max}");
  EXPECT_EQ(TextOf(*refusal), "At most 5 milestones are allowed.");
  EXPECT_EQ(TextOf(*refusal, "de"), "Höchstens 5 Meilensteine sind erlaubt.");
}

TEST(Refusal, CarriesAllFieldViolations) {
  const auto refusal = RefusalOf(RefuseFields({{"a.b[1]", "is required"}, {"c", "is too long"}}));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->fields, (std::vector<FieldViolation>{{"a.b[1]", "is required"}, {"c", "is too long"}}));
}

TEST(Refusal, AnInternalErrorIsNone) {
  EXPECT_FALSE(RefusalOf(absl::InternalError("x")));
}

TEST(ReasonTable, RowsStandInEnumOrderWithUniqueUpperSnakeNames) {
  std::set<absl::string_view> names;
  for (size_t i = 0; i < std::size(kReasons); ++i) {
    EXPECT_EQ(static_cast<size_t>(kReasons[i].reason), i);
    EXPECT_TRUE(names.insert(kReasons[i].name).second) << kReasons[i].name;
    EXPECT_EQ(kReasons[i].name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), absl::string_view::npos);
    EXPECT_FALSE(kReasons[i].english.empty() || kReasons[i].german.empty());
  }
}

}  // namespace
}  // namespace milepost
