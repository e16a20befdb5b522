#include "tests/torture/verdict.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace milepost::torture {
namespace {

std::string OrderName(const Uuid& id) {
  return absl::StrCat("orders/", id.ToString());
}

bool IsPlaced(const std::string& order_state) {
  return !order_state.empty() && order_state != "PLACING" && order_state != "PLACEMENT_FAILED";
}

bool IsOver(const std::string& order_state) {
  return order_state == "COMPLETED" || order_state == "CANCELLED";
}

std::string KeyOf(const OrderRow& order, const AttemptRow& attempt) {
  return absl::StrCat(OrderName(order.id), "/milestones/", attempt.milestone, "/attempts/", attempt.slot);
}

// Collects sentences about one thing.
class Findings {
 public:
  explicit Findings(std::string subject) : subject_(std::move(subject)) {}
  template <class... Parts>
  void Unless(bool holds, const Parts&... parts) {
    if (!holds) found_.push_back(absl::StrCat(subject_, ": ", parts...));
  }
  Violations Take() { return std::move(found_); }

 private:
  const std::string subject_;
  Violations found_;
};

void CheckAttempt(const OrderRow& order, const AttemptRow& attempt,
                  const std::map<std::string, ProviderRow>& provider, Findings& findings) {
  const std::string key = KeyOf(order, attempt);
  findings.Unless(attempt.state != "OPEN", key, " is still OPEN");
  const auto at = provider.find(key);
  const bool captured = at != provider.end() && at->second.captures > 0;
  const bool booked = attempt.state == "SUCCEEDED" || attempt.late_success;
  findings.Unless(!booked || captured, key, " is booked as paid, and the provider captured nothing");
  findings.Unless(!captured || booked, key, " is ", attempt.state, ", and the provider captured it");
  if (at == provider.end()) return;
  findings.Unless(at->second.captures <= 1, key, " was captured ", at->second.captures, " times");
  findings.Unless(!captured || at->second.amount_minor == attempt.total_minor, key, " is for ",
                  attempt.total_minor, ", and the provider captured ", at->second.amount_minor);
}

// What the provider gave back, by the charge's key.
std::map<std::string, int64_t> GivenBack(const std::vector<RefundRow>& refunds, Findings& findings) {
  std::map<std::string, int64_t> given_back;
  std::map<std::string, int> paid_out;
  for (const RefundRow& refund : refunds) {
    findings.Unless(refund.payouts <= 1, "a refund of ", refund.charge_key, " was paid out ", refund.payouts,
                    " times");
    if (refund.payouts == 0) continue;
    findings.Unless(++paid_out[refund.charge_key] == 1, refund.charge_key, " was refunded twice");
    given_back[refund.charge_key] += refund.payouts * refund.amount_minor;
  }
  return given_back;
}

// Of each charge one refund at most is paid out: the whole where it came too late (M9), and where its milestone was cancelled the
// buyer's part (M5, M6).
void CheckRefunds(const OrderRow& order, const std::vector<RefundRow>& refunds, Findings& findings) {
  std::map<std::string, int64_t> given_back = GivenBack(refunds, findings);
  int64_t given_back_minor = 0, of_cancelled_minor = 0;
  for (const auto& [key, minor] : given_back) given_back_minor += minor;
  for (const AttemptRow& attempt : order.attempts) {
    const std::string key = KeyOf(order, attempt);
    findings.Unless(given_back[key] == attempt.given_back_minor, "of ", key, " the provider gave back ",
                    given_back[key], ", and billing has ", attempt.given_back_minor);
    findings.Unless(!attempt.late_success || attempt.given_back_minor == attempt.total_minor, key,
                    " took money too late, and gave back ", attempt.given_back_minor);
    if (!attempt.late_success) of_cancelled_minor += attempt.given_back_minor;
  }
  findings.Unless(of_cancelled_minor == order.refunded_minor + order.fees_back_minor, "cancelled were ",
                  order.refunded_minor, " and ", order.fees_back_minor, " of the fee, and given back ",
                  of_cancelled_minor);
  findings.Unless(given_back_minor == order.paid_back_minor, "the provider gave back ", given_back_minor,
                  ", and the ledger has ", order.paid_back_minor);
  findings.Unless(order.under_way_minor == 0, "refund:transit and suspense hold ", order.under_way_minor);
}

void CheckCharges(const OrderRow& order, const std::vector<ProviderRow>& provider, Findings& findings) {
  std::map<std::string, ProviderRow> unknown;
  int64_t captured_minor = 0;
  for (const ProviderRow& row : provider) {
    unknown[row.key] = row;
    captured_minor += row.captures * row.amount_minor;
  }
  std::map<uint32_t, int> paid;
  int64_t funded_minor = 0;
  for (const AttemptRow& attempt : order.attempts) {
    CheckAttempt(order, attempt, unknown, findings);
    unknown.erase(KeyOf(order, attempt));
    if (attempt.state != "SUCCEEDED") continue;
    funded_minor += attempt.amount_minor;
    findings.Unless(++paid[attempt.milestone] == 1, "milestone ", attempt.milestone, " was charged twice");
  }
  for (const auto& [key, row] : unknown)
    findings.Unless(row.captures == 0, "the provider captured ", key, ", of which billing knows nothing");
  findings.Unless(funded_minor == order.funded_minor, "funded is ", order.funded_minor,
                  ", and its paid attempts come to ", funded_minor);
  findings.Unless(captured_minor == order.captured_minor, "the provider captured ", captured_minor,
                  ", and the ledger has ", order.captured_minor);
}

void CheckMoney(const OrderRow& order, Findings& findings) {
  for (const uint64_t event : order.unbalanced)
    findings.Unless(false, "the entries of event ", event, " don't sum to 0");
  const int64_t held = order.funded_minor - order.released_minor - order.refunded_minor;
  findings.Unless(order.escrow_minor == held, "escrow holds ", order.escrow_minor,
                  "; funded − released − refunded is ", held);
  findings.Unless(!IsOver(order.state) || order.escrow_minor == 0, order.state, ", and escrow holds ",
                  order.escrow_minor);
}

void CheckItsOffer(const OrderRow& order, Findings& findings) {
  if (!order.offer) return;
  const std::string offer = absl::StrCat("offers/", order.offer->ToString());
  findings.Unless(!order.offer_state.empty(), offer, " is not there");
  findings.Unless(IsPlaced(order.state) == (order.offer_state == "ACCEPTED"), "it is ", order.state, ", and ",
                  offer, " is ", order.offer_state);
  if (!IsPlaced(order.state) || order.offer_state.empty()) return;
  const std::string expected = IsOver(order.state) ? order.state : "RUNNING";
  findings.Unless(order.offer_order_state == expected, "it is ", order.state, ", and ", offer, " says ",
                  order.offer_order_state);
}

}  // namespace

