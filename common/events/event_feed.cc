#include "common/events/event_feed.h"

#include <algorithm>
#include <utility>

#include "common/core/status_macros.h"
#include "common/events/event_feed_rpc.h"

namespace milepost::events {
namespace {

WatchOptions WatchOptionsOf(const FeedOptions& options) {
  WatchOptions watch;
  watch.watchers_max = static_cast<size_t>(options.watchers_max);
  watch.limits.unread = static_cast<size_t>(options.unread_max);
  watch.limits.heartbeat = options.heartbeat;
  watch.limits.stall_time = options.stall_time;
  // Whoever steps over from its replay is not handed more at once than it may leave unread.
  watch.tail.kept = watch.limits.unread;
  watch.tail.interval = options.sequence_interval;
  watch.tail.beat = std::min(absl::Seconds(1), options.heartbeat / 4);
  watch.tail.give_up = std::max(absl::Seconds(1), options.heartbeat);
  return watch;
}

// All watchers may ask at once.
db::ReadPoolOptions ReadsOf(const FeedOptions& options) {
  return {.connections = static_cast<size_t>(options.read_connections),
          .queue_limit = static_cast<size_t>(options.watchers_max) + 1000};
}

}  // namespace

EventFeed::EventFeed(const db::ConnectOptions& database, FeedSource source, db::Leases& leases,
                     rpc::HandlerPool& pool, const rpc::ServiceOptions& service, const FeedOptions& options)
    : options_(options),
      source_(std::move(source)),
      leases_(leases),
      sequencer_(database),
      rpc_(std::make_unique<EventFeedRpc>(source_, database, ReadsOf(options), WatchOptionsOf(options), pool,
                                          service)) {}

EventFeed::~EventFeed() {
  if (worker_) worker_->Stop();
}

void EventFeed::AddTo(rpc::Server& server) {
  server.Add(*rpc_);
  server.OnStop([this] { rpc_->StopStreams(); });
  server.OnDrained([this] { StopSequencer(); });
}

void EventFeed::StartSequencer() {
  worker_ = std::make_unique<db::Worker>(db::WorkerOptions{.name = "sequencer",
                                                           .period = options_.sequence_interval,
                                                           .lease_ttl = options_.sequencer_lease,
                                                           .leases = &leases_},
                                         [this]() -> absl::StatusOr<size_t> {
                                           MILEPOST_ASSIGN_OR_RETURN(const auto round, RunRound());
                                           return round.more ? round.events : 0;
                                         });
}

absl::StatusOr<size_t> EventFeed::Sequence() {
  for (size_t events = 0;;) {
    MILEPOST_ASSIGN_OR_RETURN(const Sequencer::Round round, RunRound());
    events += round.events;
    if (!round.more) return events;
  }
}

absl::StatusOr<Sequencer::Round> EventFeed::RunRound() {
  MILEPOST_ASSIGN_OR_RETURN(const Sequencer::Round round, sequencer_.Run());
  if (round.events > 0) rpc_->Wake();
  return round;
}

void EventFeed::StopSequencer() {
  if (!worker_) return;
  worker_->Stop();
  if (const absl::StatusOr<size_t> last = Sequence(); !last.ok())
    db::LogFailedTurn("sequencer", last.status());
}

}  // namespace milepost::events
