// The RPC service milepost.payments.v1.PaymentProvider, with its handlers.
#pragma once

#include "absl/status/statusor.h"
#include "asio/awaitable.hpp"
#include "common/rpc/service.h"
#include "milepost/payments/v1/payment_provider.pb.h"
#include "services/payment_simulator/rpc/call_log.h"
#include "services/payment_simulator/rpc/gate.h"
#include "services/payment_simulator/store/register.h"

namespace milepost::payment_simulator {

class PaymentProviderRpc final : public rpc::Service {
 public:
  // All must outlive the gRPC server.
  PaymentProviderRpc(Register& charges, Gate& gate, CallLog& log, rpc::HandlerPool& pool,
                     const rpc::ServiceOptions& options);

 private:
  // Serves every method: the request contains the call, and the response the resulting charge or refund.
  template <class Request, class Response>
  rpc::Awaitable<Response> Handle(rpc::Call call, const Request& request);

  // The whole way of a call: noted, held, decided and recorded, held, delayed, answered or lost.
  asio::awaitable<absl::StatusOr<Verdict>> Answer(rpc::Call call, Ask ask);
  asio::awaitable<void> Hold(int64_t number, Passage passage);
  asio::awaitable<void> Delay(absl::Duration delay);

  Register& charges_;
  Gate& gate_;
  CallLog& log_;
};

}  // namespace milepost::payment_simulator
