#include "services/gig_catalog/store/search_candidates.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/core/clock.h"
#include "common/core/status_macros.h"
#include "services/gig_catalog/store/search_row.h"

namespace milepost::gig_catalog {
namespace {

// Gigs that a call looks at first, and how many times as many after that.
constexpr uint64_t kReadFirst = 1000, kReadGrowth = 4;

// Before every gig, newest first.
SearchPlace BeforeTheNewest() {
  return {SearchOrder::kNewestFirst, 0, FromMicros(std::numeric_limits<int64_t>::max() - 1),
          GigId(Uuid::Max())};
}

// The conditions that both orders share, and their values. Nothing in the text comes from a caller.
void AddFilters(const SearchQuery& query, std::string& sql, db::Row& parameters) {
  if (!query.words.empty()) {
    absl::StrAppend(&sql, " AND words LIKE ?");
    parameters.emplace_back(PatternOf(kOfText, query.words));
  }
  if (!query.subcategory.empty()) {
    absl::StrAppend(&sql, " AND subcategory = ?");
    parameters.emplace_back(query.subcategory);
  }
  if (query.price) {
    absl::StrAppend(&sql, " AND currency = ? AND price BETWEEN ? AND ?");
    parameters.emplace_back(std::string(query.price->currency.code()));
    parameters.emplace_back(query.price->min);
    parameters.emplace_back(query.price->max);
  }
  if (query.milestones_available) absl::StrAppend(&sql, " AND milestones = 1");
}

absl::Span<const std::string> RankedWords(const SearchQuery& query) {
  return absl::MakeConstSpan(query.words).first(std::min(query.words.size(), kRankedWordsMax));
}

// Gigs whose title has from `least` to `most` of the ranked words.
struct TitleRange {
  uint64_t least = 0, most = 0;
};

// How many of the ranked words the title has of each gig in this range, where the full-text index alone can tell: where it is
// asked for all of them, and they all are to be in the title, or the only one is not.
std::optional<uint64_t> KnownInTitle(const SearchQuery& query, const std::vector<std::string>& rare,
                                     TitleRange range) {
  const absl::Span<const std::string> ranked = RankedWords(query);
  const size_t asked = std::min(rare.size(), kIndexedWordsMax);
  const bool asked_for_all = std::all_of(ranked.begin(), ranked.end(), [&](const std::string& word) {
    return std::find(rare.begin(), rare.begin() + asked, word) != rare.begin() + asked;
  });
  if (!asked_for_all || (range.least < ranked.size() && ranked.size() > 1)) return std::nullopt;
  return range.least;
}

// What the full-text index is asked for. Of gigs with all ranked words in their title there are few, so they are looked for as
// words of a title.
std::string FullTextOf(const SearchQuery& query, const std::vector<std::string>& rare, TitleRange range) {
  const absl::Span<const std::string> ranked = RankedWords(query);
  const bool all_in_title = range.least == ranked.size();
  std::string text;
  for (size_t i = 0; i < std::min(rare.size(), kIndexedWordsMax); ++i) {
    const bool in_title = all_in_title && std::binary_search(ranked.begin(), ranked.end(), rare[i]);
    absl::StrAppend(&text, Required(in_title ? kOfTitle : kOfText, rare[i]));
  }
  if (KnownInTitle(query, rare, range) == 0) absl::StrAppend(&text, Excluded(kOfTitle, ranked[0]));
  return text;
}

// The number of ranked words in a gig's title, as SQL. The database computes it anew wherever a statement mentions it.
std::string InTitleSql(const SearchQuery& query, const std::vector<std::string>& rare, TitleRange range,
                       db::Row& parameters) {
  if (const std::optional<uint64_t> known = KnownInTitle(query, rare, range)) return absl::StrCat(*known);
  std::string sql;
  for (const std::string& word : RankedWords(query)) {
    absl::StrAppend(&sql, sql.empty() ? "" : " + ", "(LOCATE(?, words) > 0)");
    parameters.emplace_back(ColumnOf(kOfTitle, {word}));
  }
  return sql;
}

// Appends to `places`, up to the query's limit.
absl::Status ReadByRelevance(db::Connection& connection, const SearchQuery& query,
                             const std::vector<std::string>& rare, TitleRange range,
                             std::vector<SearchPlace>& places) {
  db::Row parameters;
  std::string sql =
      absl::StrCat("SELECT gig, created_us, in_title FROM (SELECT gig, created_us, ",
                   InTitleSql(query, rare, range, parameters),
                   " AS in_title FROM gig_search FORCE INDEX (gig_search_words) WHERE MATCH (words) "
                   "AGAINST (? IN BOOLEAN MODE)");
  parameters.emplace_back(FullTextOf(query, rare, range));
  AddFilters(query, sql, parameters);
  absl::StrAppend(&sql, ") AS found WHERE in_title BETWEEN ? AND ?");
  parameters.emplace_back(range.least);
  parameters.emplace_back(range.most);
  if (const auto& after = query.after) {
    absl::StrAppend(&sql, " AND (in_title < ? OR created_us < ? OR (created_us = ? AND gig < ?))");
    parameters.emplace_back(uint64_t{after->in_title});
    for (int i = 0; i < 2; ++i) parameters.emplace_back(after->created_at);
    parameters.emplace_back(after->gig);
  }
  absl::StrAppend(&sql, " ORDER BY in_title DESC, created_us DESC, gig DESC LIMIT ?");
  parameters.emplace_back(static_cast<uint64_t>(query.limit - places.size()));
  return connection.Query(sql, parameters, [&](const db::ResultRow& row) {
    places.push_back(
        {SearchOrder::kRelevance, static_cast<uint32_t>(row.Int64(2)), row.Instant(1), GigId(row.Id(0))});
    return absl::OkStatus();
  });
}

// The gigs after a place, newest first, as far as `last`, of one subcategory or of all: over an index that has them in order.
struct NewestFirst {
  std::string index, conditions;
  db::Row parameters;
};

NewestFirst From(const SearchQuery& query) {
  const bool of_all = query.subcategory.empty();
  NewestFirst from{of_all ? "gig_search_all" : "gig_search_all_by_subcategory",
                   " WHERE listed = 1 AND created_us <= ? AND (created_us < ? OR gig < ?)",
                   {}};
  const SearchPlace after = query.after.value_or(BeforeTheNewest());
  for (int i = 0; i < 2; ++i) from.parameters.emplace_back(after.created_at);
  from.parameters.emplace_back(after.gig);
  return from;
}

// The gig that stands `read_max` gigs on; none: there are not so many.
absl::StatusOr<std::optional<SearchPlace>> EndOfRead(db::Connection& connection, const SearchQuery& query,
                                                     uint64_t read_max) {
  NewestFirst from = From(query);
  if (!query.subcategory.empty()) {
    absl::StrAppend(&from.conditions, " AND subcategory = ?");
    from.parameters.emplace_back(query.subcategory);
  }
  from.parameters.emplace_back(read_max);
  std::optional<SearchPlace> end;
  MILEPOST_RETURN_IF_ERROR(
      connection.Query(absl::StrCat("SELECT created_us, gig FROM gig_search FORCE INDEX (", from.index, ")",
                                    from.conditions, " ORDER BY created_us DESC, gig DESC LIMIT 1 OFFSET ?"),
                       from.parameters, [&](const db::ResultRow& row) {
                         end = SearchPlace{SearchOrder::kNewestFirst, 0, row.Instant(0), GigId(row.Id(1))};
                         return absl::OkStatus();
                       }));
  return end;
}

// Appends to `places`, up to the query's limit, the gigs that fit: from the query's place to `end`, or to the last.
absl::Status ReadNewestFirst(db::Connection& connection, const SearchQuery& query,
                             const std::optional<SearchPlace>& end, std::vector<SearchPlace>& places) {
  NewestFirst from = From(query);
  if (end) {
    absl::StrAppend(&from.conditions, " AND created_us >= ? AND (created_us > ? OR gig >= ?)");
    for (int i = 0; i < 2; ++i) from.parameters.emplace_back(end->created_at);
    from.parameters.emplace_back(end->gig);
  }
  AddFilters(query, from.conditions, from.parameters);
  from.parameters.emplace_back(static_cast<uint64_t>(query.limit));
  return connection.Query(
      absl::StrCat("SELECT created_us, gig FROM gig_search FORCE INDEX (", from.index, ")", from.conditions,
                   " ORDER BY created_us DESC, gig DESC LIMIT ?"),
      from.parameters, [&](const db::ResultRow& row) {
        places.push_back({SearchOrder::kNewestFirst, 0, row.Instant(0), GigId(row.Id(1))});
        return absl::OkStatus();
      });
}

}  // namespace

absl::StatusOr<SearchCandidates> FindByRelevance(db::Connection& connection, const SearchQuery& query,
                                                 const std::vector<std::string>& rare) {
  SearchCandidates found;
  const uint64_t ranked = RankedWords(query).size();
  if (!query.after || query.after->in_title == ranked)
    MILEPOST_RETURN_IF_ERROR(ReadByRelevance(connection, query, rare, {ranked, ranked}, found.places));
  if (found.places.size() < query.limit) {
    const uint64_t most = query.after ? std::min<uint64_t>(query.after->in_title, ranked - 1) : ranked - 1;
    MILEPOST_RETURN_IF_ERROR(ReadByRelevance(connection, query, rare, {0, most}, found.places));
  }
  if (found.places.size() == query.limit) found.ended = found.places.back();
  return found;
}

// Most pages are full soon: so a call looks at few gigs first, and then at more at a time.
absl::StatusOr<SearchCandidates> FindNewestFirst(db::Connection& connection, const SearchQuery& query,
                                                 uint64_t read_max) {
  SearchCandidates found;
  SearchQuery rest = query;
  for (uint64_t read = 0, now = std::min(kReadFirst, read_max); now > 0;) {
    MILEPOST_ASSIGN_OR_RETURN(found.ended, EndOfRead(connection, rest, now));
    rest.limit = query.limit - found.places.size();
    MILEPOST_RETURN_IF_ERROR(ReadNewestFirst(connection, rest, found.ended, found.places));
    if (found.places.size() == query.limit) found.ended = found.places.back();
    if (found.places.size() == query.limit || !found.ended) break;
    rest.after = found.ended;
    read += now;
    now = std::min(now * kReadGrowth, read_max - read);
  }
  return found;
}

}  // namespace milepost::gig_catalog
