// A milestone is paid: attempts are opened, leased to whoever asks the provider, and settled with its answer (A15, A16); the
// buyer tries again while the time for it runs.
#include "services/milestone_billing/domain/steps/pay.h"

#include <algorithm>
#include <variant>

#include "services/milestone_billing/domain/steps/step.h"

namespace milepost::billing {
namespace {

constexpr Trigger kRetry = kTriggerOf<RetryPayment>;

uint32_t NextSlot(const Order& order, uint32_t milestone) {
  if (order.state == OrderState::kPlacing) return order.placement_attempt;
  uint32_t used = 0;
  for (const Charge& charge : order.charges) used += charge.milestone == milestone;
  return used + 1;
}

// How a command wants to pay; all that open an attempt say it.
struct Wish {
  std::string payment_method;  // empty: the order's
  AttemptPolicy policy;
  absl::Time submit_at_latest = absl::InfiniteFuture();
};

Wish WishOf(const Cause& cause) {
  Wish wish;
  if (const auto* start = cause.asked<StartNextMilestone>()) wish = {start->payment_method, start->policy};
  if (const auto* retry = cause.asked<RetryPayment>()) wish = {retry->payment_method, retry->policy};
  if (const auto* accept = cause.asked<AcceptMilestone>()) wish.policy = accept->policy;
  if (const auto* place = cause.asked<PlaceGigOrder>()) wish.policy = place->policy;
  if (const auto* place = cause.asked<PlaceOrder>()) wish = {"", place->policy, place->accept_until};
  return wish;
}

std::vector<OrderEvent> Undecided(const Charge& charge, bool unknown, absl::Time retry_at) {
  if (charge.unknown == unknown && charge.lease_until == retry_at) return {};
  return {ChargeUndecided{charge.id, unknown, retry_at}};
}

void AppendGraceRules(std::vector<Rule>& rules) {
  rules.push_back({.trigger = kTriggerOf<trigger::PaymentGraceDue>,
                   .from = {OrderState::kAwaitingPayment},
                   .when = {Fact::kPaymentOpen},
                   .to = OrderState::kAwaitingPayment,
                   .events = Events<DeadlineNoted>(),
                   .numbers = "A16"});
  rules.push_back({.trigger = kTriggerOf<trigger::PaymentGraceDue>,
                   .from = {OrderState::kAwaitingPayment},
                   .to = OrderState::kCompleted,
                   .completion_reason = CompletionReason::kPaymentGraceTimeout,
                   .events = Events<CancellationVoided, MilestoneSkipped, OrderCompleted>(),
                   .numbers = "A15"});
}

}  // namespace

std::vector<Rule> AttemptEnds() {
  std::vector<Rule> rules;
  rules.push_back({.trigger = kTriggerOf<trigger::PaymentSucceeded>,
                   .from = {OrderState::kPlacing},
                   .to = OrderState::kActive,
                   .events = Events<OrderCreated, MilestoneFunded, MilestoneWorkAuthorized>(),
                   .money = "M1",
                   .numbers = "S27 W9"});
  rules.push_back({.trigger = kTriggerOf<trigger::PaymentSucceeded>,
                   .from = {OrderState::kAwaitingPayment},
                   .to = OrderState::kActive,
                   .events = Events<MilestoneFunded, MilestoneWorkAuthorized>(),
                   .money = "M1",
                   .numbers = "S28 A16 W9"});
  for (const Trigger ended : {kTriggerOf<trigger::PaymentDeclined>, kTriggerOf<trigger::PaymentVoided>}) {
    rules.push_back({.trigger = ended,
                     .from = {OrderState::kPlacing},
                     .to = OrderState::kPlacementFailed,
                     .events = Events<OrderPlacementFailed>(),
                     .numbers = "A15"});
    rules.push_back({.trigger = ended,
                     .from = {OrderState::kAwaitingPayment},
                     .when = {Fact::kGraceNoted},
                     .to = OrderState::kCompleted,
                     .completion_reason = CompletionReason::kPaymentGraceTimeout,
                     .events = Events<MilestonePaymentFailed, MilestoneSkipped, OrderCompleted>(),
                     .numbers = "A15 A16"});
    rules.push_back({.trigger = ended,
                     .from = {OrderState::kAwaitingPayment},
                     .to = OrderState::kAwaitingPayment,
                     .events = Events<MilestonePaymentFailed>(),
                     .numbers = "A15"});
  }
  for (Rule& rule : rules)
    if (rule.trigger == kTriggerOf<trigger::PaymentVoided>) rule.events.push_back(kKindOf<ChargeRecheckSet>);
  return rules;
}

void RetryPayment::AppendRules(std::vector<Rule>& rules) {
  DenyOutsideOfWork(kRetry, rules);
  rules.push_back(Deny(kRetry, {OrderState::kActive, OrderState::kAwaitingNext, OrderState::kDisputed},
                       Reason::kNoPaymentDue, "A15"));
  rules.push_back({.trigger = kRetry,
                   .from = {OrderState::kAwaitingPayment},
                   .when = {Fact::kPaymentOpen},
                   .refusal = Reason::kPaymentInProgress,
                   .numbers = "A16"});
  rules.push_back({.trigger = kRetry,
                   .from = {OrderState::kAwaitingPayment},
                   .unless = {Fact::kAttemptsLeft},
                   .refusal = Reason::kTooManyPaymentAttempts,
                   .numbers = "A15"});
  rules.push_back({.trigger = kRetry,
                   .from = {OrderState::kAwaitingPayment},
                   .to = OrderState::kAwaitingPayment,
                   .events = Events<CancellationVoided, MilestonePaymentStarted>(),
                   .numbers = "A15"});
  AppendGraceRules(rules);
}

Decision RetryPayment::Decide(const Order* order, absl::Time now) const {
  return TakeStep(*this, order, now);
}

Decision LeaseCharge::Decide(const Order* order, absl::Time now) const {
  if (order == nullptr) return Refuse(Reason::kOrderNotFound);
  const Charge* open = order->FindCharge(charge);
  if (open == nullptr) return Refuse(Reason::kChargeNotFound);
  if (open->state != ChargeState::kOpen) return std::vector<OrderEvent>{};
  if (open->lease_until > now) return RefuseState(Reason::kPaymentInProgress, *order, open->milestone);
  // Nobody asks the provider, and takes money, about an attempt whose end no rule knows.
  const Facts facts = FactsOf(*order);
  for (const Trigger end : {kTriggerOf<trigger::PaymentSucceeded>, kTriggerOf<trigger::PaymentDeclined>,
                            kTriggerOf<trigger::PaymentVoided>})
    if (FindRule(end, order, facts) == nullptr) return NoRule(end, order);
  return std::vector<OrderEvent>{ChargeLeased{charge, until}};
}

void SettleCharge::AppendRules(std::vector<Rule>& rules) {
  for (Rule& rule : AttemptEnds()) rules.push_back(std::move(rule));
  rules.push_back({.trigger = kTriggerOf<trigger::PaymentSucceededLate>,
                   .from = kAnyOrder,
                   .events = Events<ChargeSucceededLate, RefundStarted>(),
                   .money = "M9",
                   .numbers = "M9"});
}

Decision SettleCharge::Decide(const Order* order, absl::Time now) const {
  if (order == nullptr) return Refuse(Reason::kOrderNotFound);
  const Charge* settled = order->FindCharge(charge);
  if (settled == nullptr) return Refuse(Reason::kChargeNotFound);
  const bool succeeded = std::holds_alternative<Succeeded>(outcome);
  if (settled->state != ChargeState::kOpen) {
    if (settled->took_money() || !succeeded) return std::vector<OrderEvent>{};
    return RunRule(kTriggerOf<trigger::PaymentSucceededLate>, *this, *order, now, FactsOf(*order));
  }
  if (const auto* unknown = std::get_if<Unknown>(&outcome))
    return Undecided(*settled, true, unknown->retry_at);
  if (const auto* pending = std::get_if<Pending>(&outcome))
    return Undecided(*settled, false, pending->retry_at);
  const bool declined = std::holds_alternative<Declined>(outcome);
  const Trigger trigger = succeeded  ? kTriggerOf<trigger::PaymentSucceeded>
                          : declined ? kTriggerOf<trigger::PaymentDeclined>
                                     : kTriggerOf<trigger::PaymentVoided>;
  return RunRule(trigger, *this, *order, now, FactsOf(*order));
}

MilestonePaymentStarted MilestonePaymentStarted::Made(const Cause& cause) {
  const Order& order = cause.order;
  const Wish wish = WishOf(cause);
  MilestonePaymentStarted started;
  started.milestone = MilestoneToPay(order);
  started.slot = NextSlot(order, started.milestone);
  started.charge = ChargeIdOf(order.id, started.milestone, started.slot);
  started.amount = order.TermsOf(started.milestone).amount;
  started.buyer_fee_minor = order.terms.fees.BuyerFee(started.amount.minor);
  started.payment_method = wish.payment_method.empty() ? order.payment_method : wish.payment_method;
  started.lease_until = cause.at + wish.policy.lease;
  started.submit_until = std::min(cause.at + wish.policy.submit_window, wish.submit_at_latest);
  if (cause.rule.sets == DeadlineKind::kPaymentGrace)
    started.grace_due = cause.at + order.terms.deadlines.payment_grace;
  return started;
}

bool MilestonePaymentStarted::CanApply(const Order& order) const {
  return Has(order, milestone) && !Has(order, charge) && IsAmount(amount.minor) && IsAmount(buyer_fee_minor);
}

void MilestonePaymentStarted::Apply(Order& order, absl::Time at) const {
  Charge opened;
  opened.id = charge;
  opened.milestone = milestone;
  opened.slot = slot;
  opened.amount = amount;
  opened.buyer_fee_minor = buyer_fee_minor;
  opened.payment_method = payment_method;
  opened.created_at = at;
  opened.lease_until = lease_until;
  opened.submit_until = submit_until;
  order.charges.push_back(std::move(opened));
  order.payment_method = payment_method;
  if (order.state == OrderState::kPlacing) return;
  order.state = OrderState::kAwaitingPayment;
  order.current_milestone = milestone;
  order.At(milestone).state = MilestoneState::kAwaitingPayment;
  if (!grace_due) return;
  order.MoveMainDeadline(DeadlineKind::kNextNotStarted, DeadlineKind::kPaymentGrace, *grace_due);
}

MilestoneFunded MilestoneFunded::Made(const Cause& cause) {
  const Charge& charge = *cause.charge();
  return {charge.milestone,
          charge.id,
          std::get<Succeeded>(*cause.outcome()).provider_reference,
          charge.amount,
          charge.buyer_fee_minor,
          M1Charge(charge.id, charge.amount, charge.buyer_fee_minor)};
}

bool MilestoneFunded::CanApply(const Order& order) const {
  return Has(order, milestone) && Has(order, charge) && IsAmount(amount.minor) && IsAmount(buyer_fee_minor) &&
         IsBalanced(move);
}

void MilestoneFunded::Apply(Order& order, absl::Time at) const {
  Charge& paid = order.At(charge);
  paid.Close(ChargeState::kSucceeded, at);
  paid.provider_reference = provider_reference;
  Milestone& funded = order.At(milestone);
  funded.charge = charge;
  funded.funded_at = at;
  order.totals.funded_minor += amount.minor;
  order.totals.buyer_fees_minor += buyer_fee_minor;
}

MilestoneWorkAuthorized MilestoneWorkAuthorized::Made(const Cause& cause) {
  const uint32_t milestone = cause.charge()->milestone;
  return {milestone, cause.at + absl::Hours(24) * cause.order.TermsOf(milestone).days};
}

bool MilestoneWorkAuthorized::CanApply(const Order& order) const {
  return Has(order, milestone);
}

void MilestoneWorkAuthorized::Apply(Order& order, absl::Time) const {
  order.state = OrderState::kActive;
  order.noted_deadline.reset();  // A16: the state that it belonged to is left
  Milestone& authorized = order.At(milestone);
  authorized.state = MilestoneState::kActive;
  authorized.due_at = due_at;
  if (order.edition == 0) return order.ClearDeadline(DeadlineKind::kPaymentGrace);
  order.MoveMainDeadline(std::nullopt, DeadlineKind::kDelivery, due_at);
}

MilestonePaymentFailed MilestonePaymentFailed::Made(const Cause& cause) {
  return {cause.charge()->milestone, cause.charge()->id, cause.decline_reason()};
}

bool MilestonePaymentFailed::CanApply(const Order& order) const {
  return Has(order, charge);
}

void MilestonePaymentFailed::Apply(Order& order, absl::Time at) const {
  order.At(charge).CloseUnpaid(decline_reason, at);
}

DeadlineNoted DeadlineNoted::Made(const Cause& cause) {
  return {*cause.deadline};
}

bool DeadlineNoted::CanApply(const Order&) const {
  return true;
}

void DeadlineNoted::Apply(Order& order, absl::Time) const {
  order.ClearDeadline(deadline.kind, deadline.subject);
  order.noted_deadline = deadline;
}

bool ChargeLeased::CanApply(const Order& order) const {
  return Has(order, charge);
}

void ChargeLeased::Apply(Order& order, absl::Time) const {
  order.At(charge).lease_until = until;
}

bool ChargeUndecided::CanApply(const Order& order) const {
  return Has(order, charge);
}

void ChargeUndecided::Apply(Order& order, absl::Time) const {
  Charge& open = order.At(charge);
  open.unknown = unknown;
  open.lease_until = retry_at;
}

}  // namespace milepost::billing
