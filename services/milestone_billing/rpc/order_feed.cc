#include "services/milestone_billing/rpc/order_feed.h"

#include <variant>

#include "common/core/status_macros.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/rpc/views/cancellation_view.h"
#include "services/milestone_billing/rpc/views/dispute_view.h"
#include "services/milestone_billing/rpc/views/ending_view.h"
#include "services/milestone_billing/rpc/views/event_view.h"
#include "services/milestone_billing/rpc/views/milestone_view.h"
#include "services/milestone_billing/rpc/views/payment_view.h"
#include "services/milestone_billing/rpc/views/placement_view.h"
#include "services/milestone_billing/rpc/views/refund_view.h"
#include "services/milestone_billing/rpc/visibility.h"
#include "services/milestone_billing/store/order_record.h"

namespace milepost::billing {
namespace {

// One view of the events of several subjects.
template <class... Subjects>
struct ViewOf : Subjects... {
  explicit ViewOf(const EventView& view) : Subjects{view}... {}
  using Subjects::operator()...;
};
using OrderEventView = ViewOf<PlacementEvents, PaymentEvents, MilestoneEvents, CancellationEvents,
                              DisputeEvents, RefundEvents, EndingEvents>;

absl::Status Show(const events::StoredEvent& stored, events::Viewer viewer, events::v1::Event& out) {
  MILEPOST_ASSIGN_OR_RETURN(const OrderEvent event, DecodeEvent(stored.payload));
  const EventView view{Visibility(viewer), events::Parties(stored.buyer, stored.seller, out), out};
  std::visit(OrderEventView(view), event);
  return absl::OkStatus();
}

}  // namespace

events::FeedSource OrderFeed() {
  return {.stream = {.table = "orders",
                     .seller_column = "seller",
                     .buyer_column = "buyer",
                     .audience = AudienceOf},
          .types = events::TypesOf<OrderEvent>([](const OrderEvent& event) { return NameOf(KindOf(event)); }),
          .show = Show};
}

}  // namespace milepost::billing
