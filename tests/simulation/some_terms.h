// Gigs and offers as sellers make them: plausible, sometimes beyond what is allowed.
#pragma once

#include <vector>

#include "common/core/actor.h"
#include "common/core/id.h"
#include "services/gig_catalog/domain/commands.h"
#include "services/gig_catalog/domain/gig.h"
#include "services/offer_service/domain/terms.h"
#include "tests/simulation/chance.h"

namespace milepost::simulation {

// The commands that create a gig and publish it, mostly with a milestone plan.
std::vector<gig_catalog::Command> SomeGig(const GigId& gig, const Actor& seller, Chance& chance);
// A change that the seller makes to it later: another price, a pause, another plan.
gig_catalog::Command SomeGigChange(const gig_catalog::Gig& gig, const Actor& seller, Chance& chance);

offers::Terms SomeOfferTerms(Chance& chance);

}  // namespace milepost::simulation
