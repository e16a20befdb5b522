#include "tests/golden/rows.h"

#include <algorithm>
#include <type_traits>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/core/status_macros.h"

namespace milepost::golden {
namespace {

constexpr absl::string_view kHex = "x:";

// The columns whose bytes are not text.
bool HoldsBytes(absl::string_view column) {
  for (const absl::string_view each : {"body", "payload", "digest", "record", "bytes"})
    if (column == each) return true;
  return false;
}

std::string ValueText(absl::string_view column, const db::Value& value) {
  return value.Visit([&](const auto& each) -> std::string {
    using T = std::decay_t<decltype(each)>;
    if constexpr (std::is_same_v<T, std::monostate>) {
      return "NULL";
    } else if constexpr (std::is_same_v<T, Uuid>) {
      return each.ToString();
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (HoldsBytes(column)) return absl::StrCat(kHex, absl::BytesToHexString(each));
      return absl::StrCat("\"", absl::Utf8SafeCEscape(each), "\"");
    } else {
      return absl::StrCat(each);
    }
  });
}

absl::Status NotALine(absl::string_view line) {
  return absl::DataLossError(absl::StrCat("not a row: ", line.substr(0, 120)));
}

// Where the value that begins at `start` ends.
size_t EndOfValue(absl::string_view line, size_t start) {
  if (start >= line.size() || line[start] != '"') return std::min(line.find(' ', start), line.size());
  size_t end = start + 1;
  while (end < line.size() && line[end] != '"') end += line[end] == '\\' ? 2 : 1;
  return std::min(end + 1, line.size());
}

bool IsHex(absl::string_view text) {
  return text.size() % 2 == 0 && std::all_of(text.begin(), text.end(), absl::ascii_isxdigit);
}

bool IsValue(absl::string_view text) {
  int64_t number = 0;
  std::string unescaped;
  if (text == "NULL" || absl::SimpleAtoi(text, &number) || Uuid::Parse(text).ok()) return true;
  if (absl::ConsumePrefix(&text, kHex)) return IsHex(text);
  return absl::ConsumePrefix(&text, "\"") && absl::ConsumeSuffix(&text, "\"") &&
         absl::CUnescape(text, &unescaped);
}

// Two digits a byte.
std::string BytesOf(absl::string_view hex) {
  std::string bytes;
  for (size_t at = 0; at < hex.size(); at += 2)
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16)));
  return bytes;
}

}  // namespace

std::string TextRow::Text(absl::string_view column) const {
  for (const auto& [name, value] : cells)
    if (name == column) return value;
  return "";
}

audit::Cell TextRow::Cell(absl::string_view column) const {
  const std::string text = Text(column);
  absl::string_view value = text;
  if (value.empty() || value == "NULL") return std::nullopt;
  if (absl::ConsumePrefix(&value, kHex)) return BytesOf(value);
  if (absl::ConsumePrefix(&value, "\"")) {
    std::string unescaped;
    absl::CUnescape(value.substr(0, value.size() - 1), &unescaped);
    return unescaped;
  }
  if (const absl::StatusOr<Uuid> id = Uuid::Parse(value); id.ok()) return id->ToBytes();
  return text;
}

int64_t TextRow::Number(absl::string_view column) const {
  int64_t number = 0;
  return absl::SimpleAtoi(Text(column), &number) ? number : -1;
}

TextRow TextRowOf(absl::string_view table, const std::vector<std::string>& columns, const db::Row& row) {
  TextRow out{std::string(table), {}};
  for (size_t i = 0; i < columns.size(); ++i)
    out.cells.emplace_back(columns[i], ValueText(columns[i], row[i]));
  return out;
}

std::string LineOf(const TextRow& row) {
  std::string line = row.table;
  for (const auto& [column, value] : row.cells) absl::StrAppend(&line, " ", column, "=", value);
  return line;
}

absl::StatusOr<TextRow> RowFrom(absl::string_view line) {
  const size_t space = line.find(' ');
  if (space == absl::string_view::npos) return NotALine(line);
  TextRow row{std::string(line.substr(0, space)), {}};
  size_t start = space + 1;
  while (start < line.size()) {
    const size_t equals = line.find('=', start);
    if (equals == absl::string_view::npos) return NotALine(line);
    const size_t end = EndOfValue(line, equals + 1);
    const absl::string_view value = line.substr(equals + 1, end - equals - 1);
    if (!IsValue(value)) return NotALine(line.substr(start));
    row.cells.emplace_back(line.substr(start, equals - start), value);
    start = end + 1;
  }
  return row;
}

std::string TextOf(const StoryFile& file) {
  std::string text = absl::StrCat("# ", file.about, "\n");
  for (const Commit& commit : file.commits) {
    absl::StrAppend(&text, "\n# ", commit.what, "\n");
    for (const TextRow& row : commit.rows) absl::StrAppend(&text, LineOf(row), "\n");
  }
  return text;
}

absl::StatusOr<StoryFile> FileFrom(std::string name, absl::string_view text) {
  StoryFile file{.name = std::move(name)};
  bool begins = true;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (line.empty()) begins = true;
    if (line.empty() || line[0] == '#') continue;
    if (begins) file.commits.emplace_back();
    begins = false;
    MILEPOST_ASSIGN_OR_RETURN(TextRow row, RowFrom(line));
    file.commits.back().rows.push_back(std::move(row));
  }
  if (file.commits.empty()) return absl::DataLossError(absl::StrCat(file.name, " has no rows"));
  return file;
}

}  // namespace milepost::golden
