// Converts stored events to the messages that readers get: the common fields, and the payload as the service shows
// it. Pure, except for a log line about an unreadable event.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/core/actor.h"
#include "common/core/id.h"
#include "common/events/feed_source.h"
#include "milepost/events/v1/event.pb.h"
#include "milepost/events/v1/event_feed.pb.h"

namespace milepost::events {

// The viewer of a reader who may read the event.
Viewer ViewerOf(const StoredEvent& event, const Actor& reader);

// The globally unique id of an event.
Uuid EventId(const Uuid& aggregate, uint64_t sequence);

// An event whose payload can't be read, because a later release wrote it, is shown without payload, so that the
// stream goes on.
v1::Event ToWire(const FeedSource& source, const StoredEvent& event, Viewer viewer);

// The filter of a request as `reader` may use it. INVALID_FIELDS, with paths from `path`, for a resource or a type that
// `source` has no events of.
absl::StatusOr<Filter> FilterOf(const FeedSource& source, const v1::EventFilter& filter, const Actor& reader,
                                absl::string_view path);

}  // namespace milepost::events
