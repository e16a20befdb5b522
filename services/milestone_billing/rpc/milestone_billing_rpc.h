// The service MilestoneBilling: each RPC one line into the adapter (common/rpc/unary), which calls its handler.
#pragma once

#include "common/rpc/handler_pool.h"
#include "common/rpc/unary.h"
#include "milepost/billing/v1/milestone_billing.grpc.pb.h"
#include "services/milestone_billing/rpc/auditing.h"
#include "services/milestone_billing/rpc/deciding.h"
#include "services/milestone_billing/rpc/paying.h"
#include "services/milestone_billing/rpc/placing.h"
#include "services/milestone_billing/rpc/quoting.h"
#include "services/milestone_billing/rpc/reading.h"
#include "services/milestone_billing/rpc/working.h"

namespace milepost::billing {

// What the handlers are made of; all outlives the service.
struct BillingParts {
  Orders& orders;
  Queries& queries;
  Charging& charging;
  GigCatalogClient& catalog;
  OfferClient& offers;
  BillingPolicy policy;
};

// Thread-safe. What the constructor takes must outlive it, and it the gRPC server.
class MilestoneBillingRpc final : public v1::MilestoneBilling::CallbackService {
 public:
  MilestoneBillingRpc(rpc::HandlerPool& pool, const rpc::Unary::Options& options, const BillingParts& parts);

 private:
  using Reactor = grpc::ServerUnaryReactor;
  using Context = grpc::CallbackServerContext;

  Reactor* QuoteOrder(Context*, const v1::QuoteOrderRequest*, v1::QuoteOrderResponse*) override;
  Reactor* PlaceOrder(Context*, const v1::PlaceOrderRequest*, v1::PlaceOrderResponse*) override;
  Reactor* PlaceGigOrder(Context*, const v1::PlaceGigOrderRequest*, v1::PlaceGigOrderResponse*) override;
  Reactor* GetOrder(Context*, const v1::GetOrderRequest*, v1::GetOrderResponse*) override;
  Reactor* ListOrders(Context*, const v1::ListOrdersRequest*, v1::ListOrdersResponse*) override;
  Reactor* DeliverMilestone(Context*, const v1::DeliverMilestoneRequest*,
                            v1::DeliverMilestoneResponse*) override;
  Reactor* RequestRevision(Context*, const v1::RequestRevisionRequest*,
                           v1::RequestRevisionResponse*) override;
  Reactor* AcceptMilestone(Context*, const v1::AcceptMilestoneRequest*,
                           v1::AcceptMilestoneResponse*) override;
  Reactor* StartNextMilestone(Context*, const v1::StartNextMilestoneRequest*,
                              v1::StartNextMilestoneResponse*) override;
  Reactor* EndOrder(Context*, const v1::EndOrderRequest*, v1::EndOrderResponse*) override;
  Reactor* RetryPayment(Context*, const v1::RetryPaymentRequest*, v1::RetryPaymentResponse*) override;
  Reactor* GetCharge(Context*, const v1::GetChargeRequest*, v1::GetChargeResponse*) override;
  Reactor* ListCharges(Context*, const v1::ListChargesRequest*, v1::ListChargesResponse*) override;
  Reactor* ResolveCharge(Context*, const v1::ResolveChargeRequest*, v1::ResolveChargeResponse*) override;
  Reactor* ListDeadlines(Context*, const v1::ListDeadlinesRequest*, v1::ListDeadlinesResponse*) override;
  Reactor* AuditOrder(Context*, const v1::AuditOrderRequest*, v1::AuditOrderResponse*) override;
  Reactor* GetWorkflowDefinition(Context*, const v1::GetWorkflowDefinitionRequest*,
                                 v1::GetWorkflowDefinitionResponse*) override;

  template <class Request, class Response, class Handlers>
  Reactor* Serve(Context* context, const Request* request, Response* response, const rpc::Callers& callers,
                 Handlers& handlers,
                 rpc::Awaitable<Response> (Handlers::*handler)(rpc::Call, const Request&));
  template <class Request, class Response, class Handlers>
  Reactor* Serve(Context* context, const Request* request, Response* response, const rpc::Callers& callers,
                 Handlers& handlers, rpc::InPlace (Handlers::*handler)(rpc::Call, const Request&, Response&));
  // The methods whose answer is one order, written in place.
  void KeepOrdersOnArenas();

  rpc::Unary unary_;
  Steps steps_;
  Quoting quoting_;
  Placing placing_;
  Working working_;
  Deciding deciding_;
  Paying paying_;
  Reading reading_;
  Auditing auditing_;
};

}  // namespace milepost::billing
