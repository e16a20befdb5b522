// The seller tells the buyer how the work goes (S18): from the order's placement to its end, about the current milestone.
#include "services/milestone_billing/domain/steps/step.h"

namespace milepost::billing {

void PostUpdate::AppendRules(std::vector<Rule>& rules) {
  DenyUnknown(kTriggerOf<PostUpdate>, rules);
  DenyOutsideOfWork(kTriggerOf<PostUpdate>, rules);
  rules.push_back({.trigger = kTriggerOf<PostUpdate>,
                   .from = kUnfinished,
                   .when = {Fact::kNamesOther},
                   .refusal = Reason::kNotTheCurrentMilestone,
                   .numbers = "§4"});
  rules.push_back({.trigger = kTriggerOf<PostUpdate>,
                   .from = kUnfinished,
                   .events = Events<MilestoneUpdated>(),
                   .numbers = "S18"});
}

Decision PostUpdate::Decide(const Order* order, absl::Time now) const {
  return TakeStep(*this, order, now, {}, milestone);
}

MilestoneUpdated MilestoneUpdated::Made(const Cause& cause) {
  return {cause.order.current_milestone, cause.Asked<PostUpdate>().message};
}

bool MilestoneUpdated::CanApply(const Order& order) const {
  return Has(order, milestone);
}

void MilestoneUpdated::Apply(Order& order, absl::Time at) const {
  std::vector<Update>& updates = order.At(milestone).updates;
  updates.push_back({at, message});
  if (updates.size() > kUpdatesKept) updates.erase(updates.begin());
}

}  // namespace milepost::billing
