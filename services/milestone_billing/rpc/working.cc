#include "services/milestone_billing/rpc/working.h"

#include <utility>

#include "common/rpc/wire.h"

namespace milepost::billing {

rpc::Awaitable<v1::DeliverMilestoneResponse> Working::DeliverMilestone(
    rpc::Call call, const v1::DeliverMilestoneRequest& request) {
  billing::DeliverMilestone command{call.actor, rpc::NumberIn(request.name()), request.final_delivery(),
                                    request.message(), ""};
  return AnswerStep<v1::DeliverMilestoneResponse>(steps_, std::move(call), request.name(),
                                                  std::move(command));
}

}  // namespace milepost::billing
