// Converts gigs and packages between the wire and the domain. Pure functions.
//
// Messages from the wire have passed the shape rules of the .proto. Rules between fields are checked here: functions
// that take `violations` add the violations they find and return the rest of the value; the caller refuses if there
// are any.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/core/actor.h"
#include "common/core/refusal.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "services/gig_catalog/domain/commands.h"
#include "services/gig_catalog/domain/gig.h"
#include "services/gig_catalog/domain/subcategories.h"

namespace milepost::gig_catalog {

namespace v1 = ::milepost::catalog::v1;

Tier TierOf(type::v1::Package package);  // `package` has passed the rules: it is one of the three
type::v1::Package ToWire(Tier tier);
type::v1::Revisions ToWire(const Revisions& revisions);
v1::GigPackage ToWire(Tier tier, const Package& package);

// "gigs/{gig}"
std::string GigName(const GigId& gig);

// Both refuse with INVALID_FIELDS. The new gig's id is the caller's to give.
absl::StatusOr<CreateGig> CommandOf(const v1::CreateGigRequest& request, const Actor& actor,
                                    const GigId& gig);
absl::StatusOr<UpdateGig> CommandOf(const v1::UpdateGigRequest& request, const Actor& actor);

absl::StatusOr<Packages> PackagesOf(const v1::PlannedGig& planned);

// The gig as `viewer` may see it: a plan that was never published is shown only to its seller (A3). `subcategories` holds the
// gig's.
v1::Gig ToWire(const Gig& gig, const Subcategories& subcategories, const Actor& viewer);
v1::GigState ToWire(GigState state);
v1::MilestonePlanState ToWire(PlanState state);

}  // namespace milepost::gig_catalog
