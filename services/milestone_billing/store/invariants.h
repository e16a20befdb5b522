// Checks the invariants of the money (W8) continuously: it walks over all orders by primary key, one page a turn,
// again and again. So a turn costs one page, whatever the number of orders. A fault is found within one walk, and
// shown until a whole walk has not found it again.
//
// Each process begins at a different order, so that all orders are checked even if no process lives for a whole walk.
// Sums are those of the last whole walk; before its end there are none. Each statement of a page is one snapshot, and
// an order's rows change together, so the results for an order are consistent, however busy it is.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "common/db/connection.h"

namespace milepost::billing {

// The sums over the orders of a walk.
struct InvariantSums {
  // In minor units, by currency.
  std::map<std::string, int64_t> escrow_held;      // what the entries say
  std::map<std::string, int64_t> escrow_expected;  // funded − released − refunded, what the orders say
  std::map<std::string, int64_t> entries_sum;      // debits less credits; 0
  int64_t unexplained_orders = 0;                  // orders of which the two differ; 0
  int64_t unbalanced_moves = 0;                    // moves whose lines do not sum to zero; 0
  int64_t negative_escrows = 0;                    // charges of which more was taken out than in; 0
  int64_t unfunded_active_milestones = 0;          // ACTIVE without a succeeded charge; 0
  int64_t stranded_charges = 0;  // charges of which all refunds failed: their money stays in suspense (M9); 0
  std::map<std::string, int64_t> charges;  // payment attempts by state
};

// Not thread-safe: one worker's.
class InvariantWalk {
 public:
  // The orders of a page; where to begin, as the share of the time from the first order to the last: 0 to 1.
  explicit InvariantWalk(int64_t page, double begin = 0) : page_(page), begin_(begin) {}

  // Checks the next page. Fails with a DatabaseError; then the page is repeated next time.
  absl::Status Step(db::Connection& connection);

  // The results of the last whole walk; no sums before the first has ended. The counts of faults are at least those
  // of the present walk.
  InvariantSums Shown() const;
  // When the last whole walk ended; the infinite past before the first.
  absl::Time walked_at() const { return walked_at_; }

 private:
  absl::Status Begin(db::Connection& connection);

  const int64_t page_;
  const double begin_;
  bool begun_ = false;
  Uuid start_;            // a walk goes from the order after this one to the last …
  bool wrapped_ = false;  // … and then from the first to this one
  Uuid after_;            // the last order of the page before
  InvariantSums running_, whole_;
  absl::Time walked_at_ = absl::InfinitePast();
};

}  // namespace milepost::billing
