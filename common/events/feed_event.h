// An event on its way to the readers of WatchEvents, and the messages that carry it. An event is shown and serialised
// once for each kind of viewer, whoever and however many read it: messages share its bytes.
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

  // As one of the `events` of a WatchEventsResponse: field, length, bytes.
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

// A WatchEventsResponse, bit by bit. A value.
class WatchMessage {
 public:
  void Add(const grpc::Slice& event);
  size_t events() const { return slices_.size(); }
  size_t bytes() const { return bytes_; }
  // With the position up to which its reader has then seen everything.
  grpc::ByteBuffer Finish(uint64_t position);

 private:
  std::vector<grpc::Slice> slices_;
  size_t bytes_ = 0;
};

}  // namespace milepost::events
