#include "services/milestone_billing/rpc/deciding.h"

#include <utility>

#include "common/rpc/wire.h"

namespace milepost::billing {
namespace {

NextStep NextOf(v1::NextStep next) {
  switch (next) {
    case v1::NEXT_STEP_START_NEXT:
      return NextStep::kStartNext;
    case v1::NEXT_STEP_DECIDE_LATER:
      return NextStep::kDecideLater;
    case v1::NEXT_STEP_END_ORDER:
      return NextStep::kEndOrder;
    default:
      return NextStep::kUnset;
  }
}

}  // namespace

rpc::InPlace Deciding::RequestRevision(rpc::Call call, const v1::RequestRevisionRequest& request,
                                       v1::RequestRevisionResponse& response) {
  billing::RequestRevision command{call.actor, rpc::NumberIn(request.name()), request.message()};
  return AnswerStep(steps_, std::move(call), request.name(), std::move(command), response);
}

rpc::InPlace Deciding::AcceptMilestone(rpc::Call call, const v1::AcceptMilestoneRequest& request,
                                       v1::AcceptMilestoneResponse& response) {
  billing::AcceptMilestone command{call.actor, rpc::NumberIn(request.name()), NextOf(request.next()),
                                   steps_.attempts()};
  return AnswerStep(steps_, std::move(call), request.name(), std::move(command), response);
}

rpc::InPlace Deciding::StartNextMilestone(rpc::Call call, const v1::StartNextMilestoneRequest& request,
                                          v1::StartNextMilestoneResponse& response) {
  billing::StartNextMilestone command{call.actor, request.payment_method(), steps_.attempts()};
  return AnswerStep(steps_, std::move(call), request.name(), std::move(command), response);
}

rpc::InPlace Deciding::EndOrder(rpc::Call call, const v1::EndOrderRequest& request,
                                v1::EndOrderResponse& response) {
  billing::EndOrder command{call.actor};
  return AnswerStep(steps_, std::move(call), request.name(), std::move(command), response);
}

}  // namespace milepost::billing
