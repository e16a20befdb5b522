// A server's event feed, all parts wired: the worker that gives positions, and the service EventFeed over them.
//
//   events::EventFeed feed(database, OrderFeed(), leases, pool, service, options);
//   feed.AddTo(server);        // after the OnDrained of the lanes
//   feed.StartSequencer();     // not in tests, which call Sequence()
#pragma once

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "common/db/connection.h"
#include "common/db/lease.h"
#include "common/db/worker.h"
#include "common/events/feed_options.h"
#include "common/events/feed_source.h"
#include "common/events/sequencer.h"
#include "common/rpc/handler_pool.h"
#include "common/rpc/server.h"
#include "common/rpc/service.h"

namespace milepost::events {

class EventFeedRpc;

// Thread-safe. Outlives the server that it was added to.
class EventFeed {
 public:
  // `leases` and `pool` outlive this object. Connects when it is first used.
  EventFeed(const db::ConnectOptions& database, FeedSource source, db::Leases& leases, rpc::HandlerPool& pool,
            const rpc::ServiceOptions& service, const FeedOptions& options = {});
  ~EventFeed();

  // The service; in a drain first the streams end, each with its position, then, when the lanes have committed their last
  // (so this is added after them), the sequencer.
  void AddTo(rpc::Server& server);
  void StartSequencer();
  // By hand, until everything that is committed has its position; how many events that were.
  absl::StatusOr<size_t> Sequence();

  EventFeedRpc& rpc() { return *rpc_; }

 private:
  // One round, and who follows is told.
  absl::StatusOr<Sequencer::Round> RunRound();
  // With a last round after it, so that what was committed before a stop is in the stream.
  void StopSequencer();

  const FeedOptions options_;
  const FeedSource source_;
  db::Leases& leases_;
  Sequencer sequencer_;
  const std::unique_ptr<EventFeedRpc> rpc_;
  std::unique_ptr<db::Worker> worker_;
};

}  // namespace milepost::events
