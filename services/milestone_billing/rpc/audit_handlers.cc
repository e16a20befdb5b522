#include "services/milestone_billing/rpc/audit_handlers.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/domain/ledger.h"
#include "services/milestone_billing/rpc/ledger_wire.h"
#include "services/milestone_billing/rpc/visibility.h"
#include "services/milestone_billing/store/ledger_queries.h"
#include "services/milestone_billing/store/order_queries.h"

namespace milepost::billing {
namespace {

using audit::Discrepancy;

v1::AuditPart PartOf(const Discrepancy& discrepancy) {
  if (discrepancy.table == "events") return v1::AUDIT_PART_EVENT;
  if (discrepancy.table == "orders") return v1::AUDIT_PART_ORDER;
  if (discrepancy.table == "entries") return v1::AUDIT_PART_ENTRY;
  if (discrepancy.table == "charges") return v1::AUDIT_PART_CHARGE;
  if (discrepancy.table == "deadlines") return v1::AUDIT_PART_DEADLINE;
  if (discrepancy.table == "refunds") return v1::AUDIT_PART_REFUND;
  if (discrepancy.table == "charge_questions") return v1::AUDIT_PART_RECHECK;
  return v1::AUDIT_PART_BALANCE;
}

v1::AuditFault ToWire(Discrepancy::Fault fault) {
  switch (fault) {
    case Discrepancy::Fault::kMissing:
      return v1::AUDIT_FAULT_MISSING;
    case Discrepancy::Fault::kUnexpected:
      return v1::AUDIT_FAULT_UNEXPECTED;
    case Discrepancy::Fault::kDifferent:
      return v1::AUDIT_FAULT_DIFFERENT;
    case Discrepancy::Fault::kBrokenChain:
      return v1::AUDIT_FAULT_BROKEN_CHAIN;
    case Discrepancy::Fault::kUnreadable:
      return v1::AUDIT_FAULT_UNREADABLE;
    case Discrepancy::Fault::kImpossible:
      return v1::AUDIT_FAULT_IMPOSSIBLE;
  }
  return v1::AUDIT_FAULT_UNSPECIFIED;
}

// What was read of an order for its audit.
struct Audited {
  OrderAudit audit;
  // Of the event that the finding is about, or that posted the entry that it is about.
  std::optional<std::string> event_type;
  // Those that a party is shown; of operators' audits none are read.
  std::vector<LedgerEntry> entries;
};

constexpr int kEntriesMax = 1'000'000;  // more than an order can have

// The number of the event that the finding is about, or that posted the entry; 0 where it is about neither.
uint64_t SequenceIn(const Discrepancy& discrepancy) {
  if (discrepancy.table != "events" && discrepancy.table != "entries") return 0;
  uint64_t sequence = 0;
  return absl::SimpleAtoi(discrepancy.key.front(), &sequence) ? sequence : 0;
}

// Entries are only ever inserted, with their events: those up to the last sound event are what they were in the audit's
// snapshot.
absl::StatusOr<std::vector<LedgerEntry>> ReadShownEntries(db::Connection& connection, const OrderAudit& audit,
                                                          const Visibility& visible) {
  MILEPOST_ASSIGN_OR_RETURN(
      std::vector<LedgerEntry> entries,
      ListEntriesOfOrder(connection, audit.order, std::nullopt, kEntriesMax, visible.EntryTypes()));
  const auto later = std::find_if(entries.begin(), entries.end(),
                                  [&](const LedgerEntry& entry) { return entry.sequence > audit.events; });
  entries.erase(later, entries.end());
  return entries;
}

// Nothing where there is no such order, or the actor may not see it.
absl::StatusOr<std::optional<Audited>> ReadAudit(db::Connection& connection, const OrderAuditor& auditor,
                                                 const OrderId& order, const Actor& actor) {
  MILEPOST_ASSIGN_OR_RETURN(std::optional<OrderAudit> audit, auditor.AuditOne(connection, order));
  if (!audit) return std::nullopt;
  const std::optional<events::Viewer> viewer = ViewerOf(actor, audit->buyer, audit->seller);
  if (!viewer) return std::nullopt;
  Audited audited{*std::move(audit), std::nullopt, {}};
  const Visibility visible(*viewer);
  if (!visible.is_party()) return audited;
  MILEPOST_ASSIGN_OR_RETURN(audited.entries, ReadShownEntries(connection, audited.audit, visible));
  if (!audited.audit.discrepancy) return audited;
  if (const uint64_t sequence = SequenceIn(*audited.audit.discrepancy)) {
    MILEPOST_ASSIGN_OR_RETURN(audited.event_type, FindEventType(connection, order, sequence));
  }
  return audited;
}

// Whether the finding is about something that the viewer is shown elsewhere.
bool IsShown(const Discrepancy& discrepancy, const std::optional<std::string>& event_type,
             const Visibility& visible) {
  if (!visible.is_party()) return true;
  if (discrepancy.table == "events") return !event_type || visible.EventsOf(*event_type);
  if (discrepancy.table == "entries") return event_type && visible.EntriesOf(*event_type);
  return visible.Stored(discrepancy.table, discrepancy.column);
}

// Stored values may be more than a party is shown elsewhere, such as why the buyer's card was declined.
v1::AuditFinding ToWire(const Discrepancy& discrepancy, const Visibility& visible) {
  v1::AuditFinding wire;
  wire.set_part(PartOf(discrepancy));
  wire.set_fault(ToWire(discrepancy.fault));
  wire.set_key(absl::StrJoin(discrepancy.key, "/"));
  wire.set_column(discrepancy.column);
  wire.set_sequence(SequenceIn(discrepancy));
  uint32_t line = 0;
  if (wire.part() == v1::AUDIT_PART_ENTRY && discrepancy.key.size() == 2 &&
      absl::SimpleAtoi(discrepancy.key.back(), &line))
    wire.set_line(line);
  if (!visible.stored_values()) {
    wire.set_text(TextOf(discrepancy, audit::ValuesShown::kNo));
    return wire;
  }
  wire.set_expected(discrepancy.expected);
  wire.set_found(discrepancy.found);
  wire.set_text(TextOf(discrepancy, audit::ValuesShown::kYes));
  return wire;
}

// Says that something is wrong, but not with what.
v1::AuditFinding HiddenFinding(const Discrepancy& discrepancy) {
  v1::AuditFinding wire;
  wire.set_part(v1::AUDIT_PART_ORDER);
  wire.set_fault(ToWire(discrepancy.fault));
  wire.set_text(
      "Something is wrong that is stored of the order and not shown to you. Operators are shown it.");
  return wire;
}

// By kind of account and currency.
std::vector<TrialBalanceLine> TrialBalanceOf(const std::vector<LedgerEntry>& entries) {
  std::map<std::pair<std::string, std::string>, TrialBalanceLine> lines;
  std::map<std::pair<std::string, std::string>, std::set<std::string>> accounts;
  for (const LedgerEntry& entry : entries) {
    const std::pair key(AccountKindOf(entry.account), std::string(entry.amount.currency.code()));
    TrialBalanceLine& line = lines[key];
    line.kind = key.first;
    line.currency = entry.amount.currency;
    (entry.amount.minor > 0 ? line.debits_minor : line.credits_minor) += std::abs(entry.amount.minor);
    accounts[key].insert(entry.account);
    line.accounts = accounts[key].size();
  }
  std::vector<TrialBalanceLine> trial_balance;
  for (auto& [key, line] : lines) trial_balance.push_back(std::move(line));
  return trial_balance;
}

v1::AuditOrderResponse ToWire(const Audited& audited, const Visibility& visible) {
  const OrderAudit& audit = audited.audit;
  v1::AuditOrderResponse wire;
  wire.set_order(rpc::NameOf("orders", audit.order.uuid()));
  wire.set_consistent(audit.consistent());
  if (audit.discrepancy) {
    *wire.mutable_finding() = IsShown(*audit.discrepancy, audited.event_type, visible)
                                  ? ToWire(*audit.discrepancy, visible)
                                  : HiddenFinding(*audit.discrepancy);
  }
  wire.set_events(audit.events);
  wire.set_unchained_events(audit.unchained);
  wire.set_head_digest(absl::BytesToHexString(audit.head_digest));
  for (const TrialBalanceLine& line :
       visible.is_party() ? TrialBalanceOf(audited.entries) : audit.trial_balance)
    *wire.add_trial_balance() = billing::ToWire(line);
  const auto money = [&](int64_t minor) { return rpc::ToWire(Money{minor, audit.currency}); };
  *wire.mutable_funded() = money(audit.totals.funded_minor);
  *wire.mutable_released() = money(audit.totals.released_minor);
  *wire.mutable_refunded() = money(audit.totals.refunded_minor);
  *wire.mutable_escrow() = money(audit.totals.escrow_minor());
  return wire;
}

}  // namespace

void AuditHandlers::AddTo(rpc::Service& service) {
  service.Add(&AuditHandlers::AuditOrder, *this);
}

rpc::Awaitable<v1::AuditOrderResponse> AuditHandlers::AuditOrder(rpc::Call call,
                                                                 const v1::AuditOrderRequest& request) {
  MILEPOST_CO_ASSIGN(const Uuid id, rpc::IdIn(request.name(), "orders"));
  auto reading =
      queries_.Run<std::optional<Audited>>([this, id, &actor = call.actor](db::Connection& connection) {
        return ReadAudit(connection, auditor_, OrderId(id), actor);
      });
  MILEPOST_CO_ASSIGN(const std::optional<Audited> audited, co_await std::move(reading));
  if (!audited) co_return Refuse(Reason::kOrderNotFound);
  const events::Viewer viewer = *ViewerOf(call.actor, audited->audit.buyer, audited->audit.seller);
  co_return ToWire(*audited, Visibility(viewer));
}

}  // namespace milepost::billing
