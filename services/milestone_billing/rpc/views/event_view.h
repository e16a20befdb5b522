// The base of views of an order's events. A view defines an event's public payload and its notifications in one
// place, with one overload for each kind of event:
//
//   struct MilestoneEvents : EventView {
//     void operator()(const MilestoneSkipped& event) const {
//       out.mutable_milestone_skipped()->set_milestone_number(event.milestone);
//     }
//   };
//
// order_feed.cc puts the subjects together. An event without an overload does not compile. A party is notified of
// everything that it did not do itself. If one commit writes several events, only the most informative one notifies
// (docs/API.md, Notifications).
#pragma once

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/core/id.h"
#include "common/events/notification.h"
#include "common/rpc/wire.h"
#include "milepost/events/v1/event.pb.h"
#include "milepost/type/v1/payment.pb.h"
#include "services/milestone_billing/rpc/visibility.h"

namespace milepost::billing {

namespace pb = ::milepost::events::v1;
using events::NotificationText;

struct EventView {
  const Visibility visible;
  const events::Parties notify;
  pb::Event& out;
};

inline type::v1::DeclineReason DeclineReasonOnWire(const std::optional<DeclineReason>& reason) {
  return reason ? WireOf<type::v1::DeclineReason>(*reason) : type::v1::DECLINE_REASON_UNSPECIFIED;
}
inline std::string ChargeName(const ChargeId& charge) {
  return rpc::NameOf("charges", charge.uuid());
}
inline std::string RefundName(const ChargeId& charge, uint32_t number) {
  return absl::StrCat(ChargeName(charge), "/refunds/", number);
}

}  // namespace milepost::billing
