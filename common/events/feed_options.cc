#include "common/events/feed_options.h"

namespace milepost::events {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(1);

}  // namespace

void AddFeedFlags(rpc::FlagSet& flags, FeedOptions& options) {
  flags.AddDuration("sequence_interval", &options.sequence_interval, kTick, absl::Seconds(10),
                    "How often committed events are put into the stream, and new events are sent to "
                    "watchers; it determines the delay of an event.");
  flags.AddDuration("sequencer_lease", &options.sequencer_lease, absl::Milliseconds(100), absl::Minutes(5),
                    "How long after a replica's death another replica takes over the sequencer.");
  flags.AddInt("watchers_max", &options.watchers_max, 1, 100'000,
               "The most WatchEvents streams at once; further ones are refused with OVERLOADED.");
  flags.AddInt("watch_unread_max", &options.unread_max, 1, 1'000'000,
               "The most events that a watcher may leave unread after it has caught up; with more it is cut "
               "(EVENTS_READER_TOO_SLOW). Also the number of latest events that are kept.");
  flags.AddDuration("watch_heartbeat", &options.heartbeat, absl::Milliseconds(10), absl::Minutes(10),
                    "How long a watcher goes without a message before a heartbeat is sent.");
  flags.AddDuration("watch_stall_time", &options.stall_time, absl::Milliseconds(100), absl::Hours(1),
                    "How long a watcher may take for one message before its stream is broken off.");
  flags.AddInt("event_read_connections", &options.read_connections, 1, 64,
               "Database connections for ListEvents and for watchers that replay.");
}

}  // namespace milepost::events
