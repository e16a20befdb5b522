// Encodes offers and their events as stored bytes (protos/milepost/storage/v1/offer.proto), and decodes them. Pure.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/offer_service/domain/events.h"
#include "services/offer_service/domain/offer.h"

namespace milepost::offers {

// The column `offers.body`. Id, sequence and time of change are the row's own columns and not in it.
std::string OfferToBody(const Offer& offer);

// The reverse; `id`, `sequence` and `updated_at` stay as default-constructed. DATA_LOSS for bytes that
// OfferToBody of no release wrote.
absl::StatusOr<Offer> OfferFromBody(absl::string_view body);

// The column `events.payload`.
std::string OfferEventToPayload(const OfferEvent& event);

// The reverse; the id in an OfferCreated is the row's aggregate. DATA_LOSS as above.
absl::StatusOr<OfferEvent> OfferEventFromPayload(OfferId offer, absl::string_view payload);

}  // namespace milepost::offers
