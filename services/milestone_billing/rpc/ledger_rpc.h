// The service Ledger: each RPC one line into the adapter (common/rpc/unary), which calls its handler.
#pragma once

#include "common/rpc/handler_pool.h"
#include "common/rpc/unary.h"
#include "milepost/billing/v1/ledger.grpc.pb.h"
#include "services/milestone_billing/rpc/ledger_reading.h"

namespace milepost::billing {

// Thread-safe. What the constructor takes must outlive it, and it the gRPC server.
class LedgerRpc final : public v1::Ledger::CallbackService {
 public:
  LedgerRpc(rpc::HandlerPool& pool, const rpc::Unary::Options& options, Orders& orders, Queries& queries)
      : unary_(v1::Ledger::service_full_name(), pool, options), reading_(orders, queries) {}

 private:
  using Reactor = grpc::ServerUnaryReactor;
  using Context = grpc::CallbackServerContext;

  Reactor* GetBalance(Context*, const v1::GetBalanceRequest*, v1::GetBalanceResponse*) override;
  Reactor* ListEntries(Context*, const v1::ListEntriesRequest*, v1::ListEntriesResponse*) override;
  Reactor* GetTrialBalance(Context*, const v1::GetTrialBalanceRequest*,
                           v1::GetTrialBalanceResponse*) override;

  template <class Request, class Response>
  Reactor* Serve(Context* context, const Request* request, Response* response, const rpc::Callers& callers,
                 rpc::Awaitable<Response> (LedgerReading::*handler)(rpc::Call, const Request&));

  rpc::Unary unary_;
  LedgerReading reading_;
};

}  // namespace milepost::billing
