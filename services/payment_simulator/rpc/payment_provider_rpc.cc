#include "services/payment_simulator/rpc/payment_provider_rpc.h"

#include <utility>

#include "common/core/clock.h"
#include "common/core/reason.h"
#include "common/core/refusal.h"
#include "common/rpc/await.h"
#include "services/payment_simulator/rpc/convert.h"

namespace milepost::payment_simulator {
namespace {

using rpc::Await;
using rpc::Awaitable;
using rpc::Call;

// How long after the caller's deadline an answer that must not come in time is let go.
constexpr absl::Duration kPastDeadline = absl::Milliseconds(100);

template <class Response>
void Fill(const Verdict& verdict, Response& response) {
  if constexpr (requires { response.mutable_charge(); })
    *response.mutable_charge() = ToWire(verdict.charge);
  else
    *response.mutable_refund() = ToWire(*verdict.refund);
  if constexpr (requires { response.set_replayed(true); }) response.set_replayed(verdict.replayed);
}

}  // namespace

PaymentProviderRpc::PaymentProviderRpc(Register& charges, Gate& gate, CallLog& log, rpc::HandlerPool& pool,
                                       const rpc::ServiceOptions& options)
    : Service("milepost.payments.v1.PaymentProvider", pool, options),
      charges_(charges),
      gate_(gate),
      log_(log) {
  Add(&PaymentProviderRpc::Handle<payments::v1::ChargeRequest, payments::v1::ChargeResponse>, *this);
  Add(&PaymentProviderRpc::Handle<payments::v1::GetChargeRequest, payments::v1::GetChargeResponse>, *this);
  Add(&PaymentProviderRpc::Handle<payments::v1::VoidChargeRequest, payments::v1::VoidChargeResponse>, *this);
  Add(&PaymentProviderRpc::Handle<payments::v1::RefundRequest, payments::v1::RefundResponse>, *this);
  Add(&PaymentProviderRpc::Handle<payments::v1::GetRefundRequest, payments::v1::GetRefundResponse>, *this);
}

template <class Request, class Response>
Awaitable<Response> PaymentProviderRpc::Handle(Call call, const Request& request) {
  absl::StatusOr<Ask> ask = AskOf(request);
  if (!ask.ok()) co_return ask.status();
  absl::StatusOr<Verdict> verdict = co_await Answer(std::move(call), *std::move(ask));
  if (!verdict.ok()) co_return verdict.status();
  Response response;
  Fill(*verdict, response);
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
