#include "services/milestone_billing/store/order_mapping.h"

#include <algorithm>
#include <string>
#include <vector>

#include "services/milestone_billing/store/event_texts.h"
#include "services/milestone_billing/store/order_record.h"

namespace milepost::billing {
namespace {

using Change = db::Change<OrderDomain>;
using SideTable = db::SideTable<OrderDomain>;

db::Row ColumnsOf(const Order& order) {
  return {order.buyer,
          order.seller,
          order.offer,
          order.terms.gig,
          NameOf(order.terms.kind),
          NameOf(order.state),
          order.current_milestone,
          NameOf(order.current().state),
          order.terms.currency().code(),
          order.totals.funded_minor,
          order.totals.released_minor,
          order.totals.refunded_minor,
          order.requested_at,
          order.outcome_due};
}

db::Row ChargeRow(const Order& order, const Charge& charge) {
  const bool open = charge.state == ChargeState::kOpen;
  std::optional<absl::string_view> decline_reason;
  if (charge.decline_reason) decline_reason = NameOf(*charge.decline_reason);
  return {charge.id,
          order.id,
          charge.milestone,
          charge.slot,
          NameOf(charge.state),
          charge.unknown,
          charge.amount.minor,
          charge.buyer_fee_minor,
          charge.amount.currency.code(),
          charge.payment_method,
          decline_reason,
          charge.created_at,
          open ? std::optional(charge.lease_until) : std::nullopt,
          charge.closed_at,
          charge.late_success_at};
}

// The attempts that the change opened or changed, each as it stands after it.
void AppendChargeRows(const Change& change, std::vector<db::Row>& rows) {
  std::vector<ChargeId> changed;
  for (const auto& event : change.events) {
    const std::optional<ChargeId> charge = ChargeOf(event.stamped.event);
    if (charge && std::find(changed.begin(), changed.end(), *charge) == changed.end())
      changed.push_back(*charge);
  }
  for (const ChargeId& charge : changed)
    rows.push_back(ChargeRow(*change.next, *change.next->FindCharge(charge)));
}

// The lines of the moves that the change's events carry.
void AppendEntryRows(const Change& change, std::vector<db::Row>& rows) {
  for (const auto& event : change.events) {
    const Move* move = MoveOf(event.stamped.event);
    if (move == nullptr) continue;
    uint32_t line = 0;
    for (const Posting& posting : move->postings) {
      rows.push_back({change.next->id, event.stamped.sequence, ++line, move->rule, posting.account,
                      posting.amount_minor, move->currency.code(), event.stamped.at});
    }
  }
}

SideTable Charges() {
  return {.table = "charges",
          .columns = {"id", "order_id", "milestone", "slot", "state", "outcome_unknown", "amount_minor",
                      "buyer_fee_minor", "currency", "payment_method", "decline_reason", "created_us",
                      "open_lease_us", "closed_us", "late_success_us"},
          .key_columns = 1,
          .write = SideTable::Write::kUpsert,
          .rows = AppendChargeRows,
          .aggregate_column = "order_id"};
}

SideTable Entries() {
  return {.table = kEntriesTable,
          .columns = {"order_id", "sequence", "line", "move", "account", "amount_minor", "currency", "at_us"},
          .key_columns = 3,
          .write = SideTable::Write::kInsert,
          .rows = AppendEntryRows,
          .aggregate_column = "order_id"};
}

}  // namespace

db::Mapping<OrderDomain> OrderMapping() {
  db::Mapping<OrderDomain> mapping;
  mapping.table = "orders";
  mapping.aggregate_type = "order";
  mapping.columns = {"buyer",        "seller",        "offer_id",          "gig_id",
                     "kind",         "state",         "current_milestone", "milestone_state",
                     "currency",     "funded_minor",  "released_minor",    "refunded_minor",
                     "requested_us", "outcome_due_us"};
  mapping.values = ColumnsOf;
  mapping.encode = EncodeOrder;
  mapping.decode = DecodeOrder;
  mapping.event_type = [](const OrderEvent& event) { return NameOf(KindOf(event)); };
  mapping.encode_event = EncodeEvent;
  mapping.chained_part = ChainedPart;
  mapping.side_tables = {Charges(), Entries()};
  return mapping;
}

}  // namespace milepost::billing
