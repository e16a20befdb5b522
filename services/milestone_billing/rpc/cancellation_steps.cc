#include "services/milestone_billing/rpc/cancellation_steps.h"

#include "common/core/status_macros.h"
#include "common/rpc/wire.h"
#include "milepost/billing/v1/milestone_billing.pb.h"

namespace milepost::billing {

std::vector<StepMethod> CancellationSteps() {
  return {
      Step([](const v1::CancelLateMilestoneRequest& request, const StepCaller& buyer) {
        return CancelLateMilestone{buyer.actor, rpc::NumberIn(request.name()), request.message()};
      }),
      Step([](const v1::RequestCancellationRequest& request,
              const StepCaller& caller) -> absl::StatusOr<RequestCancellation> {
        RequestCancellation command{caller.actor, Money(), request.message()};
        if (!request.has_seller_amount()) return command;
        MILEPOST_ASSIGN_OR_RETURN(command.seller_amount, rpc::MoneyOf(request.seller_amount()));
        return command;
      }),
      Step([](const v1::AnswerCancellationRequest& request, const StepCaller& party) {
        return AnswerCancellation{party.actor, request.answer() == v1::CANCELLATION_ANSWER_ACCEPT,
                                  request.message()};
      }),
  };
}

}  // namespace milepost::billing
