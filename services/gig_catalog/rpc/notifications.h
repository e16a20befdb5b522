// The notifications about a gig's events (docs/API.md, Notifications). The seller is notified of everything that the
// seller did not do.
#pragma once

#include "absl/strings/string_view.h"
#include "milepost/events/v1/event.pb.h"
#include "services/gig_catalog/domain/events.h"

namespace milepost::gig_catalog {

// Adds the notifications of `event`, about a gig of `seller`, to `out`. Pure.
void Tell(const Event& event, absl::string_view seller, events::v1::Event& out);

}  // namespace milepost::gig_catalog
