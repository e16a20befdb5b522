#include "services/milestone_billing/domain/transitions.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <utility>

namespace milepost::billing {
namespace {

using O = OrderState;
using M = MilestoneState;
using E = EventKind;
using C = CompletionReason;

const EnumSet<O> kAnyOrder = {O::kPlacing,      O::kPlacementFailed, O::kActive,
                              O::kAwaitingNext, O::kAwaitingPayment, O::kCompleted};
const EnumSet<O> kPlaced = {O::kActive, O::kAwaitingNext, O::kAwaitingPayment, O::kCompleted};
const EnumSet<O> kStarted = {O::kPlacing, O::kActive, O::kAwaitingNext, O::kAwaitingPayment, O::kCompleted};
const EnumSet<O> kUnfinished = {O::kActive, O::kAwaitingNext, O::kAwaitingPayment};
const EnumSet<M> kAnyMilestone = EnumSet<M>::All();

Rule Deny(Trigger trigger, EnumSet<O> from, Reason reason, absl::string_view numbers) {
  Rule rule{.trigger = trigger, .from = from};
  rule.refusal = reason;
  rule.numbers = numbers;
  return rule;
}

// Whatever the state: a milestone that the order does not have can't be named.
void DenyUnknown(Trigger trigger, std::vector<Rule>& rules) {
  rules.push_back({.trigger = trigger,
                   .from = kAnyOrder,
                   .when = {Fact::kNamesUnknown},
                   .refusal = Reason::kMilestoneNotFound,
                   .numbers = "§4"});
}

// An earlier milestone is done with, whatever the current one is.
void DenyAccepted(Trigger trigger, std::vector<Rule>& rules) {
  rules.push_back({.trigger = trigger,
                   .from = kUnfinished,
                   .when = {Fact::kNamesAccepted},
                   .refusal = Reason::kMilestoneAlreadyAccepted,
                   .numbers = "§4"});
}

// No method of a party works in these states, whatever it is.
void DenyOutsideOfWork(Trigger trigger, std::vector<Rule>& rules) {
  rules.push_back(Deny(trigger, {O::kPlacing}, Reason::kOrderPlacing, "§4"));
  rules.push_back(Deny(trigger, {O::kPlacementFailed}, Reason::kOrderPlacementFailed, "§4"));
  rules.push_back(Deny(trigger, {O::kCompleted}, Reason::kOrderCompleted, "S31"));
}

void Placing(std::vector<Rule>& rules) {
  const std::vector<E> started = {E::kOrderPlacementStarted, E::kMilestonePaymentStarted};
  const std::vector<E> too_late = {E::kOrderPlacementStarted, E::kOrderPlacementFailed};
  const Rule start{.trigger = Trigger::kPlaceOrder,
                   .to = O::kPlacing,
                   .milestone_to = M::kPending,
                   .events = started,
                   .numbers = "S27 A22 A28"};
  Rule fail = start;
  fail.when = {Fact::kWindowPassed};
  fail.to = O::kPlacementFailed;
  fail.events = too_late;
  fail.numbers = "§4 A28";
  rules.push_back(fail);
  rules.push_back(start);

  rules.push_back({.trigger = Trigger::kPlaceOrder,
                   .from = kAnyOrder,
                   .when = {Fact::kAttemptKnown},
                   .numbers = "§4 A29"});
  Rule fail_again = fail, start_again = start;
  fail_again.from = start_again.from = {O::kPlacementFailed};
  rules.push_back(fail_again);
  rules.push_back({.trigger = Trigger::kPlaceOrder,
                   .from = {O::kPlacementFailed},
                   .unless = {Fact::kAttemptsLeft},
                   .refusal = Reason::kTooManyPaymentAttempts,
                   .numbers = "§4"});
  rules.push_back(start_again);
  rules.push_back(Deny(Trigger::kPlaceOrder, {O::kPlacing}, Reason::kOrderPlacing, "§4"));
  rules.push_back({.trigger = Trigger::kPlaceOrder, .from = kPlaced, .numbers = "§4"});
}

// The quote's expiry and the number of attempts stand before a new one; a replay asks for neither.
void PlacingGigs(std::vector<Rule>& rules) {
  constexpr Trigger kPlace = Trigger::kPlaceGigOrder;
  const Rule start{.trigger = kPlace,
                   .to = O::kPlacing,
                   .milestone_to = M::kPending,
                   .events = {E::kOrderPlacementStarted, E::kMilestonePaymentStarted},
                   .numbers = "S27 A22 A28"};
  const Rule expired{
      .trigger = kPlace, .when = {Fact::kQuoteExpired}, .refusal = Reason::kQuoteExpired, .numbers = "A28"};
  rules.push_back(expired);
  rules.push_back(start);
  Rule expired_since = expired, start_again = start;
  expired_since.from = start_again.from = {O::kPlacementFailed};
  start_again.numbers = "§4 A15 A28";
  rules.push_back(expired_since);
  rules.push_back({.trigger = kPlace,
                   .from = {O::kPlacementFailed},
                   .unless = {Fact::kAttemptsLeft},
                   .refusal = Reason::kTooManyPaymentAttempts,
                   .numbers = "§4"});
  rules.push_back(start_again);
  rules.push_back({.trigger = kPlace,
                   .from = {O::kPlacing},
                   .when = {Fact::kNamesOtherMethod},
                   .refusal = Reason::kOrderPlacing,
                   .numbers = "§4 W7"});
  rules.push_back({.trigger = kPlace,
                   .from = kPlaced,
                   .when = {Fact::kNamesOtherMethod},
                   .refusal = Reason::kOrderAlreadyPlaced,
                   .numbers = "§4 W7"});
  rules.push_back({.trigger = kPlace, .from = kStarted, .numbers = "§4 A29 W7"});
}

void Delivering(std::vector<Rule>& rules) {
  constexpr Trigger kDeliver = Trigger::kDeliverMilestone;
  DenyUnknown(kDeliver, rules);
  DenyOutsideOfWork(kDeliver, rules);
  DenyAccepted(kDeliver, rules);
  rules.push_back({.trigger = kDeliver,
                   .from = kUnfinished,
                   .when = {Fact::kNamesUnfunded},
                   .refusal = Reason::kWorkNotAuthorized,
                   .numbers = "W9"});
  rules.push_back(Deny(kDeliver, {O::kAwaitingNext}, Reason::kMilestoneAlreadyAccepted, "§4"));
  rules.push_back(Deny(kDeliver, {O::kAwaitingPayment}, Reason::kWorkNotAuthorized, "W9 A15"));
  rules.push_back({.trigger = kDeliver,
                   .from = {O::kActive},
                   .milestone = {M::kDelivered},
                   .refusal = Reason::kMilestoneAlreadyDelivered,
                   .numbers = "§4"});
  rules.push_back({.trigger = kDeliver,
                   .from = {O::kActive},
                   .when = {Fact::kNamesMeeting},
                   .unless = {Fact::kMeetingMilestone},
                   .refusal = Reason::kMeetingNotIncluded,
                   .numbers = "A21"});
  rules.push_back({.trigger = kDeliver,
                   .from = {O::kActive},
                   .when = {Fact::kLastMilestone},
                   .unless = {Fact::kFinalDelivery},
                   .refusal = Reason::kFinalDeliveryRequired,
                   .numbers = "S32 A10"});
  rules.push_back({.trigger = kDeliver,
                   .from = {O::kActive},
                   .when = {Fact::kFinalDelivery},
                   .unless = {Fact::kLastMilestone},
                   .refusal = Reason::kNotTheLastMilestone,
                   .numbers = "A10"});
  rules.push_back({.trigger = kDeliver,
                   .from = {O::kActive},
                   .milestone = {M::kActive, M::kRevisionRequested},
                   .to = O::kActive,
                   .milestone_to = M::kDelivered,
                   .events = {E::kMilestoneDelivered},
                   .sets = DeadlineKind::kReview,
                   .numbers = "S32 S33 A10 A14 A20 A26"});
}

// The two answers to a delivery share their refusals.
void DenyWithoutDelivery(Trigger trigger, std::vector<Rule>& rules) {
  DenyUnknown(trigger, rules);
  DenyOutsideOfWork(trigger, rules);
  DenyAccepted(trigger, rules);
  rules.push_back({.trigger = trigger,
                   .from = kUnfinished,
                   .when = {Fact::kNamesOther},
                   .refusal = Reason::kNotTheCurrentMilestone,
                   .numbers = "§4"});
  rules.push_back(Deny(trigger, {O::kAwaitingNext}, Reason::kMilestoneAlreadyAccepted, "§4"));
  rules.push_back(Deny(trigger, {O::kAwaitingPayment}, Reason::kMilestoneNotDelivered, "S33"));
  rules.push_back({.trigger = trigger,
                   .from = {O::kActive},
                   .milestone = {M::kActive, M::kRevisionRequested},
                   .refusal = Reason::kMilestoneNotDelivered,
                   .numbers = "S33"});
}

void Revising(std::vector<Rule>& rules) {
  DenyWithoutDelivery(Trigger::kRequestRevision, rules);
  rules.push_back({.trigger = Trigger::kRequestRevision,
                   .from = {O::kActive},
                   .unless = {Fact::kRevisionsLeft},
                   .refusal = Reason::kRevisionsExhausted,
                   .numbers = "S25 A17"});
  rules.push_back({.trigger = Trigger::kRequestRevision,
                   .from = {O::kActive},
                   .milestone = {M::kDelivered},
                   .to = O::kActive,
                   .milestone_to = M::kRevisionRequested,
                   .events = {E::kMilestoneRevisionRequested},
                   .clears = DeadlineKind::kReview,
                   .numbers = "S33 A17"});
}

void Accepting(std::vector<Rule>& rules) {
  constexpr Trigger kAccept = Trigger::kAcceptMilestone;
  DenyWithoutDelivery(kAccept, rules);
  for (const Fact next : {Fact::kStartNext, Fact::kDecideLater}) {
    rules.push_back({.trigger = kAccept,
                     .from = {O::kActive},
                     .when = {Fact::kLastMilestone, next},
                     .refusal = Reason::kIsTheLastMilestone,
                     .numbers = "A11"});
  }
  const Rule accept{.trigger = kAccept,
                    .from = {O::kActive},
                    .milestone = {M::kDelivered},
                    .milestone_to = M::kAccepted,
                    .clears = DeadlineKind::kReview,
                    .money = "M2"};
  Rule last = accept;
  last.when = {Fact::kLastMilestone};
  last.to = O::kCompleted;
  last.completion_reason = C::kAllAccepted;
  last.events = {E::kMilestoneAccepted, E::kOrderCompleted};
  last.numbers = "S35 A11";
  Rule start_next = accept;
  start_next.when = {Fact::kStartNext};
  start_next.to = O::kAwaitingPayment;
  start_next.milestone_to = M::kAwaitingPayment;
  start_next.events = {E::kMilestoneAccepted, E::kMilestonePaymentStarted};
  start_next.sets = DeadlineKind::kPaymentGrace;
  start_next.numbers = "S28 S35 A11 A15";
  Rule end_order = accept;
  end_order.when = {Fact::kEndOrder};
  end_order.to = O::kCompleted;
  end_order.completion_reason = C::kEndedByBuyer;
  end_order.events = {E::kMilestoneAccepted, E::kOrderEnded, E::kSellerNotified, E::kMilestoneSkipped,
                      E::kOrderCompleted};
  end_order.numbers = "S29 S30 S31 S35 A11";
  Rule decide_later = accept;
  decide_later.to = O::kAwaitingNext;
  decide_later.events = {E::kMilestoneAccepted};
  decide_later.sets = DeadlineKind::kNextNotStarted;
  decide_later.numbers = "S28 S35 A11 A12";
  for (const Rule& rule : {last, start_next, end_order, decide_later}) rules.push_back(rule);
}

void StartingNext(std::vector<Rule>& rules) {
  constexpr Trigger kStart = Trigger::kStartNextMilestone;
  DenyOutsideOfWork(kStart, rules);
  rules.push_back({.trigger = kStart,
                   .from = {O::kAwaitingPayment},
                   .when = {Fact::kPaymentOpen},
                   .refusal = Reason::kPaymentInProgress,
                   .numbers = "A16"});
  rules.push_back(Deny(kStart, {O::kAwaitingPayment}, Reason::kMilestoneAwaitingPayment, "A15"));
  rules.push_back({.trigger = kStart,
                   .from = {O::kActive},
                   .when = {Fact::kLastMilestone},
                   .refusal = Reason::kIsTheLastMilestone,
                   .numbers = "A11"});
  rules.push_back(Deny(kStart, {O::kActive}, Reason::kNextMilestoneNotStartable, "S28"));
  rules.push_back({.trigger = kStart,
                   .from = {O::kAwaitingNext},
                   .to = O::kAwaitingPayment,
                   .milestone_to = M::kAwaitingPayment,
                   .events = {E::kMilestonePaymentStarted},
                   .sets = DeadlineKind::kPaymentGrace,
                   .clears = DeadlineKind::kNextNotStarted,
                   .numbers = "S28 A11 A15"});
}

void Ending(std::vector<Rule>& rules) {
  constexpr Trigger kEnd = Trigger::kEndOrder;
  DenyOutsideOfWork(kEnd, rules);
  rules.push_back({.trigger = kEnd,
                   .from = {O::kAwaitingPayment},
                   .when = {Fact::kPaymentOpen},
                   .refusal = Reason::kPaymentInProgress,
                   .numbers = "A16"});
  rules.push_back({.trigger = kEnd,
                   .from = {O::kActive},
                   .when = {Fact::kLastMilestone},
                   .refusal = Reason::kIsTheLastMilestone,
                   .numbers = "A18"});
  rules.push_back({.trigger = kEnd,
                   .from = {O::kActive},
                   .unless = {Fact::kAcceptedMilestone},
                   .refusal = Reason::kNoAcceptedMilestone,
                   .numbers = "S29 A18"});
  rules.push_back(Deny(kEnd, {O::kActive}, Reason::kNextMilestoneRunning, "A18"));
  Rule end{.trigger = kEnd,
           .from = {O::kAwaitingNext},
           .to = O::kCompleted,
           .milestone_to = M::kAccepted,
           .completion_reason = C::kEndedByBuyer,
           .events = {E::kOrderEnded, E::kSellerNotified, E::kMilestoneSkipped, E::kOrderCompleted},
           .clears = DeadlineKind::kNextNotStarted,
           .numbers = "S29 S30 S31"};
  rules.push_back(end);
  end.from = {O::kAwaitingPayment};
  end.milestone_to = M::kSkipped;
  end.clears = DeadlineKind::kPaymentGrace;
  rules.push_back(end);
}

void Retrying(std::vector<Rule>& rules) {
  constexpr Trigger kRetry = Trigger::kRetryPayment;
  DenyOutsideOfWork(kRetry, rules);
  rules.push_back(Deny(kRetry, {O::kActive, O::kAwaitingNext}, Reason::kNoPaymentDue, "A15"));
  rules.push_back({.trigger = kRetry,
                   .from = {O::kAwaitingPayment},
                   .when = {Fact::kPaymentOpen},
                   .refusal = Reason::kPaymentInProgress,
                   .numbers = "A16"});
  rules.push_back({.trigger = kRetry,
                   .from = {O::kAwaitingPayment},
                   .unless = {Fact::kAttemptsLeft},
                   .refusal = Reason::kTooManyPaymentAttempts,
                   .numbers = "A15"});
  rules.push_back({.trigger = kRetry,
                   .from = {O::kAwaitingPayment},
                   .to = O::kAwaitingPayment,
                   .milestone_to = M::kAwaitingPayment,
                   .events = {E::kMilestonePaymentStarted},
                   .numbers = "A15"});
}

// What the end of the OPEN attempt does.
std::vector<Rule> Ends() {
  std::vector<Rule> rules;
  rules.push_back({.trigger = Trigger::kPaymentSucceeded,
                   .from = {O::kPlacing},
                   .to = O::kActive,
                   .milestone_to = M::kActive,
                   .events = {E::kOrderCreated, E::kMilestoneFunded, E::kMilestoneWorkAuthorized},
                   .money = "M1",
                   .numbers = "S27 W9"});
  rules.push_back({.trigger = Trigger::kPaymentSucceeded,
                   .from = {O::kAwaitingPayment},
                   .to = O::kActive,
                   .milestone_to = M::kActive,
                   .events = {E::kMilestoneFunded, E::kMilestoneWorkAuthorized},
                   .clears = DeadlineKind::kPaymentGrace,
                   .money = "M1",
                   .numbers = "S28 A16 W9"});
  for (const Trigger ended : {Trigger::kPaymentDeclined, Trigger::kPaymentVoided}) {
    rules.push_back({.trigger = ended,
                     .from = {O::kPlacing},
                     .to = O::kPlacementFailed,
                     .milestone_to = M::kPending,
                     .events = {E::kOrderPlacementFailed},
                     .numbers = "A15"});
    rules.push_back({.trigger = ended,
                     .from = {O::kAwaitingPayment},
                     .when = {Fact::kGraceNoted},
                     .to = O::kCompleted,
                     .milestone_to = M::kSkipped,
                     .completion_reason = C::kPaymentGraceTimeout,
                     .events = {E::kMilestonePaymentFailed, E::kMilestoneSkipped, E::kOrderCompleted},
                     .numbers = "A15 A16"});
    rules.push_back({.trigger = ended,
                     .from = {O::kAwaitingPayment},
                     .to = O::kAwaitingPayment,
                     .milestone_to = M::kAwaitingPayment,
                     .events = {E::kMilestonePaymentFailed},
                     .numbers = "A15"});
  }
  for (Rule& rule : rules)
    if (rule.trigger == Trigger::kPaymentVoided) rule.events.push_back(E::kChargeRecheckSet);
  return rules;
}

// An operator's word ends the attempt as the provider's would, and is not taken for the provider's last.
void Resolving(std::vector<Rule>& rules) {
  constexpr Trigger kResolve = Trigger::kResolveCharge;
  rules.push_back({.trigger = kResolve,
                   .from = kAnyOrder,
                   .when = {Fact::kNamesClosed},
                   .refusal = Reason::kChargeNotOpen,
                   .numbers = "A16"});
  rules.push_back({.trigger = kResolve,
                   .from = kAnyOrder,
                   .unless = {Fact::kPaymentOpen},
                   .refusal = Reason::kChargeNotOpen,
                   .numbers = "A16"});
  for (Rule rule : Ends()) {
    if (rule.trigger == Trigger::kPaymentDeclined) continue;  // as voided
    rule.when.Add(Fact::kSaysSucceeded, rule.trigger == Trigger::kPaymentSucceeded);
    rule.trigger = kResolve;
    rule.events.insert(rule.events.begin(), E::kChargeResolved);
    if (rule.events.back() != E::kChargeRecheckSet) rule.events.push_back(E::kChargeRecheckSet);
    rules.push_back(std::move(rule));
  }
}

void Settling(std::vector<Rule>& rules) {
  for (Rule& rule : Ends()) rules.push_back(std::move(rule));
  rules.push_back({.trigger = Trigger::kPaymentSucceededLate,
                   .from = kAnyOrder,
                   .events = {E::kChargeSucceededLate, E::kRefundStarted},
                   .money = "M9",
                   .numbers = "M9"});
  rules.push_back({.trigger = Trigger::kRefundSucceeded,
                   .from = kAnyOrder,
                   .events = {E::kChargeLateRefunded},
                   .money = "M5",
                   .numbers = "M9"});
  rules.push_back({.trigger = Trigger::kRefundFailed,
                   .from = kAnyOrder,
                   .when = {Fact::kRefundTriesLeft},
                   .events = {E::kRefundFailed, E::kRefundStarted},
                   .money = "M5",
                   .numbers = "M9"});
  rules.push_back({.trigger = Trigger::kRefundFailed,
                   .from = kAnyOrder,
                   .unless = {Fact::kRefundTriesLeft},
                   .events = {E::kRefundFailed},
                   .money = "M5",
                   .numbers = "M9"});
}

void FallingDue(std::vector<Rule>& rules) {
  rules.push_back({.trigger = Trigger::kReviewDue,
                   .from = {O::kActive},
                   .milestone = {M::kDelivered},
                   .to = O::kCompleted,
                   .milestone_to = M::kAccepted,
                   .completion_reason = C::kReviewTimeout,
                   .events = {E::kMilestoneAutoAccepted, E::kMilestoneSkipped, E::kOrderCompleted},
                   .clears = DeadlineKind::kReview,
                   .money = "M2",
                   .numbers = "S33 S34 S35 A13"});
  rules.push_back({.trigger = Trigger::kNextNotStartedDue,
                   .from = {O::kAwaitingNext},
                   .to = O::kCompleted,
                   .milestone_to = M::kAccepted,
                   .completion_reason = C::kNextNotStarted,
                   .events = {E::kMilestoneSkipped, E::kOrderCompleted},
                   .clears = DeadlineKind::kNextNotStarted,
                   .numbers = "A12"});
  rules.push_back({.trigger = Trigger::kPaymentGraceDue,
                   .from = {O::kAwaitingPayment},
                   .when = {Fact::kPaymentOpen},
                   .to = O::kAwaitingPayment,
                   .milestone_to = M::kAwaitingPayment,
                   .events = {E::kDeadlineNoted},
                   .clears = DeadlineKind::kPaymentGrace,
                   .numbers = "A16"});
  rules.push_back({.trigger = Trigger::kPaymentGraceDue,
                   .from = {O::kAwaitingPayment},
                   .to = O::kCompleted,
                   .milestone_to = M::kSkipped,
                   .completion_reason = C::kPaymentGraceTimeout,
                   .events = {E::kMilestoneSkipped, E::kOrderCompleted},
                   .clears = DeadlineKind::kPaymentGrace,
                   .numbers = "A15"});
}

std::vector<Rule> MakeWorkflow() {
  std::vector<Rule> rules;
  for (auto* part : {Placing, PlacingGigs, Delivering, Revising, Accepting, StartingNext, Ending, Retrying,
                     Resolving, Settling, FallingDue})
    part(rules);
  return rules;
}

bool Matches(const Rule& rule, Trigger trigger, const Order* order, Facts facts) {
  if (rule.trigger != trigger) return false;
  if (order == nullptr ? !rule.from.empty() : !rule.from.Has(order->state)) return false;
  if (order != nullptr && !rule.milestone.Has(order->current().state)) return false;
  return facts.HasAll(rule.when) && !facts.HasAny(rule.unless);
}

bool HasAttemptsLeft(const Order& order) {
  const uint32_t milestone = MilestoneToPay(order);
  int attempts = 0;
  for (const Charge& charge : order.charges) attempts += charge.milestone == milestone;
  return attempts < kMaxPaymentAttempts;
}

bool HasRevisionsLeft(const Order& order) {
  const Revisions& allowed = order.terms.milestones[order.current_milestone - 1].revisions;
  return allowed.unlimited || order.current().revisions_used < allowed.count;
}

}  // namespace

absl::string_view NameOf(Party party) {
  switch (party) {
    case Party::kBuyer:
      return "BUYER";
    case Party::kSeller:
      return "SELLER";
    case Party::kOperator:
      return "OPERATOR";
    case Party::kOfferService:
      return "OFFER_SERVICE";
    case Party::kSystem:
      return "SYSTEM";
  }
  return "";
}

absl::string_view NameOf(Trigger trigger) {
  switch (trigger) {
    case Trigger::kPlaceOrder:
      return "PlaceOrder";
    case Trigger::kPlaceGigOrder:
      return "PlaceGigOrder";
    case Trigger::kDeliverMilestone:
      return "DeliverMilestone";
    case Trigger::kRequestRevision:
      return "RequestRevision";
    case Trigger::kAcceptMilestone:
      return "AcceptMilestone";
    case Trigger::kStartNextMilestone:
      return "StartNextMilestone";
    case Trigger::kEndOrder:
      return "EndOrder";
    case Trigger::kRetryPayment:
      return "RetryPayment";
    case Trigger::kResolveCharge:
      return "ResolveCharge";
    case Trigger::kPaymentSucceeded:
      return "PAYMENT_SUCCEEDED";
    case Trigger::kPaymentDeclined:
      return "PAYMENT_DECLINED";
    case Trigger::kPaymentVoided:
      return "PAYMENT_VOIDED";
    case Trigger::kPaymentSucceededLate:
      return "PAYMENT_SUCCEEDED_LATE";
    case Trigger::kRefundSucceeded:
      return "REFUND_SUCCEEDED";
    case Trigger::kRefundFailed:
      return "REFUND_FAILED";
    case Trigger::kReviewDue:
      return "REVIEW";
    case Trigger::kNextNotStartedDue:
      return "NEXT_NOT_STARTED";
    case Trigger::kPaymentGraceDue:
      return "PAYMENT_GRACE";
  }
  return "";
}

absl::string_view NameOf(Fact fact) {
  switch (fact) {
    case Fact::kLastMilestone:
      return "LAST_MILESTONE";
    case Fact::kAcceptedMilestone:
      return "ACCEPTED_MILESTONE";
    case Fact::kPaymentOpen:
      return "PAYMENT_OPEN";
    case Fact::kAttemptsLeft:
      return "ATTEMPTS_LEFT";
    case Fact::kRevisionsLeft:
      return "REVISIONS_LEFT";
    case Fact::kGraceNoted:
      return "GRACE_NOTED";
    case Fact::kMeetingMilestone:
      return "MEETING_MILESTONE";
    case Fact::kNamesOther:
      return "NAMES_OTHER";
    case Fact::kNamesUnfunded:
      return "NAMES_UNFUNDED";
    case Fact::kNamesAccepted:
      return "NAMES_ACCEPTED";
    case Fact::kNamesUnknown:
      return "NAMES_UNKNOWN";
    case Fact::kNamesMeeting:
      return "NAMES_MEETING";
    case Fact::kFinalDelivery:
      return "FINAL_DELIVERY";
    case Fact::kDecideLater:
      return "DECIDE_LATER";
    case Fact::kStartNext:
      return "START_NEXT";
    case Fact::kEndOrder:
      return "END_ORDER";
    case Fact::kAttemptKnown:
      return "ATTEMPT_KNOWN";
    case Fact::kWindowPassed:
      return "WINDOW_PASSED";
    case Fact::kNamesClosed:
      return "NAMES_CLOSED";
    case Fact::kSaysSucceeded:
      return "SAYS_SUCCEEDED";
    case Fact::kRefundTriesLeft:
      return "REFUND_TRIES_LEFT";
    case Fact::kNamesOtherMethod:
      return "NAMES_OTHER_METHOD";
    case Fact::kQuoteExpired:
      return "QUOTE_EXPIRED";
  }
  return "";
}

const std::vector<Rule>& Workflow() {
  static const std::vector<Rule>& workflow = *new std::vector<Rule>(MakeWorkflow());
  return workflow;
}

Party PartyOf(Trigger trigger) {
  switch (trigger) {
    case Trigger::kPlaceOrder:
      return Party::kOfferService;
    case Trigger::kDeliverMilestone:
      return Party::kSeller;
    case Trigger::kPlaceGigOrder:
    case Trigger::kRequestRevision:
    case Trigger::kAcceptMilestone:
    case Trigger::kStartNextMilestone:
    case Trigger::kEndOrder:
    case Trigger::kRetryPayment:
      return Party::kBuyer;
    case Trigger::kResolveCharge:
      return Party::kOperator;
    case Trigger::kPaymentSucceeded:
    case Trigger::kPaymentDeclined:
    case Trigger::kPaymentVoided:
    case Trigger::kPaymentSucceededLate:
    case Trigger::kRefundSucceeded:
    case Trigger::kRefundFailed:
    case Trigger::kReviewDue:
    case Trigger::kNextNotStartedDue:
    case Trigger::kPaymentGraceDue:
      return Party::kSystem;
  }
  return Party::kSystem;
}

Trigger TriggerOf(DeadlineKind kind) {
  switch (kind) {
    case DeadlineKind::kReview:
      return Trigger::kReviewDue;
    case DeadlineKind::kNextNotStarted:
      return Trigger::kNextNotStartedDue;
    case DeadlineKind::kPaymentGrace:
      return Trigger::kPaymentGraceDue;
  }
  return Trigger::kReviewDue;
}

Facts FactsOf(const Order& order) {
  Facts facts;
  facts.Add(Fact::kLastMilestone, order.is_last(order.current_milestone));
  facts.Add(Fact::kAcceptedMilestone, order.has_accepted());
  facts.Add(Fact::kPaymentOpen, order.open_charge() != nullptr);
  facts.Add(Fact::kAttemptsLeft, HasAttemptsLeft(order));
  facts.Add(Fact::kRevisionsLeft, HasRevisionsLeft(order));
  facts.Add(Fact::kGraceNoted, order.noted_deadline.has_value());
  facts.Add(Fact::kMeetingMilestone, order.terms.milestones[order.current_milestone - 1].zoom);
  return facts;
}

const Rule& RuleFor(Trigger trigger, const Order* order, Facts facts) {
  for (const Rule& rule : Workflow()) {
    if (Matches(rule, trigger, order, facts)) return rule;
  }
  std::fprintf(stderr, "milepost: bug: no rule for %s in state %s\n", std::string(NameOf(trigger)).c_str(),
               order ? std::string(NameOf(order->state)).c_str() : "none");
  std::abort();
}

bool IsInWorkflow(const Order& order) {
  const auto has_rule = [&order](Trigger trigger, auto matches) {
    return std::any_of(Workflow().begin(), Workflow().end(), [&](const Rule& rule) {
      return rule.trigger == trigger && rule.from.Has(order.state) &&
             rule.milestone.Has(order.current().state) && matches(rule);
    });
  };
  for (const Trigger method :
       {Trigger::kDeliverMilestone, Trigger::kRequestRevision, Trigger::kAcceptMilestone,
        Trigger::kStartNextMilestone, Trigger::kEndOrder, Trigger::kRetryPayment}) {
    if (!has_rule(method, [](const Rule&) { return true; })) return false;
  }
  const Facts facts = FactsOf(order);
  return std::all_of(order.deadlines.begin(), order.deadlines.end(), [&](const Deadline& deadline) {
    return has_rule(TriggerOf(deadline.kind),
                    [&](const Rule& rule) { return facts.HasAll(rule.when) && !facts.HasAny(rule.unless); });
  });
}

uint32_t MilestoneToPay(const Order& order) {
  switch (order.state) {
    case OrderState::kActive:
    case OrderState::kAwaitingNext:
      return order.current_milestone + 1;
    case OrderState::kPlacing:
    case OrderState::kPlacementFailed:
    case OrderState::kAwaitingPayment:
    case OrderState::kCompleted:
      return order.current_milestone;
  }
  return order.current_milestone;
}

}  // namespace milepost::billing
