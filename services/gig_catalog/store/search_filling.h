// Gives gigs their rows in `gig_search` that no lane has given them: gigs from before that table, gigs that a replica of an
// earlier version changes while a new one is rolled out, and all gigs when the rules change by which words are made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/connection.h"
#include "common/db/mysql_store.h"
#include "services/gig_catalog/domain/decide.h"

namespace milepost::gig_catalog {

// A walk over all gigs by id. Not thread-safe.
class SearchFilling {
 public:
  // `page`: gigs that are looked at, a call.
  explicit SearchFilling(size_t page);

  // Looks at the next page of gigs, and writes the rows that are missing, made by other rules, or older than the gig. Locks no
  // gig: of two rows of a gig, the one of the later state stays. After its end the walk begins anew.
  struct Page {
    size_t written = 0;
    bool last = false;
  };
  absl::StatusOr<Page> NextPage(db::Connection& connection);

 private:
  // The gigs after the last page, up to `end`, whose rows are to be written, by id.
  absl::StatusOr<std::vector<GigId>> ToFill(db::Connection& connection, const GigId& end) const;

  const uint64_t page_;
  const db::AggregateTable<GigDomain> gigs_;
  GigId looked_at_;  // nil: none yet
};

}  // namespace milepost::gig_catalog
