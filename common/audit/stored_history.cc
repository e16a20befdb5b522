#include "common/audit/stored_history.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/core/utf8.h"

namespace milepost::audit {
namespace {

constexpr size_t kShownMax = 200;

struct CellFrom {
  Cell operator()(std::monostate) const { return std::nullopt; }
  Cell operator()(int64_t number) const { return absl::StrCat(number); }
  Cell operator()(uint64_t number) const { return absl::StrCat(number); }
  Cell operator()(const Uuid& id) const { return id.ToBytes(); }
  Cell operator()(const std::string& bytes) const { return bytes; }
};

bool IsText(const std::string& bytes) {
  const bool has_control =
      std::any_of(bytes.begin(), bytes.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
  return !has_control && CountCharacters(bytes).has_value();
}

}  // namespace

Cell CellOf(const db::Value& value) {
  return value.Visit(CellFrom());
}

Cells CellsOf(const db::Row& row) {
  Cells cells;
  cells.reserve(row.size());
  for (const db::Value& value : row) cells.push_back(CellOf(value));
  return cells;
}

std::string Shown(const Cell& cell) {
  if (!cell) return "NULL";
  if (IsText(*cell) && cell->size() <= kShownMax) return *cell;
  if (cell->size() == 16) return Uuid::FromBytes(*cell)->ToString();
  if (cell->size() <= kShownMax / 2) return absl::BytesToHexString(*cell);
  return absl::StrCat(cell->size(), " bytes, SHA-256 ", absl::BytesToHexString(Sha256(*cell)));
}

}  // namespace milepost::audit
