// docs/API.md prints the table of reasons: each reason's code stands there, typed once more, so that neither the table
// nor the page can change alone.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/core/reason.h"
#include "gtest/gtest.h"

namespace milepost::arch {
namespace {

std::string ApiPage() {
  std::ifstream file(absl::StrCat(MILEPOST_SOURCE_DIR, "/docs/API.md"), std::ios::binary);
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

// W7: where a request_id counts stands beside it. There were fields of which only docs/API.md said it, and wrongly.
TEST(Contract, SaysTheScopeOfEachRequestId) {
  const std::filesystem::path folder = absl::StrCat(MILEPOST_SOURCE_DIR, "/protos/milepost");
  int request_ids = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".proto" || absl::StrContains(entry.path().string(), "/storage/"))
      continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::string comment, line;
    while (std::getline(file, line)) {
      const absl::string_view text = absl::StripLeadingAsciiWhitespace(line);
      if (absl::StartsWith(text, "string request_id = ")) {
        ++request_ids;
        EXPECT_TRUE(absl::StrContains(comment, "Scope: ") && absl::StrContains(comment, "REQUEST_ID_REUSED"))
            << entry.path() << ": " << comment;
      }
      if (absl::StartsWith(text, "//"))
        absl::StrAppend(&comment, text.substr(2));
      else
        comment.clear();
    }
  }
  EXPECT_GE(request_ids, 32);
}

}  // namespace
}  // namespace milepost::arch
