// Whom an event concerns: who besides operators and services reads it in the feed.
#pragma once

#include "absl/strings/string_view.h"

namespace milepost {

enum class Audience { kNobody, kSeller, kBuyer, kParties };

// What every kind of event says of itself, beside its fields. Nobody reads an event that does not say who.
struct EventInfo {
  absl::string_view name;  // "milestone.accepted", as stored and published
  Audience audience = Audience::kNobody;
};

}  // namespace milepost
