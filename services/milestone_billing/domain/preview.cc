#include "services/milestone_billing/domain/preview.h"

#include <utility>

#include "common/core/decider.h"
#include "common/core/status_macros.h"
#include "services/milestone_billing/domain/order_domain.h"
#include "services/milestone_billing/domain/quote.h"

namespace milepost::billing {
namespace {

void AppendMove(const OrderEvent& event, std::vector<Move>& moves) {
  if (const Move* move = MoveOf(event)) moves.push_back(*move);
}

}  // namespace

absl::StatusOr<MoneyPreview> PreviewOf(const Order& stepped, const std::vector<OrderEvent>& events,
                                       const ChargeId& charge, absl::Time now) {
  const SettleCharge paid{charge, Succeeded{}, {}};
  MILEPOST_ASSIGN_OR_RETURN(Step<OrderDomain> step, Run<OrderDomain>(&stepped, paid, now));
  MoneyPreview preview;
  preview.order = std::move(step.next);
  for (const OrderEvent& event : events) AppendMove(event, preview.moves);
  for (const StampedEvent<OrderDomain>& event : step.events) AppendMove(event.event, preview.moves);
  const Charge& settled = preview.order.At(charge);
  preview.charged_now = {settled.milestone, settled.amount,
                         Money{settled.buyer_fee_minor, settled.amount.currency}};
  preview.delivery = {settled.milestone, preview.order.At(settled.milestone).due_at.value_or(now)};
  for (const QuotedPayment& payment : QuoteOf(preview.order.terms, now).payments)
    if (payment.milestone > settled.milestone)
      preview.later_payments.push_back({payment.milestone, payment.amount, payment.buyer_fee});
  return preview;
}

}  // namespace milepost::billing
