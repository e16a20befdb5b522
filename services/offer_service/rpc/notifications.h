// The notifications about an offer's events (docs/API.md, Notifications). A party is notified once of everything that
// it did not do itself; MilestoneBilling notifies about the order.
#pragma once

#include "absl/strings/string_view.h"
#include "milepost/events/v1/event.pb.h"
#include "services/offer_service/domain/events.h"

namespace milepost::offers {

// Adds the notifications of `event`, about an offer between these two users, to `out`. Pure.
void Tell(const OfferEvent& event, absl::string_view buyer, absl::string_view seller, events::v1::Event& out);

}  // namespace milepost::offers
