// Gives every committed event its position in the service's one stream: 1, 2, 3 … without a gap, the events of one
// aggregate in their sequence. A position is given once and never changes. It becomes visible together with all
// positions below it, so a reader who has seen position p never finds a new one below p later (W6).
//
// The unit is a lane's commit. Each event carries its commit (lane, batch) and its place in it; the sequencer appends
// commits to the table `stream`, each with the position of its first event. It reads snapshots of what lanes wrote,
// never locks a row of theirs, and writes three small tables of its own, whatever the number of events.
//
// Right without a lease: whoever appends holds the row of `stream_head` until it commits. On a cluster two nodes may
// hold it at once; then the second to commit fails as a whole, because both changed that row.
//
// What it relies on: the transactions of one lane are serial, in the order of their batch numbers, because each changes
// the lane's row in `lane_commits`. So when a lane's row shows batch n, all up to n are decided.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/connection.h"
#include "common/events/commit_order.h"

namespace milepost::events {

// Not thread-safe: one worker's. Failures are DatabaseError()s: nothing was changed, or (a connection lost at COMMIT) it
// was done; the next round sees which.
class Sequencer {
 public:
  struct Options {
    uint64_t batches_max = 256;  // of each lane, in one round
  };
  struct Round {
    size_t events = 0;  // that got a position
    bool more = false;  // a backlog is left
  };

  explicit Sequencer(db::ConnectOptions database) : Sequencer(std::move(database), Options()) {}
  Sequencer(db::ConnectOptions database, const Options& options);

  // Runs one round, which takes all events committed since the last one: a busy stream costs no more commits than a
  // quiet one. Call it at a fixed interval, and again at once only while `more` is set.
  absl::StatusOr<Round> Run();

 private:
  // A lane with batches that the stream lacks: those after `done`, up to `last`.
  struct Lane {
    Uuid lane;
    uint64_t last = 0;
    uint64_t done = 0;
    uint64_t until = 0;  // of this round
  };

  absl::StatusOr<std::vector<Lane>> ReadLanes(db::Connection& connection);
  absl::StatusOr<Round> Append(db::Connection& connection);
  // Chooses the commits that are ready; then `lanes` says how far each lane is done.
  absl::StatusOr<std::vector<Commit>> Choose(db::Connection& connection, std::vector<Lane>& lanes);
  absl::Status Read(db::Connection& connection, const Lane& lane, CommitOrder& order);
  // Blocks the aggregates whose event before the first one read is not in the stream.
  absl::Status BlockUnprepared(db::Connection& connection, CommitOrder& order);
  // The number of events written.
  absl::StatusOr<size_t> Write(db::Connection& connection, uint64_t position,
                               const std::vector<Commit>& commits, const std::vector<Lane>& lanes);

  const Options options_;
  db::Session session_;
};

}  // namespace milepost::events
