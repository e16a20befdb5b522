// Whom the events of an order are told to, and in which words (S18, S30): docs/API.md, Notifications. A party is told once of
// what it did not do itself; where one commit writes several events, by the one that says most.
#pragma once

#include "absl/strings/string_view.h"
#include "milepost/events/v1/event.pb.h"
#include "services/milestone_billing/domain/events.h"

namespace milepost::billing {

// Adds the notifications of `event`, about an order of these two users, to `out`. Pure.
void Tell(const OrderEvent& event, absl::string_view buyer, absl::string_view seller, events::v1::Event& out);

}  // namespace milepost::billing
