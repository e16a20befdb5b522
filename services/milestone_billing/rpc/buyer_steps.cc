#include "services/milestone_billing/rpc/buyer_steps.h"

#include "common/rpc/wire.h"
#include "milepost/billing/v1/milestone_billing.pb.h"

namespace milepost::billing {
namespace {

NextStep NextOf(v1::NextStep next) {
  return EnumFromWire<NextStep>(next).value_or(NextStep::kUnset);
}

}  // namespace

std::vector<StepMethod> BuyerSteps() {
  return {
      Step([](const v1::RequestRevisionRequest& request, const StepCaller& buyer) {
        return RequestRevision{buyer.actor, rpc::NumberIn(request.name()), request.message()};
      }),
      Step([](const v1::AcceptMilestoneRequest& request, const StepCaller& buyer) {
        return AcceptMilestone{buyer.actor, rpc::NumberIn(request.name()), NextOf(request.next()),
                               buyer.attempts};
      }),
      Step([](const v1::StartNextMilestoneRequest& request, const StepCaller& buyer) {
        return StartNextMilestone{buyer.actor, request.payment_method(), buyer.attempts};
      }),
      Step([](const v1::EndOrderRequest&, const StepCaller& buyer) { return EndOrder{buyer.actor}; }),
      Step([](const v1::RetryPaymentRequest& request, const StepCaller& buyer) {
        return RetryPayment{buyer.actor, request.payment_method(), buyer.attempts};
      }),
  };
}

}  // namespace milepost::billing
