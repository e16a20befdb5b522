// The buyer asks for a revision of what was delivered (S33); the seller has time for it (A17).
#include <algorithm>
#include <utility>

#include "services/milestone_billing/domain/steps/step.h"

namespace milepost::billing {
namespace {

// A17: max(3 days, half of the milestone's days).
absl::Duration RevisionTime(const Order& order) {
  const absl::Duration work = absl::Hours(24) * order.TermsOf(order.current_milestone).days;
  return std::max(order.terms.deadlines.min_revision, work / 2);
}

// The delivery that the request sends back becomes an earlier one.
void KeepDelivery(Milestone& milestone, const MilestoneRevisionRequested& request, absl::Time at) {
  EarlierDelivery sent_back{.number = static_cast<uint32_t>(milestone.deliveries),
                            .at = milestone.delivered_at.value_or(at),
                            .late = milestone.late,
                            .message = std::move(milestone.delivery_message),
                            .meeting_url = std::move(milestone.meeting_url),
                            .attachments = std::move(milestone.attachments),
                            .revision_at = at,
                            .revision_message = request.message};
  milestone.delivery_message.clear();
  milestone.meeting_url.clear();
  milestone.attachments.clear();
  milestone.earlier.push_back(std::move(sent_back));
  if (milestone.earlier.size() > kEarlierDeliveriesKept) milestone.earlier.erase(milestone.earlier.begin());
}

}  // namespace

void RequestRevision::AppendRules(std::vector<Rule>& rules) {
  DenyWithoutDelivery(kTriggerOf<RequestRevision>, rules);
  rules.push_back(Deny(kTriggerOf<RequestRevision>, {OrderState::kDisputed}, Reason::kOrderDisputed, "§4"));
  rules.push_back({.trigger = kTriggerOf<RequestRevision>,
                   .from = {OrderState::kActive},
                   .unless = {Fact::kRevisionsLeft},
                   .refusal = Reason::kRevisionsExhausted,
                   .numbers = "S25 A17"});
  rules.push_back({.trigger = kTriggerOf<RequestRevision>,
                   .from = {OrderState::kActive},
                   .milestone = {MilestoneState::kDelivered},
                   .to = OrderState::kActive,
                   .events = Events<MilestoneRevisionRequested>(),
                   .numbers = "S33 A17"});
}

Decision RequestRevision::Decide(const Order* order, absl::Time now) const {
  return TakeStep(*this, order, now, {}, milestone);
}

MilestoneRevisionRequested MilestoneRevisionRequested::Made(const Cause& cause) {
  const Order& order = cause.order;
  return {order.current_milestone, order.current().revisions_used + 1, cause.Asked<RequestRevision>().message,
          cause.at + RevisionTime(order)};
}

bool MilestoneRevisionRequested::CanApply(const Order& order) const {
  return Has(order, milestone);
}

void MilestoneRevisionRequested::Apply(Order& order, absl::Time at) const {
  Milestone& revised = order.At(milestone);
  revised.state = MilestoneState::kRevisionRequested;
  revised.revisions_used = revisions_used;
  revised.due_at = due_at;
  if (order.edition == 0) {
    revised.revision_message = message;
    return order.ClearDeadline(DeadlineKind::kReview);
  }
  KeepDelivery(revised, *this, at);
  revised.late = false;
  order.MoveMainDeadline(std::nullopt, DeadlineKind::kDelivery, due_at);
}

}  // namespace milepost::billing
