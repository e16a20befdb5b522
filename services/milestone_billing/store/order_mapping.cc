#include "services/milestone_billing/store/order_mapping.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "services/milestone_billing/store/event_texts.h"
#include "services/milestone_billing/store/order_record.h"

namespace milepost::billing {
namespace {

using Change = db::Change<OrderDomain>;
using SideTable = db::SideTable<OrderDomain>;

db::Row ColumnsOf(const Order& order) {
  return db::MakeRow(order.buyer, order.seller, order.offer, order.terms.gig, NameOf(order.terms.kind),
                     NameOf(order.state), order.current_milestone, NameOf(order.current().state),
                     order.terms.currency().code(), order.totals.funded_minor, order.totals.released_minor,
                     order.totals.refunded_minor, order.requested_at, order.outcome_due,
                     order.operator_since);
}

db::Row ChargeRow(const Order& order, const Charge& charge) {
  const bool open = charge.state == ChargeState::kOpen;
  std::optional<absl::string_view> decline_reason;
  if (charge.decline_reason) decline_reason = NameOf(*charge.decline_reason);
  return db::MakeRow(charge.id, order.id, charge.milestone, charge.slot, NameOf(charge.state), charge.unknown,
                     charge.amount.minor, charge.buyer_fee_minor, charge.amount.currency.code(),
                     charge.payment_method, decline_reason, charge.created_at,
                     open ? std::optional(charge.lease_until) : std::nullopt, charge.closed_at,
                     charge.late_success_at);
}

db::Row RefundRow(const Order& order, const Refund& refund) {
  const bool open = refund.state == RefundState::kPending;
  return db::MakeRow(refund.charge, refund.number, order.id, NameOf(refund.state), refund.unknown,
                     refund.amount.minor, refund.amount.currency.code(), refund.created_at,
                     open ? std::optional(refund.lease_until) : std::nullopt, refund.closed_at);
}

// What `subject` finds in the change's events, each once.
template <class Subject, class SubjectOf>
std::vector<Subject> Changed(const Change& change, SubjectOf subject_of) {
  std::vector<Subject> changed;
  for (const auto& event : change.events) {
    const std::optional<Subject> subject = subject_of(event.stamped.event);
    if (subject && std::find(changed.begin(), changed.end(), *subject) == changed.end())
      changed.push_back(*subject);
  }
  return changed;
}

// The attempts that the change opened or changed, each as it stands after it.
void AppendChargeRows(const Change& change, std::vector<db::Row>& rows) {
  for (const ChargeId& charge : Changed<ChargeId>(change, ChargeOf))
    rows.push_back(ChargeRow(*change.next, *change.next->FindCharge(charge)));
}

// Likewise the refunds.
void AppendRefundRows(const Change& change, std::vector<db::Row>& rows) {
  for (const RefundKey& key : Changed<RefundKey>(change, RefundOf))
    rows.push_back(RefundRow(*change.next, *change.next->FindRefund(key.charge, key.number)));
}

// Attempts and refunds that the order did not have before the change. Their keys are the business keys (order, milestone and
// slot; charge and number): the same one twice must be refused, and not written over.
bool MakesCharge(const Change& change, const db::Row& row) {
  const auto is_its = [&row](const Charge& charge) { return db::Value(charge.id) == row[0]; };
  return change.before == nullptr || absl::c_none_of(change.before->charges, is_its);
}

bool MakesRefund(const Change& change, const db::Row& row) {
  const auto is_its = [&row](const Refund& refund) {
    return db::Value(refund.charge) == row[0] && db::Value(refund.number) == row[1];
  };
  return change.before == nullptr || absl::c_none_of(change.before->refunds, is_its);
}

// The attempt about which an event says when to ask again, or that no question is left.
std::optional<ChargeId> AskedAbout(const OrderEvent& event) {
  if (const auto* set = std::get_if<ChargeRecheckSet>(&event)) return set->charge;
  if (const auto* late = std::get_if<ChargeSucceededLate>(&event)) return late->charge;
  return std::nullopt;
}

void AppendQuestionRows(const Change& change, std::vector<db::Row>& rows) {
  for (const ChargeId& id : Changed<ChargeId>(change, AskedAbout)) {
    const Charge& charge = *change.next->FindCharge(id);
    rows.push_back(db::MakeRow(charge.id, change.next->id, charge.answers, charge.ask_at));
  }
}

// The lines of the moves that the change's events carry.
void AppendEntryRows(const Change& change, std::vector<db::Row>& rows) {
  for (const auto& event : change.events) {
    const Move* move = MoveOf(event.stamped.event);
    if (move == nullptr) continue;
    uint32_t line = 0;
    for (const Posting& posting : move->postings) {
      rows.push_back(db::MakeRow(change.next->id, event.stamped.sequence, ++line, move->rule, posting.account,
                                 posting.amount_minor, move->currency.code(), event.stamped.at));
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
          .aggregate_column = "order_id",
          .is_new = MakesCharge};
}

SideTable Entries() {
  return {.table = kEntriesTable,
          .columns = {"order_id", "sequence", "line", "move", "account", "amount_minor", "currency", "at_us"},
          .key_columns = 3,
          .write = SideTable::Write::kInsert,
          .rows = AppendEntryRows,
          .aggregate_column = "order_id"};
}

SideTable Questions() {
  return {.table = "charge_questions",
          .columns = {"charge_id", "order_id", "answers", "ask_us"},
          .key_columns = 1,
          .write = SideTable::Write::kUpsert,
          .rows = AppendQuestionRows,
          .aggregate_column = "order_id"};
}

SideTable Refunds() {
  return {.table = "refunds",
          .columns = {"charge_id", "number", "order_id", "state", "outcome_unknown", "amount_minor",
                      "currency", "created_us", "open_lease_us", "closed_us"},
          .key_columns = 2,
          .write = SideTable::Write::kUpsert,
          .rows = AppendRefundRows,
          .aggregate_column = "order_id",
          .is_new = MakesRefund};
}

}  // namespace

db::Mapping<OrderDomain> OrderMapping() {
  db::Mapping<OrderDomain> mapping;
  mapping.table = "orders";
  mapping.aggregate_type = "order";
  mapping.columns = {"buyer",        "seller",         "offer_id",          "gig_id",
                     "kind",         "state",          "current_milestone", "milestone_state",
                     "currency",     "funded_minor",   "released_minor",    "refunded_minor",
                     "requested_us", "outcome_due_us", "operator_since_us"};
  mapping.values = ColumnsOf;
  mapping.encode = EncodeOrder;
  mapping.decode = DecodeOrder;
  mapping.event_type = [](const OrderEvent& event) { return NameOf(KindOf(event)); };
  mapping.encode_event = EncodeEvent;
  mapping.chained_part = ChainedPart;
  mapping.side_tables = {Charges(), Entries(), Questions(), Refunds()};
  return mapping;
}

}  // namespace milepost::billing
