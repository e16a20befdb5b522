#include "services/gig_catalog/store/search_filling.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "common/core/status_macros.h"
#include "services/gig_catalog/store/gig_mapping.h"
#include "services/gig_catalog/store/search_row.h"

namespace milepost::gig_catalog {
namespace {

constexpr char kEndOfPage[] =
    "SELECT id FROM gigs FORCE INDEX (PRIMARY) WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?";

// On the page's gigs: those whose rows are to be written.
constexpr char kToFill[] =
    "SELECT g.id FROM gigs g FORCE INDEX (PRIMARY) LEFT JOIN gig_search s ON s.gig = g.id "
    "WHERE g.id > ? AND g.id <= ? AND (s.gig IS NULL OR s.version <> ? OR s.sequence < g.sequence) "
    "ORDER BY g.id";

// Writes a row, unless there is one of a later state of the gig. `sequence` is compared by each column, so it is set last.
std::string FillSql() {
  const std::vector<std::string>& columns = SearchColumns();
  const std::vector<std::string> places(columns.size(), "?");
  std::string updates;
  for (const std::string& column : columns)
    if (column != "gig" && column != "sequence")
      absl::StrAppend(&updates, column, " = IF(VALUES(sequence) >= sequence, VALUES(", column, "), ", column,
                      "), ");
  return absl::StrCat("INSERT INTO gig_search (", absl::StrJoin(columns, ", "), ") VALUES (",
                      absl::StrJoin(places, ", "), ") ON DUPLICATE KEY UPDATE ", updates,
                      "sequence = GREATEST(sequence, VALUES(sequence))");
}

absl::Status Fill(db::Connection& connection, absl::Span<const Gig> gigs) {
  static const auto* const sql = new std::string(FillSql());
  for (const Gig& gig : gigs) MILEPOST_RETURN_IF_ERROR(connection.Update(*sql, SearchRowOf(gig)).status());
  return absl::OkStatus();
}

// Rows of one transaction: lanes that write one of them wait for its end.
constexpr size_t kWrittenAtOnce = 200;

absl::Status Write(db::Connection& connection, absl::Span<const Gig> gigs) {
  MILEPOST_RETURN_IF_ERROR(connection.Execute("START TRANSACTION"));
  const absl::Status filled = Fill(connection, gigs);
  const absl::Status ended = connection.Execute(filled.ok() ? "COMMIT" : "ROLLBACK");
  return filled.ok() ? ended : filled;
}

}  // namespace

SearchFilling::SearchFilling(size_t page) : page_(page), gigs_(GigMapping()) {}

absl::StatusOr<SearchFilling::Page> SearchFilling::NextPage(db::Connection& connection) {
  std::optional<GigId> end;
  MILEPOST_RETURN_IF_ERROR(
      connection.Query(kEndOfPage, db::MakeRow(looked_at_, page_ - 1), [&](const db::ResultRow& row) {
        end = GigId(row.Id(0));
        return absl::OkStatus();
      }));
  MILEPOST_ASSIGN_OR_RETURN(const std::vector<GigId> ids,
                            ToFill(connection, end.value_or(GigId(Uuid::Max()))));
  if (!ids.empty()) {
    MILEPOST_ASSIGN_OR_RETURN(const std::vector<Gig> gigs, gigs_.Load(connection, ids));
    for (size_t first = 0; first < gigs.size(); first += kWrittenAtOnce)
      MILEPOST_RETURN_IF_ERROR(Write(connection, absl::MakeConstSpan(gigs).subspan(first, kWrittenAtOnce)));
  }
  looked_at_ = end.value_or(GigId());
  return Page{ids.size(), !end.has_value()};
}

absl::StatusOr<std::vector<GigId>> SearchFilling::ToFill(db::Connection& connection, const GigId& end) const {
  std::vector<GigId> ids;
  MILEPOST_RETURN_IF_ERROR(
      connection.Query(kToFill, db::MakeRow(looked_at_, end, kSearchVersion), [&](const db::ResultRow& row) {
        ids.push_back(GigId(row.Id(0)));
        return absl::OkStatus();
      }));
  return ids;
}

}  // namespace milepost::gig_catalog
