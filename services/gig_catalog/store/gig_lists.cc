#include "services/gig_catalog/store/gig_lists.h"

#include <array>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/core/clock.h"
#include "common/core/status_macros.h"
#include "common/db/error.h"
#include "services/gig_catalog/store/gig_body.h"

namespace milepost::gig_catalog {
namespace {

constexpr size_t kStates = 4;

// One text for each number of states; nothing in it comes from a caller. Of a single state the index alone gives the
// page; of several, those of other states are skipped.
std::string Select(size_t states) {
  const std::vector<absl::string_view> places(states, "?");
  return absl::StrCat("SELECT id, sequence, updated_us, body FROM gigs FORCE INDEX (",
                      states == 1 ? "gigs_by_seller_and_state" : "gigs_by_seller",
                      ") WHERE seller = ? AND created_us <= ? AND (created_us < ? OR id < ?) AND state IN (",
                      absl::StrJoin(places, ", "), ") ORDER BY created_us DESC, id DESC LIMIT ?");
}

GigPlace Newest() {
  std::array<uint8_t, 16> greatest;
  greatest.fill(0xff);
  return {FromMicros(std::numeric_limits<int64_t>::max()), GigId(Uuid(greatest))};
}

db::Row ParametersOf(const GigListQuery& query) {
  const GigPlace place = query.older_than.value_or(Newest());
  db::Row row = {query.seller, place.created_at, place.created_at, place.id};
  for (GigState state : query.states) row.emplace_back(StateName(state));
  row.emplace_back(static_cast<uint64_t>(query.limit));
  return row;
}

absl::StatusOr<std::vector<Gig>> Read(db::Connection& connection, const GigListQuery& query) {
  static const auto* const texts =
      new std::array<std::string, kStates>{Select(1), Select(2), Select(3), Select(4)};
  std::vector<Gig> gigs;
  const auto take = [&](const db::ResultRow& row) -> absl::Status {
    MILEPOST_ASSIGN_OR_RETURN(Gig gig, DecodeGig(row.Bytes(3)));
    gig.id = GigId(row.Id(0));
    gig.sequence = row.Uint64(1);
    gig.updated_at = row.Instant(2);
    gigs.push_back(std::move(gig));
    return absl::OkStatus();
  };
  MILEPOST_RETURN_IF_ERROR(connection.Query((*texts)[query.states.size() - 1], ParametersOf(query), take));
  return gigs;
}

}  // namespace

void GigLists::List(GigListQuery query, Listed done) {
  pool_.Run<std::vector<Gig>>(
      [query = std::move(query)](db::Connection& connection) { return Read(connection, query); },
      [done = std::move(done)](absl::StatusOr<std::vector<Gig>> gigs) mutable {
        if (gigs.ok())
          done(*std::move(gigs));
        else
          done(db::ReadFailure(gigs.status()));
      });
}

}  // namespace milepost::gig_catalog
