// The event feed of a server: the sequencer, which gives events their positions, and the service EventFeed.
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

  // Adds the service. In a drain the streams end first, each with its position; the sequencer ends after the lanes
  // have committed their last batches, so call this after their OnDrained.
  void AddTo(rpc::Server& server);
  void StartSequencer();
  // Runs the sequencer by hand until every committed event has its position; returns their number.
  absl::StatusOr<size_t> Sequence();

  EventFeedRpc& rpc() { return *rpc_; }

 private:
  // Runs one round and wakes the followers.
  absl::StatusOr<Sequencer::Round> RunRound();
  // Stops the sequencer after a last round, so that everything committed before is in the stream.
  void StopSequencer();

  const FeedOptions options_;
  const FeedSource source_;
  db::Leases& leases_;
  Sequencer sequencer_;
  const std::unique_ptr<EventFeedRpc> rpc_;
  std::unique_ptr<db::Worker> worker_;
};

}  // namespace milepost::events
