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

rpc::Awaitable<v1::RequestRevisionResponse> Deciding::RequestRevision(
    rpc::Call call, const v1::RequestRevisionRequest& request) {
  billing::RequestRevision command{call.actor, rpc::NumberIn(request.name()), request.message()};
  return AnswerStep<v1::RequestRevisionResponse>(steps_, std::move(call), request.name(), std::move(command));
}

rpc::Awaitable<v1::AcceptMilestoneResponse> Deciding::AcceptMilestone(
    rpc::Call call, const v1::AcceptMilestoneRequest& request) {
  billing::AcceptMilestone command{call.actor, rpc::NumberIn(request.name()), NextOf(request.next()),
                                   steps_.attempts()};
  return AnswerStep<v1::AcceptMilestoneResponse>(steps_, std::move(call), request.name(), std::move(command));
}

rpc::Awaitable<v1::StartNextMilestoneResponse> Deciding::StartNextMilestone(
    rpc::Call call, const v1::StartNextMilestoneRequest& request) {
  billing::StartNextMilestone command{call.actor, request.payment_method(), steps_.attempts()};
  return AnswerStep<v1::StartNextMilestoneResponse>(steps_, std::move(call), request.name(),
                                                    std::move(command));
}

rpc::Awaitable<v1::EndOrderResponse> Deciding::EndOrder(rpc::Call call, const v1::EndOrderRequest& request) {
  billing::EndOrder command{call.actor};
  return AnswerStep<v1::EndOrderResponse>(steps_, std::move(call), request.name(), std::move(command));
}

}  // namespace milepost::billing
