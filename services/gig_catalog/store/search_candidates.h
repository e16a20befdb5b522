// The statements of the search: reads the places of gigs that a query may find, from the table `gig_search` alone. Whether they
// are found is decided on the gigs themselves (gig_search.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/connection.h"
#include "services/gig_catalog/domain/search_query.h"

namespace milepost::gig_catalog {

struct SearchCandidates {
  std::vector<SearchPlace> places;   // in order, at most the query's limit
  std::optional<SearchPlace> ended;  // looked as far as here, and there may be more; none: these are the last
};

// The full-text index is asked for so many words of a query at most; the rows that it finds are then compared with all of them.
inline constexpr size_t kIndexedWordsMax = 8;

// By relevance. `rare` are words of the query, not none: what the call costs follows the number of gigs that have all of them.
absl::StatusOr<SearchCandidates> FindByRelevance(db::Connection& connection, const SearchQuery& query,
                                                 const std::vector<std::string>& rare);

// Newest first. Looks at about `read_max` gigs of the subcategory, or of all, and passes over those that don't fit.
absl::StatusOr<SearchCandidates> FindNewestFirst(db::Connection& connection, const SearchQuery& query,
                                                 uint64_t read_max);

}  // namespace milepost::gig_catalog
