// The seller delivers the current milestone (S32); the buyer's time to answer begins (S33).
#include "services/milestone_billing/domain/steps/step.h"

namespace milepost::billing {

void DeliverMilestone::AppendRules(std::vector<Rule>& rules) {
  constexpr Trigger kDeliver = kTriggerOf<DeliverMilestone>;
  DenyUnknown(kDeliver, rules);
  DenyOutsideOfWork(kDeliver, rules);
  DenyAccepted(kDeliver, rules);
  rules.push_back({.trigger = kDeliver,
                   .from = kUnfinished,
                   .when = {Fact::kNamesUnfunded},
                   .refusal = Reason::kWorkNotAuthorized,
                   .numbers = "W9"});
  rules.push_back(Deny(kDeliver, {OrderState::kAwaitingNext}, Reason::kMilestoneAlreadyAccepted, "§4"));
  rules.push_back(Deny(kDeliver, {OrderState::kAwaitingPayment}, Reason::kWorkNotAuthorized, "W9 A15"));
  rules.push_back(Deny(kDeliver, {OrderState::kDisputed}, Reason::kOrderDisputed, "§4"));
  rules.push_back({.trigger = kDeliver,
                   .from = {OrderState::kActive},
                   .milestone = {MilestoneState::kDelivered},
                   .refusal = Reason::kMilestoneAlreadyDelivered,
                   .numbers = "§4"});
  rules.push_back({.trigger = kDeliver,
                   .from = {OrderState::kActive},
                   .when = {Fact::kNamesMeeting},
                   .unless = {Fact::kMeetingMilestone},
                   .refusal = Reason::kMeetingNotIncluded,
                   .numbers = "A21"});
  rules.push_back({.trigger = kDeliver,
                   .from = {OrderState::kActive},
                   .when = {Fact::kLastMilestone},
                   .unless = {Fact::kFinalDelivery},
                   .refusal = Reason::kFinalDeliveryRequired,
                   .numbers = "S32 A10"});
  rules.push_back({.trigger = kDeliver,
                   .from = {OrderState::kActive},
                   .when = {Fact::kFinalDelivery},
                   .unless = {Fact::kLastMilestone},
                   .refusal = Reason::kNotTheLastMilestone,
                   .numbers = "A10"});
  rules.push_back({.trigger = kDeliver,
                   .from = {OrderState::kActive},
                   .milestone = {MilestoneState::kActive, MilestoneState::kRevisionRequested},
                   .to = OrderState::kActive,
                   .events = Events<MilestoneDelivered>(),
                   .sets = DeadlineKind::kReview,
                   .numbers = "S32 S33 A10 A14 A20 A26"});
}

Decision DeliverMilestone::Decide(const Order* order, absl::Time now) const {
  Facts said;
  said.Add(Fact::kFinalDelivery, final_delivery);
  said.Add(Fact::kNamesMeeting, !meeting_url.empty());
  return TakeStep(*this, order, now, said, milestone);
}

MilestoneDelivered MilestoneDelivered::Made(const Cause& cause) {
  const auto& said = cause.Asked<DeliverMilestone>();
  const Order& order = cause.order;
  return {order.current_milestone, said.final_delivery, order.IsLate(order.current(), cause.at), said.message,
          said.meeting_url,        said.attachments,    cause.at + order.terms.review_window()};
}

bool MilestoneDelivered::CanApply(const Order& order) const {
  return Has(order, milestone);
}

void MilestoneDelivered::Apply(Order& order, absl::Time at) const {
  Milestone& delivered = order.At(milestone);
  delivered.state = MilestoneState::kDelivered;
  ++delivered.deliveries;
  delivered.delivered_at = at;
  delivered.late = late;
  delivered.delivery_message = message;
  delivered.meeting_url = meeting_url;
  delivered.attachments = attachments;
  order.MoveMainDeadline(std::nullopt, DeadlineKind::kReview, review_due);
  order.operator_task.reset();
  order.operator_since.reset();
}

}  // namespace milepost::billing
