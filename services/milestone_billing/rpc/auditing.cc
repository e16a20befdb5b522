#include "services/milestone_billing/rpc/auditing.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "common/core/refusal.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/rpc/ledger_wire.h"

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

// What is stored may be more than a party may see, such as why the buyer's card was declined: values are for operators.
v1::AuditFinding ToWire(const Discrepancy& discrepancy, const Actor& viewer) {
  v1::AuditFinding wire;
  wire.set_part(PartOf(discrepancy));
  wire.set_fault(ToWire(discrepancy.fault));
  wire.set_key(absl::StrJoin(discrepancy.key, "/"));
  wire.set_column(discrepancy.column);
  uint64_t sequence = 0;
  uint32_t line = 0;
  if (wire.part() == v1::AUDIT_PART_EVENT || wire.part() == v1::AUDIT_PART_ENTRY) {
    if (absl::SimpleAtoi(discrepancy.key.front(), &sequence)) wire.set_sequence(sequence);
    if (discrepancy.key.size() == 2 && absl::SimpleAtoi(discrepancy.key.back(), &line)) wire.set_line(line);
  }
  if (viewer.is_user()) {
    wire.set_text(TextOf(discrepancy, audit::ValuesShown::kNo));
    return wire;
  }
  wire.set_expected(discrepancy.expected);
  wire.set_found(discrepancy.found);
  wire.set_text(TextOf(discrepancy, audit::ValuesShown::kYes));
  return wire;
}

v1::AuditOrderResponse ToWire(const OrderAudit& audit, const Actor& viewer) {
  v1::AuditOrderResponse wire;
  wire.set_order(rpc::NameOf("orders", audit.order.uuid()));
  wire.set_consistent(audit.consistent());
  if (audit.discrepancy) *wire.mutable_finding() = ToWire(*audit.discrepancy, viewer);
  wire.set_events(audit.events);
  wire.set_unchained_events(audit.unchained);
  wire.set_head_digest(absl::BytesToHexString(audit.head_digest));
  for (const TrialBalanceLine& line : audit.trial_balance) *wire.add_trial_balance() = billing::ToWire(line);
  const auto money = [&](int64_t minor) { return rpc::ToWire(Money{minor, audit.currency}); };
  *wire.mutable_funded() = money(audit.totals.funded_minor);
  *wire.mutable_released() = money(audit.totals.released_minor);
  *wire.mutable_refunded() = money(audit.totals.refunded_minor);
  *wire.mutable_escrow() = money(audit.totals.escrow_minor());
  return wire;
}

}  // namespace

rpc::Awaitable<v1::AuditOrderResponse> Auditing::AuditOrder(rpc::Call call,
                                                            const v1::AuditOrderRequest& request) {
  MILEPOST_CO_ASSIGN(const Uuid id, rpc::IdIn(request.name(), "orders"));
  auto reading = queries_.Run<std::optional<OrderAudit>>(
      [this, id](db::Connection& connection) { return auditor_.AuditOne(connection, OrderId(id)); });
  MILEPOST_CO_ASSIGN(const std::optional<OrderAudit> audit, co_await std::move(reading));
  const Actor& actor = call.actor;
  const bool may_see =
      audit && (!actor.is_user() || actor.name == audit->buyer || actor.name == audit->seller);
  if (!may_see) co_return Refuse(Reason::kOrderNotFound);
  co_return ToWire(*audit, actor);
}

}  // namespace milepost::billing
