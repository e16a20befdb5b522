// The settings of an event feed, the same on every server.
#pragma once

#include "absl/time/time.h"
#include "common/rpc/flags.h"

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

// `options` outlives the parsing of `flags`.
void AddFeedFlags(rpc::FlagSet& flags, FeedOptions& options);

}  // namespace milepost::events
