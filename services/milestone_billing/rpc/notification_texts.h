// What the parties of an order are told, in English and German: one table, filled when an event is read (S18, S30).
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/money.h"
#include "milepost/events/v1/event.pb.h"

namespace milepost::billing {

// A line for each: what happened, and to whom it is told.
enum class Text {
  kDeliveredToBuyer,
  kFinallyDeliveredToBuyer,
  kAcceptedToSeller,
  kAutoAcceptedToSeller,
  kAutoAcceptedToBuyer,
  kEndedToBuyer,
  kEndedToSeller,
};

// What stands in the {places} of a text; those that it has not are ignored.
struct TextParts {
  uint32_t milestone = 0;
  Money amount;
  absl::Time until;
};

events::v1::Notification NotificationOf(Text text, absl::string_view recipient, const TextParts& parts);

}  // namespace milepost::billing
