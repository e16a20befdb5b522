// The stored rows of simulated orders, as MilestoneBilling's lanes write them, and what follows from them: balances, the due work of
// its workers, and the audit of an order.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/audit/stored_history.h"
#include "common/core/timer_history.h"
#include "common/db/mysql_store.h"
#include "services/milestone_billing/domain/order_domain.h"
#include "services/milestone_billing/store/order_audit.h"

namespace milepost::simulation {

// Balances in minor units by account; debits are positive.
using Balances = std::map<std::string, int64_t>;

// One order as its events alone make it.
struct OrderBook {
  billing::Order folded;
  TimerHistory<billing::OrderDomain> timers;
  Balances balances;   // of its entries
  std::string broken;  // what is wrong with the events themselves; empty: nothing
};

// A row that one of the workers has to look at: the same that its index holds.
struct DueItem {
  OrderId order;
  ChargeId charge;      // nil for an order's outcome
  uint32_t number = 0;  // of a refund
};

class Books {
 public:
  Books();

  // Writes what a lane has committed.
  void Write(const db::Change<billing::OrderDomain>& change);

  const OrderBook& Of(const OrderId& order) const { return *books_.at(order); }
  OrderBook& Of(const OrderId& order) { return *books_.at(order); }
  // Over all orders, by account and currency code.
  const std::map<std::pair<std::string, std::string>, int64_t>& totals() const { return totals_; }

  // What is due at `now`, longest waiting first: OPEN attempts whose lease is over, rechecks, refunds, owed outcomes.
  enum class Work { kCharges, kQuestions, kRefunds, kOutcomes };
  static constexpr Work kAllWork[] = {Work::kCharges, Work::kQuestions, Work::kRefunds, Work::kOutcomes};
  std::vector<DueItem> Due(Work work, absl::Time now, size_t limit) const;
  // When the next of all this falls due; nothing: there is no such work.
  std::optional<absl::Time> NextDue() const;

  // The audit of the stored rows.
  billing::OrderAudit Audit(const OrderId& order) const;

 private:
  using Key = std::pair<Uuid, uint32_t>;  // of a row within its index
  struct Index {
    std::map<Key, std::pair<absl::Time, DueItem>> rows;
    std::set<std::pair<absl::Time, Key>> by_due;

    void Set(const Key& key, const audit::Cell& due_us, const DueItem& item);
  };
  struct Stored {
    std::optional<audit::Cells> row;
    std::vector<audit::StoredEvent> events;
    std::vector<std::map<audit::Cells, audit::Cells>> side;
    std::map<uint32_t, audit::Cells> deadlines;
  };

  void Follow(const db::Change<billing::OrderDomain>& change, OrderBook& book);
  void Post(const db::RecordedEvent<billing::OrderDomain>& event, OrderBook& book);
  void Store(const db::Change<billing::OrderDomain>& change, Stored& stored);
  void StoreSideRows(const db::Change<billing::OrderDomain>& change, Stored& stored);
  void SetDue(const OrderId& order, absl::string_view table, const audit::Cells& row);

  const billing::OrderAuditor auditor_;
  const db::AggregateTable<billing::OrderDomain> table_;
  const std::vector<std::string> columns_;
  db::AggregateTable<billing::OrderDomain>::Heads heads_;
  uint64_t commits_ = 0;
  absl::flat_hash_map<OrderId, std::unique_ptr<OrderBook>> books_;
  absl::flat_hash_map<OrderId, std::unique_ptr<Stored>> stored_;
  std::map<std::pair<std::string, std::string>, int64_t> totals_;
  std::map<Work, Index> due_;
};

}  // namespace milepost::simulation
