// SQL for many rows at once: one prepared text each for 1, 2, 3, 4, 6, 8 … 24, 32 rows, made once, so that any number of rows takes
// few statements and no text is ever made from values. Immutable after construction: safe to share between threads.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/db/connection.h"
#include "common/db/row.h"

namespace milepost::db {

// The same text with each of kRows groups of places: two sizes an octave, so that few statements make up any number. A
// connection keeps each that it has used, with room for its values:
// larger ones cost a server some 20 MiB and spare about a microsecond a row (docs/PERFORMANCE.md).
class SizedText {
 public:
  static constexpr std::array<size_t, 10> kRows = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32};
  static constexpr size_t kRowsMax = kRows.back();

  // head + group, group, … + tail
  SizedText(const std::string& head, const std::string& group, const std::string& tail);
  // The largest of kRows that is not above `rows`, which is not 0; the smallest that is not below it, which is not above
  // kRowsMax.
  static size_t Below(size_t rows);
  static size_t Above(size_t rows);
  // `rows` is one of kRows.
  const std::string& ForRows(size_t rows) const;

 private:
  std::array<std::string, kRows.size()> texts_;
};

// Writes rows into one table.
class RowWriter {
 public:
  // Fails with kDuplicate when a key is taken.
  static RowWriter Insert(const std::string& table, const std::vector<std::string>& columns);
  // Overwrites the row where the primary key (the first `key_columns`) is taken.
  static RowWriter Upsert(const std::string& table, const std::vector<std::string>& columns,
                          size_t key_columns);

  // The rows are sorted by primary key (SortByKey), so that all writers take their locks in one order.
  absl::Status Write(Connection& connection, absl::Span<const Row> rows) const;

 private:
  explicit RowWriter(SizedText text) : text_(std::move(text)) {}
  SizedText text_;
};

void SortByKey(std::vector<Row>& rows, size_t key_columns);

// Reads rows by their keys.
class RowsByKey {
 public:
  // head + "IN (…)" + tail; a key has `key_columns` values.
  RowsByKey(const std::string& head, size_t key_columns, const std::string& tail);

  // `keys` in the order in which rows are to be locked; a statement for each 32 of them.
  absl::Status Read(Connection& connection, absl::Span<const Row> keys, Connection::RowCallback each) const;

 private:
  SizedText text_;
};

}  // namespace milepost::db
