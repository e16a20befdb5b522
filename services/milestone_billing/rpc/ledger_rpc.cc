#include "services/milestone_billing/rpc/ledger_rpc.h"

#include <utility>

namespace milepost::billing {

using rpc::Callers;

template <class Request, class Response>
grpc::ServerUnaryReactor* LedgerRpc::Serve(
    Context* context, const Request* request, Response* response, const Callers& callers,
    rpc::Awaitable<Response> (LedgerReading::*handler)(rpc::Call, const Request&)) {
  return unary_.Serve(context, request, response, callers,
                      [this, handler](rpc::Call call, const Request& asked) {
                        return (reading_.*handler)(std::move(call), asked);
                      });
}

grpc::ServerUnaryReactor* LedgerRpc::GetBalance(Context* context, const v1::GetBalanceRequest* request,
                                                v1::GetBalanceResponse* response) {
  return Serve(context, request, response, Callers::AnyActor(), &LedgerReading::GetBalance);
}

grpc::ServerUnaryReactor* LedgerRpc::ListEntries(Context* context, const v1::ListEntriesRequest* request,
                                                 v1::ListEntriesResponse* response) {
  return Serve(context, request, response, Callers::AnyActor(), &LedgerReading::ListEntries);
}

grpc::ServerUnaryReactor* LedgerRpc::GetTrialBalance(Context* context,
                                                     const v1::GetTrialBalanceRequest* request,
                                                     v1::GetTrialBalanceResponse* response) {
  return Serve(context, request, response, Callers{.operators = true, .services = true},
               &LedgerReading::GetTrialBalance);
}

}  // namespace milepost::billing
