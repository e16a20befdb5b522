// The amounts of a plan's milestones in one package (A4): those that were given, or the package's price split by shares,
// or split equally. Shares are weights: they follow the price, and milestones that come, go or move, until the seller
// enters an amount (docs/decisions/0039-shares-are-weights.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "services/gig_catalog/domain/gig.h"

namespace milepost::gig_catalog {

// The price of a package, split among the milestones of `terms` that are for `tier`, in their order: by their shares where
// all have one, else equally. They add up to the price. At least one milestone is for `tier`.
std::vector<int64_t> SplitPrice(const PlanTerms& terms, Tier tier, int64_t price_minor);

// Brings the packages of milestone `edited` (an index), which was added to `draft` or replaced in it, into the
// form that MilestoneTerms wants: no share beside anything else. `before` is the draft before the edit.
// - A package with an amount and shares: each share becomes an amount at the gig's present price. Of the milestones that
//   were not edited it is the amount before the edit, of the edited one its basis points of the price. Refused with
//   GIG_INCOMPLETE where the package has no price yet.
// - A package with shares and milestones that have neither: these get the mean of the shares, at least 1.
absl::Status SettleShares(const Gig& gig, const PlanTerms& before, size_t edited, PlanTerms& draft);

}  // namespace milepost::gig_catalog
