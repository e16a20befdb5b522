#include "services/gig_catalog/store/word_counts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/core/status_macros.h"
#include "services/gig_catalog/store/search_row.h"

namespace milepost::gig_catalog {
namespace {

// Rows a statement, so that no large result is held in memory. Where two rows have the same sample at its end, one may be left
// out: of a sample that is no loss.
constexpr uint64_t kRowsAStatement = 1000;

constexpr char kSampleSql[] =
    "SELECT sample, words FROM gig_search FORCE INDEX (gig_search_all_by_sample) "
    "WHERE listed = 1 AND sample > ? ORDER BY sample LIMIT ?";
constexpr char kFirstSampleSql[] =
    "SELECT sample, words FROM gig_search FORCE INDEX (gig_search_all_by_sample) "
    "WHERE listed = 1 ORDER BY sample LIMIT ?";

}  // namespace

void WordCounts::Add(uint32_t sample, absl::string_view column) {
  ++rows_;
  largest_ = std::max(largest_, sample);
  for (absl::string_view word : absl::StrSplit(column, ' ', absl::SkipEmpty()))
    if (absl::ConsumePrefix(&word, kOfText)) ++counts_[word];
}

absl::flat_hash_map<std::string, uint64_t> WordCounts::Above(uint64_t gigs, bool complete) const {
  const double whole = complete ? 1.0 : 4294967296.0 / (static_cast<double>(largest_) + 1);
  absl::flat_hash_map<std::string, uint64_t> above;
  for (const auto& [word, count] : counts_) {
    const auto estimate = static_cast<uint64_t>(count * whole);
    if (estimate > gigs) above.emplace(word, estimate);
  }
  return above;
}

std::optional<CommonWords::Known> CommonWords::Latest() {
  const std::lock_guard lock(mutex_);
  return known_;
}

absl::StatusOr<std::shared_ptr<const CommonWords::Estimates>> CommonWords::Get(db::Connection& connection) {
  const auto serves = [](const std::optional<Known>& known) {
    return known && known->age.elapsed() < known->lifetime;
  };
  std::optional<Known> known = Latest();
  if (serves(known)) return known->words;
  std::unique_lock reading(reading_, std::defer_lock);
  if (!known)
    reading.lock();
  else if (!reading.try_lock())
    return known->words;
  known = Latest();
  if (serves(known)) return known->words;
  const absl::StatusOr<Known> read = Read(connection);
  if (!read.ok() && !known) return read.status();
  if (!read.ok()) return known->words;
  const std::lock_guard lock(mutex_);
  known_ = *read;
  return read->words;
}

absl::StatusOr<CommonWords::Known> CommonWords::Read(db::Connection& connection) const {
  const Stopwatch age;
  WordCounts counts;
  uint64_t sample = 0;
  bool complete = false;
  const auto take = [&](const db::ResultRow& row) {
    sample = row.Uint64(0);
    counts.Add(static_cast<uint32_t>(sample), row.Bytes(1));
    return absl::OkStatus();
  };
  while (!complete && counts.rows() < limits_.sample_rows) {
    const uint64_t before = counts.rows(), wanted = std::min(kRowsAStatement, limits_.sample_rows - before);
    const absl::Status read = before == 0 ? connection.Query(kFirstSampleSql, db::Row{wanted}, take)
                                          : connection.Query(kSampleSql, db::Row{sample, wanted}, take);
    MILEPOST_RETURN_IF_ERROR(read);
    complete = counts.rows() - before < wanted;
  }
  return Known{std::make_shared<const Estimates>(counts.Above(limits_.common, complete)), age,
               complete ? limits_.lifetime_of_few : limits_.lifetime};
}

}  // namespace milepost::gig_catalog
