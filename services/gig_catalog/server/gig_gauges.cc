#include "services/gig_catalog/server/gig_gauges.h"

#include <algorithm>
#include <optional>

#include "common/core/status_macros.h"
#include "services/gig_catalog/store/plan_reviews.h"

namespace milepost::gig_catalog {
namespace {

constexpr obs::Metric kUnfinished{
    "milepost_plan_reviews_lag_seconds", obs::MetricKind::kGauge,
    "How long ago the oldest subcategory changed whose milestone plans are not all reviewed; 0 if all are."};

}  // namespace

absl::Status AskPlanReviews(db::Connection& connection, absl::Time now, obs::Exposition& exposition) {
  MILEPOST_ASSIGN_OR_RETURN(const std::optional<absl::Time> since, UnfinishedSince(connection));
  exposition.Add(kUnfinished, since ? std::max(0.0, absl::ToDoubleSeconds(now - *since)) : 0);
  return absl::OkStatus();
}

}  // namespace milepost::gig_catalog
