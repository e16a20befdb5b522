// The RPC service EventFeed, for one server's events.
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
#include "common/rpc/service.h"
#include "milepost/events/v1/event_feed.pb.h"

namespace milepost::events {

struct WatchOptions {
  size_t watchers_max = 2000;  // streams at once; over it OVERLOADED
  WatchLimits limits;
  TailOptions tail;
};

// Thread-safe. The constructor's arguments must outlive it, and it must outlive the gRPC server.
class EventFeedRpc final : public rpc::Service {
 public:
  EventFeedRpc(const FeedSource& source, const db::ConnectOptions& database, db::ReadPoolOptions reads,
               const WatchOptions& options, rpc::HandlerPool& pool, const rpc::ServiceOptions& service);

  // Call it when the stream has new events: they are read at once.
  void Wake() { tail_.Wake(); }
  // Ends all streams, each with its position, and refuses new ones. rpc::Server calls it first in a drain.
  void StopStreams();

  size_t watchers();

 private:
  rpc::Awaitable<v1::ListEventsResponse> ListEvents(rpc::Call call, const v1::ListEventsRequest& request);
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchEvents(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer& request,
                                                          const rpc::Method& method);
  // Admits a stream, or refuses it with OVERLOADED or SHUTTING_DOWN.
  absl::Status Enter(const std::shared_ptr<Watcher>& watcher);
  void Leave(Watcher* watcher);
  std::vector<std::shared_ptr<Watcher>> Watching();

  const FeedSource& source_;
  const WatchOptions options_;
  const StreamReader reader_;
  std::mutex mutex_;  // guards the next two
  absl::flat_hash_map<Watcher*, std::shared_ptr<Watcher>> watchers_;
  bool stopped_ = false;
  Tail tail_;
  db::ReadPool reads_;  // its tasks use the tail
  Watcher::Shared shared_;
};

}  // namespace milepost::events
