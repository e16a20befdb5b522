#include "tests/arch/source_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace milepost::arch {
namespace {

void Blank(std::string& code, size_t begin, size_t end) {
  for (size_t i = begin; i < std::min(end, code.size()); ++i) {
    if (code[i] != '\n') code[i] = ' ';
  }
}

// Where a literal that begins with the quote at `open` ends: on its closing quote, or at the line's end.
size_t EndOfLiteral(const std::string& text, size_t open) {
  size_t i = open + 1;
  while (i < text.size() && text[i] != text[open] && text[i] != '\n') i += text[i] == '\\' ? 2 : 1;
  return std::min(i, text.size());
}

bool IsWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

// Blanks the raw string whose quote is at `open`; answers where to go on.
size_t BlankRawString(std::string& code, size_t open) {
  const size_t bracket = code.find('(', open);
  if (bracket == std::string::npos) return open + 1;
  const std::string closing = absl::StrCat(")", code.substr(open + 1, bracket - open - 1), "\"");
  const size_t end = code.find(closing, bracket);
  Blank(code, open + 1, end == std::string::npos ? code.size() : end + closing.size() - 1);
  return end == std::string::npos ? code.size() : end + closing.size();
}

// The text without what is said in comments and literals. A quote inside a number (1'000) is no literal.
std::string CodeOf(const std::string& text) {
  std::string code = text;
  size_t i = 0;
  while (i < code.size()) {
    const char previous = i > 0 ? code[i - 1] : ' ';
    size_t end = i + 1;
    if (code.compare(i, 2, "//") == 0) {
      end = std::min(code.find('\n', i), code.size());
      Blank(code, i, end);
    } else if (code.compare(i, 2, "/*") == 0) {
      end = code.find("*/", i + 2);
      end = end == std::string::npos ? code.size() : end + 2;
      Blank(code, i, end);
    } else if (code[i] == '"' && previous == 'R') {
      end = BlankRawString(code, i);
    } else if (code[i] == '"' || (code[i] == '\'' && !IsWordCharacter(previous))) {
      end = EndOfLiteral(code, i);
      Blank(code, i + 1, end);
      ++end;
    }
    i = end;
  }
  return code;
}

std::vector<Include> IncludesOf(const std::string& text) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re");
  std::vector<Include> includes;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch match;
    if (std::regex_search(line, match, kInclude)) includes.push_back({number, match[2], match[1] == "<"});
  }
  return includes;
}

}  // namespace

SourceFile Parse(std::string path, std::string text) {
  SourceFile file;
  file.path = std::move(path);
  file.code = CodeOf(text);
  file.includes = IncludesOf(text);
  file.text = std::move(text);
  return file;
}

std::vector<SourceFile> LoadTree(const std::string& root) {
  namespace fs = std::filesystem;
  std::vector<SourceFile> files;
  for (const char* top : {"common", "services", "tests"}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(fs::path(root) / top)) {
      const std::string path = fs::relative(entry.path(), root).generic_string();
      if (!entry.is_regular_file() || !(absl::EndsWith(path, ".h") || absl::EndsWith(path, ".cc"))) continue;
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      files.push_back(Parse(path, text.str()));
    }
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

int LineOf(const std::string& text, size_t position) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + std::min(position, text.size()), '\n'));
}

}  // namespace milepost::arch
