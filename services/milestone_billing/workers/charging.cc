#include "services/milestone_billing/workers/charging.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/time/time.h"
#include "asio/steady_timer.hpp"
#include "asio/this_coro.hpp"
#include "asio/use_awaitable.hpp"
#include "common/core/failpoint.h"
#include "common/core/refusal.h"
#include "common/obs/log.h"

namespace milepost::billing {
namespace {

constexpr int kSaveTriesMax = 6;
constexpr absl::Duration kFirstSavePause = absl::Milliseconds(20);

// The provider understood the request and will never take it (a payment method that it can't even read).
bool RefusedForGood(const absl::Status& status) {
  return RefusalOf(status) && absl::IsInvalidArgument(status);
}

// M9: somebody has to give this money back.
void ReportSuspense(const OrderAnswer& settled) {
  for (const auto& stamped : settled.events) {
    const auto* late = std::get_if<ChargeSucceededLate>(&stamped.event);
    if (late == nullptr) continue;
    obs::Log(obs::Level::kError, "a closed charge took money after all; it is in suspense")
        .With("order", settled.state.id.ToString())
        .With("charge", late->charge.ToString())
        .With("provider_reference", late->provider_reference);
  }
}

}  // namespace

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
  auto saved = Save(order.id, {id, OutcomeOf(charge, answer, time.read())});
  absl::StatusOr<OrderAnswer> settled = co_await std::move(saved);
  Failpoint("charging.before_answer");
  if (settled.ok()) {
    ReportSuspense(*settled);
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
  if (approach == Approach::kAsk && time.now() < charge.submit_until) {
    auto asked = provider_.GetCharge(key, call);
    absl::StatusOr<ProviderCharge> known = co_await std::move(asked);
    if (!IsRefusal(known.status(), Reason::kProviderChargeNotFound)) co_return known;
  }
  if (time.now() >= charge.submit_until) {
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
  if (!RefusedForGood(answer.status())) co_return answer;
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

// An overloaded lane is asked again for about a second: what the provider has said is worth more than a new command.
asio::awaitable<absl::StatusOr<OrderAnswer>> Charging::Save(OrderId order, SettleCharge settlement) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  for (int tried = 1;; ++tried) {
    OrderSubmission submission;
    submission.aggregate = order;
    submission.command = settlement;
    submission.actor = Actor::System();
    submission.kind = "SettleCharge";
    auto submitted = orders_.Submit(std::move(submission));
    absl::StatusOr<OrderAnswer> answer = co_await std::move(submitted);
    if (tried == kSaveTriesMax || !IsRefusal(answer.status(), Reason::kOverloaded)) co_return answer;
    pause.expires_after(absl::ToChronoMicroseconds(kFirstSavePause * (1 << tried)));
    co_await pause.async_wait(asio::use_awaitable);
  }
}

}  // namespace milepost::billing
