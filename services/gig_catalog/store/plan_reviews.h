// The progress of the plan reviewer: which plans it still has to look at since their subcategory changed. The functions fail
// with DatabaseError()s.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/connection.h"
#include "services/gig_catalog/domain/gig.h"
#include "services/gig_catalog/domain/subcategory.h"

namespace milepost::gig_catalog {

// A walk over the published plans of one subcategory, first the ACTIVE ones, then the INELIGIBLE ones, each by id.
struct PlanReview {
  std::string subcategory;  // its code
  uint64_t sequence = 0;    // of the change that it is for: the subcategory's plans_sequence
  PlanState state = PlanState::kActive;
  GigId after;  // in this state
  bool done = false;
};

// An unfinished review; nothing where all plans have been looked at since the last change of their subcategories.
absl::StatusOr<std::optional<PlanReview>> FindReview(db::Connection& connection);

// The next gigs of the review, in its present state of plans.
absl::StatusOr<std::vector<GigId>> NextGigs(db::Connection& connection, const PlanReview& review,
                                            size_t limit);

// When the subcategory of the oldest unfinished review changed; nothing where none is unfinished.
absl::StatusOr<std::optional<absl::Time>> UnfinishedSince(db::Connection& connection);

absl::Status SaveReview(db::Connection& connection, const PlanReview& review);

}  // namespace milepost::gig_catalog