Violations CheckReplay(const Acknowledged& command, const Retold& again) {
  Findings findings(absl::StrCat(command.method, " of ", command.told.resource, ", acknowledged at etag ",
                                 command.told.etag, ", request ", command.request_id.ToString()));
  findings.Unless(again.status.ok(), "sent again it was answered ", again.status.error_code(), " ",
                  again.reason, " (", again.status.error_message(), ")");
  if (!again.status.ok()) return findings.Take();
  findings.Unless(again.told.replayed, "sent again it was taken for a new command");
  findings.Unless(again.told.resource == command.told.resource, "sent again it answered with ",
                  again.told.resource);
  findings.Unless(again.told.etag >= command.told.etag, "its resource went back to etag ", again.told.etag);
  findings.Unless(!command.told.end || again.told.end == command.told.end, "its order, which was ",
                  command.told.end ? command.told.end->state : "", ", has another end");
  return findings.Take();
}

Violations CheckSequences(Victim service, const absl::flat_hash_map<Uuid, uint64_t>& told,
                          const std::map<Uuid, uint64_t>& stored) {
  Violations all;
  for (const auto& [id, etag] : told) {
    Findings findings(absl::StrCat(NameOf(service), " ", id.ToString(), ", told of at etag ", etag));
    const auto at = stored.find(id);
    findings.Unless(at != stored.end(), "it is not there");
    // What a read shows as fired may not be written yet: only expiries of offers are that short here.
    if (at != stored.end()) findings.Unless(at->second >= etag, "it is at ", at->second);
    for (std::string& found : findings.Take()) all.push_back(std::move(found));
  }
  return all;
}

