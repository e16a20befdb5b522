// A stream of one order's events, without a database.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "common/core/id.h"
#include "common/events/feed_event.h"
#include "common/events/feed_source.h"
#include "common/events/stream_reader.h"

namespace milepost::events {

// Its events are shown without a payload.
inline const FeedSource& OrdersSource() {
  static const auto* const source =
      new FeedSource{.stream = {.table = "orders",
                                .seller_column = "seller",
                                .buyer_column = "buyer",
                                .audience = [](absl::string_view) { return Audience::kParties; }},
                     .types = {"order.created"},
                     .show = [](const StoredEvent&, Viewer, v1::Event&) { return absl::OkStatus(); }};
  return *source;
}

inline StoredEvent EventAt(uint64_t position) {
  StoredEvent event;
  event.position = event.sequence = position;
  event.aggregate = *Uuid::Parse("01975e20-0000-7000-8000-000000000001");
  event.type = "order.created";
  event.seller = "users/sam";
  event.buyer = "users/bea";
  return event;
}

// The events from `first` to `last`.
inline std::vector<std::shared_ptr<const FeedEvent>> EventsAt(uint64_t first, uint64_t last) {
  std::vector<std::shared_ptr<const FeedEvent>> events;
  for (uint64_t position = first; position <= last; ++position)
    events.push_back(std::make_shared<const FeedEvent>(EventAt(position), OrdersSource()));
  return events;
}

// What a StreamReader answers where the stream's last position is `head`.
inline Page PageAfter(uint64_t after, size_t limit, uint64_t head) {
  Page page;
  for (uint64_t position = after + 1; position <= head && page.events.size() < limit; ++position)
    page.events.push_back(EventAt(position));
  page.end = page.events.size() < limit;
  page.head = head;
  page.position = page.events.empty() ? after : page.events.back().position;
  return page;
}

}  // namespace milepost::events
