// The handlers of milepost.payments.v1.PaymentProvider.
#pragma once

#include "absl/status/statusor.h"
#include "asio/awaitable.hpp"
#include "common/rpc/unary.h"
#include "milepost/payments/v1/payment_provider.grpc.pb.h"
#include "services/payment_simulator/rpc/call_log.h"
#include "services/payment_simulator/rpc/gate.h"
#include "services/payment_simulator/store/register.h"

namespace milepost::payment_simulator {

class PaymentProviderRpc final : public payments::v1::PaymentProvider::CallbackService {
 public:
  // All must outlive the gRPC server.
  PaymentProviderRpc(Register& charges, Gate& gate, CallLog& log, rpc::HandlerPool& pool,
                     const rpc::Unary::Options& options);

  grpc::ServerUnaryReactor* Charge(grpc::CallbackServerContext* context,
                                   const payments::v1::ChargeRequest* request,
                                   payments::v1::ChargeResponse* response) override;
  grpc::ServerUnaryReactor* GetCharge(grpc::CallbackServerContext* context,
                                      const payments::v1::GetChargeRequest* request,
                                      payments::v1::GetChargeResponse* response) override;
  grpc::ServerUnaryReactor* VoidCharge(grpc::CallbackServerContext* context,
                                       const payments::v1::VoidChargeRequest* request,
                                       payments::v1::VoidChargeResponse* response) override;
  grpc::ServerUnaryReactor* Refund(grpc::CallbackServerContext* context,
                                   const payments::v1::RefundRequest* request,
                                   payments::v1::RefundResponse* response) override;
  grpc::ServerUnaryReactor* GetRefund(grpc::CallbackServerContext* context,
                                      const payments::v1::GetRefundRequest* request,
                                      payments::v1::GetRefundResponse* response) override;

 private:
  // The whole way of a call: noted, held, decided and recorded, held, delayed, answered or lost.
  asio::awaitable<absl::StatusOr<Verdict>> Answer(rpc::Call call, Ask ask);
  asio::awaitable<void> Hold(int64_t number, Passage passage);
  asio::awaitable<void> Delay(absl::Duration delay);

  Register& charges_;
  Gate& gate_;
  CallLog& log_;
  rpc::Unary unary_;
};

}  // namespace milepost::payment_simulator
