#include "services/milestone_billing/rpc/seller_steps.h"

#include "common/rpc/wire.h"
#include "milepost/billing/v1/milestone_billing.pb.h"

namespace milepost::billing {

std::vector<StepMethod> SellerSteps() {
  return {
      Step([](const v1::DeliverMilestoneRequest& request, const StepCaller& seller) {
        return DeliverMilestone{seller.actor,
                                rpc::NumberIn(request.name()),
                                request.final_delivery(),
                                request.message(),
                                request.meeting_url(),
                                {request.attachments().begin(), request.attachments().end()}};
      }),
      Step([](const v1::PostUpdateRequest& request, const StepCaller& seller) {
        return PostUpdate{seller.actor, rpc::NumberIn(request.name()), request.message()};
      }),
  };
}

}  // namespace milepost::billing
