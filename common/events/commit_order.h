// In which order commits enter the stream: each lane's as it made them, each aggregate's events by their sequence, and
// beyond that by time. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/core/id.h"

namespace milepost::events {

// An event's name within its service: the aggregate and the event's number there, 1, 2, 3 … without gaps.
struct EventKey {
  Uuid aggregate;
  uint64_t sequence = 0;
  friend auto operator<=>(const EventKey&, const EventKey&) = default;
};

// What one transaction of a lane wrote.
struct Commit {
  Uuid lane;
  uint64_t batch = 0;            // grows from commit to commit of a lane
  absl::Time latest;             // of its events' times; only decides where nothing else does
  std::vector<EventKey> events;  // not empty; ascending
};

class CommitOrder {
 public:
  // Those of one lane in their order.
  void Add(Commit commit);

  // The first event of each aggregate among those added, where it is not the aggregate's first ever.
  std::vector<EventKey> Firsts() const;
  // The event before this aggregate's first one here is not in the stream yet: the aggregate has to wait.
  void Block(const Uuid& aggregate);

  // All commits whose turn it is, in their order. What has to wait for a commit that was not added, or for a blocked
  // aggregate, stays.
  std::vector<Commit> Take();
  // The commits that stayed, by lane.
  const std::map<Uuid, std::deque<Commit>>& waiting() const { return lanes_; }

 private:
  bool IsTurnOf(const Commit& commit) const;
  // The lane whose first commit is next; null where none can be.
  std::deque<Commit>* NextLane();

  std::map<Uuid, std::deque<Commit>> lanes_;
  absl::flat_hash_map<Uuid, uint64_t> next_;  // by aggregate: the sequence that must come next; 0: blocked
};

}  // namespace milepost::events
