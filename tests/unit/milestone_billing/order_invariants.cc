#include "tests/unit/milestone_billing/order_invariants.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "common/core/decider.h"
#include "services/milestone_billing/domain/workflow.h"
#include "tests/unit/milestone_billing/situations.h"

namespace milepost::billing {
namespace {

bool IsFinished(const Order& order) {
  return order.state == OrderState::kCompleted || order.state == OrderState::kCancelled;
}

// c and f of DOMAIN A23, written anew.
int64_t HalfEvenShare(int64_t amount, int64_t basis_points) {
  const __int128 product = static_cast<__int128>(amount) * basis_points;
  const auto whole = static_cast<int64_t>(product / 10000), rest = static_cast<int64_t>(product % 10000);
  const bool up = rest > 5000 || (rest == 5000 && whole % 2 == 1);
  return whole + (up ? 1 : 0);
}

void CheckMilestones(const Order& order) {
  int cancelled = 0;
  for (const Milestone& milestone : order.milestones) {
    ASSERT_LE(milestone.updates.size(), kUpdatesKept);
    ASSERT_LE(milestone.earlier.size(), kEarlierDeliveriesKept);
    const bool is_cancelled = milestone.state == MilestoneState::kCancelled;
    cancelled += is_cancelled;
    ASSERT_EQ(milestone.cancelled.has_value(), is_cancelled);
    ASSERT_EQ(milestone.undisputed.has_value(), milestone.state == MilestoneState::kDisputed);
    if (milestone.dispute) {
      ASSERT_EQ(milestone.dispute->number, milestone.disputes_of_buyer + milestone.disputes_of_seller);
      ASSERT_LE(std::max(milestone.disputes_of_buyer, milestone.disputes_of_seller), kMaxDisputes);
      ASSERT_EQ(milestone.dispute->outcome.has_value(), milestone.state != MilestoneState::kDisputed);
      ASSERT_EQ(milestone.dispute->closed_at.has_value(), milestone.dispute->outcome.has_value());
    }
    if (milestone.number < order.current_milestone) {
      ASSERT_EQ(milestone.state, MilestoneState::kAccepted);
    }
    if (IsFinished(order)) {
      ASSERT_TRUE(milestone.state == MilestoneState::kAccepted || is_cancelled ||
                  milestone.state == MilestoneState::kSkipped);
    }
  }
  ASSERT_LE(cancelled, 1);
}

// One attempt is OPEN at most; a milestone is paid once, and before it is worked on (W9).
void CheckCharges(const Order& order) {
  int open = 0;
  std::map<uint32_t, int> attempts, successes;
  for (const Charge& charge : order.charges) {
    open += charge.state == ChargeState::kOpen;
    successes[charge.milestone] += charge.state == ChargeState::kSucceeded;
    ++attempts[charge.milestone];
    ASSERT_EQ(charge.id, ChargeIdOf(order.id, charge.milestone, charge.slot));
  }
  ASSERT_LE(open, 1);
  ASSERT_FALSE(open == 1 && order.cancellation_request) << "whatever opens an attempt voids the request";
  for (const Milestone& milestone : order.milestones) {
    ASSERT_LE(attempts[milestone.number], kMaxPaymentAttempts);
    const bool funded = milestone.charge.has_value();
    ASSERT_EQ(successes[milestone.number], funded ? 1 : 0);  // never twice
    const bool is_over =
        milestone.state == MilestoneState::kAccepted || milestone.state == MilestoneState::kCancelled;
    const bool running =
        milestone.state == MilestoneState::kActive || milestone.state == MilestoneState::kDelivered ||
        milestone.state == MilestoneState::kRevisionRequested || milestone.state == MilestoneState::kDisputed;
    ASSERT_EQ(funded, running || is_over) << NameOf(milestone.state);
    const bool works = order.state == OrderState::kActive || order.state == OrderState::kDisputed;
    ASSERT_EQ(running, works && milestone.number == order.current_milestone);
  }
}

// A refund is tried again after each failure, until there were enough; the tries of one refund are of the same amount.
void CheckRefunds(const Order& order) {
  for (const Refund& refund : order.refunds) {
    const Refund* next = order.FindRefund(refund.charge, refund.number + 1);
    ASSERT_EQ(next != nullptr, refund.state == RefundState::kFailed && refund.number < kRefundTriesMax);
    if (next) {
      ASSERT_EQ(next->amount, refund.amount);
    }
    const Charge& charge = *order.FindCharge(refund.charge);
    ASSERT_TRUE(charge.took_money());
    ASSERT_GT(refund.amount.minor, 0);
    ASSERT_LE(refund.amount.minor, charge.total().minor);
  }
}

// The kinds of the main deadline in these states; none for a deadline that is not set.
std::set<std::optional<DeadlineKind>> MainKinds(OrderState order, MilestoneState milestone) {
  using Kind = DeadlineKind;
  switch (order) {
    case OrderState::kAwaitingNext:
      return {Kind::kNextNotStarted};
    case OrderState::kAwaitingPayment:
      return {Kind::kPaymentGrace, std::nullopt};
    case OrderState::kActive:
      break;
    default:
      return {std::nullopt};
  }
  if (milestone == MilestoneState::kDelivered) return {Kind::kReview};
  if (milestone == MilestoneState::kRevisionRequested)
    return {Kind::kDelivery, Kind::kNonDelivery, std::nullopt};
  return {Kind::kDelivery, Kind::kLateCancellation, Kind::kNonDelivery};
}

// The one main deadline: of the state's kinds, frozen exactly in a dispute. Orders of edition 0 have none for a delivery.
void CheckMainDeadline(const Order& order) {
  const bool disputed = order.state == OrderState::kDisputed;
  std::optional<Deadline> main;
  for (const Deadline& deadline : order.deadlines) {
    if (!IsMain(deadline.kind)) continue;
    ASSERT_FALSE(main) << NameOf(main->kind) << " and " << NameOf(deadline.kind);
    main = deadline;
  }
  const auto state = disputed ? OrderState::kActive : order.state;
  const auto milestone = disputed ? *order.current().undisputed : order.current().state;
  auto kinds = MainKinds(state, milestone);
  if (order.edition == 0 && kinds.contains(DeadlineKind::kDelivery)) kinds = {std::nullopt};
  ASSERT_TRUE(kinds.contains(main ? std::optional(main->kind) : std::nullopt))
      << NameOf(milestone) << " with " << (main ? NameOf(main->kind) : "none");
  if (main) {
    ASSERT_EQ(main->frozen(), disputed);
  }
  if (order.edition == 0 || milestone == MilestoneState::kPending) return;
  const bool alarmed = state == OrderState::kActive && !main;
  const OperatorTask task = OperatorTask::kOverdueRevision;
  if (!disputed) {
    ASSERT_EQ(order.operator_task, alarmed ? std::optional(task) : std::nullopt);
  }
  ASSERT_EQ(order.noted_deadline.has_value(), state == OrderState::kAwaitingPayment && !main);
  if (milestone == MilestoneState::kActive && state == OrderState::kActive) {
    ASSERT_EQ(order.current().late, main->kind != DeadlineKind::kDelivery);
  }
  if (main && main->kind == DeadlineKind::kDelivery) {
    ASSERT_EQ(main->due, order.current().due_at);
  }
}

// The others: an answer is awaited exactly while a request is pending, an operator is called or will be while there is a dispute.
void CheckOtherDeadlines(const Order& order, absl::Time now) {
  const bool disputed = order.state == OrderState::kDisputed;
  std::set<uint32_t> numbers;
  for (const Deadline& deadline : order.deadlines) {
    ASSERT_TRUE(numbers.insert(deadline.number).second);
    ASSERT_LE(deadline.number, order.deadlines_set);
    ASSERT_EQ(deadline.subject, 0u);
    if (deadline.frozen()) {
      ASSERT_TRUE(disputed) << NameOf(deadline.kind);
    } else {
      ASSERT_GT(deadline.due, now) << NameOf(deadline.kind);  // W8: none overdue
    }
  }
  const Deadline* answer = FindDeadline(order.deadlines, DeadlineKind::kCancellationAnswer);
  ASSERT_EQ(answer != nullptr, order.cancellation_request.has_value());
  const Deadline* dispute = FindDeadline(order.deadlines, DeadlineKind::kDispute);
  const bool called = order.operator_task == OperatorTask::kUnresolvedDispute;
  ASSERT_EQ(dispute != nullptr, disputed && !called);
  ASSERT_FALSE(called && !disputed);
  if (dispute) {
    ASSERT_FALSE(dispute->frozen());
  }
  ASSERT_EQ(order.operator_since.has_value(), order.operator_task.has_value());
}

// A19: COMPLETED with an accepted milestone, else CANCELLED. Nothing waits any more.
void CheckEnd(const Order& order) {
  const bool finished = IsFinished(order);
  const bool completed = order.state == OrderState::kCompleted;
  ASSERT_EQ(order.completed_at.has_value(), finished);
  ASSERT_EQ(order.completion_reason.has_value(), completed);
  const bool was_cancelled = order.state == OrderState::kCancelled ||
                             order.completion_reason == CompletionReason::kCancelledAfterAcceptance;
  ASSERT_EQ(order.cancellation_reason.has_value(), was_cancelled);
  ASSERT_EQ(order.outcome_due.has_value() && !order.offer, false);
  if (!finished && order.state != OrderState::kPlacementFailed) return;
  if (finished) {
    ASSERT_EQ(completed, order.has_accepted());
  }
  ASSERT_TRUE(order.deadlines.empty());
  ASSERT_FALSE(order.noted_deadline);
  ASSERT_FALSE(order.cancellation_request);
  ASSERT_FALSE(order.operator_task);
  ASSERT_EQ(order.open_charge(), nullptr);
  ASSERT_EQ(order.totals.escrow_minor(), 0);
}

std::string OutcomeAt(Order& order, const OrderCommand& command, absl::Time at) {
  auto step = milepost::Run<OrderDomain>(&order, command, at);
  if (!step.ok()) return step.status().ToString();
  order = std::move(step->next);
  return "";
}

const Deadline* EarliestRunning(const Order& order) {
  const Deadline* earliest = nullptr;
  for (const Deadline& deadline : order.deadlines)
    if (!deadline.frozen() && (!earliest || deadline.due < earliest->due)) earliest = &deadline;
  return earliest;
}

}  // namespace

void Books::Post(const OrderEvent& event) {
  if (const auto* started = std::get_if<OrderPlacementStarted>(&event)) policy_ = started->terms.fees;
  if (const auto* funded = std::get_if<MilestoneFunded>(&event)) {
    totals_.funded_minor += funded->amount.minor;
    totals_.buyer_fees_minor += funded->buyer_fee_minor;
    fees_[funded->charge.ToString()] = funded->buyer_fee_minor;
  }
  const Release* release = nullptr;
  if (const auto* accepted = std::get_if<MilestoneAccepted>(&event)) release = &accepted->release;
  if (const auto* accepted = std::get_if<MilestoneAutoAccepted>(&event)) release = &accepted->release;
  if (release) {
    totals_.released_minor += release->amount.minor;
    totals_.commission_minor += release->commission_minor;
  }
  if (const auto* cancelled = std::get_if<MilestoneCancelled>(&event)) {
    const EscrowSplit& split = cancelled->split;
    CheckSplit(split);
    totals_.released_minor += split.seller_minor;
    totals_.commission_minor += split.commission_minor;
    totals_.refunded_minor += split.amount.minor - split.seller_minor;
    totals_.fees_refunded_minor += split.fee_minor;
  }
  const Move* move = MoveOf(event);
  if (move == nullptr) return;
  int64_t sum = 0;
  for (const Posting& posting : move->postings) {
    sum += posting.amount_minor;
    balances_[posting.account] += posting.amount_minor;
    ASSERT_NE(posting.amount_minor, 0) << move->rule;
  }
  ASSERT_EQ(sum, 0) << move->rule;
}

// M6: c(s) ≤ s, and g is the part of the fee that goes with the buyer's part, rounded down.
void Books::CheckSplit(const EscrowSplit& split) const {
  const int64_t amount = split.amount.minor, seller = split.seller_minor;
  ASSERT_GE(seller, 0);
  ASSERT_LE(seller, amount);
  ASSERT_EQ(split.commission_minor, HalfEvenShare(seller, policy_.commission_bps));
  ASSERT_LE(split.commission_minor, seller);
  const int64_t fee = fees_.at(split.charge.ToString());
  ASSERT_GE(split.fee_minor, 0);
  ASSERT_LE(split.fee_minor * amount, fee * (amount - seller));
  ASSERT_GT((split.fee_minor + 1) * amount, fee * (amount - seller));
  ASSERT_EQ(split.move.rule, seller == 0 ? "M5" : "M6");
}

int64_t Books::Held(absl::string_view account) const {
  const auto found = balances_.find(std::string(account));
  return found == balances_.end() ? 0 : -found->second;
}

void Books::Check(const Order& order) const {
  CheckEscrow(order);
  CheckConservation(order);
  CheckTotals(order);
}

// No escrow is ever below zero; only that of the current milestone's charge holds anything, and all of its amount.
void Books::CheckEscrow(const Order& order) const {
  int64_t escrow = 0, all = 0;
  for (const auto& [account, balance] : balances_) {
    all += balance;
    if (!absl::StartsWith(account, kEscrowPrefix)) continue;
    ASSERT_LE(balance, 0) << account;  // a credit balance: never below zero as the order sees it
    escrow -= balance;
  }
  ASSERT_EQ(all, 0);
  ASSERT_EQ(escrow, totals_.funded_minor - totals_.released_minor - totals_.refunded_minor);
  ASSERT_EQ(escrow, order.held_minor());
  if (escrow == 0) return;
  ASSERT_EQ(Held(EscrowAccount(*order.current().charge)), escrow);
}

void Books::CheckConservation(const Order& order) const {
  int64_t taken = 0, given_back = 0, in_transit = 0, failed = 0;
  for (const Charge& charge : order.charges)
    if (charge.took_money()) taken += charge.total().minor;
  for (const Refund& refund : order.refunds) {
    if (refund.state == RefundState::kPending) in_transit += refund.amount.minor;
    if (refund.state == RefundState::kSucceeded) given_back += refund.amount.minor;
    // One that failed was followed by another, except the last that may be tried.
    const bool followed = order.FindRefund(refund.charge, refund.number + 1) != nullptr;
    if (refund.state == RefundState::kFailed && !followed) failed += refund.amount.minor;
  }
  const int64_t seller = Held(SellerClearingAccount(order.seller));
  const int64_t revenue = Held(kBuyerFeeRevenue) + Held(kCommissionRevenue);
  ASSERT_EQ(taken, order.held_minor() + seller + revenue + in_transit + given_back + failed);
  ASSERT_EQ(Held(kRefundTransit), in_transit);
  ASSERT_EQ(Held(kSuspense), failed);
  ASSERT_EQ(-Held(kProviderClearing), taken - given_back);
  // What goes back comes from a late success (M9), or from a cancelled milestone (M5, M6): never twice.
  int64_t late = 0;
  for (const Charge& charge : order.charges)
    if (charge.late_success_at) late += charge.total().minor;
  ASSERT_EQ(late + totals_.refunded_minor + totals_.fees_refunded_minor, in_transit + given_back + failed);
}

void Books::CheckTotals(const Order& order) const {
  ASSERT_EQ(order.totals, totals_);
  ASSERT_EQ(Held(SellerClearingAccount(order.seller)), totals_.released_minor - totals_.commission_minor);
  ASSERT_EQ(Held(kCommissionRevenue), totals_.commission_minor);
  ASSERT_EQ(Held(kBuyerFeeRevenue), totals_.buyer_fees_minor - totals_.fees_refunded_minor);
}

void CheckStandsRight(const Order& order, absl::Time now) {
  const StatePair pair{order.state, order.current().state};
  const std::vector<StatePair>& possible = PossibleStates();
  ASSERT_NE(std::find(possible.begin(), possible.end(), pair), possible.end())
      << NameOf(pair.order) << "/" << NameOf(pair.milestone);
  ASSERT_NO_FATAL_FAILURE(CheckMilestones(order));
  ASSERT_NO_FATAL_FAILURE(CheckCharges(order));
  ASSERT_NO_FATAL_FAILURE(CheckRefunds(order));
  ASSERT_NO_FATAL_FAILURE(CheckMainDeadline(order));
  ASSERT_NO_FATAL_FAILURE(CheckOtherDeadlines(order, now));
  ASSERT_NO_FATAL_FAILURE(CheckEnd(order));
}

bool IsInWorkflow(const Order& order) {
  for (const Trigger trigger : kTriggers) {
    if (trigger == kTriggerOf<PlaceGigOrder>) continue;
    for (const Party party : {Party::kBuyer, Party::kSeller, Party::kOperator})
      if (PartiesOf(trigger).Has(party) &&
          !FindRule(trigger, &order, FactsOf(order) | FactsOf(order, party), party))
        return false;
  }
  return std::all_of(order.deadlines.begin(), order.deadlines.end(), [&](const Deadline& deadline) {
    return deadline.frozen() || FindRule(TriggerOf(deadline.kind), &order, FactsOf(order));
  });
}

void CheckComesToAnEnd(const Order& order, absl::Time now) {
  const absl::Time end = now + 1000 * kDay;
  Order at_once = order, one_by_one = order;
  ASSERT_EQ(OutcomeAt(at_once, Tick{}, end), "");
  while (const Deadline* next = EarliestRunning(one_by_one))
    ASSERT_EQ(OutcomeAt(one_by_one, Tick{}, next->due), "");
  ASSERT_EQ(at_once, one_by_one) << "A14: it does not matter when what is due is fired";
  ASSERT_NO_FATAL_FAILURE(CheckStandsRight(at_once, end));
  if (IsFinished(at_once)) return;
  const bool is_paying = at_once.open_charge() != nullptr;
  const bool is_old = at_once.edition == 0 && at_once.current().authorizes_work();
  ASSERT_TRUE(at_once.operator_task || is_paying || at_once.state == OrderState::kPlacementFailed || is_old)
      << Whereabouts(at_once);
  if (is_paying) {
    ASSERT_EQ(OutcomeAt(at_once, SettleCharge{at_once.open_charge()->id, Voided{}, {}}, end), "");
    ASSERT_TRUE(IsFinished(at_once) || at_once.state == OrderState::kPlacementFailed);
  }
  if (IsFinished(at_once) || at_once.state == OrderState::kPlacementFailed) return;
  ASSERT_EQ(OutcomeAt(at_once, RequestCancellation{kOperator, Money{}, "it must end"}, end), "");
  ASSERT_TRUE(IsFinished(at_once));
}

}  // namespace milepost::billing
