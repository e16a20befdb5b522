// The handlers of milepost.testing.v1.PaymentSimulator: the controls.
#pragma once

#include "asio/awaitable.hpp"
#include "common/rpc/unary.h"
#include "milepost/testing/v1/payment_simulator.grpc.pb.h"
#include "services/payment_simulator/rpc/call_log.h"
#include "services/payment_simulator/rpc/gate.h"
#include "services/payment_simulator/store/register.h"

namespace milepost::payment_simulator {

class PaymentSimulatorRpc final : public testing::v1::PaymentSimulator::CallbackService {
 public:
  // All must outlive the gRPC server.
  PaymentSimulatorRpc(Register& charges, Gate& gate, CallLog& log, rpc::HandlerPool& pool,
                      const rpc::Unary::Options& options);

  grpc::ServerUnaryReactor* ListCalls(grpc::CallbackServerContext* context,
                                      const testing::v1::ListCallsRequest* request,
                                      testing::v1::ListCallsResponse* response) override;
  grpc::ServerUnaryReactor* ListCharges(grpc::CallbackServerContext* context,
                                        const testing::v1::ListChargesRequest* request,
                                        testing::v1::ListChargesResponse* response) override;
  grpc::ServerUnaryReactor* ListRefunds(grpc::CallbackServerContext* context,
                                        const testing::v1::ListRefundsRequest* request,
                                        testing::v1::ListRefundsResponse* response) override;
  grpc::ServerUnaryReactor* SummarizeCharges(grpc::CallbackServerContext* context,
                                             const testing::v1::SummarizeChargesRequest* request,
                                             testing::v1::SummarizeChargesResponse* response) override;
  grpc::ServerUnaryReactor* SetScript(grpc::CallbackServerContext* context,
                                      const testing::v1::SetScriptRequest* request,
                                      testing::v1::SetScriptResponse* response) override;
  grpc::ServerUnaryReactor* ClearScripts(grpc::CallbackServerContext* context,
                                         const testing::v1::ClearScriptsRequest* request,
                                         testing::v1::ClearScriptsResponse* response) override;
  grpc::ServerUnaryReactor* PauseAnswers(grpc::CallbackServerContext* context,
                                         const testing::v1::PauseAnswersRequest* request,
                                         testing::v1::PauseAnswersResponse* response) override;
  grpc::ServerUnaryReactor* ResumeAnswers(grpc::CallbackServerContext* context,
                                          const testing::v1::ResumeAnswersRequest* request,
                                          testing::v1::ResumeAnswersResponse* response) override;

 private:
  // What `look` answers about the book, on the register's thread. Refuses with SHUTTING_DOWN.
  template <class Result, class Look>
  asio::awaitable<absl::StatusOr<Result>> OnBook(Look look);

  Register& charges_;
  Gate& gate_;
  CallLog& log_;
  rpc::Unary unary_;
};

}  // namespace milepost::payment_simulator
