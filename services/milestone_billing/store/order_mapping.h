// The mapping of orders to the tables `orders`, `charges`, `entries`, `charge_questions` and `refunds` (migrations/).
#pragma once

#include "common/db/mapping.h"
#include "services/milestone_billing/domain/order_domain.h"

namespace milepost::billing {

inline constexpr char kEntriesTable[] = "entries";

db::Mapping<OrderDomain> OrderMapping();

}  // namespace milepost::billing
