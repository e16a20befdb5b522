#include "tests/torture/market.h"

#include "tests/e2e/stories/story.h"

namespace milepost::torture {

using billing::v1::Order;

namespace {

bool IsAllowed(const Order& order, const std::string& method) {
  return std::any_of(order.next_actions().begin(), order.next_actions().end(),
                     [&](const auto& action) { return action.method() == method && action.allowed(); });
}

}  // namespace

OrderView ViewOf(const Order& order) {
  OrderView view;
  view.name = order.name();
  view.buyer = order.buyer();
  view.seller = order.seller();
  view.state = order.state();
  view.current = static_cast<int>(order.current_milestone());
  view.last = order.milestones_size();
  view.payment_open = order.last_payment().state() == type::v1::PAYMENT_STATE_OPEN;
  if (view.current >= 1 && view.current <= view.last) {
    const billing::v1::OrderMilestone& milestone = order.milestones(view.current - 1);
    view.milestone = milestone.state();
    view.revisions_left =
        milestone.unlimited_revisions() || milestone.revisions_used() < milestone.revisions_allowed();
    if (view.state == billing::v1::ORDER_STATE_DISPUTED) view.disputed_by = milestone.dispute().opened_by();
  }
  view.held_minor = e2e::Cents(order.totals().escrow_held());
  view.cancellable = IsAllowed(order, "CancelLateMilestone");
  if (order.has_cancellation_request()) view.asked_by = order.cancellation_request().requested_by();
  return view;
}

bool IsRunning(const OrderView& order) {
  return order.state != billing::v1::ORDER_STATE_COMPLETED &&
         order.state != billing::v1::ORDER_STATE_CANCELLED &&
         order.state != billing::v1::ORDER_STATE_PLACEMENT_FAILED;
}

}  // namespace milepost::torture
