// Encodes gigs and their events as messages of milepost.storage.v1, and decodes them. Pure functions.
//
// Decoding returns exactly the encoded value; DATA_LOSS for bytes that none of these functions wrote.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/gig_catalog/domain/events.h"
#include "services/gig_catalog/domain/gig.h"

namespace milepost::gig_catalog {

// Everything but id, sequence and updated_at, which are columns of their own.
std::string EncodeGig(const Gig& gig);
absl::StatusOr<Gig> DecodeGig(absl::string_view body);

std::string EncodeEvent(const Event& event);
absl::StatusOr<Event> DecodeEvent(absl::string_view payload);

}  // namespace milepost::gig_catalog
