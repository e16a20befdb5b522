#include "services/milestone_billing/domain/order.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace milepost::billing {

ChargeId ChargeIdOf(const OrderId& order, uint32_t milestone, uint32_t slot) {
  return ChargeId(DeriveUuid(order.uuid(), "charge", absl::StrCat(milestone, "/", slot)));
}

std::string ProviderKeyOf(const OrderId& order, const Charge& charge) {
  return absl::StrCat("orders/", order.ToString(), "/milestones/", charge.milestone, "/attempts/",
                      charge.slot);
}

absl::Duration RefundWait(uint32_t number) {
  static constexpr int kHours[kRefundTriesMax] = {0, 1, 6, 24, 72};
  return absl::Hours(kHours[std::clamp<uint32_t>(number, 1, kRefundTriesMax) - 1]);
}

std::string ProviderKeyOf(const OrderId& order, const Charge& charge, const Refund& refund) {
  return absl::StrCat(ProviderKeyOf(order, charge), "/refunds/", refund.number);
}

const Milestone* Order::FindMilestone(uint32_t number) const {
  return number >= 1 && number <= milestones.size() ? &milestones[number - 1] : nullptr;
}

const Charge* Order::FindCharge(const ChargeId& charge) const {
  const auto found =
      std::find_if(charges.rbegin(), charges.rend(), [&](const Charge& c) { return c.id == charge; });
  return found == charges.rend() ? nullptr : &*found;
}

const Charge* Order::FindCharge(uint32_t milestone, uint32_t slot) const {
  for (const Charge& charge : charges) {
    if (charge.milestone == milestone && charge.slot == slot) return &charge;
  }
  return nullptr;
}

const Refund* Order::FindRefund(const ChargeId& charge, uint32_t number) const {
  const auto found = std::find_if(refunds.begin(), refunds.end(),
                                  [&](const Refund& r) { return r.charge == charge && r.number == number; });
  return found == refunds.end() ? nullptr : &*found;
}

Charge& Order::At(const ChargeId& charge) {
  return const_cast<Charge&>(*FindCharge(charge));
}

Refund& Order::At(const ChargeId& charge, uint32_t number) {
  return const_cast<Refund&>(*FindRefund(charge, number));
}

const Charge* Order::open_charge() const {
  // An attempt is opened only after the one before it has ended.
  return !charges.empty() && charges.back().state == ChargeState::kOpen ? &charges.back() : nullptr;
}

const std::string& Order::placed_with() const {
  const Charge* charge = FindCharge(1, placement_attempt);
  return charge ? charge->payment_method : payment_method;
}

const Deadline* Order::main_deadline() const {
  const auto found = std::find_if(deadlines.begin(), deadlines.end(),
                                  [](const Deadline& deadline) { return IsMain(deadline.kind); });
  return found == deadlines.end() ? nullptr : &*found;
}

void Order::MoveMainDeadline(std::optional<DeadlineKind> ends, DeadlineKind kind, absl::Time due) {
  if (edition == 0) {
    if (ends) ClearDeadline(*ends);
    return SetDeadline(kind, due);
  }
  for (Deadline& deadline : deadlines) {
    if (!IsMain(deadline.kind)) continue;
    deadline = {deadline.number, kind, due, deadline.subject, std::nullopt};
    return;
  }
  SetDeadline(kind, due);
}

void Order::Close(OrderState as, absl::Time at) {
  state = as;
  completed_at = at;
  noted_deadline.reset();
  deadlines.clear();
  cancellation_request.reset();
  operator_task.reset();
  operator_since.reset();
  if (offer) outcome_due = at;
}

bool Order::IsLate(const Milestone& milestone, absl::Time now) const {
  if (edition > 0) return milestone.late;  // milestone.overdue has said so
  const bool awaited = milestone.state == MilestoneState::kActive;
  return awaited ? now > *milestone.due_at : milestone.late;
}

PlacementOutcome PlacementOf(const Order& order, uint32_t attempt) {
  using Kind = PlacementOutcome::Kind;
  const Charge* charge = order.FindCharge(1, attempt);
  if (charge == nullptr) {
    if (attempt > order.placement_attempt && order.created_at) return {Kind::kPlaced, {}, {}};
    return {Kind::kFailed, PlacementFailure::kAcceptWindowPassed, {}};
  }
  switch (charge->state) {
    case ChargeState::kOpen:
      return {Kind::kOpen, {}, {}};
    case ChargeState::kSucceeded:
      return {Kind::kPlaced, {}, {}};
    case ChargeState::kDeclined:
      return {Kind::kFailed, PlacementFailure::kPaymentDeclined, charge->decline_reason};
    case ChargeState::kVoided:
      return {Kind::kFailed, PlacementFailure::kPaymentVoided, {}};
  }
  return {};
}

OrderId OrderIdOf(const OfferId& offer) {
  return OrderId(DeriveUuid(offer.uuid(), "order"));
}

OrderId OrderIdOf(const Uuid& quote_nonce, absl::string_view buyer) {
  return OrderId(DeriveUuid(quote_nonce, "order", buyer));
}

}  // namespace milepost::billing
