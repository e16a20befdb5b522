// A message to one user about an event (S18, S30), in English and German, filled when the event is read. Each service has a
// file of its own, rpc/notifications, that says for each kind of event who is told of it, and in which words.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/money.h"
#include "milepost/events/v1/event.pb.h"

namespace milepost::events {

// With {milestone}, {amount} and {until} for what differs.
struct NotificationText {
  absl::string_view english;
  absl::string_view german;
};

// What stands in the {places} of a text; those that it has not are ignored.
struct TextParts {
  uint32_t milestone = 0;
  Money amount = {};
  absl::Time until = {};
};

// Adds the message to `recipient` ("users/…") to the event.
void Notify(absl::string_view recipient, const NotificationText& text, const TextParts& parts,
            v1::Event& event);

}  // namespace milepost::events
