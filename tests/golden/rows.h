// Stored rows as lines of text, and back: the form of the corpus.
//
//   orders id=01975e20-… sequence=3 state="ACTIVE" outcome_due_us=NULL body=x:0a0f75…
//
// A value is NULL, a decimal number, an id, quoted text, or, in columns that hold encoded messages and digests, `x:` and the
// bytes in hex.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/audit/stored_history.h"
#include "common/db/row.h"

namespace milepost::golden {

struct TextRow {
  std::string table;
  std::vector<std::pair<std::string, std::string>>
      cells;  // the column, and its value as it stands in the file

  // The value of a column; empty where the row has no such column.
  std::string Text(absl::string_view column) const;
  // The same as the database would give it: numbers in decimal, bytes as they are.
  audit::Cell Cell(absl::string_view column) const;
  std::string Bytes(absl::string_view column) const { return Cell(column).value_or(""); }
  int64_t Number(absl::string_view column) const;
  friend bool operator==(const TextRow&, const TextRow&) = default;
};

// `row` has a value for each of `columns`.
TextRow TextRowOf(absl::string_view table, const std::vector<std::string>& columns, const db::Row& row);

std::string LineOf(const TextRow& row);
absl::StatusOr<TextRow> RowFrom(absl::string_view line);

// The rows of one transaction, in the order in which it writes them.
struct Commit {
  std::string what;  // what was asked; a comment in the file
  std::vector<TextRow> rows;
};

// One file of the corpus.
struct StoryFile {
  std::string name;   // "orders/ended_early"
  std::string about;  // a sentence; a comment in the file
  std::vector<Commit> commits;
  // Of a story that is being told: what went wrong.
  absl::Status told;
};

std::string TextOf(const StoryFile& file);
absl::StatusOr<StoryFile> FileFrom(std::string name, absl::string_view text);

}  // namespace milepost::golden
