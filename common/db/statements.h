// SQL for many rows at once: one prepared text each for 1, 2, 4 … 32 rows, made once, so that any number of rows takes
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

// The same text with 2^i groups of places, i = 0 … 5. A connection keeps each that it has used, with room for its values:
// larger ones cost a server some 20 MiB and spare about a microsecond a row (docs/PERFORMANCE.md).
class SizedText {
 public:
  static constexpr size_t kSizes = 6;
  static constexpr size_t kRowsMax = size_t{1} << (kSizes - 1);

  // head + group, group, … + tail
  SizedText(const std::string& head, const std::string& group, const std::string& tail);
  // `rows` is a power of two, at most kRowsMax.
  const std::string& ForRows(size_t rows) const;

 private:
  std::array<std::string, kSizes> texts_;
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
