#include "services/milestone_billing/store/order_audit.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/audit/read_snapshot.h"
#include "common/core/status_macros.h"
#include "milepost/storage/v1/order.pb.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/store/event_texts.h"
#include "services/milestone_billing/store/order_mapping.h"
#include "services/milestone_billing/store/order_record.h"

namespace milepost::billing {
namespace {

using audit::Discrepancy;

absl::StatusOr<OrderEvent> ReadEvent(absl::string_view payload) {
  MILEPOST_RETURN_IF_ERROR(CheckTexts(payload));
  return DecodeEvent(payload);
}

// "modified: milestones[0].state: STATE_ACTIVE -> STATE_DELIVERED", a line each.
std::string BodyDifference(const std::string& expected, const std::string& found) {
  storage::v1::Order should_be, is;
  if (!should_be.ParseFromString(expected) || !is.ParseFromString(found)) return "can't be read";
  std::string report;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&report);
  if (differencer.Compare(should_be, is)) return "says the same in other bytes";
  return report.substr(0, report.find('\n'));
}

audit::AuditRules<OrderDomain> Rules() {
  return {ReadEvent, CanApply, BodyDifference};
}

// One stored row of `entries`, by the names of its columns.
class EntryCells {
 public:
  explicit EntryCells(const db::SideTable<OrderDomain>& table)
      : account_(PlaceOf(table, "account")),
        amount_(PlaceOf(table, "amount_minor")),
        currency_(PlaceOf(table, "currency")) {}

  std::string AccountOf(const audit::Cells& row) const { return row[account_].value_or(""); }
  int64_t AmountOf(const audit::Cells& row) const {
    int64_t amount = 0;
    return absl::SimpleAtoi(row[amount_].value_or(""), &amount) ? amount : 0;
  }
  std::string CurrencyOf(const audit::Cells& row) const { return row[currency_].value_or(""); }

 private:
  static size_t PlaceOf(const db::SideTable<OrderDomain>& table, absl::string_view column) {
    return std::find(table.columns.begin(), table.columns.end(), column) - table.columns.begin();
  }

  const size_t account_, amount_, currency_;
};

const std::vector<audit::Cells>& EntriesIn(const audit::StoredHistory& stored,
                                           const db::Mapping<OrderDomain>& mapping) {
  size_t place = 0;
  while (mapping.side_tables[place].table != kEntriesTable) ++place;
  return stored.side[place];
}

const db::SideTable<OrderDomain>& EntriesTable(const db::Mapping<OrderDomain>& mapping) {
  return *std::find_if(mapping.side_tables.begin(), mapping.side_tables.end(),
                       [](const auto& side) { return side.table == kEntriesTable; });
}

// What is stored may be any number: sums of it are made wide, and cut to what an answer takes.
int64_t Saturated(absl::int128 sum) {
  const absl::int128 greatest = std::numeric_limits<int64_t>::max();
  return static_cast<int64_t>(std::clamp(sum, -greatest, greatest));
}

std::vector<TrialBalanceLine> TrialBalanceOf(const std::vector<audit::Cells>& entries,
                                             const EntryCells& cells) {
  struct Sums {
    absl::int128 debits = 0, credits = 0;
    std::set<std::string> accounts;
  };
  std::map<std::pair<std::string, std::string>, Sums> sums;  // by kind and currency
  for (const audit::Cells& row : entries) {
    const std::string account = cells.AccountOf(row);
    Sums& of_kind = sums[{AccountKindOf(account), cells.CurrencyOf(row)}];
    const absl::int128 amount = cells.AmountOf(row);
    (amount > 0 ? of_kind.debits : of_kind.credits) += amount > 0 ? amount : -amount;
    of_kind.accounts.insert(account);
  }
  std::vector<TrialBalanceLine> trial_balance;
  for (const auto& [key, of_kind] : sums) {
    trial_balance.push_back({key.first, Currency::Parse(key.second).value_or(Currency()),
                             Saturated(of_kind.debits), Saturated(of_kind.credits), of_kind.accounts.size()});
  }
  return trial_balance;
}

Discrepancy OfBalance(std::string what, absl::int128 expected, absl::int128 found) {
  return {"balance",
          {std::move(what)},
          Discrepancy::Fault::kDifferent,
          "amount_minor",
          absl::StrCat(Saturated(expected)),
          absl::StrCat(Saturated(found))};
}

// What the entries add up to: zero in every currency; no escrow below zero; all escrow what the totals say, and none once
// the order is over.
std::optional<Discrepancy> CheckBalances(const Order& order, const std::vector<audit::Cells>& entries,
                                         const EntryCells& cells) {
  std::map<std::string, absl::int128> by_currency, by_escrow;
  absl::int128 escrow = 0;
  for (const audit::Cells& row : entries) {
    const std::string account = cells.AccountOf(row);
    by_currency[cells.CurrencyOf(row)] += cells.AmountOf(row);
    if (!absl::StartsWith(account, kEscrowPrefix)) continue;
    by_escrow[account] -= cells.AmountOf(row);
    escrow -= cells.AmountOf(row);
  }
  for (const auto& [currency, sum] : by_currency)
    if (sum != 0) return OfBalance(currency, 0, sum);
  for (const auto& [account, held] : by_escrow)
    if (held < 0) return OfBalance(account, 0, held);
  if (escrow != order.totals.escrow_minor()) return OfBalance("escrow", order.totals.escrow_minor(), escrow);
  const bool over = order.state == OrderState::kCompleted || order.state == OrderState::kCancelled;
  if (over && escrow != 0) return OfBalance("escrow", 0, escrow);
  return std::nullopt;
}

// The parties, where the events don't say them.
void TakePartiesFromRow(const audit::StoredHistory& stored, const db::Mapping<OrderDomain>& mapping,
                        OrderAudit& audit) {
  if (!stored.row) return;
  const std::vector<std::string> columns = db::ColumnsOf(mapping);
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] == "buyer") audit.buyer = (*stored.row)[i].value_or("");
    if (columns[i] == "seller") audit.seller = (*stored.row)[i].value_or("");
  }
}

