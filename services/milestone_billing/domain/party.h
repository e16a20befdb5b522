// The parties of an order's triggers, and the declaration of each trigger.
#pragma once

#include "absl/strings/string_view.h"
#include "services/milestone_billing/domain/enum_set.h"
#include "services/milestone_billing/domain/enums.h"

namespace milepost::billing {

enum class Party { kBuyer, kSeller, kOperator, kOfferService, kSystem };

constexpr EnumEntry EntryOf(Party party) {
  const int number = static_cast<int>(party) + 1;
  switch (party) {
    case Party::kBuyer:
      return {"BUYER", number};
    case Party::kSeller:
      return {"SELLER", number};
    case Party::kOperator:
      return {"OPERATOR", number};
    case Party::kOfferService:
      return {"OFFER_SERVICE", number};
    case Party::kSystem:
      return {"SYSTEM", number};
  }
  return {};
}

// The declaration of a trigger: a party's command, an outcome, or a deadline.
struct TriggerInfo {
  absl::string_view name;  // a method as the contract names it; a deadline as its kind
  EnumSet<Party> parties;  // whose it is
};

}  // namespace milepost::billing
