#include "tests/simulation/invariants.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/audit/discrepancy.h"
#include "services/milestone_billing/domain/ledger.h"
#include "services/milestone_billing/domain/next_actions.h"
#include "services/milestone_billing/domain/workflow.h"
#include "services/milestone_billing/store/order_record.h"

namespace milepost::simulation {
namespace {

using billing::Charge;
using billing::ChargeState;
using billing::Milestone;
using billing::MilestoneState;
using billing::Order;
using billing::OrderState;
using billing::Refund;
using billing::RefundState;
using Broken = std::optional<std::string>;

Broken Unless(bool holds, std::string what) {
  return holds ? std::nullopt : Broken(std::move(what));
}

// The credit balance of an account, or of all whose name begins with it.
int64_t Held(const OrderView& view, absl::string_view account) {
  int64_t held = 0;
  for (const auto& [name, balance] : view.book.balances)
    if (absl::StartsWith(name, account)) held -= balance;
  return held;
}

// --- The events -------------------------------------------------------------------------------------------------------------

Broken EventsFollowOneAnother(const OrderView& view) {
  return Unless(view.book.broken.empty(), view.book.broken);
}

Broken FoldIsTheState(const OrderView& view) {
  return Unless(view.book.folded == view.order, "the events lead to another order than the stored one");
}

Broken WhatIsFinalStays(const OrderView& view) {
  if (view.before == nullptr || !IsFinal(*view.before)) return std::nullopt;
  const bool same = view.before->state == view.order.state && view.before->totals == view.order.totals &&
                    view.before->completion_reason == view.order.completion_reason &&
                    view.before->milestones == view.order.milestones;
  return Unless(same, "an order that had ended was changed");
}

Broken EveryMethodHasARule(const OrderView& view) {
  const Order order = AsOf<billing::OrderDomain>(view.order, view.now);
  const billing::Facts facts = billing::FactsOf(order);
  std::set<billing::Trigger> named;
  for (const billing::NextAction& action : billing::NextActions(order, view.now))
    named.insert(action.trigger);
  for (const billing::Trigger trigger : billing::kTriggers) {
    const billing::EnumSet<billing::Party> parties = billing::PartiesOf(trigger);
    const bool of_a_user = parties.Has(billing::Party::kBuyer) || parties.Has(billing::Party::kSeller);
    if (of_a_user && trigger != billing::kTriggerOf<billing::PlaceGigOrder> && !named.contains(trigger))
      return absl::StrCat("no rule for ", NameOf(trigger));
  }
  for (const billing::Deadline& deadline : order.deadlines)
    if (!deadline.frozen() && !billing::FindRule(billing::TriggerOf(deadline.kind), &order, facts))
      return absl::StrCat("no rule for the deadline ", NameOf(deadline.kind));
  return std::nullopt;
}

// --- Money ------------------------------------------------------------------------------------------------------------------

Broken EntriesSumToZero(const OrderView& view) {
  int64_t sum = 0;
  for (const auto& [account, balance] : view.book.balances) sum += balance;
  return Unless(sum == 0, absl::StrCat("entries sum to ", sum));
}

Broken EscrowIsFundedLessReleasedLessRefunded(const OrderView& view) {
  for (const auto& [account, balance] : view.book.balances)
    if (absl::StartsWith(account, billing::kEscrowPrefix) && balance > 0)
      return absl::StrCat(account, " is below zero: ", -balance);
  const int64_t held = Held(view, billing::kEscrowPrefix), said = view.order.totals.escrow_minor();
  return Unless(held == said, absl::StrCat("escrow holds ", held, ", the order says ", said));
}

Broken AFinishedOrderHoldsNoEscrow(const OrderView& view) {
  const bool none_expected = IsFinal(view.order) || view.order.state == OrderState::kPlacementFailed;
  const int64_t held = Held(view, billing::kEscrowPrefix);
  return Unless(!none_expected || held == 0, absl::StrCat("escrow still holds ", held));
}

// DOMAIN §3, "Always".
Broken EveryChargedCentIsInOnePlace(const OrderView& view) {
  int64_t taken = 0, in_transit = 0, given_back = 0, failed = 0;
  for (const Charge& charge : view.order.charges)
    if (charge.took_money()) taken += charge.total().minor;
  for (const Refund& refund : view.order.refunds) {
    const bool followed = view.order.FindRefund(refund.charge, refund.number + 1) != nullptr;
    if (refund.state == RefundState::kPending) in_transit += refund.amount.minor;
    if (refund.state == RefundState::kSucceeded) given_back += refund.amount.minor;
    if (refund.state == RefundState::kFailed && !followed) failed += refund.amount.minor;
  }
  const int64_t revenue = Held(view, billing::kBuyerFeeRevenue) + Held(view, billing::kCommissionRevenue);
  const int64_t found =
      Held(view, billing::kEscrowPrefix) + Held(view, "seller:") + revenue + in_transit + given_back + failed;
  if (taken != found) return absl::StrCat("taken ", taken, ", found ", found);
  if (Held(view, billing::kRefundTransit) != in_transit)
    return absl::StrCat("refund:transit holds not ", in_transit);
  if (Held(view, billing::kSuspense) != failed) return absl::StrCat("suspense holds not ", failed);
  const int64_t kept = -Held(view, billing::kProviderClearing);
  return Unless(kept == taken - given_back,
                absl::StrCat("provider:clearing is ", kept, ", not ", taken - given_back));
}

// Of an amount, rounded half to even: reckoned here once more.
int64_t ShareOf(int64_t amount_minor, int64_t basis_points) {
  const int64_t parts = amount_minor * basis_points, whole = parts / 10'000, rest = parts % 10'000;
  const bool up = 2 * rest > 10'000 || (2 * rest == 10'000 && whole % 2 != 0);
  return whole + (up ? 1 : 0);
}

// M6: of a cancelled milestone's fee we keep the seller's share, rounded up.
int64_t KeptOfFee(const Charge& charge, const Milestone& milestone) {
  if (!milestone.cancelled) return charge.buyer_fee_minor;
  const __int128 amount = charge.amount.minor;
  const __int128 product = static_cast<__int128>(charge.buyer_fee_minor) * milestone.cancelled->seller_minor;
  return static_cast<int64_t>((product + amount - 1) / amount);
}

// The buyer's fees of all that was paid, less what went back.
Broken WhatWeKeepOfFees(const OrderView& view) {
  int64_t kept = 0;
  for (const Charge& charge : view.order.charges)
    if (charge.state == ChargeState::kSucceeded)
      kept += KeptOfFee(charge, view.order.milestones[charge.milestone - 1]);
  const int64_t held = Held(view, billing::kBuyerFeeRevenue);
  return Unless(held == kept, absl::StrCat("of the buyer's fees we hold ", held, ", not ", kept));
}

// A23: what buyer, seller and platform get of each payment and each release.
Broken FeesAreThePolicys(const OrderView& view) {
  const Order& order = view.order;
  const billing::FeePolicy& fees = order.terms.fees;
  for (const Charge& charge : order.charges) {
    const int64_t amount = order.TermsOf(charge.milestone).amount.minor;
    const int64_t small = amount < fees.small_order_below_minor ? fees.small_order_fee_minor : 0;
    if (charge.amount.minor != amount ||
        charge.buyer_fee_minor != ShareOf(amount, fees.buyer_fee_bps) + small)
      return absl::StrCat("milestone ", charge.milestone, " is charged ", charge.amount.minor, " + ",
                          charge.buyer_fee_minor);
  }
  int64_t released = 0, commission = 0;
  for (const Milestone& milestone : order.milestones) {
    const bool accepted = milestone.state == MilestoneState::kAccepted;
    if (!accepted && !milestone.cancelled) continue;
    const int64_t amount =
        accepted ? order.TermsOf(milestone.number).amount.minor : milestone.cancelled->seller_minor;
    released += amount;
    commission += ShareOf(amount, fees.commission_bps);
  }
  if (std::optional<std::string> wrong = WhatWeKeepOfFees(view)) return wrong;
  const int64_t to_seller = Held(view, "seller:"), to_us = Held(view, billing::kCommissionRevenue);
  return Unless(to_us == commission && to_seller == released - commission,
                absl::StrCat("of ", released, " the seller has ", to_seller, " and we have ", to_us));
}

Broken AMilestoneIsPaidForOnce(const OrderView& view) {
  const Order& order = view.order;
  int open = 0;
  std::map<uint32_t, int> attempts, successes;
  for (const Charge& charge : order.charges) {
    open += charge.state == ChargeState::kOpen;
    successes[charge.milestone] += charge.state == ChargeState::kSucceeded;
    if (++attempts[charge.milestone] > billing::kMaxPaymentAttempts)
      return "too many attempts for a milestone";
    if (charge.id != billing::ChargeIdOf(order.id, charge.milestone, charge.slot))
      return "a charge has another id than its key gives";
  }
  if (open > 1) return "two attempts are OPEN";
  for (const Milestone& milestone : order.milestones) {
    const bool funded = milestone.charge.has_value();
    if (successes[milestone.number] != (funded ? 1 : 0))
      return absl::StrCat("milestone ", milestone.number, " has ", successes[milestone.number],
                          " successful charges");
    if (milestone.not_started() || milestone.state == MilestoneState::kSkipped) {
      if (funded)
        return absl::StrCat("milestone ", milestone.number, " is funded and ", NameOf(milestone.state));
    } else if (!funded) {
      return absl::StrCat("milestone ", milestone.number, " is ", NameOf(milestone.state),
                          " without money");  // W9
    }
  }
  return std::nullopt;
}

// --- Deadlines --------------------------------------------------------------------------------------------------------------

// A timer that says how an order in this state goes on if nobody does anything: one of those of its state runs or, in a dispute, is
// frozen. What a new state waits for is written here.
struct MainTimer {
  OrderState state;
  std::optional<MilestoneState> milestone;  // any
  absl::string_view kind;
};
constexpr MainTimer kMainTimers[] = {
    {OrderState::kActive, MilestoneState::kActive, "DELIVERY"},
    {OrderState::kActive, MilestoneState::kActive, "LATE_CANCELLATION"},
    {OrderState::kActive, MilestoneState::kActive, "NON_DELIVERY"},
    {OrderState::kActive, MilestoneState::kRevisionRequested, "DELIVERY"},
    {OrderState::kActive, MilestoneState::kRevisionRequested, "NON_DELIVERY"},
    {OrderState::kActive, MilestoneState::kDelivered, "REVIEW"},
    {OrderState::kAwaitingNext, std::nullopt, "NEXT_NOT_STARTED"},
    {OrderState::kAwaitingPayment, std::nullopt, "PAYMENT_GRACE"},
};

bool IsMainKind(absl::string_view kind) {
  return std::any_of(std::begin(kMainTimers), std::end(kMainTimers),
                     [&](const MainTimer& timer) { return timer.kind == kind; });
}

// A disputed order has those of the state that the dispute stopped.
std::vector<absl::string_view> MainTimersOf(const Order& order) {
  const bool disputed = order.state == OrderState::kDisputed;
  const OrderState state = disputed ? OrderState::kActive : order.state;
  const MilestoneState milestone = order.current().undisputed.value_or(order.current().state);
  std::vector<absl::string_view> kinds;
  for (const MainTimer& timer : kMainTimers)
    if (timer.state == state && (!timer.milestone || *timer.milestone == milestone))
      kinds.push_back(timer.kind);
  return kinds;
}

// A27: nothing more happens by itself to a revision that is long overdue.
bool WaitsForAnOperator(const Order& order) {
  const MilestoneState milestone = order.current().undisputed.value_or(order.current().state);
  return order.operator_task && milestone == MilestoneState::kRevisionRequested;
}

Broken TheStateHasItsMainTimer(const OrderView& view) {
  const Order& order = view.order;
  std::vector<absl::string_view> found;
  for (const billing::Deadline& deadline : order.deadlines)
    if (IsMainKind(NameOf(deadline.kind))) {
      found.push_back(NameOf(deadline.kind));
      if (deadline.frozen() != (order.state == OrderState::kDisputed))
        return "a main timer is frozen outside of a dispute, or runs in one";
    }
  if (order.noted_deadline)
    found.push_back(NameOf(order.noted_deadline->kind));  // A16: it waits for the payment's end
  const std::vector<absl::string_view> wanted = MainTimersOf(order);
  const bool has_one = found.size() == 1 && std::find(wanted.begin(), wanted.end(), found[0]) != wanted.end();
  const bool right = has_one || (found.empty() && (wanted.empty() || WaitsForAnOperator(order)));
  return Unless(right, absl::StrCat(NameOf(order.state), " with milestone ", NameOf(order.current().state),
                                    " has the timers {", absl::StrJoin(found, ", "), "}, expected one of {",
                                    absl::StrJoin(wanted, ", "), "}"));
}

// Whoever waits is waited for: by a timer that runs, a payment that is under way, or an operator.
Broken SomethingEndsEveryWait(const OrderView& view) {
  const Order& order = view.order;
  if (MainTimersOf(order).empty() || order.operator_task || order.open_charge()) return std::nullopt;
  for (const billing::Deadline& deadline : order.deadlines)
    if (!deadline.frozen()) return std::nullopt;
  return absl::StrCat(NameOf(order.state), " with milestone ", NameOf(order.current().state),
                      " waits for nobody");
}

Broken NothingRunsAfterTheEnd(const OrderView& view) {
  if (!IsFinal(view.order)) return std::nullopt;
  if (view.order.cancellation_request || view.order.operator_task)
    return "somebody's answer is awaited though the order has ended";
  if (!view.order.deadlines.empty() || view.order.noted_deadline)
    return "a timer is set though the order has ended";
  return Unless(view.order.open_charge() == nullptr, "an attempt is OPEN though the order has ended");
}

// W8. After a commit nothing is due: it fired first.
Broken NothingIsOverdueAfterACommit(const OrderView& view) {
  for (const billing::Deadline& deadline : view.order.deadlines)
    if (!deadline.frozen() && deadline.due <= view.now)
      return absl::StrCat(NameOf(deadline.kind), " is overdue");
  return std::nullopt;
}

Broken DeadlineRowsAreTheStates(const OrderView& view) {
  std::set<uint32_t> set, pending;
  for (const billing::Deadline& deadline : view.order.deadlines) set.insert(deadline.number);
  for (const db::DeadlineRow& row : view.deadlines) {
    const bool runs = row.state == db::DeadlineState::kPending || row.state == db::DeadlineState::kFrozen;
    if (runs) pending.insert(row.number);
  }
  return Unless(set == pending,
                absl::StrCat("set: ", absl::StrJoin(set, " "), "; in rows: ", absl::StrJoin(pending, " ")));
}

Broken DeadlineRowsAreTheirHistory(const OrderView& view) {
  std::map<uint32_t, const db::DeadlineRow*> rows;
  for (const db::DeadlineRow& row : view.deadlines) rows[row.number] = &row;
  for (const auto& timer : view.book.timers.timers()) {
    const auto row = rows.find(timer.deadline.number);
    const bool ended = timer.ended_by.has_value();
    if (row == rows.end()) {
      if (!ended || timer.fired()) return absl::StrCat("deadline ", timer.deadline.number, " has no row");
      continue;  // set and cleared by one commit
    }
    const db::DeadlineState wanted =
        !ended          ? timer.deadline.frozen() ? db::DeadlineState::kFrozen : db::DeadlineState::kPending
        : timer.fired() ? db::DeadlineState::kFired
                        : db::DeadlineState::kCleared;
    if (row->second->state != wanted || row->second->due != timer.deadline.due)
      return absl::StrCat("deadline ", timer.deadline.number, " has a row in another state");
  }
  return std::nullopt;
}

// --- Two services -----------------------------------------------------------------------------------------------------------

Broken OfferAndOrderAgree(const OrderView& view) {
  if (view.offer == nullptr) return std::nullopt;
  using offers::OfferState;
  const bool placed = view.order.created_at.has_value();
  const OfferState state = view.offer->state;
  if (placed && state != OfferState::kAccepting && state != OfferState::kAccepted)
    return absl::StrCat("the order is placed and its offer ", NameOf(state));
  if (state == OfferState::kAccepted && !placed) return "the offer is ACCEPTED and its order not placed";
  if (view.offer->order_outcome && !IsFinal(view.order))
    return "OfferService knows an end, and the order has none";
  return std::nullopt;
}

// --- The whole of it --------------------------------------------------------------------------------------------------------

Broken TheAuditFindsNothing(const OrderView& view) {
  const billing::OrderAudit audit = view.books.Audit(view.order.id);
  return audit.consistent() ? std::nullopt
                            : Broken(audit::TextOf(*audit.discrepancy, audit::ValuesShown::kYes));
}

Broken StoredBytesGiveTheOrderBack(const OrderView& view) {
  absl::StatusOr<Order> decoded = billing::DecodeOrder(billing::EncodeOrder(view.order));
  if (!decoded.ok()) return std::string(decoded.status().message());
  decoded->id = view.order.id;
  decoded->sequence = view.order.sequence;
  decoded->updated_at = view.order.updated_at;
  return Unless(*decoded == view.order, "the order is stored as another one");
}

// --- The end ----------------------------------------------------------------------------------------------------------------

Broken EveryOrderEnds(const OrderView& view) {
  const bool ended = IsFinal(view.order) || view.order.state == OrderState::kPlacementFailed;
  return Unless(ended, absl::StrCat("it stays ", NameOf(view.order.state), ", milestone ",
                                    NameOf(view.order.current().state)));
}

Broken NoMoneyIsUnderWay(const OrderView& view) {
  for (const Charge& charge : view.order.charges)
    if (charge.state == ChargeState::kOpen || charge.ask_at)
      return "a charge waits for an answer of the provider";
  for (const Refund& refund : view.order.refunds)
    if (refund.state == RefundState::kPending) return "a refund is PENDING";
  return std::nullopt;
}

// Double charges and refunds, and lost ones, show here.
Broken TheProviderHasWhatTheLedgerSays(const OrderView& view) {
  int64_t said = 0;  // by operators, of charges that the provider did not make
  for (const Charge& charge : view.order.charges) {
    if (!charge.resolution || charge.state != ChargeState::kSucceeded) continue;
    const auto known = view.provider.Find(ProviderKeyOf(view.order.id, charge));
    if (!known || known->state != payment_simulator::ChargeState::kSucceeded) said += charge.total().minor;
  }
  const int64_t ledger = -Held(view, billing::kProviderClearing) - said,
                provider = view.provider.KeptOf(view.order.id);
  return Unless(ledger == provider,
                absl::StrCat("the ledger says that the provider kept ", ledger, ", it kept ", provider));
}

Broken TheOutcomeIsRecorded(const OrderView& view) {
  if (view.offer == nullptr || !IsFinal(view.order)) return std::nullopt;
  if (view.order.outcome_due) return "OfferService was not told of the order's end";
  return Unless(view.offer->order_outcome.has_value(), "OfferService has not recorded the order's end");
}

constexpr OrderInvariant kAfterACommit[] = {
    {"EventsFollowOneAnother", EventsFollowOneAnother},
    {"FoldIsTheState", FoldIsTheState},
    {"WhatIsFinalStays", WhatIsFinalStays},
    {"EveryMethodHasARule", EveryMethodHasARule},
    {"EntriesSumToZero", EntriesSumToZero},
    {"EscrowIsFundedLessReleasedLessRefunded", EscrowIsFundedLessReleasedLessRefunded},
    {"AFinishedOrderHoldsNoEscrow", AFinishedOrderHoldsNoEscrow},
    {"EveryChargedCentIsInOnePlace", EveryChargedCentIsInOnePlace},
    {"FeesAreThePolicys", FeesAreThePolicys},
    {"AMilestoneIsPaidForOnce", AMilestoneIsPaidForOnce},
    {"TheStateHasItsMainTimer", TheStateHasItsMainTimer},
    {"SomethingEndsEveryWait", SomethingEndsEveryWait},
    {"NothingRunsAfterTheEnd", NothingRunsAfterTheEnd},
    {"NothingIsOverdueAfterACommit", NothingIsOverdueAfterACommit},
    {"DeadlineRowsAreTheStates", DeadlineRowsAreTheStates},
    {"OfferAndOrderAgree", OfferAndOrderAgree},
};
constexpr OrderInvariant kNowAndThen[] = {
    {"FoldIsTheState", FoldIsTheState},
    {"EveryChargedCentIsInOnePlace", EveryChargedCentIsInOnePlace},
    {"AFinishedOrderHoldsNoEscrow", AFinishedOrderHoldsNoEscrow},
    {"DeadlineRowsAreTheirHistory", DeadlineRowsAreTheirHistory},
    {"TheAuditFindsNothing", TheAuditFindsNothing},
    {"StoredBytesGiveTheOrderBack", StoredBytesGiveTheOrderBack},
};
constexpr OrderInvariant kAtTheEnd[] = {
    {"EveryOrderEnds", EveryOrderEnds},
    {"NoMoneyIsUnderWay", NoMoneyIsUnderWay},
    {"TheProviderHasWhatTheLedgerSays", TheProviderHasWhatTheLedgerSays},
    {"TheOutcomeIsRecorded", TheOutcomeIsRecorded},
    {"OfferAndOrderAgree", OfferAndOrderAgree},
};

}  // namespace

