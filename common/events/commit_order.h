// Decides the order in which commits enter the stream: commits of one lane in their order, events of one aggregate by
// sequence, everything else by time. Pure; not thread-safe.
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

// The events of one transaction of a lane.
struct Commit {
  Uuid lane;
  uint64_t batch = 0;            // grows from commit to commit of a lane
  absl::Time latest;             // of its events' times; only decides where nothing else does
  std::vector<EventKey> events;  // not empty; ascending
};

class CommitOrder {
 public:
  // Adds a commit; those of one lane in their order.
  void Add(Commit commit);

  // The first event of each aggregate among those added, where it is not the aggregate's first ever.
  std::vector<EventKey> Firsts() const;
  // Makes an aggregate wait, because the event before its first one here is not in the stream yet.
  void Block(const Uuid& aggregate);

  // Takes all commits that are ready, in order. Commits that wait for a missing commit or a blocked aggregate stay.
  std::vector<Commit> Take();
  // The commits that stayed, by lane.
  const std::map<Uuid, std::deque<Commit>>& waiting() const { return lanes_; }

 private:
  bool IsTurnOf(const Commit& commit) const;
  // The lane whose first commit is next; null if no commit is ready.
  std::deque<Commit>* NextLane();

  std::map<Uuid, std::deque<Commit>> lanes_;
  absl::flat_hash_map<Uuid, uint64_t> next_;  // by aggregate: the sequence that must come next; 0: blocked
};

}  // namespace milepost::events
