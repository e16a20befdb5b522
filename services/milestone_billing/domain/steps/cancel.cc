// A party asks to cancel the order and the other answers, or lets the time for it pass; an operator cancels it at once (A19). What is
// held for the current milestone goes back to the buyer or is split (M5, M6).
#include "services/milestone_billing/domain/steps/cancel.h"

#include <utility>

#include "services/milestone_billing/domain/steps/step.h"

namespace milepost::billing {
namespace {

constexpr Trigger kRequest = kTriggerOf<RequestCancellation>;
constexpr Trigger kAnswer = kTriggerOf<AnswerCancellation>;

Rule DenyRunningPayment(Trigger trigger) {
  Rule rule = Deny(trigger, {OrderState::kAwaitingPayment}, Reason::kPaymentInProgress, "A16 A19");
  rule.when = {Fact::kPaymentOpen};
  return rule;
}

EscrowSplit SplitOf(const Order& order, int64_t seller_minor) {
  const Charge& charge = *order.FindCharge(*order.current().charge);
  EscrowSplit split{.milestone = charge.milestone, .charge = charge.id, .amount = charge.amount};
  split.seller_minor = seller_minor;
  split.commission_minor = order.terms.fees.Commission(seller_minor);
  split.fee_minor = FeeShareBack(charge.amount.minor, charge.buyer_fee_minor, seller_minor);
  split.move = seller_minor == 0 ? M5RefundStarted(charge.id, charge.amount, charge.buyer_fee_minor)
                                 : M6Split(charge.id, order.seller, charge.amount,
                                           {split.seller_minor, split.commission_minor, split.fee_minor});
  return split;
}

void EndRequest(Order& order) {
  order.cancellation_request.reset();
  order.ClearDeadline(DeadlineKind::kCancellationAnswer);
}

Money SellerAmountOf(const Cause& cause) {
  return {cause.Asked<RequestCancellation>().seller_amount.minor, cause.order.terms.currency()};
}

}  // namespace

void AppendCancellations(const Rule& step, const std::vector<EventKind>& first, std::vector<Rule>& rules) {
  const auto append = [&](Facts when, OrderState to, std::vector<EventKind> events) {
    Rule rule = step;
    rule.when = rule.when | when;
    rule.to = to;
    if (to == OrderState::kCompleted) rule.completion_reason = CompletionReason::kCancelledAfterAcceptance;
    if (!when.Has(Fact::kMoneyHeld)) rule.money = "";
    rule.events = first;
    rule.events.insert(rule.events.end(), events.begin(), events.end());
    rules.push_back(std::move(rule));
  };
  append({Fact::kMoneyHeld, Fact::kAcceptedMilestone}, OrderState::kCompleted,
         Events<MilestoneCancelled, RefundStarted, MilestoneSkipped, OrderCompleted>());
  append({Fact::kMoneyHeld}, OrderState::kCancelled,
         Events<MilestoneCancelled, RefundStarted, MilestoneSkipped, OrderCancelled>());
  if (step.from.Has(OrderState::kAwaitingNext))
    append({Fact::kAcceptedMilestone}, OrderState::kCompleted, Events<MilestoneSkipped, OrderCompleted>());
}

int64_t SellerMinorOf(const Cause& cause) {
  if (const auto* request = cause.asked<RequestCancellation>()) return request->seller_amount.minor;
  if (cause.asked<AnswerCancellation>()) return cause.order.cancellation_request->seller_minor;
  const auto* resolve = cause.asked<ResolveDispute>();
  return resolve && resolve->outcome == DisputeOutcome::kSplit ? resolve->seller_amount.minor : 0;
}

void RequestCancellation::AppendRules(std::vector<Rule>& rules) {
  DenyOutsideOfWork(kRequest, rules);
  rules.push_back(DenyRunningPayment(kRequest));
  DenySellerAmounts(kRequest, kUnfinished, rules);
  AppendCancellations({.trigger = kRequest,
                       .by = {Party::kOperator},
                       .from = kUnfinished,
                       .cancellation_reason = CancellationReason::kByOperator,
                       .money = "M5 M6",
                       .numbers = "A19"},
                      Events<CancellationVoided, CancellationOrdered, DisputeResolved>(), rules);
  AppendCancellations({.trigger = kRequest,
                       .by = {Party::kSeller},
                       .from = {OrderState::kDisputed},
                       .when = {Fact::kNothingForSeller},
                       .cancellation_reason = CancellationReason::kRefundedBySeller,
                       .money = "M5",
                       .numbers = "§4 A19"},
                      Events<CancellationVoided, DisputeResolved>(), rules);
  constexpr EnumSet<Party> kParties = {Party::kBuyer, Party::kSeller};
  rules.push_back({.trigger = kRequest,
                   .by = kParties,
                   .from = kUnfinished,
                   .when = {Fact::kCancellationRequested},
                   .refusal = Reason::kCancellationPending,
                   .numbers = "A19"});
  rules.push_back({.trigger = kRequest,
                   .by = kParties,
                   .from = kUnfinished,
                   .events = Events<CancellationRequested>(),
                   .sets = DeadlineKind::kCancellationAnswer,
                   .numbers = "A19"});
}

Decision RequestCancellation::Decide(const Order* order, absl::Time now) const {
  Facts said = FactsOfSellerAmount(order, seller_amount);
  said.Add(Fact::kNothingForSeller, seller_amount.minor == 0);
  return TakeStep(*this, order, now, said);
}

// While a request is pending no payment can be open: whatever opens one voids the request.
void AnswerCancellation::AppendRules(std::vector<Rule>& rules) {
  DenyOutsideOfWork(kAnswer, rules);
  rules.push_back({.trigger = kAnswer,
                   .from = kUnfinished,
                   .unless = {Fact::kCancellationRequested},
                   .refusal = Reason::kNoCancellationRequested,
                   .numbers = "A19"});
  rules.push_back({.trigger = kAnswer,
                   .from = kUnfinished,
                   .when = {Fact::kOwnRequest},
                   .refusal = Reason::kOwnCancellationRequest,
                   .numbers = "A19"});
  AppendCancellations({.trigger = kAnswer,
                       .from = kUnfinished,
                       .when = {Fact::kAgrees},
                       .cancellation_reason = CancellationReason::kAgreed,
                       .money = "M5 M6",
                       .numbers = "A19"},
                      Events<CancellationAccepted, DisputeResolved>(), rules);
  rules.push_back(
      {.trigger = kAnswer, .from = kUnfinished, .events = Events<CancellationRejected>(), .numbers = "A19"});
  rules.push_back({.trigger = kTriggerOf<trigger::CancellationAnswerDue>,
                   .from = kUnfinished,
                   .events = Events<CancellationLapsed>(),
                   .numbers = "A19"});
}

Decision AnswerCancellation::Decide(const Order* order, absl::Time now) const {
  Facts said;
  said.Add(Fact::kAgrees, agrees);
  return TakeStep(*this, order, now, said);
}

CancellationRequested CancellationRequested::Made(const Cause& cause) {
  return {cause.by, SellerAmountOf(cause), cause.Asked<RequestCancellation>().message,
          cause.at + cause.order.terms.deadlines.Of(&DeadlinePolicy::cancellation_answer)};
}

bool CancellationRequested::CanApply(const Order&) const {
  return IsAmount(seller_amount.minor);
}

void CancellationRequested::Apply(Order& order, absl::Time at) const {
  order.cancellation_request = CancellationRequest{by, seller_amount.minor, message, at};
  order.SetDeadline(DeadlineKind::kCancellationAnswer, answer_due);
}

CancellationAccepted CancellationAccepted::Made(const Cause& cause) {
  return {cause.by, cause.Asked<AnswerCancellation>().message};
}

bool CancellationAccepted::CanApply(const Order&) const {
  return true;
}

void CancellationAccepted::Apply(Order& order, absl::Time) const {
  EndRequest(order);
  order.cancellation_reason = CancellationReason::kAgreed;
}

CancellationRejected CancellationRejected::Made(const Cause& cause) {
  return {cause.by, cause.Asked<AnswerCancellation>().message};
}

bool CancellationRejected::CanApply(const Order&) const {
  return true;
}

void CancellationRejected::Apply(Order& order, absl::Time) const {
  EndRequest(order);
}

CancellationLapsed CancellationLapsed::Made(const Cause& cause) {
  return {cause.order.cancellation_request->by};
}

bool CancellationLapsed::CanApply(const Order&) const {
  return true;
}

void CancellationLapsed::Apply(Order& order, absl::Time) const {
  EndRequest(order);
}

std::vector<CancellationVoided> CancellationVoided::Made(const Cause& cause) {
  const std::optional<CancellationRequest>& pending = cause.order.cancellation_request;
  return pending ? std::vector<CancellationVoided>{{pending->by}} : std::vector<CancellationVoided>();
}

bool CancellationVoided::CanApply(const Order&) const {
  return true;
}

void CancellationVoided::Apply(Order& order, absl::Time) const {
  EndRequest(order);
}

CancellationOrdered CancellationOrdered::Made(const Cause& cause) {
  return {SellerAmountOf(cause), cause.Asked<RequestCancellation>().message};
}

bool CancellationOrdered::CanApply(const Order&) const {
  return IsAmount(seller_amount.minor);
}

void CancellationOrdered::Apply(Order& order, absl::Time) const {
  order.cancellation_reason = CancellationReason::kByOperator;
}

MilestoneCancelled MilestoneCancelled::Made(const Cause& cause) {
  const auto* late = cause.asked<CancelLateMilestone>();
  return {*cause.rule.cancellation_reason, SplitOf(cause.order, SellerMinorOf(cause)),
          late ? late->message : ""};
}

bool MilestoneCancelled::CanApply(const Order& order) const {
  return Has(order, split.milestone) && Has(order, split.charge) && IsAmount(split.amount.minor) &&
         IsAmount(split.seller_minor) && IsAmount(split.commission_minor) && IsAmount(split.fee_minor) &&
         split.seller_minor <= split.amount.minor && IsBalanced(split.move);
}

void MilestoneCancelled::Apply(Order& order, absl::Time at) const {
  Milestone& milestone = order.At(split.milestone);
  milestone.state = MilestoneState::kCancelled;
  milestone.cancelled = Cancelled{at, reason, split.seller_minor, split.commission_minor, split.fee_minor};
  order.cancellation_reason = reason;
  order.totals.released_minor += split.seller_minor;
  order.totals.commission_minor += split.commission_minor;
  order.totals.refunded_minor += split.amount.minor - split.seller_minor;
  order.totals.fees_refunded_minor += split.fee_minor;
}

OrderCancelled OrderCancelled::Made(const Cause& cause) {
  return {*cause.rule.cancellation_reason};
}

bool OrderCancelled::CanApply(const Order&) const {
  return true;
}

void OrderCancelled::Apply(Order& order, absl::Time at) const {
  order.cancellation_reason = reason;
  order.Close(OrderState::kCancelled, at);
}

}  // namespace milepost::billing
