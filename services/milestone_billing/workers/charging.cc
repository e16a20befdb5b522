#include "services/milestone_billing/workers/charging.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/time/time.h"
#include "common/core/failpoint.h"
#include "common/core/refusal.h"
#include "common/obs/log.h"

namespace milepost::billing {
namespace {

// The provider understood the request and will never take it (a payment method that it can't even read).
bool ChargeRefusedForGood(const absl::Status& status) {
  return RefusalOf(status) && absl::IsInvalidArgument(status);
}

}  // namespace

void ReportLateSuccess(const OrderAnswer& settled) {
  for (const auto& stamped : settled.events) {
    const auto* late = std::get_if<ChargeSucceededLate>(&stamped.event);
    if (late == nullptr) continue;
    obs::Log(obs::Level::kError, "a closed charge took money after all; it is being refunded")
        .With("order", settled.state.id.ToString())
        .With("charge", late->charge.ToString())
        .With("provider_reference", late->provider_reference);
  }
}

asio::awaitable<Order> Charging::Settle(Order order, ChargeId id, LaneTime time, Approach approach,
                                        rpc::PeerCall call) {
  const Charge* found = order.FindCharge(id);
  if (found == nullptr || found->state != ChargeState::kOpen) co_return order;
  const Charge charge = *found;
  // Past the lease somebody else asks.
  call.deadline = std::min(call.deadline, time.OnTheWall(charge.lease_until));
  Failpoint("charging.before_provider");
  auto asked = AskProvider(order.id, charge, time, approach, call);
  const absl::StatusOr<ProviderCharge> answer = co_await std::move(asked);
  Failpoint("charging.after_provider");
  auto saved = orders_.Record(
      order.id, SettleCharge{id, OutcomeOf(charge, answer, time.read()), options_.recheck}, "SettleCharge");
  absl::StatusOr<OrderAnswer> settled = co_await std::move(saved);
  Failpoint("charging.before_answer");
  if (settled.ok()) {
    ReportLateSuccess(*settled);
    co_return std::move(settled->state);
  }
  obs::Log(obs::Level::kWarn, "the outcome of a charge was not saved; the reconciler will ask again")
      .With("order", order.id.ToString())
      .With("charge", id.ToString())
      .With("cause", settled.status().message());
  co_return order;
}

// Past submit_until nothing is submitted and nothing is waited for any longer: VoidCharge tells the truth, or makes it.
rpc::Awaitable<ProviderCharge> Charging::AskProvider(const OrderId& order, const Charge& charge,
                                                     LaneTime time, Approach approach,
                                                     const rpc::PeerCall& call) {
  const std::string key = ProviderKeyOf(order, charge);
  if (approach == Approach::kAsk && charge.MaySubmit(time.now())) {
    auto asked = provider_.GetCharge(key, call);
    absl::StatusOr<ProviderCharge> known = co_await std::move(asked);
    if (!IsRefusal(known.status(), Reason::kProviderChargeNotFound)) co_return known;
  }
  if (!charge.MaySubmit(time.now())) {
    auto voided = provider_.VoidCharge(key, call);
    co_return co_await std::move(voided);
  }
  auto submitted = Submit(key, charge, time, call);
  co_return co_await std::move(submitted);
}

rpc::Awaitable<ProviderCharge> Charging::Submit(std::string key, const Charge& charge, LaneTime time,
                                                const rpc::PeerCall& call) {
  rpc::PeerCall in_time = call;  // its retries included
  in_time.deadline = std::min(call.deadline, time.OnTheWall(charge.submit_until));
  auto submitted = provider_.Charge(key, charge.total(), charge.payment_method, std::move(in_time));
  absl::StatusOr<ProviderCharge> answer = co_await std::move(submitted);
  if (!ChargeRefusedForGood(answer.status())) co_return answer;
  obs::Log(obs::Level::kWarn, "the provider refuses a charge; voiding its key")
      .With("key", key)
      .With("cause", answer.status().message());
  auto voided = provider_.VoidCharge(key, call);
  co_return co_await std::move(voided);
}

ChargeOutcome Charging::OutcomeOf(const Charge& charge, const absl::StatusOr<ProviderCharge>& answer,
                                  absl::Time now) const {
  const absl::Time retry_at =
      now + std::clamp(now - charge.created_at, options_.retry_first, options_.retry_greatest);
  if (!answer.ok()) return Unknown{retry_at};
  switch (answer->state) {
    case ProviderCharge::State::kPending:
      return Pending{retry_at};
    case ProviderCharge::State::kDeclined:
      return Declined{answer->decline_reason.value_or(DeclineReason::kRefusedByIssuer)};
    case ProviderCharge::State::kVoided:
      return Voided{};
    case ProviderCharge::State::kSucceeded:
      break;
  }
  if (answer->amount == charge.total()) return Succeeded{answer->capture_reference};
  // Never book what was not asked for: it stays OPEN until someone has looked.
  obs::Log(obs::Level::kError, "the provider captured another amount than was asked for")
      .With("charge", charge.id.ToString())
      .With("asked", charge.total().ToString())
      .With("captured", answer->amount ? answer->amount->ToString() : "none");
  return Unknown{retry_at};
}

}  // namespace milepost::billing
