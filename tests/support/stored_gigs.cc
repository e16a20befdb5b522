#include "tests/support/stored_gigs.h"

#include <optional>
#include <vector>

#include "common/core/status_macros.h"
#include "common/db/mapping.h"
#include "common/db/statements.h"
#include "services/gig_catalog/store/gig_mapping.h"

namespace milepost::testing {

using gig_catalog::Gig;
using gig_catalog::GigDomain;

absl::Status StoreGigs(db::Connection& connection, absl::Span<const Gig> gigs) {
  static const auto* const mapping = new db::Mapping<GigDomain>(gig_catalog::GigMapping());
  static const auto* const writer =
      new db::RowWriter(db::RowWriter::Insert(mapping->table, db::ColumnsOf(*mapping)));
  std::vector<db::Row> rows;
  rows.reserve(gigs.size());
  for (const Gig& gig : gigs) rows.push_back(db::RowOf(*mapping, gig, std::nullopt));
  MILEPOST_RETURN_IF_ERROR(writer->Write(connection, rows));
  for (const db::SideTable<GigDomain>& side : mapping->side_tables) {
    rows.clear();
    for (const Gig& gig : gigs) side.rows({nullptr, &gig, {}, {}}, rows);
    MILEPOST_RETURN_IF_ERROR(db::RowWriter::Insert(side.table, side.columns).Write(connection, rows));
  }
  return absl::OkStatus();
}

}  // namespace milepost::testing
