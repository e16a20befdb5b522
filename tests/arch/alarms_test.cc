// docs/alarms.yaml, the rules for Prometheus, and "Alarms" in docs/OPERATIONS.md are the same alarms: each rule has its
// paragraph, which prints its expression, and each paragraph its rule; both ask only for metrics that a server shows.
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"

namespace milepost::arch {
namespace {

std::string TextOf(const std::string& document) {
  std::ifstream file(std::string(MILEPOST_SOURCE_DIR) + "/docs/" + document, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Rule {
  std::string alert, expression, lasting, runbook;
};

// One field a line, as the file is written.
std::vector<Rule> Rules() {
  static const std::regex runbook(R"re(annotations: \{ runbook: "docs/OPERATIONS\.md, Alarms: (.*)" \})re");
  std::vector<Rule> rules;
  for (absl::string_view line : absl::StrSplit(TextOf("alarms.yaml"), '\n')) {
    line = absl::StripLeadingAsciiWhitespace(line);
    if (absl::ConsumePrefix(&line, "- alert: ")) rules.push_back({.alert = std::string(line)});
    if (rules.empty()) continue;
    if (absl::ConsumePrefix(&line, "expr: ")) rules.back().expression = std::string(line);
    if (absl::ConsumePrefix(&line, "for: ")) rules.back().lasting = std::string(line);
    const std::string rest(line);
    if (std::smatch match; std::regex_match(rest, match, runbook)) rules.back().runbook = match[1];
  }
  return rules;
}

struct Paragraph {
  std::string title, text;
};

std::vector<Paragraph> Paragraphs() {
  const std::string page = TextOf("OPERATIONS.md");
  std::vector<Paragraph> paragraphs;
  for (absl::string_view text : absl::StrSplit(page.substr(page.find("\n## Alarms\n")), "\n\n")) {
    if (!absl::ConsumePrefix(&text, "**")) continue;
    paragraphs.push_back({std::string(text.substr(0, text.find("**"))), std::string(text)});
  }
  return paragraphs;
}

std::set<std::string> MetricsOfPage() {
  static const std::regex row(R"(\| `(\w+)` \| (?:counter|gauge|histogram|summary) \|)");
  const std::string page = TextOf("OPERATIONS.md");
  std::set<std::string> names;
  for (std::sregex_iterator match(page.begin(), page.end(), row), end; match != end; ++match)
    names.insert((*match)[1]);
  return names;
}

void ExpectKnown(const std::string& text, const std::set<std::string>& metrics) {
  static const std::regex name(R"(\bmilepost_\w+)");
  for (std::sregex_iterator match(text.begin(), text.end(), name), end; match != end; ++match)
    EXPECT_TRUE(metrics.contains(match->str())) << match->str();
}

TEST(Alarms, EachRuleHasItsParagraphWhichPrintsIt) {
  const std::vector<Rule> rules = Rules();
  EXPECT_GT(rules.size(), 15);
  std::set<std::string> alerts;
  for (const Rule& rule : rules) {
    EXPECT_TRUE(alerts.insert(rule.alert).second) << rule.alert << " stands twice";
    bool found = false;
    for (const Paragraph& paragraph : Paragraphs()) {
      if (paragraph.title != rule.runbook) continue;
      found = true;
      EXPECT_TRUE(absl::StrContains(paragraph.text, absl::StrCat("`", rule.expression, "`")))
          << rule.alert << ": its paragraph lacks " << rule.expression;
      const bool lasts = std::regex_search(paragraph.text, std::regex(R"(for \d+ (minutes?|hours?)[.,])"));
      EXPECT_EQ(lasts, !rule.lasting.empty()) << rule.alert;
    }
    EXPECT_TRUE(found) << rule.alert << ": no paragraph '" << rule.runbook << "'";
  }
}

TEST(Alarms, EachParagraphHasItsRule) {
  std::set<std::string> titles;
  for (const Rule& rule : Rules()) titles.insert(rule.runbook);
  for (const Paragraph& paragraph : Paragraphs())
    EXPECT_TRUE(titles.contains(paragraph.title)) << "docs/alarms.yaml lacks: " << paragraph.title;
}

TEST(Alarms, BothAskForMetricsThatAreShown) {
  const std::set<std::string> metrics = MetricsOfPage();
  EXPECT_GT(metrics.size(), 40);
  for (const Rule& rule : Rules()) {
    EXPECT_TRUE(absl::StrContains(rule.expression, "milepost_")) << rule.alert;
    ExpectKnown(rule.expression, metrics);
  }
  for (const Paragraph& paragraph : Paragraphs()) ExpectKnown(paragraph.text, metrics);
}

}  // namespace
}  // namespace milepost::arch
