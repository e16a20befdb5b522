// The RPC service milepost.testing.v1.PaymentSimulator (the controls), with its handlers.
#pragma once

#include "asio/awaitable.hpp"
#include "common/rpc/service.h"
#include "milepost/testing/v1/payment_simulator.pb.h"
#include "services/payment_simulator/rpc/call_log.h"
#include "services/payment_simulator/rpc/gate.h"
#include "services/payment_simulator/store/register.h"

namespace milepost::payment_simulator {

class PaymentSimulatorRpc final : public rpc::Service {
 public:
  // All must outlive the gRPC server.
  PaymentSimulatorRpc(Register& charges, Gate& gate, CallLog& log, rpc::HandlerPool& pool,
                      const rpc::ServiceOptions& options);

 private:
  rpc::Awaitable<testing::v1::ListCallsResponse> ListCalls(rpc::Call call,
                                                           const testing::v1::ListCallsRequest& request);
  rpc::Awaitable<testing::v1::ListChargesResponse> ListCharges(
      rpc::Call call, const testing::v1::ListChargesRequest& request);
  rpc::Awaitable<testing::v1::ListRefundsResponse> ListRefunds(
      rpc::Call call, const testing::v1::ListRefundsRequest& request);
  rpc::Awaitable<testing::v1::SummarizeChargesResponse> SummarizeCharges(
      rpc::Call call, const testing::v1::SummarizeChargesRequest& request);
  rpc::Awaitable<testing::v1::SetScriptResponse> SetScript(rpc::Call call,
                                                           const testing::v1::SetScriptRequest& request);
  rpc::Awaitable<testing::v1::ClearScriptsResponse> ClearScripts(
      rpc::Call call, const testing::v1::ClearScriptsRequest& request);
  rpc::Awaitable<testing::v1::PauseAnswersResponse> PauseAnswers(
      rpc::Call call, const testing::v1::PauseAnswersRequest& request);
  rpc::Awaitable<testing::v1::ResumeAnswersResponse> ResumeAnswers(
      rpc::Call call, const testing::v1::ResumeAnswersRequest& request);

  // Runs `look` on the book, on the register's thread, and returns its result. Refuses with SHUTTING_DOWN.
  template <class Result, class Look>
  asio::awaitable<absl::StatusOr<Result>> OnBook(Look look);

  Register& charges_;
  Gate& gate_;
  CallLog& log_;
};

}  // namespace milepost::payment_simulator
