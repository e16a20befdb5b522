// docs/OPERATIONS.md prints every setting of every server: what --help says of it stands there, word for word, and nothing
// that no server knows.
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace milepost::arch {
namespace {

// The letter that the page's table has for each server, in its order.
const std::array<std::pair<std::string, std::string>, 4> kServers = {
    {{"gig_catalog", "G"}, {"offer_service", "O"}, {"milestone_billing", "B"}, {"payment_simulator", "S"}}};

std::string HelpOf(const std::string& server) {
  FILE* const pipe = popen(absl::StrCat(MILEPOST_BIN, "/", server, " --help").c_str(), "r");
  std::string help;
  std::array<char, 4096> buffer;
  while (const size_t got = fread(buffer.data(), 1, buffer.size(), pipe)) help.append(buffer.data(), got);
  EXPECT_EQ(pclose(pipe), 0) << server;
  return help;
}

// "| `--lanes` | G O B | Threads … | 1 to 64 | 4 |", of all servers that say the same of the flag.
std::set<std::string> RowsOfHelp() {
  static const std::regex flag(
      R"((?:^|\n)  (--\w+|MILEPOST_\w+)\n      (.*) Allowed: (.*?)\.(?: Environment only\.)?(?: Default: (.*)\.)?\n)");
  std::map<std::array<std::string, 4>, std::string> servers;  // name, meaning, allowed, default → "G O"
  for (const auto& [server, letter] : kServers) {
    std::string rest = HelpOf(server);
    // Flag by flag: the line break before one is the end of the one before.
    for (std::smatch match; std::regex_search(rest, match, flag);) {
      std::string& letters = servers[{match[1], match[2], match[3], match[4]}];
      absl::StrAppend(&letters, letters.empty() ? "" : " ", letter);
      rest = rest.substr(match.position(0) + match.length(0) - 1);
    }
  }
  std::set<std::string> rows;
  for (const auto& [row, letters] : servers)
    rows.insert(
        absl::StrCat("| `", row[0], "` | ", letters, " | ", row[1], " | ", row[2], " | ", row[3], " |"));
  return rows;
}

std::set<std::string> RowsOfPage() {
  std::ifstream file(std::string(MILEPOST_SOURCE_DIR) + "/docs/OPERATIONS.md", std::ios::binary);
  const std::string page(std::istreambuf_iterator<char>(file), {});
  std::set<std::string> rows;
  for (const absl::string_view line : absl::StrSplit(page, '\n'))
    if (absl::StartsWith(line, "| `--") || absl::StartsWith(line, "| `MILEPOST_")) rows.emplace(line);
  return rows;
}

TEST(OperationsPage, PrintsEverySettingAsHelpDoes) {
  const std::set<std::string> help = RowsOfHelp(), page = RowsOfPage();
  EXPECT_GT(help.size(), 40);
  for (const std::string& row : help) EXPECT_TRUE(page.contains(row)) << "docs/OPERATIONS.md lacks: " << row;
  for (const std::string& row : page)
    EXPECT_TRUE(help.contains(row)) << "no server's --help says so: " << row;
}

}  // namespace
}  // namespace milepost::arch
