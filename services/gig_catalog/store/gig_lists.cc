#include "services/gig_catalog/store/gig_lists.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/core/status_macros.h"
#include "common/db/error.h"
#include "services/gig_catalog/domain/decide.h"
#include "services/gig_catalog/store/gig_body.h"
#include "services/gig_catalog/store/subcategory_mapping.h"

namespace milepost::gig_catalog {
namespace {

// The index that has the page's rows in their order. Of a single state it has them alone; of several, rows of other states
// are skipped.
absl::string_view IndexFor(const GigListQuery& query) {
  const bool one_state = query.states.size() == 1;
  if (query.seller.empty()) return one_state ? "gigs_all_by_state" : "gigs_all";
  return one_state ? "gigs_by_seller_and_state" : "gigs_by_seller";
}

// Nothing in it comes from a caller but the number of states.
std::string Select(const GigListQuery& query) {
  std::string sql =
      absl::StrCat("SELECT id, sequence, updated_us, body FROM gigs FORCE INDEX (", IndexFor(query),
                   ") WHERE TRUE", query.seller.empty() ? "" : " AND seller = ?",
                   query.older_than ? " AND created_us <= ? AND (created_us < ? OR id < ?)" : "");
  if (query.states.size() < kValuesOf<GigState>.size()) {
    const std::vector<absl::string_view> places(query.states.size(), "?");
    absl::StrAppend(&sql, " AND state IN (", absl::StrJoin(places, ", "), ")");
  }
  absl::StrAppend(&sql, " ORDER BY created_us DESC, id DESC LIMIT ?");
  return sql;
}

db::Row ParametersOf(const GigListQuery& query) {
  db::Row row;
  if (!query.seller.empty()) row.emplace_back(query.seller);
  if (const auto& place = query.older_than) {
    for (int i = 0; i < 2; ++i) row.emplace_back(place->at);
    row.emplace_back(place->id);
  }
  if (query.states.size() < kValuesOf<GigState>.size())
    for (const GigState state : query.states) row.emplace_back(NameOf(state));
  row.emplace_back(static_cast<uint64_t>(query.limit));
  return row;
}

absl::StatusOr<ListedGigs> Read(db::Connection& connection, const GigListQuery& query) {
  ListedGigs listed;
  const auto take = [&](const db::ResultRow& row) -> absl::Status {
    MILEPOST_ASSIGN_OR_RETURN(Gig gig, DecodeGig(row.Bytes(3)));
    gig.id = GigId(row.Id(0));
    gig.sequence = row.Uint64(1);
    gig.updated_at = row.Instant(2);
    listed.gigs.push_back(std::move(gig));
    return absl::OkStatus();
  };
  MILEPOST_RETURN_IF_ERROR(connection.Query(Select(query), ParametersOf(query), take));
  MILEPOST_ASSIGN_OR_RETURN(listed.subcategories,
                            ReadFacts(connection, {listed.gigs, {}}, db::FactsLock::kNone));
  for (Gig& gig : listed.gigs) GigDomain::Judge(gig, listed.subcategories);
  return listed;
}

}  // namespace

void GigLists::List(GigListQuery query, Listed done) {
  pool_.Run<ListedGigs>(
      [query = std::move(query)](db::Connection& connection) { return Read(connection, query); },
      [done = std::move(done)](absl::StatusOr<ListedGigs> gigs) mutable {
        if (gigs.ok())
          done(*std::move(gigs));
        else
          done(db::ReadFailure(gigs.status()));
      });
}

}  // namespace milepost::gig_catalog
