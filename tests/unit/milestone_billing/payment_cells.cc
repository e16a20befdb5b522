// The cells of going on and paying: the next milestone is started, the order ended, a payment tried again; attempts and refunds end.
#include "tests/unit/milestone_billing/cells.h"

namespace milepost::billing {
namespace {

OrderCommand Settling(const Order& order, ChargeOutcome outcome) {
  return SettleCharge{order.charges.back().id, std::move(outcome)};
}

OrderCommand Resolving(const Order& order, const Actor& actor, ChargeOutcome outcome, Money amount) {
  return ResolveCharge{actor, order.charges.back().id, std::move(outcome), amount, "a call", {}};
}

// About the latest refund; where there is none, about one that could be.
OrderCommand SettlingRefund(const Order& order, RefundOutcome outcome) {
  if (order.refunds.empty()) return SettleRefund{order.charges.back().id, 1, std::move(outcome)};
  return SettleRefund{order.refunds.back().charge, order.refunds.back().number, std::move(outcome)};
}

// S28, A15.
Call StartNext() {
  return {"StartNextMilestone by BUYER", "StartNextMilestone", Party::kBuyer,
          [](const Order&, const Actor& actor) -> OrderCommand {
            return StartNextMilestone{actor, "", {}};
          },
          AtWork({
              {"1/active* 1/delivered* 1/revision* 2/active* 2/delivered* 2/revision*",
               "NEXT_MILESTONE_NOT_STARTABLE"},
              {"3/active* 3/delivered* 3/revision*", "IS_THE_LAST_MILESTONE"},
              {"?/paying*", "PAYMENT_IN_PROGRESS"},
              {"?/declined*", "MILESTONE_AWAITING_PAYMENT"},
              {"?/disputed*", "ORDER_DISPUTED"},
              {"1/next* !*/asked-*",
               "AWAITING_PAYMENT/AWAITING_PAYMENT/2 PAYMENT_GRACE: milestone.payment_started"},
              {"1/next/asked-*",
               "AWAITING_PAYMENT/AWAITING_PAYMENT/2 PAYMENT_GRACE: cancellation.voided "
               "milestone.payment_started"},
              {"2/next", "AWAITING_PAYMENT/AWAITING_PAYMENT/3 PAYMENT_GRACE: milestone.payment_started"},
          })};
}

// S29, S30, S31, A18.
Call End() {
  return {"EndOrder by BUYER", "EndOrder", Party::kBuyer,
          [](const Order&, const Actor& actor) -> OrderCommand { return EndOrder{actor}; },
          AtWork({
              {"1/active* 1/delivered* 1/revision*", "NO_ACCEPTED_MILESTONE"},
              {"2/active* 2/delivered* 2/revision*", "NEXT_MILESTONE_RUNNING"},
              {"3/active* 3/delivered* 3/revision*", "IS_THE_LAST_MILESTONE"},
              {"?/paying*", "PAYMENT_IN_PROGRESS"},
              {"?/disputed*", "ORDER_DISPUTED"},
              {"1/next* !*/asked-*",
               "COMPLETED(ENDED_BY_BUYER)/ACCEPTED/1: order.ended seller.notified milestone.skipped*2 "
               "order.completed"},
              {"1/next/asked-*",
               "COMPLETED(ENDED_BY_BUYER)/ACCEPTED/1: cancellation.voided order.ended seller.notified "
               "milestone.skipped*2 order.completed"},
              {"2/next",
               "COMPLETED(ENDED_BY_BUYER)/ACCEPTED/2: order.ended seller.notified milestone.skipped "
               "order.completed"},
              {"2/declined* !*/asked-*",
               "COMPLETED(ENDED_BY_BUYER)/SKIPPED/2: order.ended seller.notified milestone.skipped*2 "
               "order.completed"},
              {"2/declined/asked-*",
               "COMPLETED(ENDED_BY_BUYER)/SKIPPED/2: cancellation.voided order.ended seller.notified "
               "milestone.skipped*2 order.completed"},
              {"3/declined",
               "COMPLETED(ENDED_BY_BUYER)/SKIPPED/3: order.ended seller.notified milestone.skipped "
               "order.completed"},
          })};
}

// A15, A16; an attempt ends a request to cancel, so that the two never meet.
Call Retry() {
  return {"RetryPayment by BUYER", "RetryPayment", Party::kBuyer,
          [](const Order&, const Actor& actor) -> OrderCommand {
            return RetryPayment{actor, "pm", {}};
          },
          AtWork({
              {"?/active* ?/delivered* ?/revision* ?/next* ?/disputed*", "NO_PAYMENT_DUE"},
              {"?/paying*", "PAYMENT_IN_PROGRESS"},
              {"?/declined/attempts-used", "TOO_MANY_PAYMENT_ATTEMPTS"},
              {"?/declined* !*/attempts-used !*/asked-*", "=: milestone.payment_started"},
              {"?/declined/asked-*", "=-CANCELLATION_ANSWER: cancellation.voided milestone.payment_started"},
          })};
}

// A16: ends the latest attempt, if it is OPEN.
std::vector<Call> ChargeResolutions() {
  const Cell closed = {"* !placing !?/paying*", "CHARGE_NOT_OPEN"};
  const std::vector<Cell> unpaid = {
      closed,
      {"placing", "PLACEMENT_FAILED/PENDING/1: charge.resolved order.placement_failed charge.recheck_set"},
      {"?/paying* !*/grace-over", "=: charge.resolved milestone.payment_failed charge.recheck_set"},
      {"?/paying/grace-over",
       "COMPLETED(PAYMENT_GRACE_TIMEOUT)/SKIPPED/2: charge.resolved milestone.payment_failed "
       "milestone.skipped*2 order.completed charge.recheck_set"}};
  return {
      {"ResolveCharge succeeded by OPERATOR",
       "ResolveCharge",
       Party::kOperator,
       [](const Order& order, const Actor& actor) {
         return Resolving(order, actor, Succeeded{"cap"}, order.charges.back().total());
       },
       {closed,
        {"placing",
         "ACTIVE/ACTIVE/1 DELIVERY: charge.resolved order.created milestone.funded "
         "milestone.work_authorized charge.recheck_set"},
        {"?/paying*",
         "ACTIVE/ACTIVE/# DELIVERY: charge.resolved milestone.funded milestone.work_authorized "
         "charge.recheck_set"}},
       {Fact::kSaysSucceeded}},
      {"ResolveCharge succeeded with another amount by OPERATOR",
       "ResolveCharge",
       Party::kOperator,
       [](const Order& order, const Actor& actor) {
         return Resolving(order, actor, Succeeded{"cap"}, order.charges.back().amount);
       },
       {closed, {"placing ?/paying*", "CHARGE_AMOUNT_MISMATCH"}},
       {Fact::kSaysSucceeded}},
      {"ResolveCharge declined by OPERATOR", "ResolveCharge", Party::kOperator,
       [](const Order& order, const Actor& actor) { return Resolving(order, actor, Declined{}, {}); },
       unpaid},
      {"ResolveCharge voided by OPERATOR", "ResolveCharge", Party::kOperator,
       [](const Order& order, const Actor& actor) { return Resolving(order, actor, Voided{}, {}); }, unpaid},
  };
}

// The provider's answers about the latest attempt. Where it has ended, they change nothing, except money that comes too late (M9).
std::vector<Call> ChargeOutcomes() {
  const std::string late = "=: charge.succeeded_late refund.started";
  const std::string failed_and_over =
      "COMPLETED(PAYMENT_GRACE_TIMEOUT)/SKIPPED/2: milestone.payment_failed milestone.skipped*2 "
      "order.completed";
  const auto open_or_not = [](std::string done) {
    return std::vector<Cell>{{"placing ?/paying*", std::move(done)}, {"* !placing !?/paying*", "=:"}};
  };
  return {
      {"the charge succeeds",
       "",
       Party::kSystem,
       [](const Order& order, const Actor&) { return Settling(order, Succeeded{"cap"}); },
       {{"placing", "ACTIVE/ACTIVE/1 DELIVERY: order.created milestone.funded milestone.work_authorized"},
        {"?/paying*", "ACTIVE/ACTIVE/# DELIVERY: milestone.funded milestone.work_authorized"},
        {"placement-failed ?/declined*", late},
        {"completed/ended-unpaid completed/payment-grace completed/agreed-unpaid", late},
        {"?/active* ?/delivered* ?/revision* ?/next* ?/disputed* cancelled/*", "=:"},
        {"completed/* !completed/ended-unpaid !completed/payment-grace !completed/agreed-unpaid", "=:"}}},
      {"the charge is declined",
       "",
       Party::kSystem,
       [](const Order& order, const Actor&) { return Settling(order, Declined{}); },
       {{"placing", "PLACEMENT_FAILED/PENDING/1: order.placement_failed"},
        {"?/paying* !*/grace-over", "=: milestone.payment_failed"},
        {"?/paying/grace-over", failed_and_over},
        {"* !placing !?/paying*", "=:"}}},
      {"the charge is voided",
       "",
       Party::kSystem,
       [](const Order& order, const Actor&) { return Settling(order, Voided{}); },
       {{"placing", "PLACEMENT_FAILED/PENDING/1: order.placement_failed charge.recheck_set"},
        {"?/paying* !*/grace-over", "=: milestone.payment_failed charge.recheck_set"},
        {"?/paying/grace-over", failed_and_over + " charge.recheck_set"},
        {"* !placing !?/paying*", "=:"}}},
      {"nobody knows how the charge ends", "", Party::kSystem,
       [](const Order& order, const Actor&) { return Settling(order, Unknown{kStart + 99 * kDay}); },
       open_or_not("=: charge.undecided")},
      {"the charge is pending", "", Party::kSystem,
       [](const Order& order, const Actor&) { return Settling(order, Pending{kStart + 99 * kDay}); },
       open_or_not("=: charge.undecided")},
  };
}

// M5, M6, M9. Nothing goes back where the seller gets all, nor of a milestone that is not paid or accepted.
std::vector<Call> RefundOutcomes() {
  const absl::string_view refunded =
      "cancelled/* completed/agreed completed/agreed-share completed/late completed/non-delivery "
      "completed/by-operator completed/dispute-* completed/refunded-by-seller !*/agreed-all";
  const absl::string_view others =
      "placing placement-failed ?/* */agreed-all completed/all-accepted completed/released "
      "completed/accepted-in-dispute completed/ended* completed/review completed/next-not-started "
      "completed/payment-grace completed/agreed-between completed/agreed-unpaid "
      "completed/by-operator-between";
  return {
      {"the refund succeeds",
       "",
       Party::kSystem,
       [](const Order& order, const Actor&) { return SettlingRefund(order, Refunded{"back"}); },
       {{std::string(refunded), "=: refund.succeeded"}, {std::string(others), "REFUND_NOT_FOUND"}}},
      {"the refund fails",
       "",
       Party::kSystem,
       [](const Order& order, const Actor&) { return SettlingRefund(order, NotRefunded{"CLOSED"}); },
       {{std::string(refunded), "=: refund.failed refund.started"},
        {std::string(others), "REFUND_NOT_FOUND"}}},
      {"nobody knows how the refund ends",
       "",
       Party::kSystem,
       [](const Order& order, const Actor&) { return SettlingRefund(order, Unknown{kStart + 99 * kDay}); },
       {{std::string(refunded), "=: refund.undecided"}, {std::string(others), "REFUND_NOT_FOUND"}}},
      {"the refund is pending",
       "",
       Party::kSystem,
       [](const Order& order, const Actor&) { return SettlingRefund(order, Pending{kStart + 99 * kDay}); },
       {{std::string(refunded), "=: refund.undecided"}, {std::string(others), "REFUND_NOT_FOUND"}}},
  };
}

OrderCommand PlacingAgain(const Actor& actor, uint32_t attempt, bool in_time) {
  PlaceOrder place = Placing(MilestonesOf(3), attempt, in_time ? kStart + 1000 * kDay : kStart);
  place.actor = actor;
  return place;
}

}  // namespace

std::vector<Call> PaymentCalls() {
  std::vector<Call> calls = {StartNext(), End(), Retry()};
  for (const std::vector<Call>& some : {ChargeResolutions(), ChargeOutcomes(), RefundOutcomes()})
    calls.insert(calls.end(), some.begin(), some.end());
  return calls;
}

// PlaceOrder again: of the attempt that is known, of the next one, and of the next one too late (§4, A29). A gig's order is placed
// in workflow_test.cc: its orders differ.
std::vector<Call> PlacementCalls() {
  const std::vector<Cell> known = {{"*", "=:"}};
  return {
      {"PlaceOrder of the attempt before by OFFER_SERVICE", "PlaceOrder", Party::kOfferService,
       [](const Order&, const Actor& actor) { return PlacingAgain(actor, 1, true); }, known},
      {"PlaceOrder of the attempt before, too late, by OFFER_SERVICE", "PlaceOrder", Party::kOfferService,
       [](const Order&, const Actor& actor) { return PlacingAgain(actor, 1, false); }, known},
      {"PlaceOrder of another attempt by OFFER_SERVICE",
       "PlaceOrder",
       Party::kOfferService,
       [](const Order&, const Actor& actor) { return PlacingAgain(actor, 2, true); },
       {{"placing", "ORDER_PLACING"},
        {"placement-failed", "PLACING/PENDING/1: order.placement_started milestone.payment_started"},
        {"?/* completed/* cancelled/*", "=:"}}},
      {"PlaceOrder of another attempt, too late, by OFFER_SERVICE",
       "PlaceOrder",
       Party::kOfferService,
       [](const Order&, const Actor& actor) { return PlacingAgain(actor, 2, false); },
       {{"placing", "ORDER_PLACING"},
        {"placement-failed", "=: order.placement_started order.placement_failed"},
        {"?/* completed/* cancelled/*", "=:"}}},
  };
}

}  // namespace milepost::billing
