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

// One state's gigs, or those of all states: an index has them in order, and nothing else is read. Nothing in the text comes from
// a caller.
std::string SelectOne(const GigListQuery& query, bool of_one_state) {
  const absl::string_view index = query.seller.empty()
                                      ? (of_one_state ? "gigs_all_by_state" : "gigs_all")
                                      : (of_one_state ? "gigs_by_seller_and_state" : "gigs_by_seller");
  return absl::StrCat("SELECT id, sequence, updated_us, body, created_us FROM gigs FORCE INDEX (", index,
                      ") WHERE TRUE", query.seller.empty() ? "" : " AND seller = ?",
                      query.older_than ? " AND created_us <= ? AND (created_us < ? OR id < ?)" : "",
                      of_one_state ? " AND state = ?" : "", " ORDER BY created_us DESC, id DESC LIMIT ?");
}

bool IsOfAllStates(const GigListQuery& query) {
  return query.states.size() == kValuesOf<GigState>.size();
}

// Of some states: the first of each, and of these the first.
std::string Select(const GigListQuery& query) {
  if (IsOfAllStates(query)) return SelectOne(query, false);
  if (query.states.size() == 1) return SelectOne(query, true);
  const std::vector<std::string> parts(query.states.size(), absl::StrCat("(", SelectOne(query, true), ")"));
  return absl::StrCat(absl::StrJoin(parts, " UNION ALL "), " ORDER BY created_us DESC, id DESC LIMIT ?");
}

db::Row ParametersOf(const GigListQuery& query) {
  db::Row row;
  const auto add_one = [&](std::optional<GigState> state) {
    if (!query.seller.empty()) row.emplace_back(query.seller);
    if (const auto& place = query.older_than) {
      for (int i = 0; i < 2; ++i) row.emplace_back(place->at);
      row.emplace_back(place->id);
    }
    if (state) row.emplace_back(NameOf(*state));
    row.emplace_back(static_cast<uint64_t>(query.limit));
  };
  if (IsOfAllStates(query)) {
    add_one(std::nullopt);
    return row;
  }
  for (const GigState state : query.states) add_one(state);
  if (query.states.size() > 1) row.emplace_back(static_cast<uint64_t>(query.limit));
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
  MILEPOST_ASSIGN_OR_RETURN(listed.subcategories, SubcategoriesOf(connection, listed.gigs));
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
