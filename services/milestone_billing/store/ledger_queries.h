// Queries on the ledger: entries and balances. Each takes a connection of the read pool, reads a snapshot of what is
// committed, and fails with its DatabaseError()s.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "common/db/connection.h"

namespace milepost::billing {

// One line of a move.
struct LedgerEntry {
  OrderId order;          // whose step posted it, by …
  uint64_t sequence = 0;  // … this event
  uint32_t line = 0;      // 1, 2, 3 … within the event
  std::string move;       // "M1"
  std::string account;
  Money amount;  // debits are positive, credits negative
  absl::Time at;
  friend bool operator==(const LedgerEntry&, const LedgerEntry&) = default;
};

// An order's entries, oldest first; those after `after`. With `event_types` only those that events of these types posted.
absl::StatusOr<std::vector<LedgerEntry>> ListEntriesOfOrder(
    db::Connection& connection, const OrderId& order, const std::optional<LedgerEntry>& after, int limit,
    const std::optional<std::vector<std::string>>& event_types = std::nullopt);

// An account's entries, oldest first; those after `after`, of which only the time, order, sequence and line matter.
absl::StatusOr<std::vector<LedgerEntry>> ListEntriesOfAccount(db::Connection& connection,
                                                              absl::string_view account,
                                                              const std::optional<LedgerEntry>& after,
                                                              int limit);

// Debits minus credits of an account in one currency; zero for an account that nothing was posted to.
absl::StatusOr<int64_t> ReadBalance(db::Connection& connection, absl::string_view account, Currency currency);

// The accounts of one kind in one currency.
struct TrialBalanceLine {
  std::string kind;  // the account without its owner: "escrow", "seller:clearing", "revenue:commission"
  Currency currency;
  int64_t debits_minor = 0;
  int64_t credits_minor = 0;
  uint64_t accounts = 0;
  friend bool operator==(const TrialBalanceLine&, const TrialBalanceLine&) = default;
};

// The whole ledger, by kind and currency. Reads all of it.
absl::StatusOr<std::vector<TrialBalanceLine>> ReadTrialBalance(db::Connection& connection);

}  // namespace milepost::billing
