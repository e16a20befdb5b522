// Converts offers and requests about them between the wire (milepost.offers.v1) and the domain. Pure. Messages from
// the wire have passed validation (common/rpc/validation).
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/core/actor.h"
#include "common/core/id.h"
#include "milepost/offers/v1/offer_service.pb.h"
#include "services/offer_service/domain/commands.h"
#include "services/offer_service/domain/offer.h"

namespace milepost::offers {

type::v1::PaymentState ToWire(PaymentState state);

// The offer as `viewer` may see it: the reason for a declined payment is hidden from the seller.
v1::Offer ToWire(const Offer& offer, const Actor& viewer);

// The id in `name`, which has passed validation (for the name inside an Offer: that of ChangeOf).
absl::StatusOr<OfferId> OfferIdOf(absl::string_view name);

// The command without gig and policy. `id` is the id to give to the offer. Refuses with INVALID_FIELDS terms whose parts
// don't fit together.
absl::StatusOr<CreateOffer> CreationOf(const v1::Offer& offer, OfferId id, const Actor& seller);

// The command without the facts of its gig and without policy. Refuses with INVALID_FIELDS, all at once: a name that is no
// offer's, a mask that names what can't be changed, or terms that the offer does not carry, and terms whose parts don't
// fit together.
absl::StatusOr<UpdateOffer> ChangeOf(const v1::UpdateOfferRequest& request, const Actor& seller);

// Refuses with INVALID_FIELDS, all at once, reasons that don't fit the outcome.
absl::StatusOr<RecordOrderOutcome> OrderOutcomeOf(const v1::RecordOrderOutcomeRequest& request,
                                                  const Actor& actor);

}  // namespace milepost::offers
