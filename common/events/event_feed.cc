#include "common/events/event_feed.h"

#include <algorithm>
#include <utility>

#include "common/core/status_macros.h"

namespace milepost::events {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(1);

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

void AddFeedFlags(rpc::FlagSet& flags, FeedOptions& options) {
  flags.AddDuration(
      "sequence_interval", &options.sequence_interval, kTick, absl::Seconds(10),
      "How often events that were committed are put into the stream, and the stream is looked at "
      "for watchers: what an event waits until it is seen.");
  flags.AddDuration("sequencer_lease", &options.sequencer_lease, absl::Milliseconds(100), absl::Minutes(5),
                    "How long after a replica's death another puts events into the stream.");
  flags.AddInt("watchers_max", &options.watchers_max, 1, 100'000,
               "The most WatchEvents streams at once; further ones are refused with OVERLOADED.");
  flags.AddInt("watch_unread_max", &options.unread_max, 1, 1'000'000,
               "The most events that a watcher who has caught up may leave unread before it is cut "
               "(EVENTS_READER_TOO_SLOW); also how many of the latest events are kept.");
  flags.AddDuration("watch_heartbeat", &options.heartbeat, absl::Milliseconds(10), absl::Minutes(10),
                    "How long a watcher goes without a message before a heartbeat is sent.");
  flags.AddDuration("watch_stall_time", &options.stall_time, absl::Milliseconds(100), absl::Hours(1),
                    "How long a watcher may take for one message before its stream is broken off.");
  flags.AddInt("event_read_connections", &options.read_connections, 1, 64,
               "Database connections for ListEvents and for watchers that replay.");
}

EventFeed::EventFeed(const db::ConnectOptions& database, FeedSource source, db::Leases& leases,
                     rpc::HandlerPool& pool, const rpc::ServiceOptions& service, const FeedOptions& options)
    : options_(options),
      source_(std::move(source)),
      leases_(leases),
      sequencer_(database),
      rpc_(source_, database, ReadsOf(options), WatchOptionsOf(options), pool, service) {}

EventFeed::~EventFeed() {
  if (worker_) worker_->Stop();
}

void EventFeed::AddTo(rpc::Server& server) {
  server.Add(rpc_);
  server.OnStop([this] { rpc_.StopStreams(); });
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
  if (round.events > 0) rpc_.Wake();
  return round;
}

void EventFeed::StopSequencer() {
  if (!worker_) return;
  worker_->Stop();
  if (const absl::StatusOr<size_t> last = Sequence(); !last.ok())
    db::LogFailedTurn("sequencer", last.status());
}

}  // namespace milepost::events
