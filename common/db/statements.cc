#include "common/db/statements.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/core/status_macros.h"

namespace milepost::db {
namespace {

// Well below the smallest max_allowed_packet of a server that is set up as it comes (16 MiB).
constexpr size_t kStatementBytesMax = size_t{4} << 20;

std::string Places(size_t columns) {
  return absl::StrCat("(", absl::StrJoin(std::vector<std::string>(columns, "?"), ","), ")");
}

std::string InsertHead(const std::string& table, const std::vector<std::string>& columns) {
  return absl::StrCat("INSERT INTO ", table, " (", absl::StrJoin(columns, ", "), ") VALUES ");
}

struct SizeOf {
  size_t operator()(const std::string& bytes) const { return bytes.size(); }
  template <class T>
  size_t operator()(const T&) const {
    return 8;
  }
};

size_t BytesOf(const Row& row) {
  size_t bytes = 0;
  for (const Value& value : row) bytes += value.Visit(SizeOf());
  return bytes;
}

// How many rows from the front one statement may take.
size_t FitIntoOne(absl::Span<const Row> rows) {
  size_t fit = 0, bytes = 0;
  while (fit < rows.size() && fit < RowWriter::kSizes.back()) {
    bytes += BytesOf(rows[fit]);
    if (fit > 0 && bytes > kStatementBytesMax) break;
    ++fit;
  }
  return fit;
}

}  // namespace

SizedText::SizedText(absl::Span<const size_t> sizes, const std::string& head, const std::string& group,
                     const std::string& tail)
    : sizes_(sizes) {
  for (const size_t size : sizes) {
    const std::vector<std::string> groups(size, group);
    texts_.push_back(absl::StrCat(head, absl::StrJoin(groups, ","), tail));
  }
}

size_t SizedText::Below(size_t rows) const {
  return *std::prev(std::upper_bound(sizes_.begin(), sizes_.end(), rows));
}

size_t SizedText::Above(size_t rows) const {
  return *std::lower_bound(sizes_.begin(), sizes_.end(), rows);
}

const std::string& SizedText::ForRows(size_t rows) const {
  return texts_[std::lower_bound(sizes_.begin(), sizes_.end(), rows) - sizes_.begin()];
}

RowWriter RowWriter::Insert(const std::string& table, const std::vector<std::string>& columns) {
  return RowWriter(SizedText(kSizes, InsertHead(table, columns), Places(columns.size()), ""));
}

RowWriter RowWriter::Upsert(const std::string& table, const std::vector<std::string>& columns,
                            size_t key_columns) {
  const std::vector<std::string> written(columns.begin() + key_columns, columns.end());
  const std::string updates = absl::StrJoin(written, ", ", [](std::string* out, const std::string& column) {
    absl::StrAppend(out, column, " = VALUES(", column, ")");
  });
  return RowWriter(SizedText(kSizes, InsertHead(table, columns), Places(columns.size()),
                             absl::StrCat(" ON DUPLICATE KEY UPDATE ", updates)));
}

absl::Status RowWriter::Write(Connection& connection, absl::Span<const Row> rows) const {
  while (!rows.empty()) {
    const size_t chunk = text_.Below(FitIntoOne(rows));
    MILEPOST_RETURN_IF_ERROR(connection.Update(text_.ForRows(chunk), rows.subspan(0, chunk)).status());
    rows.remove_prefix(chunk);
  }
  return absl::OkStatus();
}

void SortByKey(std::vector<Row>& rows, size_t key_columns) {
  std::sort(rows.begin(), rows.end(), [key_columns](const Row& a, const Row& b) {
    return std::lexicographical_compare(a.begin(), a.begin() + key_columns, b.begin(),
                                        b.begin() + key_columns);
  });
}

RowsByKey::RowsByKey(const std::string& head, size_t key_columns, const std::string& tail)
    : text_(kSizes, absl::StrCat(head, " IN ("), key_columns == 1 ? "?" : Places(key_columns),
            absl::StrCat(")", tail)) {}

absl::Status RowsByKey::Read(Connection& connection, absl::Span<const Row> keys,
                             Connection::RowCallback each) const {
  while (!keys.empty()) {
    const size_t count = std::min(keys.size(), text_.largest());
    const size_t places = text_.Above(count);
    absl::Span<const Row> named = keys.subspan(0, count);
    std::vector<Row> padded;
    if (places > count) {
      // A key named twice is found once: the last one fills the statement up.
      padded.assign(named.begin(), named.end());
      padded.resize(places, named.back());
      named = padded;
    }
    MILEPOST_RETURN_IF_ERROR(connection.Query(text_.ForRows(places), named, each));
    keys.remove_prefix(count);
  }
  return absl::OkStatus();
}

}  // namespace milepost::db