// The least id above, or nothing after the greatest.
std::optional<Uuid> After(const Uuid& id) {
  std::string bytes = id.ToBytes();
  for (size_t i = bytes.size(); i-- > 0;)
    if (++bytes[i] != '\0') return *Uuid::FromBytes(bytes);
  return std::nullopt;
}

Uuid Greatest() {
  return *Uuid::FromBytes(std::string(16, '\xff'));
}

}  // namespace

OrderAuditor::OrderAuditor() : auditor_(OrderMapping(), Rules()), reader_(auditor_.mapping()) {}

OrderAudit OrderAuditor::Judge(const audit::StoredHistory& stored) const {
  audit::Audited<OrderDomain> audited = auditor_.Audit(stored);
  const Order& order = audited.state;
  OrderAudit audit{.order = OrderId(stored.id), .buyer = order.buyer, .seller = order.seller};
  if (audited.events.empty()) {
    TakePartiesFromRow(stored, auditor_.mapping(), audit);
  } else {
    audit.currency = order.terms.currency();
  }
  audit.events = audited.events.size();
  audit.unchained = audited.unchained;
  audit.head_digest = audited.head.value_or("");
  audit.totals = order.totals;
  const EntryCells cells(EntriesTable(auditor_.mapping()));
  const std::vector<audit::Cells>& entries = EntriesIn(stored, auditor_.mapping());
  audit.trial_balance = TrialBalanceOf(entries, cells);
  audit.discrepancy = std::move(audited.discrepancy);
  if (!audit.discrepancy) audit.discrepancy = CheckBalances(order, entries, cells);
  return audit;
}

absl::StatusOr<std::optional<OrderAudit>> OrderAuditor::AuditOne(db::Connection& connection,
                                                                 const OrderId& order) const {
  std::vector<audit::StoredHistory> stored;
  MILEPOST_RETURN_IF_ERROR(audit::InSnapshot(connection, [&]() -> absl::Status {
    MILEPOST_ASSIGN_OR_RETURN(stored, reader_.Read(connection, order.uuid(), order.uuid()));
    return absl::OkStatus();
  }));
  if (stored.empty()) return std::nullopt;
  return Judge(stored.front());
}

absl::StatusOr<OrderAuditor::Page> OrderAuditor::AuditAfter(db::Connection& connection,
                                                            const std::optional<OrderId>& after,
                                                            int limit) const {
  Page page;
  const std::optional<Uuid> first = after ? After(after->uuid()) : Uuid();
  if (!first) return page;
  std::vector<audit::StoredHistory> stored;
  MILEPOST_RETURN_IF_ERROR(audit::InSnapshot(connection, [&]() -> absl::Status {
    MILEPOST_ASSIGN_OR_RETURN(const std::vector<Uuid> ids, reader_.Ids(connection, *first, limit));
    const bool is_last = ids.size() < static_cast<size_t>(limit);
    if (!is_last) page.last = OrderId(ids.back());
    MILEPOST_ASSIGN_OR_RETURN(stored, reader_.Read(connection, *first, is_last ? Greatest() : ids.back()));
    return absl::OkStatus();
  }));
  page.orders.reserve(stored.size());
  for (const audit::StoredHistory& history : stored) page.orders.push_back(Judge(history));
  return page;
}

}  // namespace milepost::billing
