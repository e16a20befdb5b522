// A server's event feed, all parts wired: the worker that gives positions, and the service EventFeed over them.
//
//   events::EventFeed feed(database, OrderFeed(), leases, pool, service, options);
//   feed.AddTo(server);        // after the OnDrained of the lanes
//   feed.StartSequencer();     // not in tests, which call Sequence()
#pragma once

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/connection.h"
#include "common/db/lease.h"
#include "common/db/worker.h"
#include "common/events/event_feed_rpc.h"
#include "common/events/feed_source.h"
#include "common/events/sequencer.h"
#include "common/rpc/flags.h"
#include "common/rpc/handler_pool.h"
#include "common/rpc/server.h"
#include "common/rpc/service.h"

namespace milepost::events {

struct FeedOptions {
  absl::Duration sequence_interval = absl::Milliseconds(20);  // between rounds of the sequencer
  absl::Duration sequencer_lease = absl::Seconds(3);          // after a replica's death another takes it over
  int watchers_max = 2000;
  int unread_max = 5000;
  int read_connections = 2;  // of replays and ListEvents
  absl::Duration heartbeat = absl::Seconds(5);
  absl::Duration stall_time = absl::Seconds(30);
};

// The same on every server.
void AddFeedFlags(rpc::FlagSet& flags, FeedOptions& options);

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

  EventFeedRpc& rpc() { return rpc_; }

 private:
  // One round, and who follows is told.
  absl::StatusOr<Sequencer::Round> RunRound();
  // With a last round after it, so that what was committed before a stop is in the stream.
  void StopSequencer();

  const FeedOptions options_;
  const FeedSource source_;
  db::Leases& leases_;
  Sequencer sequencer_;
  EventFeedRpc rpc_;
  std::unique_ptr<db::Worker> worker_;
};

}  // namespace milepost::events
