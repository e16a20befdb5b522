// Audits orders (W1): compares all stored rows of an order with its events. Reads are read-only snapshots, one for
// each call, and fail with DatabaseError()s; the judgement itself is pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/audit/history_reader.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "common/db/connection.h"
#include "services/milestone_billing/domain/order_domain.h"
#include "services/milestone_billing/store/ledger_queries.h"

namespace milepost::billing {

// The result of auditing one order.
struct OrderAudit {
  OrderId order;
  std::string buyer, seller;  // as its first event says; where that is not sound, as its row does; else empty
  uint64_t events = 0;        // that are sound
  uint64_t unchained = 0;     // of them, those from before the chain: only what they mean is proven
  std::string head_digest;    // 32 bytes, of the last sound event; empty: none is chained
  Currency currency;
  Totals totals;                                // as the sound events make them
  std::vector<TrialBalanceLine> trial_balance;  // of the entries that are stored
  // The first fault, in this order: events, the order's row, charges and entries, deadlines, balances. In the table
  // "balance" the key is a currency, an escrow account, or "escrow".
  std::optional<audit::Discrepancy> discrepancy;

  bool consistent() const { return !discrepancy; }
};

// Immutable; thread-safe.
class OrderAuditor {
 public:
  OrderAuditor();

  // Audits one order; nothing if no row of it is stored.
  absl::StatusOr<std::optional<OrderAudit>> AuditOne(db::Connection& connection, const OrderId& order) const;

  struct Page {
    std::vector<OrderAudit> orders;  // by id; those too that have no row but something else
    std::optional<OrderId> last;     // the next page begins after it; nothing: that was the end
  };
  // The next `limit` orders, and whatever else is stored between them.
  absl::StatusOr<Page> AuditAfter(db::Connection& connection, const std::optional<OrderId>& after,
                                  int limit) const;

  OrderAudit Judge(const audit::StoredHistory& stored) const;

 private:
  const audit::Auditor<OrderDomain> auditor_;
  const audit::HistoryReader<OrderDomain> reader_;
};

}  // namespace milepost::billing
