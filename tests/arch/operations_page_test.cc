// docs/OPERATIONS.md prints every setting of every server and every metric: what --help and the metric's HELP say of it
// stands there, word for word, and nothing that no server knows.
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tests/arch/source_file.h"

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

// "| `milepost_x_total` | counter | What it counts. |": each metric that the sources declare (common/obs/exposition.h).
std::set<std::string> RowsOfSources() {
  static const std::regex metric(
      R"re(\{\s*"((?:milepost|process)_\w+)",\s*(?:obs::)?MetricKind::k(\w+),\s*((?:"[^"]*"\s*)+)\})re");
  static const std::regex between(R"re("\s*")re");
  std::set<std::string> rows;
  for (const SourceFile& file : LoadTree(MILEPOST_SOURCE_DIR)) {
    if (absl::StartsWith(file.path, "tests/")) continue;
    for (std::sregex_iterator match(file.text.begin(), file.text.end(), metric), end; match != end; ++match) {
      std::string help = std::regex_replace((*match)[3].str(), between, "");
      help = help.substr(1, help.rfind('"') - 1);
      rows.insert(absl::StrCat("| `", (*match)[1].str(), "` | ", absl::AsciiStrToLower((*match)[2].str()),
                               " | ", help, " |"));
    }
  }
  return rows;
}

// The page's rows of which the first cell begins with one of these.
std::set<std::string> RowsOfPage(const std::vector<std::string>& beginnings) {
  std::ifstream file(std::string(MILEPOST_SOURCE_DIR) + "/docs/OPERATIONS.md", std::ios::binary);
  const std::string page(std::istreambuf_iterator<char>(file), {});
  std::set<std::string> rows;
  for (const absl::string_view line : absl::StrSplit(page, '\n'))
    for (const std::string& beginning : beginnings)
      if (absl::StartsWith(line, absl::StrCat("| `", beginning))) rows.emplace(line);
  return rows;
}

void ExpectSame(const std::set<std::string>& said, const std::set<std::string>& page) {
  for (const std::string& row : said) EXPECT_TRUE(page.contains(row)) << "docs/OPERATIONS.md lacks: " << row;
  for (const std::string& row : page) EXPECT_TRUE(said.contains(row)) << "no server says so: " << row;
}

TEST(OperationsPage, PrintsEverySettingAsHelpDoes) {
  const std::set<std::string> help = RowsOfHelp();
  EXPECT_GT(help.size(), 40);
  ExpectSame(help, RowsOfPage({"--", "MILEPOST_"}));
}

TEST(OperationsPage, PrintsEveryMetricAsItsHelpDoes) {
  const std::set<std::string> metrics = RowsOfSources();
  EXPECT_GT(metrics.size(), 40);
  ExpectSame(metrics, RowsOfPage({"milepost_", "process_"}));
}

}  // namespace
}  // namespace milepost::arch
