// OfferService is told how its order ended; a tick asks nothing but to fire what is due.
#include "services/milestone_billing/domain/steps/step.h"

namespace milepost::billing {

Decision Tick::Decide(const Order*, absl::Time) const {
  return std::vector<OrderEvent>{};
}

Decision OutcomeRecorded::Decide(const Order* order, absl::Time) const {
  if (order == nullptr) return Refuse(Reason::kOrderNotFound);
  if (!order->outcome_due) return std::vector<OrderEvent>{};
  return std::vector<OrderEvent>{OrderOutcomeRecorded{}};
}

bool OrderOutcomeRecorded::CanApply(const Order&) const {
  return true;
}

void OrderOutcomeRecorded::Apply(Order& order, absl::Time) const {
  order.outcome_due.reset();
}

}  // namespace milepost::billing
