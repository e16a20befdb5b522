#include "services/payment_simulator/domain/behavior.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/core/id.h"

namespace milepost::payment_simulator {
namespace {

// 64 bits that are a function of the seed, what they are for, and of the key's call.
uint64_t Draw(const ChancePlan& plan, absl::string_view purpose, absl::string_view key, uint64_t call) {
  const Uuid hash = HashUuid(absl::StrCat(plan.seed, "\n", purpose, "\n", call, "\n", key));
  uint64_t bits = 0;
  for (int i = 0; i < 8; ++i) bits = bits << 8 | hash.bytes()[i];
  return bits;
}

double DrawUnit(const ChancePlan& plan, absl::string_view purpose, absl::string_view key, uint64_t call) {
  return static_cast<double>(Draw(plan, purpose, key, call) >> 11) / static_cast<double>(uint64_t{1} << 53);
}

}  // namespace

Behavior BehaviorOf(absl::string_view payment_method, const MethodSettings& settings) {
  struct Row {
    absl::string_view payment_method;
    Behavior behavior;
  };
  const Row rows[] = {
      {"pm_ok", {}},
      {"pm_slow", {.answer_delay = settings.slow_delay}},
      {"pm_declined", {.decline_reason = DeclineReason::kRefusedByIssuer}},
      {"pm_insufficient_funds", {.decline_reason = DeclineReason::kInsufficientFunds}},
      {"pm_card_expired", {.decline_reason = DeclineReason::kCardExpired}},
      {"pm_authentication", {.decline_reason = DeclineReason::kAuthenticationRequired}},
      {"pm_fraud", {.decline_reason = DeclineReason::kSuspectedFraud}},
      {"pm_timeout_then_ok", {.timed_out_answers = 1}},
      {"pm_timeout_then_declined",
       {.decline_reason = DeclineReason::kRefusedByIssuer, .timed_out_answers = 1}},
      {"pm_unknown_then_ok", {.pending_queries = settings.pending_queries}},
      {"pm_unknown_then_declined",
       {.decline_reason = DeclineReason::kRefusedByIssuer, .pending_queries = settings.pending_queries}},
      {"pm_pending", {.pending_queries = kPendingForever}},
      {"pm_lost", {.dropped_calls = 1}},
      {"pm_unavailable_once", {.lost_answers = 1}},
  };
  for (const Row& row : rows)
    if (row.payment_method == payment_method) return row.behavior;
  return {.decline_reason = DeclineReason::kUnknownPaymentMethod};
}

const Script* MatchingScript(const std::vector<Script>& scripts, absl::string_view key,
                             absl::string_view payment_method) {
  const auto newest = std::find_if(scripts.rbegin(), scripts.rend(), [&](const Script& script) {
    return absl::StartsWith(key, script.key_prefix) &&
           (script.payment_method.empty() || script.payment_method == payment_method);
  });
  return newest == scripts.rend() ? nullptr : &*newest;
}

Mishap MishapByChance(const ChancePlan& plan, absl::string_view key, uint64_t call) {
  if (plan.failure_rate <= 0) return Mishap::kNone;
  if (DrawUnit(plan, "mishap", key, call) >= plan.failure_rate) return Mishap::kNone;
  return Draw(plan, "mishap kind", key, call) % 2 == 0 ? Mishap::kDropped : Mishap::kAnswerLost;
}

absl::Duration DelayByChance(const ChancePlan& plan, absl::string_view key, uint64_t call) {
  if (plan.max_delay <= absl::ZeroDuration()) return absl::ZeroDuration();
  return plan.max_delay * DrawUnit(plan, "delay", key, call);
}

uint32_t PendingQueriesByChance(const ChancePlan& plan, absl::string_view key) {
  if (plan.failure_rate <= 0) return 0;
  if (DrawUnit(plan, "pending", key, 0) >= plan.failure_rate) return 0;
  return static_cast<uint32_t>(1 + Draw(plan, "pending queries", key, 0) % 3);
}

}  // namespace milepost::payment_simulator
