#include "services/milestone_billing/rpc/milestone_billing_rpc.h"

#include <cstdio>
#include <cstdlib>

#include "services/milestone_billing/rpc/buyer_steps.h"
#include "services/milestone_billing/rpc/cancellation_steps.h"
#include "services/milestone_billing/rpc/dispute_steps.h"
#include "services/milestone_billing/rpc/seller_steps.h"

namespace milepost::billing {
namespace {

bool IsString(const google::protobuf::FieldDescriptor* field) {
  return field && !field->is_repeated() && field->cpp_type() == field->CPPTYPE_STRING;
}

bool AnswersAStep(const google::protobuf::Descriptor& response) {
  const auto* order = response.FindFieldByName("order");
  const auto* replayed = response.FindFieldByName("replayed");
  return order && order->message_type() == v1::Order::descriptor() && replayed &&
         replayed->cpp_type() == replayed->CPPTYPE_BOOL;
}

// A step's request names its order, and its response shows it: else the server does not start.
void CheckStep(const StepMethod& step) {
  const auto* service = step.request->file()->FindServiceByName("MilestoneBilling");
  for (int i = 0; service && i < service->method_count(); ++i) {
    const google::protobuf::MethodDescriptor& method = *service->method(i);
    if (method.input_type() != step.request) continue;
    if (IsString(step.request->FindFieldByName("name")) && AnswersAStep(*method.output_type())) return;
  }
  std::fprintf(stderr, "milepost: bug: %s is no request of a step\n",
               std::string(step.request->full_name()).c_str());
  std::abort();
}

}  // namespace

MilestoneBillingRpc::MilestoneBillingRpc(rpc::HandlerPool& pool, const rpc::ServiceOptions& options,
                                         const BillingParts& parts)
    : Service("milepost.billing.v1.MilestoneBilling", pool, options),
      steps_(parts.orders, parts.charging),
      quoting_(parts.orders, parts.catalog, parts.offers, parts.policy),
      placing_(steps_, parts.orders, parts.catalog, parts.policy),
      operators_(steps_, parts.queries),
      orders_(parts.orders, parts.queries),
      charges_(parts.orders, parts.queries),
      audits_(parts.queries) {
  quoting_.AddTo(*this);
  placing_.AddTo(*this);
  AddSteps(SellerSteps());
  AddSteps(BuyerSteps());
  AddSteps(CancellationSteps());
  AddSteps(DisputeSteps());
  operators_.AddTo(*this);
  orders_.AddTo(*this);
  charges_.AddTo(*this);
  audits_.AddTo(*this);
}

void MilestoneBillingRpc::AddSteps(const std::vector<StepMethod>& methods) {
  for (const StepMethod& method : methods) {
    CheckStep(method);
    AddUntyped(*method.request, [this, method](rpc::Call call, const google::protobuf::Message& request,
                                               google::protobuf::Message& response) {
      return steps_.Answer(method, std::move(call), request, response);
    });
  }
}

}  // namespace milepost::billing
