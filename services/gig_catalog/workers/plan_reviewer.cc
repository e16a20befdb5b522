#include "services/gig_catalog/workers/plan_reviewer.h"

#include <future>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "asio/co_spawn.hpp"
#include "asio/use_future.hpp"
#include "common/core/status_macros.h"
#include "common/obs/log.h"

namespace milepost::gig_catalog {
namespace {

constexpr size_t kBatch = 256;  // plans at a time: their commands wait in the lanes together

// Whether the same command may succeed later. Anything else is about this one gig, and must not keep the others waiting.
bool MayPass(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

}  // namespace

absl::StatusOr<size_t> PlanReviewer::Tick() {
  MILEPOST_ASSIGN_OR_RETURN(db::Connection * connection, session_.Get());
  MILEPOST_ASSIGN_OR_RETURN(std::optional<PlanReview> review, FindReview(*connection));
  if (!review) return size_t{0};
  MILEPOST_ASSIGN_OR_RETURN(const std::vector<GigId> gigs, NextGigs(*connection, *review, kBatch));
  if (stopping_) return size_t{0};
  MILEPOST_RETURN_IF_ERROR(ReviewAll(gigs));
  if (gigs.size() == kBatch) {
    review->after = gigs.back();
  } else if (review->state == PlanState::kActive) {
    review->state = PlanState::kIneligible;
    review->after = GigId();
  } else {
    review->done = true;
  }
  MILEPOST_RETURN_IF_ERROR(SaveReview(*connection, *review));
  return gigs.size() + 1;
}

absl::Status PlanReviewer::ReviewAll(const std::vector<GigId>& gigs) {
  std::vector<std::future<absl::StatusOr<db::Answer<GigDomain>>>> reviews;
  reviews.reserve(gigs.size());
  for (const GigId& gig : gigs)
    reviews.push_back(asio::co_spawn(
        executor_, gigs_.Record(gig, ReviewMilestonePlan{}, "ReviewMilestonePlan"), asio::use_future));
  absl::Status trouble;
  for (size_t i = 0; i < gigs.size(); ++i) {
    const absl::StatusOr<db::Answer<GigDomain>> reviewed = reviews[i].get();
    if (reviewed.ok()) continue;
    if (MayPass(reviewed.status())) {
      trouble.Update(reviewed.status());
      continue;
    }
    obs::Log(obs::Level::kError, "a milestone plan can't be reviewed; it is left as it is")
        .With("gig", gigs[i].ToString())
        .With("cause", reviewed.status().message());
  }
  return trouble;
}

}  // namespace milepost::gig_catalog
