#include "services/milestone_billing/store/ledger_queries.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/core/status_macros.h"
#include "common/db/row.h"

namespace milepost::billing {
namespace {

constexpr absl::string_view kSelectEntries =
    "SELECT order_id, sequence, line, move, account, amount_minor, currency, at_us FROM entries ";

// An order's entries that events of so many types posted.
std::string EntriesOfEventsSql(size_t types) {
  std::vector<std::string> places(types, "?");
  return absl::StrCat(
      "SELECT e.order_id, e.sequence, e.line, e.move, e.account, e.amount_minor, e.currency, e.at_us",
      " FROM entries e FORCE INDEX (PRIMARY) STRAIGHT_JOIN events v FORCE INDEX (PRIMARY)",
      " ON v.aggregate_id = e.order_id AND v.sequence = e.sequence WHERE e.order_id = ? AND e.sequence >= ?",
      " AND (e.sequence, e.line) > (?, ?) AND v.type IN (", absl::StrJoin(places, ", "),
      ") ORDER BY e.sequence, e.line LIMIT ?");
}

absl::StatusOr<LedgerEntry> EntryFrom(const db::ResultRow& row) {
  LedgerEntry entry;
  entry.order = OrderId(row.Id(0));
  entry.sequence = row.Uint64(1);
  entry.line = static_cast<uint32_t>(row.Uint64(2));
  entry.move = row.Bytes(3);
  entry.account = row.Bytes(4);
  MILEPOST_ASSIGN_OR_RETURN(const Currency currency, Currency::Parse(row.Bytes(6)));
  entry.amount = Money{row.Int64(5), currency};
  entry.at = row.Instant(7);
  return entry;
}

absl::StatusOr<std::vector<LedgerEntry>> ReadEntries(db::Connection& connection, const std::string& sql,
                                                     const db::Row& parameters) {
  std::vector<LedgerEntry> entries;
  MILEPOST_RETURN_IF_ERROR(connection.Query(sql, parameters, [&](const db::ResultRow& row) -> absl::Status {
    MILEPOST_ASSIGN_OR_RETURN(LedgerEntry entry, EntryFrom(row));
    entries.push_back(std::move(entry));
    return absl::OkStatus();
  }));
  return entries;
}

}  // namespace

absl::StatusOr<std::vector<LedgerEntry>> ListEntriesOfOrder(
    db::Connection& connection, const OrderId& order, const std::optional<LedgerEntry>& after, int limit,
    const std::optional<std::vector<std::string>>& event_types) {
  static const std::string& all = *new std::string(
      absl::StrCat(kSelectEntries, "FORCE INDEX (PRIMARY) WHERE order_id = ? AND sequence >= ?",
                   " AND (sequence, line) > (?, ?) ORDER BY sequence, line LIMIT ?"));
  const LedgerEntry from = after.value_or(LedgerEntry{});
  if (!event_types)
    return ReadEntries(connection, all, {order, from.sequence, from.sequence, from.line, limit});
  if (event_types->empty()) return std::vector<LedgerEntry>();
  db::Row parameters = {order, from.sequence, from.sequence, from.line};
  for (const std::string& type : *event_types) parameters.emplace_back(type);
  parameters.emplace_back(limit);
  return ReadEntries(connection, EntriesOfEventsSql(event_types->size()), parameters);
}

absl::StatusOr<std::vector<LedgerEntry>> ListEntriesOfAccount(db::Connection& connection,
                                                              absl::string_view account,
                                                              const std::optional<LedgerEntry>& after,
                                                              int limit) {
  static const std::string& sql = *new std::string(
      absl::StrCat(kSelectEntries, "FORCE INDEX (entries_account) WHERE account = ? AND at_us >= ?",
                   " AND (at_us, order_id, sequence, line) > (?, ?, ?, ?) ORDER BY at_us, order_id, "
                   "sequence, line LIMIT ?"));
  LedgerEntry from = after.value_or(LedgerEntry{});
  if (!after) from.at = absl::UnixEpoch();
  return ReadEntries(connection, sql,
                     {account, from.at, from.at, from.order, from.sequence, from.line, limit});
}

absl::StatusOr<int64_t> ReadBalance(db::Connection& connection, absl::string_view account,
                                    Currency currency) {
  int64_t balance = 0;
  MILEPOST_RETURN_IF_ERROR(connection.Query(
      "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS SIGNED) FROM entries FORCE INDEX (entries_account)"
      " WHERE account = ? AND currency = ?",
      db::Row{account, currency.code()}, [&](const db::ResultRow& row) {
        balance = row.Int64(0);
        return absl::OkStatus();
      }));
  return balance;
}

absl::StatusOr<std::vector<TrialBalanceLine>> ReadTrialBalance(db::Connection& connection) {
  std::vector<TrialBalanceLine> lines;
  const auto add = [&](const db::ResultRow& row) -> absl::Status {
    MILEPOST_ASSIGN_OR_RETURN(const Currency currency, Currency::Parse(row.Bytes(1)));
    lines.push_back({row.Bytes(0), currency, row.Int64(2), row.Int64(3), row.Uint64(4)});
    return absl::OkStatus();
  };
  MILEPOST_RETURN_IF_ERROR(connection.Query(
      "SELECT CASE WHEN account LIKE 'escrow:%' THEN 'escrow'"
      " WHEN account LIKE 'seller:%' THEN CONCAT('seller:', SUBSTRING_INDEX(account, ':', -1))"
      " ELSE account END AS kind, currency,"
      " CAST(SUM(CASE WHEN amount_minor > 0 THEN amount_minor ELSE 0 END) AS SIGNED),"
      " CAST(SUM(CASE WHEN amount_minor < 0 THEN -amount_minor ELSE 0 END) AS SIGNED),"
      " COUNT(DISTINCT account) FROM entries GROUP BY kind, currency ORDER BY kind, currency",
      db::Row{}, add));
  return lines;
}

}  // namespace milepost::billing
