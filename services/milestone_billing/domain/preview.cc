#include "services/milestone_billing/domain/preview.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/bug.h"
#include "common/core/status_macros.h"
#include "services/milestone_billing/domain/quote.h"

namespace milepost::billing {
namespace {

void AppendMoves(absl::Span<const StampedEvent<OrderDomain>> events, std::vector<Move>& moves) {
  for (const StampedEvent<OrderDomain>& event : events)
    if (const Move* move = MoveOf(event.event)) moves.push_back(*move);
}

}  // namespace

absl::StatusOr<MoneyPreview> PreviewOf(const Order& stepped,
                                       absl::Span<const StampedEvent<OrderDomain>> events,
                                       const ChargeId& charge, absl::Time now) {
  const SettleCharge paid{charge, Succeeded{}, {}};
  MILEPOST_ASSIGN_OR_RETURN(Step<OrderDomain> step, Run<OrderDomain>(&stepped, paid, now));
  MoneyPreview preview;
  preview.order = std::move(step.next);
  AppendMoves(events, preview.moves);
  AppendMoves(step.events, preview.moves);
  const Charge& settled = preview.order.At(charge);
  preview.charged_now = {settled.milestone, settled.amount,
                         Money{settled.buyer_fee_minor, settled.amount.currency}};
  const std::optional<absl::Time> due = preview.order.At(settled.milestone).due_at;
  if (!due)
    return Bug(BugKind::kNoRule, absl::StrCat("orders/", stepped.id.ToString(), " milestone ",
                                              settled.milestone, " has no due time after its payment"));
  preview.delivery = {settled.milestone, *due};
  for (const QuotedPayment& payment : QuoteOf(preview.order.terms, now).payments)
    if (payment.milestone > settled.milestone)
      preview.later_payments.push_back({payment.milestone, payment.amount, payment.buyer_fee});
  return preview;
}

}  // namespace milepost::billing
