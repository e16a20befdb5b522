// docs/API.md prints the table of reasons: each reason's code stands there, typed once more, so that neither the table
// nor the page can change alone.
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/core/reason.h"
#include "gtest/gtest.h"

namespace milepost::arch {
namespace {

std::string ApiPage() {
  std::ifstream file(std::string(MILEPOST_SOURCE_DIR) + "/docs/API.md", std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST(ApiPage, PrintsEveryReasonWithItsCodeAndText) {
  const std::string page = ApiPage();
  for (const ReasonRow& row : kReasons) {
    const std::string line =
        absl::StrCat("| `", row.name, "` | ", absl::StatusCodeToString(row.code), " | ", row.english, " |\n");
    EXPECT_TRUE(absl::StrContains(page, line)) << "docs/API.md lacks: " << line;
  }
}

}  // namespace
}  // namespace milepost::arch
