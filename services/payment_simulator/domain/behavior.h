// Determines the behaviour of charges: by payment method, by script, by chance. Pure: the same arguments always give
// the same behaviour. The table of payment methods is documented in
// protos/milepost/testing/v1/payment_simulator.proto.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/payment_simulator/domain/charge.h"

namespace milepost::payment_simulator {

// The behaviour of refunds of a charge.
struct RefundBehavior {
  std::string failure_reason;  // empty: they succeed
  uint32_t pending_queries =
      0;                       // a refund stays PENDING until so many GetRefund; 0: the first Refund ends it
  uint32_t dropped_calls = 0;  // of the Refund calls of a key, the first so many are dropped …
  uint32_t lost_answers = 0;   // … and the next so many are recorded and answered UNAVAILABLE

  friend bool operator==(const RefundBehavior&, const RefundBehavior&) = default;
};

struct Behavior {
  DeclineReason decline_reason = DeclineReason::kNone;  // kNone: the charge succeeds
  // The charge stays PENDING until the pending_queries-th GetCharge ends it; 0: the first Charge ends it.
  uint32_t pending_queries = 0;
  // Of the Charge calls of a key, the first so many are dropped before they are recorded …
  uint32_t dropped_calls = 0;
  // … the next so many are recorded and answered UNAVAILABLE …
  uint32_t lost_answers = 0;
  // … and the next so many are recorded and not answered within the caller's deadline.
  uint32_t timed_out_answers = 0;
  absl::Duration answer_delay = absl::ZeroDuration();  // of every Charge
  // The provider breaks its promise: the n-th GetCharge that finds the charge VOIDED finds it captured instead. 0:
  // never.
  uint32_t captured_after_void = 0;
  RefundBehavior refunds;

  friend bool operator==(const Behavior&, const Behavior&) = default;
};

// Means "for ever" in Behavior::pending_queries.
inline constexpr uint32_t kPendingForever = 1'000'000;

// The parameters of the payment-method table.
struct MethodSettings {
  absl::Duration slow_delay = absl::Seconds(2);  // of pm_slow
  uint32_t pending_queries = 2;                  // of pm_unknown_then_ok and pm_unknown_then_declined
};

// The table. Payment methods it does not know are declined with kUnknownPaymentMethod.
Behavior BehaviorOf(absl::string_view payment_method, const MethodSettings& settings);

// A behaviour for the keys that begin with key_prefix (empty: all) and for payment_method (empty: any).
struct Script {
  std::string key_prefix;
  std::string payment_method;
  Behavior behavior;
};

// The script set last that matches; null if none does.
const Script* MatchingScript(const std::vector<Script>& scripts, absl::string_view key,
                             absl::string_view payment_method);

// Failures and delays by chance.
struct ChancePlan {
  double failure_rate = 0;  // 0..1, the share of calls that are dropped or whose answer is lost, and of new
                            // charges that stay PENDING for 1 to 3 GetCharge calls
  absl::Duration max_delay = absl::ZeroDuration();  // answers are delayed by 0..max_delay, evenly spread
  uint64_t seed = 0;
};

enum class Mishap { kNone, kDropped, kAnswerLost };

// The random mishap of the `call`-th call (1, 2, 3 …, of any method) of a key.
Mishap MishapByChance(const ChancePlan& plan, absl::string_view key, uint64_t call);
absl::Duration DelayByChance(const ChancePlan& plan, absl::string_view key, uint64_t call);
// The random number of GetCharge calls for which a charge stays PENDING.
uint32_t PendingQueriesByChance(const ChancePlan& plan, absl::string_view key);

}  // namespace milepost::payment_simulator
