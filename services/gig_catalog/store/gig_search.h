// Finds PUBLISHED gigs by words and filters, a page a call, each page after the end of the previous one. What a call costs is
// bounded, however many gigs there are (docs/decisions/0040):
// - by relevance, where at least one word of the query is rare: the full-text index has the gigs with all rare words, at most
//   some ten thousand;
// - else newest first: a call examines a bounded number of gigs, and its page may have fewer gigs than were asked for, or none,
//   and not be the last.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "common/db/mysql_store.h"
#include "common/db/read_pool.h"
#include "services/gig_catalog/domain/decide.h"
#include "services/gig_catalog/domain/search_query.h"
#include "services/gig_catalog/domain/subcategories.h"
#include "services/gig_catalog/store/word_counts.h"

namespace milepost::gig_catalog {

struct FoundGig {
  Gig gig;  // judged by its subcategory
  SearchPlace place;
  Subcategories subcategories;  // that one's among them
};

struct FoundGigs {
  std::vector<FoundGig> gigs;  // in order, at most the query's limit
  SearchOrder order = SearchOrder::kNewestFirst;
  std::optional<SearchPlace> next;  // there may be more, after this place; none: these are the last
};

struct GigSearchLimits {
  CommonWordsLimits words;
  // How many gigs a call looks at, newest first: where it compares words, and where it reads nothing but an index.
  uint64_t read_with_words = 10'000;
  uint64_t read_without_words = 100'000;
  // How often a call looks, and from its second look on at how many gigs, however small the page is: it looks further where the
  // milestones of gigs turned out not to be available.
  int rounds = 4;
  size_t gigs_a_round = 250;
};

// Thread-safe.
class GigSearch {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<FoundGigs>)>;

  // `pool` outlives it.
  explicit GigSearch(db::ReadPool& pool, GigSearchLimits limits = {});

  // `done` is called exactly once, on any thread; it fails with DATABASE_UNAVAILABLE or OVERLOADED, and with
  // INVALID_PAGE_TOKEN where the place is one by relevance and all words of the query have become far too common for it.
  void Find(SearchQuery query, Done done);

 private:
  absl::StatusOr<FoundGigs> Search(db::Connection& connection, SearchQuery query);
  // Which words the full-text index is asked for; none: newest first.
  absl::StatusOr<std::vector<std::string>> RareWords(db::Connection& connection, const SearchQuery& query);
  // Reads the gigs at these places and adds those that the query finds.
  absl::Status AddGigs(db::Connection& connection, const SearchQuery& query,
                       const std::vector<SearchPlace>& places, std::vector<FoundGig>& gigs) const;

  db::ReadPool& pool_;
  const GigSearchLimits limits_;
  const db::AggregateTable<GigDomain> gigs_;
  CommonWords common_words_;
};

}  // namespace milepost::gig_catalog
