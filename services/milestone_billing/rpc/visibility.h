// Who may see an order: its parties, operators and peer services. To everybody else it does not exist.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "common/core/actor.h"
#include "common/core/refusal.h"
#include "services/milestone_billing/workers/orders.h"

namespace milepost::billing {

inline bool MaySee(const Order& order, const Actor& actor) {
  return !actor.is_user() || actor.name == order.buyer || actor.name == order.seller;
}

// What a read found, if the actor may see it; else the refusal for what is not there.
inline absl::StatusOr<OrderSnapshot> Visible(absl::StatusOr<std::optional<OrderSnapshot>> found,
                                             const Actor& actor, Reason otherwise = Reason::kOrderNotFound) {
  if (!found.ok()) return found.status();
  if (!*found || !MaySee((*found)->state, actor)) return Refuse(otherwise);
  return **std::move(found);
}

}  // namespace milepost::billing