bool IsFinal(const Order& order) {
  return NameOf(order.state) == "COMPLETED" || NameOf(order.state) == "CANCELLED";
}

absl::Span<const OrderInvariant> AfterACommit() {
  return kAfterACommit;
}
absl::Span<const OrderInvariant> NowAndThen() {
  return kNowAndThen;
}
absl::Span<const OrderInvariant> AtTheEnd() {
  return kAtTheEnd;
}

std::optional<std::string> LedgerIsBalanced(const Books& books) {
  std::map<std::string, int64_t> sums;
  for (const auto& [account, balance] : books.totals()) {
    const auto& [name, currency] = account;
    sums[currency] += balance;
    const bool is_debit = name == billing::kProviderClearing || absl::EndsWith(name, ":receivable") ||
                          absl::StartsWith(name, "expense:") || absl::StartsWith(name, "loss:");
    if (is_debit ? balance < 0 : balance > 0) return absl::StrCat(name, " is on the wrong side: ", balance);
  }
  for (const auto& [currency, sum] : sums)
    if (sum != 0) return absl::StrCat(currency, " sums to ", sum);
  return std::nullopt;
}

std::optional<std::string> OfferHasEnded(const offers::Offer& offer, const billing::Order* order) {
  using offers::OfferState;
  if (offer.state == OfferState::kAccepting) return "its acceptance never ended";
  if (offer.state == OfferState::kSent) return "it never expired";
  if (offer.state == OfferState::kAccepted && order == nullptr) return "it was accepted and has no order";
  return std::nullopt;
}

}  // namespace milepost::simulation
