// The EventInfo of every kind of event of a service, as one list over its variant of events.
#pragma once

#include <array>
#include <cstddef>
#include <utility>
#include <variant>

#include "absl/strings/string_view.h"
#include "common/core/audience.h"

namespace milepost {

// In the variant's order. An event without a kInfo does not compile.
template <class Variant>
inline constexpr auto kEventInfosOf = []<size_t... I>(std::index_sequence<I...>) {
  return std::array<EventInfo, sizeof...(I)>{std::variant_alternative_t<I, Variant>::kInfo...};
}
(std::make_index_sequence<std::variant_size_v<Variant>>());

// The audience of the event with that name; kNobody for an unknown name.
template <class Variant>
constexpr Audience AudienceIn(absl::string_view name) {
  for (const EventInfo& info : kEventInfosOf<Variant>)
    if (info.name == name) return info.audience;
  return Audience::kNobody;
}

}  // namespace milepost
