#include "services/milestone_billing/domain/events.h"

#include "services/milestone_billing/domain/order.h"

namespace milepost::billing {

const Move* MoveOf(const OrderEvent& event) {
  return std::visit(
      [](const auto& any) -> const Move* {
        const Move* move = nullptr;
        if constexpr (requires { any.move; }) move = &any.move;
        if constexpr (requires { any.release.move; }) move = &any.release.move;
        if constexpr (requires { any.split.move; }) move = &any.split.move;
        return move && !move->postings.empty() ? move : nullptr;
      },
      event);
}

std::optional<ChargeId> ChargeOf(const OrderEvent& event) {
  return std::visit(
      [](const auto& any) -> std::optional<ChargeId> {
        if constexpr (
            requires { any.charge; } && !requires { any.number; })
          return any.charge;
        return std::nullopt;
      },
      event);
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

bool CanApply(const Order& order, const OrderEvent& event) {
  const bool is_placement = std::holds_alternative<OrderPlacementStarted>(event);
  return (order.sequence > 0 || is_placement) &&
         std::visit([&order](const auto& any) { return any.CanApply(order); }, event);
}

}  // namespace milepost::billing
