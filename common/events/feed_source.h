// A service's description of its events, with which EventFeed serves them.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "common/events/stream_reader.h"

namespace milepost::events::v1 {
class Event;
}  // namespace milepost::events::v1

namespace milepost::events {

// The relation of a reader to an event; it decides which parts are hidden.
enum class Viewer { kOperator, kService, kSeller, kBuyer };
inline constexpr int kViewers = 4;

struct FeedSource {
  StreamSource stream;
  std::vector<std::string> types;  // every type that its events have
  // Fills `out.payload` from the stored payload, and all notifications, whoever the viewer is. DATA_LOSS for bytes
  // that this release can't read. Pure.
  std::function<absl::Status(const StoredEvent& event, Viewer viewer, v1::Event& out)> show;
};

// The types of all alternatives of a variant of events, each named by `name_of` as it is default-constructed.
template <class Event, class NameOf>
std::vector<std::string> TypesOf(NameOf name_of) {
  return [&]<size_t... kAlternatives>(std::index_sequence<kAlternatives...>) {
    return std::vector<std::string>{std::string(name_of(Event(std::in_place_index<kAlternatives>)))...};
  }
  (std::make_index_sequence<std::variant_size_v<Event>>());
}

}  // namespace milepost::events
