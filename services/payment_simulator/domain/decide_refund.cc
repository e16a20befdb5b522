#include "services/payment_simulator/domain/decide_refund.h"

#include <string>
#include <utility>

#include "common/core/reason.h"
#include "common/core/refusal.h"

namespace milepost::payment_simulator {
namespace {

Refund Ended(Refund refund, const RefundBehavior& behavior, absl::Time now) {
  refund.state = behavior.failure_reason.empty() ? RefundState::kSucceeded : RefundState::kFailed;
  refund.failure_reason = behavior.failure_reason;
  refund.ended_at = now;
  return refund;
}

Verdict Record(Refund refund) {
  return {.recorded_refund = refund, .refund = std::move(refund)};
}
Verdict AsItStands(const Refund& refund) {
  return {.refund = refund, .replayed = true};
}

Delivery ByChance(const RefundRecord& known, const std::string& key, const ChancePlan& plan) {
  switch (MishapByChance(plan, key, known.calls())) {
    case Mishap::kNone:
      return Delivery::kAnswered;
    case Mishap::kDropped:
      return Delivery::kDropped;
    case Mishap::kAnswerLost:
      return Delivery::kAnswerLost;
  }
  return Delivery::kAnswered;
}

Delivery DeliveryOf(const RefundRecord& known, const AskRefund& ask, const RefundBehavior& behavior,
                    const ChancePlan& plan) {
  if (known.refund_calls <= behavior.dropped_calls) return Delivery::kDropped;
  if (known.refund_calls <= uint64_t{behavior.dropped_calls} + behavior.lost_answers)
    return Delivery::kAnswerLost;
  return ByChance(known, ask.key, plan);
}

// What is captured and not given back, or on its way back.
int64_t LeftOf(const KeyRecord& charge) {
  return charge.charge->state == ChargeState::kSucceeded
             ? charge.charge->amount->minor - charge.given_back_minor
             : 0;
}

absl::StatusOr<Verdict> DecideOn(const RefundRecord& known, const KeyRecord* charge, const AskRefund& ask,
                                 const RefundBehavior& behavior, absl::Time now) {
  if (known.refund) {
    const bool other = known.refund->charge_key != ask.charge_key || known.refund->amount != ask.amount;
    if (other) return Refuse(Reason::kKeyReused);
    return AsItStands(*known.refund);
  }
  if (charge == nullptr || !charge->charge) return Refuse(Reason::kProviderChargeNotFound);
  const bool same_currency =
      charge->charge->amount && charge->charge->amount->currency == ask.amount.currency;
  const int64_t left = same_currency ? LeftOf(*charge) : 0;
  if (ask.amount.minor > left)
    return Refuse(Reason::kRefundExceedsCharge,
                  {{"left", Money{left, ask.amount.currency}.ToString()}, {"actual", ask.amount.ToString()}});
  Refund refund{.key = ask.key, .charge_key = ask.charge_key, .amount = ask.amount, .created_at = now};
  if (behavior.pending_queries > 0) return Record(std::move(refund));
  return Record(Ended(std::move(refund), behavior, now));
}

}  // namespace

absl::StatusOr<Verdict> DecideRefund(const RefundRecord& known, const KeyRecord* charge, const AskRefund& ask,
                                     const Behavior& behavior, const ChancePlan& plan, absl::Time now) {
  const Delivery delivery = DeliveryOf(known, ask, behavior.refunds, plan);
  if (delivery == Delivery::kDropped) return Verdict{.delivery = delivery};
  absl::StatusOr<Verdict> verdict = DecideOn(known, charge, ask, behavior.refunds, now);
  if (!verdict.ok()) return verdict;
  verdict->delivery = delivery;
  verdict->delay = DelayByChance(plan, ask.key, known.calls());
  return verdict;
}

absl::StatusOr<Verdict> DecideRefund(const RefundRecord& known, const AskGetRefund& ask,
                                     const Behavior& behavior, const ChancePlan& plan, absl::Time now) {
  const Delivery delivery = ByChance(known, ask.key, plan);
  if (delivery == Delivery::kDropped) return Verdict{.delivery = delivery};
  if (!known.refund) return Refuse(Reason::kProviderRefundNotFound);
  const uint32_t queries = behavior.refunds.pending_queries;
  const bool waits = queries >= kPendingForever || known.pending_queries < queries;
  Verdict verdict = known.refund->ended() || waits ? AsItStands(*known.refund)
                                                   : Record(Ended(*known.refund, behavior.refunds, now));
  verdict.delivery = delivery;
  verdict.delay = DelayByChance(plan, ask.key, known.calls());
  return verdict;
}

void Apply(RefundRecord& known, KeyRecord& charge, Refund recorded) {
  const bool counted = known.refund && known.refund->state != RefundState::kFailed;
  const bool counts = recorded.state != RefundState::kFailed;
  charge.given_back_minor += (int64_t{counts} - int64_t{counted}) * recorded.amount.minor;
  if (recorded.state == RefundState::kSucceeded) ++known.payouts;
  known.refund = std::move(recorded);
}

}  // namespace milepost::payment_simulator
