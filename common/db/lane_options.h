// The settings of a service's lanes. Plain values, without the lanes' templates.
#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace milepost::db {

struct RetryLimits {
  int conflicts_whole =
      2;  // runs of the whole batch before it is taken apart; a lock timeout ends them at once
  int conflicts_single = 4;  // runs of one command alone
  // The total time that commands run one by one may wait for locks before the rest of their batch is refused. They do
  // not wait for rows of aggregates; they can only wait for a key that another transaction has written and neither
  // commits nor rolls back.
  absl::Duration single_stall_max = absl::Milliseconds(1500);
  int losses = 4;   // runs after the connection was lost, the first included
  int lookups = 8;  // look-ups of whether a commit happened
  absl::Duration jitter_max = absl::Milliseconds(5);       // before a run after a conflict
  absl::Duration reconnect_wait = absl::Milliseconds(50);  // before the first reconnection; doubles up to 1 s
};

struct LaneOptions {
  size_t lanes = 2;
  size_t batch_limit = 256;   // commands a transaction; 1 is allowed (measurements)
  size_t queue_limit = 1024;  // commands waiting in one lane; over it OVERLOADED
  // A lane that works on one batch for longer is stuck. Longer than a locked row and its retries take.
  absl::Duration stuck_after = absl::Seconds(5);
  RetryLimits retry;
};

}  // namespace milepost::db
