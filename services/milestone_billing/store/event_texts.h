// The texts that people wrote with an event, at the end of its stored payload (storage/v1, OrderEvent.texts): they can be
// erased, and the event's digest still holds. Pure functions.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace milepost::billing {

// What of a payload its digest covers: all before the texts. Of bytes that are no payload: all of them. To erase an event's
// texts, store this in its place, and the order's body without them, in one transaction.
absl::string_view ChainedPart(absl::string_view payload);

// OK where each text that is there is the one that was written: its hash is the one in the chained part. DATA_LOSS names
// the first that is not, or says that something else hides behind the chained part.
absl::Status CheckTexts(absl::string_view payload);

}  // namespace milepost::billing
