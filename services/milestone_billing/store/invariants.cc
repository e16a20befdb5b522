#include "services/milestone_billing/store/invariants.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/core/clock.h"
#include "common/core/status_macros.h"
#include "common/db/row.h"

namespace milepost::billing {
namespace {

Uuid LastUuid() {
  std::array<uint8_t, 16> bytes;
  bytes.fill(0xff);
  return Uuid(bytes);
}

// The orders after `after` up to and with `last`.
struct Page {
  Uuid after;
  Uuid last;
  bool is_end = false;
};

absl::StatusOr<Page> FindPage(db::Connection& connection, const Uuid& after, int64_t size) {
  Page page{after, LastUuid(), /*is_end=*/true};
  MILEPOST_RETURN_IF_ERROR(connection.Query(
      "SELECT id FROM orders FORCE INDEX (PRIMARY) WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?",
      db::Row{after, size - 1}, [&](const db::ResultRow& row) {
        page.last = row.Id(0);
        page.is_end = false;
        return absl::OkStatus();
      }));
  return page;
}

// One statement, one snapshot: an order and its entries as they were at one instant.
absl::Status AddEscrow(db::Connection& connection, const Page& page, InvariantSums& sums) {
  return connection.Query(
      "SELECT o.currency, CAST(COALESCE(SUM(e.held), 0) AS SIGNED),"
      " CAST(SUM(o.funded_minor - o.released_minor - o.refunded_minor) AS SIGNED),"
      " CAST(SUM(COALESCE(e.held, 0) <> o.funded_minor - o.released_minor - o.refunded_minor) AS SIGNED)"
      " FROM orders o FORCE INDEX (PRIMARY) LEFT JOIN (SELECT order_id, -SUM(amount_minor) AS held FROM "
      "entries"
      " FORCE INDEX (PRIMARY) WHERE order_id > ? AND order_id <= ? AND account LIKE 'escrow:%' GROUP BY "
      "order_id) e"
      " ON e.order_id = o.id WHERE o.id > ? AND o.id <= ? GROUP BY o.currency",
      db::Row{page.after, page.last, page.after, page.last}, [&](const db::ResultRow& row) {
        sums.escrow_held[row.Bytes(0)] += row.Int64(1);
        sums.escrow_expected[row.Bytes(0)] += row.Int64(2);
        sums.unexplained_orders += row.Int64(3);
        return absl::OkStatus();
      });
}

absl::Status AddEntries(db::Connection& connection, const Page& page, InvariantSums& sums) {
  MILEPOST_RETURN_IF_ERROR(
      connection.Query("SELECT currency, CAST(SUM(amount_minor) AS SIGNED) FROM entries FORCE INDEX (PRIMARY)"
                       " WHERE order_id > ? AND order_id <= ? GROUP BY currency",
                       db::Row{page.after, page.last}, [&](const db::ResultRow& row) {
                         sums.entries_sum[row.Bytes(0)] += row.Int64(1);
                         return absl::OkStatus();
                       }));
  return connection.Query(
      "SELECT COUNT(*) FROM (SELECT account FROM entries FORCE INDEX (PRIMARY) WHERE order_id > ? AND "
      "order_id <= ?"
      " AND account LIKE 'escrow:%' GROUP BY account, currency HAVING SUM(amount_minor) > 0) negative",
      db::Row{page.after, page.last}, [&](const db::ResultRow& row) {
        sums.negative_escrows += row.Int64(0);
        return absl::OkStatus();
      });
}

absl::Status AddCharges(db::Connection& connection, const Page& page, InvariantSums& sums) {
  MILEPOST_RETURN_IF_ERROR(
      connection.Query("SELECT state, COUNT(*) FROM charges FORCE INDEX (charges_attempt) WHERE order_id > ? "
                       "AND order_id <= ? GROUP BY state",
                       db::Row{page.after, page.last}, [&](const db::ResultRow& row) {
                         sums.charges[row.Bytes(0)] += row.Int64(1);
                         return absl::OkStatus();
                       }));
  return connection.Query(
      "SELECT COUNT(*) FROM orders o FORCE INDEX (PRIMARY) WHERE o.id > ? AND o.id <= ? AND "
      "o.milestone_state = 'ACTIVE'"
      " AND NOT EXISTS (SELECT 1 FROM charges c FORCE INDEX (charges_attempt) WHERE c.order_id = o.id"
      " AND c.milestone = o.current_milestone AND c.state = 'SUCCEEDED')",
      db::Row{page.after, page.last}, [&](const db::ResultRow& row) {
        sums.unfunded_active_milestones += row.Int64(0);
        return absl::OkStatus();
      });
}

}  // namespace

absl::Status InvariantWalk::Step(db::Connection& connection) {
  MILEPOST_ASSIGN_OR_RETURN(const Page page, FindPage(connection, after_, page_));
  InvariantSums sums = running_;
  MILEPOST_RETURN_IF_ERROR(AddEscrow(connection, page, sums));
  MILEPOST_RETURN_IF_ERROR(AddEntries(connection, page, sums));
  MILEPOST_RETURN_IF_ERROR(AddCharges(connection, page, sums));
  running_ = std::move(sums);
  after_ = page.last;
  if (!page.is_end) return absl::OkStatus();
  whole_ = std::exchange(running_, {});
  walked_at_ = WallNow();
  after_ = Uuid();
  return absl::OkStatus();
}

InvariantSums InvariantWalk::Shown() const {
  if (walked_at_ == absl::InfinitePast()) return running_;
  InvariantSums shown = whole_;
  shown.unexplained_orders = std::max(shown.unexplained_orders, running_.unexplained_orders);
  shown.negative_escrows = std::max(shown.negative_escrows, running_.negative_escrows);
  shown.unfunded_active_milestones =
      std::max(shown.unfunded_active_milestones, running_.unfunded_active_milestones);
  return shown;
}

}  // namespace milepost::billing
