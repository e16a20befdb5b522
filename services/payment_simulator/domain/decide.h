// Decides the provider's answer to one call about a charge. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/payment_simulator/domain/behavior.h"
#include "services/payment_simulator/domain/charge.h"
#include "services/payment_simulator/domain/refund.h"

namespace milepost::payment_simulator {

// The provider's knowledge of one key. Calls are counted since the process started, including the one being decided;
// everything else is a fold of the records.
struct KeyRecord {
  std::optional<Charge> charge;  // nothing recorded yet
  uint32_t captures = 0;         // records that say SUCCEEDED: more than 1 is a double charge
  uint32_t charge_calls = 0;
  uint32_t get_calls = 0;
  uint32_t void_calls = 0;
  uint32_t pending_queries = 0;  // GetCharge calls that found the charge PENDING
  uint32_t voided_queries = 0;   // … VOIDED
  int64_t given_back_minor = 0;  // by refunds that are PENDING or SUCCEEDED

  uint64_t calls() const { return uint64_t{charge_calls} + get_calls + void_calls; }
};

// The delivery of an answer.
enum class Delivery {
  kAnswered,
  kDropped,     // the call never reached the provider: nothing is recorded, the caller gets UNAVAILABLE
  kAnswerLost,  // recorded, the caller gets UNAVAILABLE
  kTimedOut,    // recorded, the caller gets nothing within its deadline
};

struct Verdict {
  // At most one of the two; must be durable before anything of the verdict leaves the process.
  std::optional<Charge> recorded;
  std::optional<Refund> recorded_refund;
  Charge charge;                 // as it stands now; meaningless when kDropped, and where refund is set
  std::optional<Refund> refund;  // likewise, where one was asked about
  bool replayed = false;  // Charge: the key was recorded before; VoidCharge: the charge had ended before
  Delivery delivery = Delivery::kAnswered;
  absl::Duration delay = absl::ZeroDuration();  // before the answer leaves
};

// Decides a call about a charge (refunds: decide_refund.h). Refuses with KEY_REUSED and PROVIDER_CHARGE_NOT_FOUND. A
// verdict never records over a charge that has ended, unless the behaviour is to break that promise.
absl::StatusOr<Verdict> Decide(const KeyRecord& known, const Ask& ask, const Behavior& behavior,
                               const ChancePlan& plan, absl::Time now);

// The fold: replaces the knowledge of the key by `recorded`. Total: it refuses nothing.
void Apply(KeyRecord& known, Charge recorded);

}  // namespace milepost::payment_simulator
