#include "services/payment_simulator/rpc/payment_provider_rpc.h"

#include <utility>

#include "common/core/clock.h"
#include "common/core/reason.h"
#include "common/core/refusal.h"
#include "common/rpc/await.h"
#include "services/payment_simulator/rpc/convert.h"

namespace milepost::payment_simulator {
namespace {

namespace wire = payments::v1;
using rpc::Await;
using rpc::Awaitable;
using rpc::Call;

// How long after the caller's deadline an answer that must not come in time is let go.
constexpr absl::Duration kPastDeadline = absl::Milliseconds(100);

}  // namespace

PaymentProviderRpc::PaymentProviderRpc(Register& charges, Gate& gate, CallLog& log, rpc::HandlerPool& pool,
                                       const rpc::ServiceOptions& options)
    : Service("milepost.payments.v1.PaymentProvider", pool, options),
      charges_(charges),
      gate_(gate),
      log_(log) {
  Add(&PaymentProviderRpc::Charge, *this);
  Add(&PaymentProviderRpc::GetCharge, *this);
  Add(&PaymentProviderRpc::VoidCharge, *this);
  Add(&PaymentProviderRpc::Refund, *this);
  Add(&PaymentProviderRpc::GetRefund, *this);
}

Awaitable<wire::ChargeResponse> PaymentProviderRpc::Charge(Call call, const wire::ChargeRequest& request) {
  absl::StatusOr<Ask> ask = AskOf(request);
  if (!ask.ok()) co_return ask.status();
  absl::StatusOr<Verdict> verdict = co_await Answer(std::move(call), *std::move(ask));
  if (!verdict.ok()) co_return verdict.status();
  wire::ChargeResponse response;
  *response.mutable_charge() = ToWire(verdict->charge);
  response.set_replayed(verdict->replayed);
  co_return response;
}

Awaitable<wire::GetChargeResponse> PaymentProviderRpc::GetCharge(Call call,
                                                                 const wire::GetChargeRequest& request) {
  Ask ask = AskGet{request.key()};
  absl::StatusOr<Verdict> verdict = co_await Answer(std::move(call), std::move(ask));
  if (!verdict.ok()) co_return verdict.status();
  wire::GetChargeResponse response;
  *response.mutable_charge() = ToWire(verdict->charge);
  co_return response;
}

Awaitable<wire::VoidChargeResponse> PaymentProviderRpc::VoidCharge(Call call,
                                                                   const wire::VoidChargeRequest& request) {
  Ask ask = AskVoid{request.key()};
  absl::StatusOr<Verdict> verdict = co_await Answer(std::move(call), std::move(ask));
  if (!verdict.ok()) co_return verdict.status();
  wire::VoidChargeResponse response;
  *response.mutable_charge() = ToWire(verdict->charge);
  response.set_replayed(verdict->replayed);
  co_return response;
}

Awaitable<wire::RefundResponse> PaymentProviderRpc::Refund(Call call, const wire::RefundRequest& request) {
  absl::StatusOr<Ask> ask = AskOf(request);
  if (!ask.ok()) co_return ask.status();
  absl::StatusOr<Verdict> verdict = co_await Answer(std::move(call), *std::move(ask));
  if (!verdict.ok()) co_return verdict.status();
  wire::RefundResponse response;
  *response.mutable_refund() = ToWire(*verdict->refund);
  response.set_replayed(verdict->replayed);
  co_return response;
}

Awaitable<wire::GetRefundResponse> PaymentProviderRpc::GetRefund(Call call,
                                                                 const wire::GetRefundRequest& request) {
  Ask ask = AskGetRefund{request.key()};
  absl::StatusOr<Verdict> verdict = co_await Answer(std::move(call), std::move(ask));
  if (!verdict.ok()) co_return verdict.status();
  wire::GetRefundResponse response;
  *response.mutable_refund() = ToWire(*verdict->refund);
  co_return response;
}

asio::awaitable<absl::StatusOr<Verdict>> PaymentProviderRpc::Answer(Call call, Ask ask) {
  using Answered = absl::StatusOr<Verdict>;
  const int64_t number = log_.Arrive(ask, WallNow());
  Passage passage{KeyOf(ask), MethodOf(ask), PausePoint::kBeforeRecording};
  co_await Hold(number, passage);
  Answered verdict = co_await Await<Answered>(
      [&](auto done) { charges_.Submit(std::move(ask), Register::Done(std::move(done))); });
  passage.point = PausePoint::kBeforeAnswering;
  co_await Hold(number, passage);
  if (!verdict.ok()) {
    log_.SetRefused(number, verdict.status());
    co_return verdict;
  }
  if (verdict->delay > absl::ZeroDuration()) co_await Delay(verdict->delay);
  switch (verdict->delivery) {
    case Delivery::kAnswered:
      log_.SetOutcome(number, CallState::kAnswered, *verdict);
      co_return verdict;
    case Delivery::kDropped:
      log_.SetState(number, CallState::kDropped);
      break;
    case Delivery::kAnswerLost:
      log_.SetOutcome(number, CallState::kAnswerLost, *verdict);
      break;
    case Delivery::kTimedOut:
      log_.SetOutcome(number, CallState::kAnswerLost, *verdict);
      co_await Delay(call.deadline - WallNow() + kPastDeadline);
      break;
  }
  co_return Refuse(Reason::kProviderUnavailable);
}

asio::awaitable<void> PaymentProviderRpc::Hold(int64_t number, Passage passage) {
  if (!gate_.Holds(passage)) co_return;
  struct Gone {};
  log_.SetState(number, CallState::kHeld);
  co_await Await<Gone>([&](auto done) {
    gate_.Pass(std::move(passage), [done = std::move(done)]() mutable { std::move(done)(Gone{}); });
  });
  log_.SetState(number, CallState::kRunning);
}

asio::awaitable<void> PaymentProviderRpc::Delay(absl::Duration delay) {
  struct Gone {};
  co_await Await<Gone>([&](auto done) {
    gate_.Delay(delay, [done = std::move(done)]() mutable { std::move(done)(Gone{}); });
  });
}

}  // namespace milepost::payment_simulator
