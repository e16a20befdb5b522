// Decides the provider's answer to one call about a refund. Pure.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/payment_simulator/domain/behavior.h"
#include "services/payment_simulator/domain/charge.h"
#include "services/payment_simulator/domain/decide.h"
#include "services/payment_simulator/domain/refund.h"

namespace milepost::payment_simulator {

// `charge` is what is known of the charge's key; null: nothing. Refuses with KEY_REUSED, PROVIDER_CHARGE_NOT_FOUND and
// REFUND_EXCEEDS_CHARGE. A verdict never records over a refund that has ended.
absl::StatusOr<Verdict> DecideRefund(const RefundRecord& known, const KeyRecord* charge, const AskRefund& ask,
                                     const Behavior& behavior, const ChancePlan& plan, absl::Time now);

// Refuses with PROVIDER_REFUND_NOT_FOUND.
absl::StatusOr<Verdict> DecideRefund(const RefundRecord& known, const AskGetRefund& ask,
                                     const Behavior& behavior, const ChancePlan& plan, absl::Time now);

// The fold: `recorded` is now what is known of the refund's key, and of its charge what it takes from it.
void Apply(RefundRecord& known, KeyRecord& charge, Refund recorded);

}  // namespace milepost::payment_simulator
