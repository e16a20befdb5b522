// The audience of an event: who may read it in the feed, besides operators and services.
#pragma once

#include "absl/strings/string_view.h"

namespace milepost {

enum class Audience {
  kNobody,   // the service's own bookkeeping
  kSeller,   // a draft that is not sent yet, say
  kBuyer,    // money that goes back, say
  kParties,  // the seller and, where there is one, the buyer
};

// The declaration of every kind of event, besides its fields. An event without an audience is read by nobody.
struct EventInfo {
  absl::string_view name;  // "milestone.accepted", as stored and published
  Audience audience = Audience::kNobody;
};

}  // namespace milepost
