// Serialised events for the readers of WatchEvents, and the messages that carry them. An event is serialised once for
// each kind of viewer; all messages share its bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "common/events/feed_source.h"
#include "common/events/stream_reader.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"

namespace milepost::events {

// Thread-safe.
class FeedEvent {
 public:
  // `source` outlives this object.
  FeedEvent(StoredEvent stored, const FeedSource& source) : stored_(std::move(stored)), source_(source) {}

  const StoredEvent& stored() const { return stored_; }
  uint64_t position() const { return stored_.position; }

  // The event as an element of a WatchEventsResponse's `events`: field, length, bytes.
  const grpc::Slice& For(Viewer viewer) const;

 private:
  struct Shown {
    std::once_flag once;
    grpc::Slice field;
  };

  const StoredEvent stored_;
  const FeedSource& source_;
  mutable std::array<Shown, kViewers> shown_;
};

using FeedEvents = absl::Span<const std::shared_ptr<const FeedEvent>>;

// Builds a WatchEventsResponse from serialised events. A value.
class WatchMessage {
 public:
  void Add(const grpc::Slice& event);
  size_t events() const { return slices_.size(); }
  size_t bytes() const { return bytes_; }
  // Ends the message with the position up to which its reader has then seen everything.
  grpc::ByteBuffer Finish(uint64_t position);

 private:
  std::vector<grpc::Slice> slices_;
  size_t bytes_ = 0;
};

}  // namespace milepost::events
