#include "services/gig_catalog/store/plan_reviews.h"

#include <utility>

#include "common/core/enum_list.h"
#include "common/core/status_macros.h"
#include "common/db/statements.h"

namespace milepost::gig_catalog {
namespace {

// The subcategories whose plans have not all been looked at since a change that concerns them. There are some dozens of
// subcategories.
constexpr char kUnfinished[] =
    "SELECT s.code, s.plans_sequence, r.sequence, r.plan_state, r.after_id, s.updated_us "
    "FROM subcategories s LEFT JOIN plan_reviews r ON r.subcategory = s.id "
    "WHERE s.plans_sequence > 0 AND (r.sequence IS NULL OR r.sequence <> s.plans_sequence OR r.done = 0) "
    "ORDER BY s.updated_us LIMIT 1";
constexpr char kNextGigs[] =
    "SELECT id FROM gigs FORCE INDEX (gigs_all_by_plan) WHERE subcategory = ? AND plan_state = ? AND id > ? "
    "ORDER BY id LIMIT ?";

}  // namespace

absl::StatusOr<std::optional<PlanReview>> FindReview(db::Connection& connection) {
  static const std::string text = kUnfinished;
  std::optional<PlanReview> found;
  MILEPOST_RETURN_IF_ERROR(connection.Query(text, db::Row{}, [&](const db::ResultRow& row) {
    PlanReview review{row.Bytes(0), row.Uint64(1), PlanState::kActive, GigId(), false};
    const bool goes_on = !row.IsNull(2) && row.Uint64(2) == review.sequence;
    if (goes_on) {
      if (row.Bytes(3) == NameOf(PlanState::kIneligible)) review.state = PlanState::kIneligible;
      review.after = GigId(row.Id(4));
    }
    found = std::move(review);
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<std::vector<GigId>> NextGigs(db::Connection& connection, const PlanReview& review,
                                            size_t limit) {
  static const std::string text = kNextGigs;
  std::vector<GigId> gigs;
  MILEPOST_RETURN_IF_ERROR(connection.Query(
      text, db::MakeRow(review.subcategory, NameOf(review.state), review.after, static_cast<uint64_t>(limit)),
      [&](const db::ResultRow& row) {
        gigs.emplace_back(row.Id(0));
        return absl::OkStatus();
      }));
  return gigs;
}

absl::StatusOr<std::optional<absl::Time>> UnfinishedSince(db::Connection& connection) {
  static const std::string text = kUnfinished;
  std::optional<absl::Time> since;
  MILEPOST_RETURN_IF_ERROR(connection.Query(text, db::Row{}, [&](const db::ResultRow& row) {
    since = row.Instant(5);
    return absl::OkStatus();
  }));
  return since;
}

absl::Status SaveReview(db::Connection& connection, const PlanReview& review) {
  static const db::RowWriter writer =
      db::RowWriter::Upsert("plan_reviews", {"subcategory", "sequence", "plan_state", "after_id", "done"}, 1);
  const db::Row row = db::MakeRow(SubcategoryIdOf(review.subcategory), review.sequence, NameOf(review.state),
                                  review.after, static_cast<uint64_t>(review.done));
  return writer.Write(connection, absl::MakeConstSpan(&row, 1));
}

}  // namespace milepost::gig_catalog
