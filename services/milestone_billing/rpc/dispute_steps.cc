#include "services/milestone_billing/rpc/dispute_steps.h"

#include "common/core/status_macros.h"
#include "common/rpc/wire.h"
#include "milepost/billing/v1/milestone_billing.pb.h"

namespace milepost::billing {

std::vector<StepMethod> DisputeSteps() {
  return {
      Step([](const v1::OpenDisputeRequest& request, const StepCaller& party) {
        return OpenDispute{party.actor, rpc::NumberIn(request.name()), request.message()};
      }),
      Step([](const v1::WithdrawDisputeRequest& request, const StepCaller& party) {
        return WithdrawDispute{party.actor, rpc::NumberIn(request.name())};
      }),
      Step([](const v1::ResolveDisputeRequest& request,
              const StepCaller& caller) -> absl::StatusOr<ResolveDispute> {
        ResolveDispute command{caller.actor, rpc::NumberIn(request.name()), DisputeOutcome::kReleased,
                               Money(), request.message()};
        if (request.has_refund()) command.outcome = DisputeOutcome::kRefunded;
        if (!request.has_split()) return command;
        command.outcome = DisputeOutcome::kSplit;
        MILEPOST_ASSIGN_OR_RETURN(command.seller_amount, rpc::MoneyOf(request.split().seller_amount()));
        return command;
      }),
  };
}

}  // namespace milepost::billing
