#include "services/milestone_billing/domain/events.h"

namespace milepost::billing {
absl::string_view NameOf(EventKind kind) {
  switch (kind) {
    case EventKind::kOrderPlacementStarted:
      return "order.placement_started";
    case EventKind::kOrderPlacementFailed:
      return "order.placement_failed";
    case EventKind::kOrderCreated:
      return "order.created";
    case EventKind::kMilestonePaymentStarted:
      return "milestone.payment_started";
    case EventKind::kMilestoneFunded:
      return "milestone.funded";
    case EventKind::kMilestoneWorkAuthorized:
      return "milestone.work_authorized";
    case EventKind::kMilestonePaymentFailed:
      return "milestone.payment_failed";
    case EventKind::kMilestoneDelivered:
      return "milestone.delivered";
    case EventKind::kMilestoneRevisionRequested:
      return "milestone.revision_requested";
    case EventKind::kMilestoneAccepted:
      return "milestone.accepted";
    case EventKind::kMilestoneAutoAccepted:
      return "milestone.auto_accepted";
    case EventKind::kMilestoneSkipped:
      return "milestone.skipped";
    case EventKind::kOrderEnded:
      return "order.ended";
    case EventKind::kSellerNotified:
      return "seller.notified";
    case EventKind::kOrderCompleted:
      return "order.completed";
    case EventKind::kDeadlineNoted:
      return "deadline.noted";
    case EventKind::kChargeLeased:
      return "charge.leased";
    case EventKind::kChargeUndecided:
      return "charge.undecided";
    case EventKind::kChargeSucceededLate:
      return "charge.succeeded_late";
    case EventKind::kOrderOutcomeRecorded:
      return "order.outcome_recorded";
    case EventKind::kChargeResolved:
      return "charge.resolved";
    case EventKind::kChargeRecheckSet:
      return "charge.recheck_set";
    case EventKind::kRefundStarted:
      return "refund.started";
    case EventKind::kChargeLateRefunded:
      return "charge.late_refunded";
    case EventKind::kRefundFailed:
      return "refund.failed";
    case EventKind::kRefundLeased:
      return "refund.leased";
    case EventKind::kRefundUndecided:
      return "refund.undecided";
  }
  return "";
}

const Move* MoveOf(const OrderEvent& event) {
  if (const auto* funded = std::get_if<MilestoneFunded>(&event)) return &funded->move;
  if (const auto* accepted = std::get_if<MilestoneAccepted>(&event)) return &accepted->release.move;
  if (const auto* accepted = std::get_if<MilestoneAutoAccepted>(&event)) return &accepted->release.move;
  if (const auto* late = std::get_if<ChargeSucceededLate>(&event)) return &late->move;
  if (const auto* started = std::get_if<RefundStarted>(&event)) return &started->move;
  if (const auto* refunded = std::get_if<ChargeLateRefunded>(&event)) return &refunded->move;
  if (const auto* failed = std::get_if<RefundFailed>(&event)) return &failed->move;
  return nullptr;
}

std::optional<ChargeId> ChargeOf(const OrderEvent& event) {
  if (const auto* failed = std::get_if<OrderPlacementFailed>(&event)) return failed->charge;
  if (const auto* started = std::get_if<MilestonePaymentStarted>(&event)) return started->charge;
  if (const auto* funded = std::get_if<MilestoneFunded>(&event)) return funded->charge;
  if (const auto* failed = std::get_if<MilestonePaymentFailed>(&event)) return failed->charge;
  if (const auto* leased = std::get_if<ChargeLeased>(&event)) return leased->charge;
  if (const auto* undecided = std::get_if<ChargeUndecided>(&event)) return undecided->charge;
  if (const auto* late = std::get_if<ChargeSucceededLate>(&event)) return late->charge;
  if (const auto* resolved = std::get_if<ChargeResolved>(&event)) return resolved->charge;
  if (const auto* recheck = std::get_if<ChargeRecheckSet>(&event)) return recheck->charge;
  return std::nullopt;
}

std::optional<RefundKey> RefundOf(const OrderEvent& event) {
  return std::visit(
      [](const auto& any) -> std::optional<RefundKey> {
        if constexpr (requires { RefundKey{any.charge, any.number}; })
          return RefundKey{any.charge, any.number};
        return std::nullopt;
      },
      event);
}

}  // namespace milepost::billing
