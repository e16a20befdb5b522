// The effect on money and time of a step that opened a payment attempt, if the payment provider takes the money at once (W3).
// The rules that settle the attempt compute it. Values only; pure.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/core/decider.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/domain/order_domain.h"

namespace milepost::billing {

struct PreviewedPayment {
  uint32_t milestone = 0;
  Money amount;     // A, into escrow
  Money buyer_fee;  // f (A23)

  Money total() const { return amount + buyer_fee; }
  friend bool operator==(const PreviewedPayment&, const PreviewedPayment&) = default;
};

struct PreviewedDelivery {
  uint32_t milestone = 0;
  absl::Time due;
  friend bool operator==(const PreviewedDelivery&, const PreviewedDelivery&) = default;
};

struct MoneyPreview {
  Order order;              // after the payment
  std::vector<Move> moves;  // of the step and of the payment, in this order
  PreviewedPayment charged_now;
  PreviewedDelivery delivery;                    // of the milestone that is paid
  std::vector<PreviewedPayment> later_payments;  // of the milestones after it, in the order of work (S28)
};

// `stepped`: the order after the step, decided at `now` with these events, whose attempt `charge` is OPEN.
absl::StatusOr<MoneyPreview> PreviewOf(const Order& stepped,
                                       absl::Span<const StampedEvent<OrderDomain>> events,
                                       const ChargeId& charge, absl::Time now);

}  // namespace milepost::billing
