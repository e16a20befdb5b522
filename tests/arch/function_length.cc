// Finds function bodies by their braces: a brace opened at namespace or class level after a parameter list.
#include <algorithm>
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/arch/rules.h"

namespace milepost::arch {
namespace {

constexpr int kLinesMaxFunction = 70;
constexpr int kLinesMaxMain = 99;

enum class Brace { kScope /*namespace, class, enum …*/, kFunction, kOther };

struct Open {
  Brace kind;
  int line = 0;  // on which the declaration begins
};

// What the words between the last statement and a brace say about it.
Brace KindOf(const std::string& declaration, const std::vector<Open>& around) {
  static const std::regex kScopeWord(R"(\b(namespace|class|struct|union|enum|extern)\b)");
  const bool in_scope =
      std::all_of(around.begin(), around.end(), [](const Open& open) { return open.kind == Brace::kScope; });
  if (!in_scope) return Brace::kOther;
  if (absl::StrContains(declaration, "(")) return Brace::kFunction;
  return std::regex_search(declaration, kScopeWord) ? Brace::kScope : Brace::kOther;
}

// Preprocessor lines (with their continuations) as spaces: their braces need not pair.
std::string WithoutPreprocessor(std::string code) {
  bool continued = false;
  for (size_t begin = 0; begin < code.size();) {
    const size_t end = std::min(code.find('\n', begin), code.size());
    const size_t first = code.find_first_not_of(" \t", begin);
    const bool directive = continued || (first < end && code[first] == '#');
    continued = directive && end > begin && code[end - 1] == '\\';
    if (directive) std::fill(code.begin() + begin, code.begin() + end, ' ');
    begin = end + 1;
  }
  return code;
}

void FlagLongFunctions(const SourceFile& file, Findings& findings) {
  const std::string code = WithoutPreprocessor(file.code);
  std::vector<Open> around;
  size_t statement = 0;  // where the current one begins
  for (size_t i = 0; i < code.size(); ++i) {
    if (code[i] == '{') {
      const size_t begin = std::min(code.find_first_not_of(" \n", statement), i);
      around.push_back({KindOf(code.substr(begin, i - begin), around), LineOf(code, begin)});
    } else if (code[i] == '}' && !around.empty()) {
      const int lines = LineOf(code, i) - around.back().line + 1;
      if (around.back().kind == Brace::kFunction && lines > kLinesMaxFunction) {
        findings.push_back(
            {file.path, around.back().line,
             absl::StrCat("a function of ", lines, " lines; ", kLinesMaxFunction, " fit on a screen")});
      }
      around.pop_back();
    }
    if (code[i] == '{' || code[i] == '}' || code[i] == ';') statement = i + 1;
  }
}

}  // namespace

Findings CheckLengths(const SourceFile& file) {
  Findings findings;
  if (absl::StartsWith(file.path, "tests/")) return findings;
  FlagLongFunctions(file, findings);
  const int lines = LineOf(file.text, file.text.size()) - 1;
  if (absl::EndsWith(file.path, "/main.cc") && lines > kLinesMaxMain) {
    findings.push_back(
        {file.path, 0, absl::StrCat("a main.cc only wires: ", lines, " lines, at most ", kLinesMaxMain)});
  }
  return findings;
}

}  // namespace milepost::arch
