#include "services/milestone_billing/store/invariants.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/core/clock.h"
#include "common/core/status_macros.h"
#include "common/db/row.h"

namespace milepost::billing {
namespace {

// The orders after `after` up to and with `last`.
struct Page {
  Uuid after;
  Uuid last;
  bool is_end = false;
};

// The first eight bytes, of which an id has its time (UUIDv7).
uint64_t TimeOf(const Uuid& id) {
  uint64_t time = 0;
  for (int i = 0; i < 8; ++i) time = time << 8 | id.bytes()[i];
  return time;
}

Uuid UuidAt(uint64_t time) {
  std::array<uint8_t, 16> bytes{};
  for (int i = 7; i >= 0; --i, time >>= 8) bytes[i] = static_cast<uint8_t>(time);
  return Uuid(bytes);
}

absl::StatusOr<Page> FindPage(db::Connection& connection, const Uuid& after, const Uuid& until,
                              int64_t size) {
  Page page{after, until, /*is_end=*/true};
  MILEPOST_RETURN_IF_ERROR(connection.Query(
      "SELECT id FROM orders FORCE INDEX (PRIMARY) WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?",
      db::Row{after, size - 1}, [&](const db::ResultRow& row) {
        page.is_end = row.Id(0) >= until;
        if (!page.is_end) page.last = row.Id(0);
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
  MILEPOST_RETURN_IF_ERROR(connection.Query(
      "SELECT COUNT(*) FROM (SELECT sequence FROM entries FORCE INDEX (PRIMARY) WHERE order_id > ? AND "
      "order_id <= ?"
      " GROUP BY order_id, sequence, currency HAVING SUM(amount_minor) <> 0) unbalanced",
      db::Row{page.after, page.last}, [&](const db::ResultRow& row) {
        sums.unbalanced_moves += row.Int64(0);
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
  MILEPOST_RETURN_IF_ERROR(connection.Query(
      "SELECT COUNT(*) FROM orders o FORCE INDEX (PRIMARY) WHERE o.id > ? AND o.id <= ? AND "
      "o.milestone_state = 'ACTIVE'"
      " AND NOT EXISTS (SELECT 1 FROM charges c FORCE INDEX (charges_attempt) WHERE c.order_id = o.id"
      " AND c.milestone = o.current_milestone AND c.state = 'SUCCEEDED')",
      db::Row{page.after, page.last}, [&](const db::ResultRow& row) {
        sums.unfunded_active_milestones += row.Int64(0);
        return absl::OkStatus();
      }));
  return connection.Query(
      "SELECT COUNT(*) FROM charges c FORCE INDEX (charges_attempt) WHERE c.order_id > ? AND c.order_id <= ?"
      " AND (c.late_success_us IS NOT NULL"
      " OR EXISTS (SELECT 1 FROM refunds f FORCE INDEX (PRIMARY) WHERE f.charge_id = c.id AND f.state = "
      "'FAILED'))"
      " AND NOT EXISTS (SELECT 1 FROM refunds r FORCE INDEX (PRIMARY)"
      " WHERE r.charge_id = c.id AND r.state IN ('PENDING', 'SUCCEEDED'))",
      db::Row{page.after, page.last}, [&](const db::ResultRow& row) {
        sums.stranded_charges += row.Int64(0);
        return absl::OkStatus();
      });
}

}  // namespace

absl::Status InvariantWalk::Begin(db::Connection& connection) {
  if (begun_) return absl::OkStatus();
  if (begin_ > 0) {
    MILEPOST_RETURN_IF_ERROR(
        connection.Query("SELECT MIN(id), MAX(id) FROM orders", db::Row{}, [&](const db::ResultRow& row) {
          if (row.IsNull(0)) return absl::OkStatus();
          const uint64_t first = TimeOf(row.Id(0)), last = TimeOf(row.Id(1));
          start_ = UuidAt(first + static_cast<uint64_t>(static_cast<double>(last - first) * begin_));
          return absl::OkStatus();
        }));
  }
  after_ = start_;
  begun_ = true;
  return absl::OkStatus();
}

absl::Status InvariantWalk::Step(db::Connection& connection) {
  MILEPOST_RETURN_IF_ERROR(Begin(connection));
  MILEPOST_ASSIGN_OR_RETURN(const Page page,
                            FindPage(connection, after_, wrapped_ ? start_ : Uuid::Max(), page_));
  InvariantSums sums = running_;
  MILEPOST_RETURN_IF_ERROR(AddEscrow(connection, page, sums));
  MILEPOST_RETURN_IF_ERROR(AddEntries(connection, page, sums));
  MILEPOST_RETURN_IF_ERROR(AddCharges(connection, page, sums));
  running_ = std::move(sums);
  after_ = page.last;
  if (!page.is_end) return absl::OkStatus();
  if (!wrapped_ && !start_.is_nil()) {
    wrapped_ = true;
    after_ = Uuid();
    return absl::OkStatus();
  }
  whole_ = std::exchange(running_, {});
  walked_at_ = WallNow();
  wrapped_ = false;
  after_ = start_;
  return absl::OkStatus();
}

InvariantSums InvariantWalk::Shown() const {
  InvariantSums shown = whole_;
  const auto raise = [&](int64_t InvariantSums::*count) {
    shown.*count = std::max(shown.*count, running_.*count);
  };
  raise(&InvariantSums::unexplained_orders);
  raise(&InvariantSums::unbalanced_moves);
  raise(&InvariantSums::negative_escrows);
  raise(&InvariantSums::unfunded_active_milestones);
  raise(&InvariantSums::stranded_charges);
  return shown;
}

}  // namespace milepost::billing
