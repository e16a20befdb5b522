// The statements that a lane sends for one command, sent again by hand: one transaction a command, no lane, no RPC, no
// rule. What P2 and P3 divide by.
//
// The transactions are captured, not typed: lanes with a batch limit of 1 run the commands once on a copy of the schema
// while db::ObserveStatements listens; then the same statements with the same rows are sent to another copy, refilled before
// each run. The row in lane_commits can be left out: a client of one's own that commits one command at a time may do without.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/connection.h"
#include "tests/load/order_book.h"
#include "tests/load/traffic.h"

namespace milepost::load {

struct SentStatement {
  std::string sql;
  std::vector<db::Row> rows;
};
using Transaction = std::vector<SentStatement>;

// Whether a connection also writes a row in lane_commits, its own.
enum class LaneCommits { kWritten, kLeftOut };

class ByHand {
 public:
  // `service`: MilestoneBilling's schema, in which nobody writes while Capture runs. `database`: who may make schemas.
  ByHand(db::ConnectOptions database, std::string service)
      : database_(std::move(database)), service_(std::move(service)) {}

  // Captures a delivery and an acceptance in turn, of orders that wait for a delivery.
  absl::Status Capture(const std::vector<BookedOrder*>& to_deliver);

  // Sends the transactions over so many connections for `time`, or until all were sent once.
  absl::StatusOr<Outcome> Run(int connections, absl::Duration time, LaneCommits lane_commits);
  // Deliveries only, one after another, `count` of them from the `first`-th on; each once, in a copy that is never
  // refilled.
  absl::StatusOr<Outcome> RunDeliveries(size_t first, size_t count, LaneCommits lane_commits);

  size_t transactions() const { return all_.size(); }
  // The statements of one delivery and of one acceptance, for the record.
  std::string Describe() const;

 private:
  absl::StatusOr<Outcome> Send(const std::string& schema, const std::vector<const Transaction*>& transactions,
                               LaneCommits lane_commits, int connections, absl::Duration time);

  const db::ConnectOptions database_;
  const std::string service_;
  std::vector<Transaction> deliveries_, acceptances_;
  std::vector<const Transaction*> all_;  // in turn
};

}  // namespace milepost::load
