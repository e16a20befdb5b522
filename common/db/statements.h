// SQL statements for many rows: one text each for 1, 2, 3 … rows, up to some dozens, made once. Any number of rows
// takes few statements, and no text is made from values. Immutable after construction: safe to share between threads.
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

// A statement's text with 1, 2, 3 … groups of parameters, in sizes of which a few add up to any number.
class SizedText {
 public:
  // head + group, group, … + tail. `sizes` ascend from 1, and live as long as the process.
  SizedText(absl::Span<const size_t> sizes, const std::string& head, const std::string& group,
            const std::string& tail);
  // The largest size that is not above `rows`, which is not 0; the smallest that is not below it, which is not above largest().
  size_t Below(size_t rows) const;
  size_t Above(size_t rows) const;
  size_t largest() const { return sizes_.back(); }
  // `rows` is one of the sizes.
  const std::string& ForRows(size_t rows) const;

 private:
  const absl::Span<const size_t> sizes_;
  std::vector<std::string> texts_;
};

// Writes rows into one table.
class RowWriter {
 public:
  // A connection keeps each statement that it has used, with room for its values: larger ones cost a server some 20 MiB and
  // spare about a microsecond a row (docs/PERFORMANCE.md). All up to 8, so that what 32 leaves of a batch takes one more.
  static constexpr std::array<size_t, 12> kSizes = {1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32};

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
  // Keys are small, and a statement may repeat a key to fill its places: so there are fewer and larger sizes.
  static constexpr std::array<size_t, 11> kSizes = {1, 2, 3, 4, 6, 8, 12, 16, 24, 40, 64};

  // head + "IN (…)" + tail; a key has `key_columns` values.
  RowsByKey(const std::string& head, size_t key_columns, const std::string& tail);

  // `keys` in the order in which rows are to be locked; a statement for each 64 of them.
  absl::Status Read(Connection& connection, absl::Span<const Row> keys, Connection::RowCallback each) const;

 private:
  SizedText text_;
};

}  // namespace milepost::db
