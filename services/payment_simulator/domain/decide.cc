#include "services/payment_simulator/domain/decide.h"

#include <algorithm>
#include <utility>

#include "common/core/reason.h"
#include "common/core/refusal.h"

namespace milepost::payment_simulator {
namespace {

uint32_t PendingQueries(absl::string_view key, const Behavior& behavior, const ChancePlan& plan) {
  return std::max(behavior.pending_queries, PendingQueriesByChance(plan, key));
}

Charge Ended(Charge charge, const Behavior& behavior, absl::Time now) {
  const bool succeeds = behavior.decline_reason == DeclineReason::kNone;
  charge.state = succeeds ? ChargeState::kSucceeded : ChargeState::kDeclined;
  charge.decline_reason = behavior.decline_reason;
  charge.ended_at = now;
  return charge;
}

Charge Voided(Charge charge, absl::Time now) {
  charge.state = ChargeState::kVoided;
  charge.ended_at = now;
  return charge;
}

Verdict Record(Charge charge) {
  return {.recorded = charge, .charge = std::move(charge)};
}
Verdict AsItStands(const Charge& charge) {
  return {.charge = charge, .replayed = true};
}

absl::StatusOr<Verdict> DecideOn(const KeyRecord& known, const AskCharge& ask, const Behavior& behavior,
                                 const ChancePlan& plan, absl::Time now) {
  if (known.charge) {
    const Charge& charge = *known.charge;
    const bool other = charge.amount != ask.amount || charge.payment_method != ask.payment_method;
    if (charge.amount && other) return Refuse(Reason::kKeyReused);
    return AsItStands(charge);
  }
  Charge charge{
      .key = ask.key, .amount = ask.amount, .payment_method = ask.payment_method, .created_at = now};
  if (PendingQueries(ask.key, behavior, plan) > 0) return Record(std::move(charge));
  return Record(Ended(std::move(charge), behavior, now));
}

absl::StatusOr<Verdict> DecideOn(const KeyRecord& known, const AskGet& ask, const Behavior& behavior,
                                 const ChancePlan& plan, absl::Time now) {
  if (!known.charge) return Refuse(Reason::kProviderChargeNotFound);
  const bool breaks_its_word = known.charge->state == ChargeState::kVoided && known.charge->amount &&
                               behavior.captured_after_void > 0 &&
                               known.voided_queries >= behavior.captured_after_void;
  if (breaks_its_word) return Record(Ended(*known.charge, Behavior{}, now));
  if (known.charge->ended()) return AsItStands(*known.charge);
  const uint32_t queries = PendingQueries(ask.key, behavior, plan);
  if (queries >= kPendingForever || known.pending_queries < queries) return AsItStands(*known.charge);
  return Record(Ended(*known.charge, behavior, now));
}

absl::StatusOr<Verdict> DecideOn(const KeyRecord& known, const AskVoid& ask, const Behavior&,
                                 const ChancePlan&, absl::Time now) {
  if (!known.charge) return Record(Voided({.key = ask.key, .created_at = now}, now));
  if (known.charge->ended()) return AsItStands(*known.charge);
  return Record(Voided(*known.charge, now));
}

absl::StatusOr<Verdict> DecideOn(const KeyRecord&, const AskRefund&, const Behavior&, const ChancePlan&,
                                 absl::Time) {
  return Refuse(Reason::kInternal);  // decide_refund.h
}
absl::StatusOr<Verdict> DecideOn(const KeyRecord&, const AskGetRefund&, const Behavior&, const ChancePlan&,
                                 absl::Time) {
  return Refuse(Reason::kInternal);
}

Delivery DeliveryOf(const KeyRecord& known, const Ask& ask, const Behavior& behavior,
                    const ChancePlan& plan) {
  if (std::holds_alternative<AskCharge>(ask)) {
    uint64_t bound = behavior.dropped_calls;
    if (known.charge_calls <= bound) return Delivery::kDropped;
    if (known.charge_calls <= (bound += behavior.lost_answers)) return Delivery::kAnswerLost;
    if (known.charge_calls <= (bound += behavior.timed_out_answers)) return Delivery::kTimedOut;
  }
  switch (MishapByChance(plan, KeyOf(ask), known.calls())) {
    case Mishap::kNone:
      return Delivery::kAnswered;
    case Mishap::kDropped:
      return Delivery::kDropped;
    case Mishap::kAnswerLost:
      return Delivery::kAnswerLost;
  }
  return Delivery::kAnswered;
}

}  // namespace

absl::StatusOr<Verdict> Decide(const KeyRecord& known, const Ask& ask, const Behavior& behavior,
                               const ChancePlan& plan, absl::Time now) {
  const Delivery delivery = DeliveryOf(known, ask, behavior, plan);
  if (delivery == Delivery::kDropped) return Verdict{.delivery = delivery};
  absl::StatusOr<Verdict> verdict =
      std::visit([&](const auto& any) { return DecideOn(known, any, behavior, plan, now); }, ask);
  if (!verdict.ok()) return verdict;
  verdict->delivery = delivery;
  verdict->delay = DelayByChance(plan, KeyOf(ask), known.calls());
  if (std::holds_alternative<AskCharge>(ask)) verdict->delay += behavior.answer_delay;
  return verdict;
}

void Apply(KeyRecord& known, Charge recorded) {
  if (recorded.state == ChargeState::kSucceeded) ++known.captures;
  known.charge = std::move(recorded);
}

}  // namespace milepost::payment_simulator
