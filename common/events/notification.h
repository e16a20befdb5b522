// Notifications: messages to one user about an event (S18, S30), in English and German. They are filled when the
// event is read. Each service defines recipient and text for each kind of event: in rpc/notifications,
// MilestoneBilling in rpc/views.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/money.h"
#include "milepost/events/v1/event.pb.h"

namespace milepost::events {

// The text in both languages, with the placeholders {milestone}, {amount} and {until}.
struct NotificationText {
  absl::string_view english;
  absl::string_view german;
};

// The values of a text's placeholders; values without a placeholder are ignored.
struct TextParts {
  uint32_t milestone = 0;
  Money amount = {};
  absl::Time until = {};
};

// Adds the message to `recipient` ("users/…") to the event.
void Notify(absl::string_view recipient, const NotificationText& text, const TextParts& parts,
            v1::Event& event);

// Notifies the parties of an event's resource. A value; the event outlives it.
class Parties {
 public:
  // `buyer` and `seller` are "users/…".
  Parties(absl::string_view buyer, absl::string_view seller, v1::Event& event)
      : buyer_(buyer), seller_(seller), event_(event) {}

  void ToBuyer(const NotificationText& text, const TextParts& parts = {}) const {
    Notify(buyer_, text, parts, event_);
  }
  void ToSeller(const NotificationText& text, const TextParts& parts = {}) const {
    Notify(seller_, text, parts, event_);
  }

 private:
  const absl::string_view buyer_, seller_;
  v1::Event& event_;
};

}  // namespace milepost::events