Violations CheckRequests(Victim service, const std::vector<Promise>& promises,
                         const std::vector<Uuid>& traceless, const std::vector<Books::RequestRow>& stored) {
  absl::flat_hash_map<Uuid, const Books::RequestRow*> by_id;
  for (const Books::RequestRow& row : stored) by_id[row.request_id] = &row;
  Violations all;
  for (const Promise& promise : promises) {
    Findings findings(absl::StrCat(NameOf(service), " request ", promise.request_id.ToString(),
                                   ", acknowledged with ", promise.aggregate.ToString(), " at etag ",
                                   promise.etag));
    const auto at = by_id.find(promise.request_id);
    findings.Unless(at != by_id.end(), "it is not remembered");
    if (at != by_id.end()) {
      findings.Unless(at->second->aggregate == promise.aggregate, "it is remembered with ",
                      at->second->aggregate.ToString());
      findings.Unless(at->second->sequence <= promise.etag, "it is remembered at the later state ",
                      at->second->sequence);
    }
    for (std::string& found : findings.Take()) all.push_back(std::move(found));
  }
  for (const Uuid& request : traceless)
    if (by_id.contains(request))
      all.push_back(
          absl::StrCat(NameOf(service), " request ", request.ToString(), " was refused, and is remembered"));
  return all;
}

Violations CheckOrder(const OrderRow& order, const ProviderRows& provider) {
  Findings findings(OrderName(order.id));
  findings.Unless(order.state != "PLACING", "it is still PLACING");
  CheckCharges(order, provider.charges, findings);
  CheckRefunds(order, provider.refunds, findings);
  CheckMoney(order, findings);
  findings.Unless(order.events == order.sequence && order.last_event == order.sequence, "it is at ",
                  order.sequence, ", with ", order.events, " events up to ", order.last_event);
  findings.Unless(order.audit_finding.empty(), "its audit found ", order.audit_finding);
  CheckItsOffer(order, findings);
  return findings.Take();
}

Violations CheckEnd(const OrderRow& order, const OrderEnd& told) {
  Findings findings(absl::StrCat(OrderName(order.id), ", told to be ", told.state));
  findings.Unless(order.state == told.state, "it is ", order.state);
  findings.Unless(order.refunded_minor == told.refunded_minor, "told was a refund of ", told.refunded_minor,
                  ", and it is ", order.refunded_minor);
  findings.Unless(order.fees_back_minor == told.fees_refunded_minor, "told were ", told.fees_refunded_minor,
                  " of the fee back, and it is ", order.fees_back_minor);
  return findings.Take();
}

Violations CheckOffer(const OfferRow& offer) {
  Findings findings(absl::StrCat("offers/", offer.id.ToString()));
  findings.Unless((offer.state == "ACCEPTED") == IsPlaced(offer.order_state), "it is ", offer.state,
                  ", and its order ", offer.order_state.empty() ? "is not there" : offer.order_state);
  return findings.Take();
}

Violations CheckStream(Victim service, const StreamRow& stream) {
  Findings findings(absl::StrCat(NameOf(service), "'s stream"));
  findings.Unless(stream.in_stream == stream.events, "it has ", stream.in_stream, " of ", stream.events,
                  " events");
  findings.Unless(stream.next_position == stream.in_stream + 1, "its next position is ", stream.next_position,
                  ", after ", stream.in_stream, " events");
  return findings.Take();
}

Violations CheckTotals(const Totals& totals) {
  Findings findings("all orders together");
  findings.Unless(totals.provider_captures == totals.provider_succeeded, "the provider captured ",
                  totals.provider_captures, " times under ", totals.provider_succeeded, " paid keys");
  findings.Unless(totals.captured_at_provider_minor == totals.captured_in_ledger_minor,
                  "the provider captured ", totals.captured_at_provider_minor, ", and provider:clearing got ",
                  totals.captured_in_ledger_minor);
  findings.Unless(totals.paid_back_at_provider_minor == totals.paid_back_in_ledger_minor,
                  "the provider gave back ", totals.paid_back_at_provider_minor,
                  ", and provider:clearing paid ", totals.paid_back_in_ledger_minor);
  findings.Unless(totals.trial_balance_is_zero, "the trial balance is not 0");
  return findings.Take();
}

}  // namespace milepost::torture
