// The service EventFeed over one server's events.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "common/db/read_pool.h"
#include "common/events/feed_source.h"
#include "common/events/stream_reader.h"
#include "common/events/tail.h"
#include "common/events/watcher.h"
#include "common/rpc/handler_pool.h"
#include "common/rpc/unary.h"
#include "milepost/events/v1/event_feed.grpc.pb.h"

namespace milepost::events {

// Messages of WatchEvents are bytes that its readers share (feed_event.h).
using EventFeedService = v1::EventFeed::WithRawCallbackMethod_WatchEvents<
    v1::EventFeed::WithCallbackMethod_ListEvents<v1::EventFeed::Service>>;

struct WatchOptions {
  size_t watchers_max = 2000;  // streams at once; over it OVERLOADED
  WatchLimits limits;
  TailOptions tail;
};

// Thread-safe. What the constructor takes must outlive it, and it the gRPC server.
class EventFeedRpc final : public EventFeedService {
 public:
  EventFeedRpc(const FeedSource& source, const db::ConnectOptions& database, db::ReadPoolOptions reads,
               const WatchOptions& options, rpc::HandlerPool& pool, const rpc::Unary::Options& unary);

  grpc::ServerUnaryReactor* ListEvents(grpc::CallbackServerContext* context,
                                       const v1::ListEventsRequest* request,
                                       v1::ListEventsResponse* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchEvents(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* request) override;

  // The stream has something new: look at once.
  void Wake() { tail_.Wake(); }
  // Ends all streams, each with its position; takes no more. What rpc::Server does first when it drains.
  void StopStreams();

  size_t watchers();
  const rpc::Unary& unary() const { return unary_; }

 private:
  rpc::Awaitable<v1::ListEventsResponse> List(rpc::Call call, const v1::ListEventsRequest& request);
  // OVERLOADED, SHUTTING_DOWN.
  absl::Status Enter(const std::shared_ptr<Watcher>& watcher);
  void Leave(Watcher* watcher);
  std::vector<std::shared_ptr<Watcher>> Watching();

  const FeedSource& source_;
  const WatchOptions options_;
  const StreamReader reader_;
  rpc::Unary unary_;
  const rpc::Method& watch_method_;
  std::mutex mutex_;  // guards the next two
  absl::flat_hash_map<Watcher*, std::shared_ptr<Watcher>> watchers_;
  bool stopped_ = false;
  Tail tail_;
  db::ReadPool reads_;  // its tasks use the tail
  Watcher::Shared shared_;
};

}  // namespace milepost::events
