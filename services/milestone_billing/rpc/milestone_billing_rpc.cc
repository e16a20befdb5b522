#include "services/milestone_billing/rpc/milestone_billing_rpc.h"

#include <utility>

#include "common/rpc/arena_messages.h"

namespace milepost::billing {
namespace {

using rpc::Callers;

// The only caller of PlaceOrder.
constexpr char kOfferService[] = "services/offer-service";

}  // namespace

MilestoneBillingRpc::MilestoneBillingRpc(rpc::HandlerPool& pool, const rpc::Unary::Options& options,
                                         const BillingParts& parts)
    : unary_(v1::MilestoneBilling::service_full_name(), pool, options),
      steps_(parts.orders, parts.charging),
      quoting_(parts.orders, parts.catalog, parts.offers, parts.policy),
      placing_(steps_, parts.orders, parts.catalog, parts.policy),
      working_(steps_),
      deciding_(steps_),
      paying_(steps_, parts.orders, parts.queries),
      reading_(parts.orders, parts.queries),
      auditing_(parts.queries) {
  KeepOrdersOnArenas();
}

void MilestoneBillingRpc::KeepOrdersOnArenas() {
  SetMessageAllocatorFor_GetOrder(rpc::OnArena<v1::GetOrderRequest, v1::GetOrderResponse>());
  SetMessageAllocatorFor_DeliverMilestone(
      rpc::OnArena<v1::DeliverMilestoneRequest, v1::DeliverMilestoneResponse>());
  SetMessageAllocatorFor_RequestRevision(
      rpc::OnArena<v1::RequestRevisionRequest, v1::RequestRevisionResponse>());
  SetMessageAllocatorFor_AcceptMilestone(
      rpc::OnArena<v1::AcceptMilestoneRequest, v1::AcceptMilestoneResponse>());
  SetMessageAllocatorFor_StartNextMilestone(
      rpc::OnArena<v1::StartNextMilestoneRequest, v1::StartNextMilestoneResponse>());
  SetMessageAllocatorFor_EndOrder(rpc::OnArena<v1::EndOrderRequest, v1::EndOrderResponse>());
  SetMessageAllocatorFor_RetryPayment(rpc::OnArena<v1::RetryPaymentRequest, v1::RetryPaymentResponse>());
}

template <class Request, class Response, class Handlers>
grpc::ServerUnaryReactor* MilestoneBillingRpc::Serve(
    Context* context, const Request* request, Response* response, const Callers& callers, Handlers& handlers,
    rpc::Awaitable<Response> (Handlers::*handler)(rpc::Call, const Request&)) {
  return unary_.Serve(context, request, response, callers,
                      [&handlers, handler](rpc::Call call, const Request& asked) {
                        return (handlers.*handler)(std::move(call), asked);
                      });
}

template <class Request, class Response, class Handlers>
grpc::ServerUnaryReactor* MilestoneBillingRpc::Serve(
    Context* context, const Request* request, Response* response, const Callers& callers, Handlers& handlers,
    rpc::InPlace (Handlers::*handler)(rpc::Call, const Request&, Response&)) {
  return unary_.Serve(context, request, response, callers,
                      [&handlers, handler](rpc::Call call, const Request& asked, Response& answer) {
                        return (handlers.*handler)(std::move(call), asked, answer);
                      });
}

grpc::ServerUnaryReactor* MilestoneBillingRpc::QuoteOrder(Context* context,
                                                          const v1::QuoteOrderRequest* request,
                                                          v1::QuoteOrderResponse* response) {
  return Serve(context, request, response, Callers::Users(), quoting_, &Quoting::QuoteOrder);
}

grpc::ServerUnaryReactor* MilestoneBillingRpc::PlaceOrder(Context* context,
                                                          const v1::PlaceOrderRequest* request,
                                                          v1::PlaceOrderResponse* response) {
  return Serve(context, request, response, Callers::Service(kOfferService), placing_, &Placing::PlaceOrder);
}

grpc::ServerUnaryReactor* MilestoneBillingRpc::PlaceGigOrder(Context* context,
                                                             const v1::PlaceGigOrderRequest* request,
                                                             v1::PlaceGigOrderResponse* response) {
  return Serve(context, request, response, Callers::Users(), placing_, &Placing::PlaceGigOrder);
}

grpc::ServerUnaryReactor* MilestoneBillingRpc::GetOrder(Context* context, const v1::GetOrderRequest* request,
                                                        v1::GetOrderResponse* response) {
  return Serve(context, request, response, Callers::AnyActor(), reading_, &Reading::GetOrder);
}

grpc::ServerUnaryReactor* MilestoneBillingRpc::ListOrders(Context* context,
                                                          const v1::ListOrdersRequest* request,
                                                          v1::ListOrdersResponse* response) {
  return Serve(context, request, response, Callers::Users(), reading_, &Reading::ListOrders);
}

grpc::ServerUnaryReactor* MilestoneBillingRpc::DeliverMilestone(Context* context,
                                                                const v1::DeliverMilestoneRequest* request,
                                                                v1::DeliverMilestoneResponse* response) {
  return Serve(context, request, response, Callers::Users(), working_, &Working::DeliverMilestone);
}

grpc::ServerUnaryReactor* MilestoneBillingRpc::RequestRevision(Context* context,
                                                               const v1::RequestRevisionRequest* request,
                                                               v1::RequestRevisionResponse* response) {
  return Serve(context, request, response, Callers::Users(), deciding_, &Deciding::RequestRevision);
}

grpc::ServerUnaryReactor* MilestoneBillingRpc::AcceptMilestone(Context* context,
                                                               const v1::AcceptMilestoneRequest* request,
                                                               v1::AcceptMilestoneResponse* response) {
  return Serve(context, request, response, Callers::Users(), deciding_, &Deciding::AcceptMilestone);
}

grpc::ServerUnaryReactor* MilestoneBillingRpc::StartNextMilestone(
    Context* context, const v1::StartNextMilestoneRequest* request,
    v1::StartNextMilestoneResponse* response) {
  return Serve(context, request, response, Callers::Users(), deciding_, &Deciding::StartNextMilestone);
}

grpc::ServerUnaryReactor* MilestoneBillingRpc::EndOrder(Context* context, const v1::EndOrderRequest* request,
                                                        v1::EndOrderResponse* response) {
  return Serve(context, request, response, Callers::Users(), deciding_, &Deciding::EndOrder);
}

grpc::ServerUnaryReactor* MilestoneBillingRpc::RetryPayment(Context* context,
                                                            const v1::RetryPaymentRequest* request,
                                                            v1::RetryPaymentResponse* response) {
  return Serve(context, request, response, Callers::Users(), paying_, &Paying::RetryPayment);
}

grpc::ServerUnaryReactor* MilestoneBillingRpc::GetCharge(Context* context,
                                                         const v1::GetChargeRequest* request,
                                                         v1::GetChargeResponse* response) {
  return Serve(context, request, response, Callers::AnyActor(), paying_, &Paying::GetCharge);
}

grpc::ServerUnaryReactor* MilestoneBillingRpc::ListCharges(Context* context,
                                                           const v1::ListChargesRequest* request,
                                                           v1::ListChargesResponse* response) {
  return Serve(context, request, response, Callers::AnyActor(), paying_, &Paying::ListCharges);
}

grpc::ServerUnaryReactor* MilestoneBillingRpc::ResolveCharge(Context* context,
                                                             const v1::ResolveChargeRequest* request,
                                                             v1::ResolveChargeResponse* response) {
  return Serve(context, request, response, Callers::Operators(), paying_, &Paying::ResolveCharge);
}

grpc::ServerUnaryReactor* MilestoneBillingRpc::ListDeadlines(Context* context,
                                                             const v1::ListDeadlinesRequest* request,
                                                             v1::ListDeadlinesResponse* response) {
  return Serve(context, request, response, Callers::AnyActor(), reading_, &Reading::ListDeadlines);
}

grpc::ServerUnaryReactor* MilestoneBillingRpc::AuditOrder(Context* context,
                                                          const v1::AuditOrderRequest* request,
                                                          v1::AuditOrderResponse* response) {
  return Serve(context, request, response, Callers::UsersAndOperators(), auditing_, &Auditing::AuditOrder);
}

grpc::ServerUnaryReactor* MilestoneBillingRpc::GetWorkflowDefinition(
    Context* context, const v1::GetWorkflowDefinitionRequest* request,
    v1::GetWorkflowDefinitionResponse* response) {
  return Serve(context, request, response, Callers::Everyone(), reading_, &Reading::GetWorkflowDefinition);
}

}  // namespace milepost::billing
