#include "services/milestone_billing/domain/events.h"

namespace milepost::billing {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

absl::string_view NameOf(const OrderEvent& event) {
  return std::visit(Overloaded{
                        [](const OrderPlacementStarted&) { return "order.placement_started"; },
                        [](const OrderPlacementFailed&) { return "order.placement_failed"; },
                        [](const OrderCreated&) { return "order.created"; },
                        [](const MilestonePaymentStarted&) { return "milestone.payment_started"; },
                        [](const MilestoneFunded&) { return "milestone.funded"; },
                        [](const MilestoneWorkAuthorized&) { return "milestone.work_authorized"; },
                        [](const MilestonePaymentFailed&) { return "milestone.payment_failed"; },
                        [](const MilestoneDelivered&) { return "milestone.delivered"; },
                        [](const MilestoneRevisionRequested&) { return "milestone.revision_requested"; },
                        [](const MilestoneAccepted&) { return "milestone.accepted"; },
                        [](const MilestoneAutoAccepted&) { return "milestone.auto_accepted"; },
                        [](const MilestoneSkipped&) { return "milestone.skipped"; },
                        [](const OrderEnded&) { return "order.ended"; },
                        [](const SellerNotified&) { return "seller.notified"; },
                        [](const OrderCompleted&) { return "order.completed"; },
                        [](const DeadlineNoted&) { return "deadline.noted"; },
                        [](const ChargeLeased&) { return "charge.leased"; },
                        [](const ChargeUndecided&) { return "charge.undecided"; },
                        [](const ChargeSucceededLate&) { return "charge.succeeded_late"; },
                        [](const OrderOutcomeRecorded&) { return "order.outcome_recorded"; },
                    },
                    event);
}

const Move* MoveOf(const OrderEvent& event) {
  if (const auto* funded = std::get_if<MilestoneFunded>(&event)) return &funded->move;
  if (const auto* accepted = std::get_if<MilestoneAccepted>(&event)) return &accepted->release.move;
  if (const auto* accepted = std::get_if<MilestoneAutoAccepted>(&event)) return &accepted->release.move;
  if (const auto* late = std::get_if<ChargeSucceededLate>(&event)) return &late->move;
  return nullptr;
}

std::optional<ChargeId> ChargeOf(const OrderEvent& event) {
  if (const auto* failed = std::get_if<OrderPlacementFailed>(&event)) return failed->charge;
  if (const auto* started = std::get_if<MilestonePaymentStarted>(&event)) return started->charge;
  if (const auto* funded = std::get_if<MilestoneFunded>(&event)) return funded->charge;
  if (const auto* failed = std::get_if<MilestonePaymentFailed>(&event)) return failed->charge;
  if (const auto* leased = std::get_if<ChargeLeased>(&event)) return leased->charge;
  if (const auto* undecided = std::get_if<ChargeUndecided>(&event)) return undecided->charge;
  if (const auto* late = std::get_if<ChargeSucceededLate>(&event)) return late->charge;
  return std::nullopt;
}

}  // namespace milepost::billing
