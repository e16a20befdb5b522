#include "services/gig_catalog/store/gig_search.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/db/error.h"
#include "services/gig_catalog/domain/search_entry.h"
#include "services/gig_catalog/store/gig_mapping.h"
#include "services/gig_catalog/store/search_candidates.h"
#include "services/gig_catalog/store/subcategory_mapping.h"

namespace milepost::gig_catalog {
namespace {

// A word that has just become common is still searched by relevance where somebody turns the pages of such a search.
constexpr uint64_t kLeeway = 2;

// The row of `gig_search` may be newer than the gig that was read, or older.
bool Finds(const SearchQuery& query, const Gig& gig) {
  return gig.state == GigState::kPublished && (!query.milestones_available || MilestonesAvailable(gig));
}

}  // namespace

GigSearch::GigSearch(db::ReadPool& pool, GigSearchLimits limits)
    : pool_(pool), limits_(limits), gigs_(GigMapping()), common_words_(limits.words) {}

void GigSearch::Find(SearchQuery query, Done done) {
  pool_.Run<FoundGigs>(
      [this, query = std::move(query)](db::Connection& connection) { return Search(connection, query); },
      [done = std::move(done)](absl::StatusOr<FoundGigs> found) mutable {
        if (found.ok())
          done(*std::move(found));
        else
          done(db::ReadFailure(found.status()));
      });
}

absl::StatusOr<FoundGigs> GigSearch::Search(db::Connection& connection, SearchQuery query) {
  MILEPOST_ASSIGN_OR_RETURN(const std::vector<std::string> rare, RareWords(connection, query));
  FoundGigs found;
  found.order = rare.empty() ? SearchOrder::kNewestFirst : SearchOrder::kRelevance;
  const uint64_t read_max = query.words.empty() ? limits_.read_without_words : limits_.read_with_words;
  const size_t limit = query.limit;
  for (int round = 0; round < limits_.rounds; ++round) {
    // One more than the page holds: then it is not the last.
    query.limit = limit + 1 - found.gigs.size();
    const bool lost_some = round > 0;
    if (lost_some) query.limit = std::max(query.limit, limits_.gigs_a_round);
    MILEPOST_ASSIGN_OR_RETURN(const SearchCandidates candidates,
                              rare.empty() ? FindNewestFirst(connection, query, read_max)
                                           : FindByRelevance(connection, query, rare));
    MILEPOST_RETURN_IF_ERROR(AddGigs(connection, query, candidates.places, found.gigs));
    found.next = candidates.ended;
    if (found.gigs.size() > limit) {
      found.gigs.erase(found.gigs.begin() + static_cast<std::ptrdiff_t>(limit), found.gigs.end());
      found.next = found.gigs.back().place;
      break;
    }
    // Fewer than were asked for: the call has looked at all that it may, or at all there are.
    if (candidates.places.size() < query.limit) break;
    query.after = found.next;
  }
  return found;
}

absl::StatusOr<std::vector<std::string>> GigSearch::RareWords(db::Connection& connection,
                                                              const SearchQuery& query) {
  std::vector<std::string> rare;
  const bool goes_on = query.after.has_value();
  if (query.words.empty() || (goes_on && query.after->order == SearchOrder::kNewestFirst)) return rare;
  MILEPOST_ASSIGN_OR_RETURN(const std::shared_ptr<const CommonWords::Estimates> common,
                            common_words_.Get(connection));
  const uint64_t most = goes_on ? limits_.words.common * kLeeway : limits_.words.common;
  for (const std::string& word : query.words) {
    const auto found = common->find(word);
    if (found == common->end() || found->second <= most) rare.push_back(word);
  }
  if (goes_on && rare.empty()) return Refuse(Reason::kInvalidPageToken);
  return rare;
}

absl::Status GigSearch::AddGigs(db::Connection& connection, const SearchQuery& query,
                                const std::vector<SearchPlace>& places, std::vector<FoundGig>& gigs) const {
  std::vector<GigId> ids;
  ids.reserve(places.size());
  for (const SearchPlace& place : places) ids.push_back(place.gig);
  MILEPOST_ASSIGN_OR_RETURN(std::vector<Gig> read, gigs_.Load(connection, ids));
  MILEPOST_ASSIGN_OR_RETURN(const Subcategories subcategories, SubcategoriesOf(connection, read));
  absl::flat_hash_map<GigId, Gig*> by_id;
  for (Gig& gig : read) {
    GigDomain::Judge(gig, subcategories);
    by_id.emplace(gig.id, &gig);
  }
  for (const SearchPlace& place : places) {
    const auto found = by_id.find(place.gig);
    if (found != by_id.end() && Finds(query, *found->second))
      gigs.push_back({std::move(*found->second), place, subcategories});
  }
  return absl::OkStatus();
}

}  // namespace milepost::gig_catalog
