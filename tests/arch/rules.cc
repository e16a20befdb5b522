#include "tests/arch/rules.h"

#include <regex>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace milepost::arch {
namespace {

bool IsHeader(const SourceFile& file) {
  return absl::EndsWith(file.path, ".h");
}
bool IsTest(const SourceFile& file) {
  return absl::StartsWith(file.path, "tests/");
}

// One finding a match of `pattern` in `text`.
void Flag(const SourceFile& file, const std::string& text, const std::regex& pattern,
          const std::string& message, Findings& findings) {
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match) {
    findings.push_back(
        {file.path, LineOf(text, match->position()), absl::StrCat(message, ": ", match->str())});
  }
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Finding& finding) {
  return out << finding.path << ":" << finding.line << ": " << finding.message;
}

Findings CheckClocksAndChance(const SourceFile& file) {
  static const std::regex kForbidden(
      R"(absl::(Now|GetCurrentTimeNanos)\b|\b(system|high_resolution)_clock\b|\brandom_device\b|\babsl::BitGen\b|)"
      R"(\bstd::rand\b|\bsrand\s*\(|\btime\s*\(\s*(nullptr|NULL|0)\s*\)|\bgettimeofday\b|\bclock_gettime\b)");
  Findings findings;
  if (IsTest(file) || absl::StartsWith(file.path, "common/core/")) return findings;
  Flag(file, file.code, kForbidden, "only common/core reads the clock or draws random numbers", findings);
  return findings;
}

Findings CheckLeftovers(const SourceFile& file) {
  // Written apart so that this file does not flag itself.
  static const std::regex kUnfinished(
      "\\b(TO"
      "DO|FIX"
      "ME|XX"
      "X|HA"
      "CK)\\b");
  static const std::regex kNamespace(R"(\busing\s+namespace\s+[A-Za-z_:]+)");
  Findings findings;
  Flag(file, file.text, kUnfinished, "unfinished work is an issue, not a comment", findings);
  Flag(file, file.code, kNamespace, "name what you use", findings);
  return findings;
}

Findings CheckHeader(const SourceFile& file) {
  Findings findings;
  if (!IsHeader(file)) return findings;
  if (!absl::StartsWith(file.text, "//")) {
    findings.push_back({file.path, 1, "a header opens with a comment that says what it is"});
  }
  if (!absl::StrContains(file.code, "#pragma once")) findings.push_back({file.path, 1, "no #pragma once"});
  return findings;
}

Findings CheckFileName(const SourceFile& file) {
  static const std::set<std::string> kEmptyWords = {"util",    "utils", "helper", "helpers",
                                                    "manager", "data",  "info",   "misc"};
  const std::string name = file.path.substr(file.path.rfind('/') + 1);
  for (const std::string& word : std::vector<std::string>(absl::StrSplit(name, absl::ByAnyChar("_.")))) {
    if (kEmptyWords.contains(word)) return {{file.path, 0, absl::StrCat("'", word, "' names no subject")}};
  }
  return {};
}

Findings CheckChannels(const SourceFile& file) {
  static const std::regex kChannel(R"(\bgrpc::Create(Custom)?Channel\b)");
  Findings findings;
  if (absl::StrContains(file.code, "GRPC_ARG_ENABLE_HTTP_PROXY")) return findings;
  Flag(file, file.code, kChannel, "a channel says GRPC_ARG_ENABLE_HTTP_PROXY", findings);
  return findings;
}

Findings CheckMain(const SourceFile& file) {
  static const std::regex kMain(R"(\bint main\([^)]*\) \{(?!\s*milepost::OpenStandardStreams\(\);))");
  Findings findings;
  Flag(file, file.code, kMain, "a program begins with OpenStandardStreams()", findings);
  return findings;
}

Findings CheckServiceFolders(const std::vector<std::string>& paths) {
  static const std::set<std::string> kAllowed = {"domain",  "store",         "rpc",      "clients",
                                                 "workers", "server",        "commands", "migrations",
                                                 "main.cc", "CMakeLists.txt"};
  Findings findings;
  for (const std::string& path : paths) {
    const std::vector<std::string> parts = absl::StrSplit(path, '/');
    if (parts.size() < 3 || parts[0] != "services" || kAllowed.contains(parts[2])) continue;
    findings.push_back({path, 0, absl::StrCat("no service has a '", parts[2], "'")});
  }
  return findings;
}

Findings CheckFile(const SourceFile& file) {
  Findings all;
  for (auto* check : {CheckIncludes, CheckClocksAndChance, CheckLeftovers, CheckHeader, CheckFileName,
                      CheckChannels, CheckMain, CheckLengths}) {
    const Findings findings = check(file);
    all.insert(all.end(), findings.begin(), findings.end());
  }
  return all;
}

}  // namespace milepost::arch
