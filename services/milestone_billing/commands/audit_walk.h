// Audits all orders (W1) while the service runs: page by page in the order of their ids, each page in its own
// snapshot. Memory is bounded by a page.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "absl/numeric/int128.h"
#include "absl/status/statusor.h"
#include "common/core/money.h"
#include "common/db/connection.h"
#include "services/milestone_billing/store/order_audit.h"

namespace milepost::billing {

// The counts of an audit so far.
struct AuditTally {
  struct Sums {
    absl::int128 debits = 0, credits = 0;
  };
  uint64_t orders = 0;
  uint64_t bad = 0;  // of them
  uint64_t events = 0;
  uint64_t unchained = 0;  // of them
  std::map<Currency, Sums> ledger;

  void Add(const OrderAudit& audit);
  // Whether the whole ledger balances in every currency.
  bool balanced() const;
};

// Audits all orders, and whatever is stored for orders that don't exist. Reports each inconsistent order, and the
// tally after each page. A page whose connection was lost is read once more. Fails with a DatabaseError().
absl::StatusOr<AuditTally> AuditAll(db::Session& session, const OrderAuditor& auditor, int page_size,
                                    const std::function<void(const OrderAudit&)>& on_bad,
                                    const std::function<void(const AuditTally&)>& on_page);

}  // namespace milepost::billing
