// The texts that people wrote, at the end of an event's stored payload (storage/v1, OrderEvent.texts). They can be
// erased without breaking the event's digest. Pure functions.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace milepost::billing {

// The part of a payload that its digest covers: everything before the texts. For bytes that are not a payload: all of
// them. To erase an event's texts, store this in its place, and the order's body without them, in one transaction.
absl::string_view ChainedPart(absl::string_view payload);

// OK if each text still has the hash in the chained part. DATA_LOSS names the first that has not, or says that other
// bytes follow the chained part.
absl::Status CheckTexts(absl::string_view payload);

}  // namespace milepost::billing
