#include "services/milestone_billing/rpc/working.h"

#include <utility>

#include "common/rpc/wire.h"

namespace milepost::billing {

rpc::InPlace Working::DeliverMilestone(rpc::Call call, const v1::DeliverMilestoneRequest& request,
                                       v1::DeliverMilestoneResponse& response) {
  billing::DeliverMilestone command{call.actor, rpc::NumberIn(request.name()), request.final_delivery(),
                                    request.message(), request.meeting_url()};
  return AnswerStep(steps_, std::move(call), request.name(), std::move(command), response);
}

}  // namespace milepost::billing
