// What the checks of the corpus don't ask for, each with its reason. A change of storage may have to add to it.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"

namespace milepost::golden {

// A column that came after files of the corpus were written. Their rows have no value for it, and none is asked of them.
struct AddedColumn {
  absl::string_view table;
  absl::string_view column;     // "*": the whole table
  absl::string_view value;      // of rows from before, as the migration leaves them: "0", "NULL"
  absl::string_view migration;  // that added it, and why old rows need no value: "milestone_billing/0004: …"
};

inline const std::vector<AddedColumn>& AddedColumns() {
  static const auto* const columns = new std::vector<AddedColumn>{
      {"deadlines", "subject", "0", "common/0004: 0, which is its default"},
      {"deadlines", "left_us", "NULL", "common/0004: NULL, nothing was frozen before"},
      {"orders", "operator_since_us", "NULL",
       "milestone_billing/0005: NULL, no order waited for an operator before"},
      {"offers", "conversation", "", "offer_service/0003: taken out of the body, which says it"},
      {"gig_search", "*", "", "gig_catalog/0003: the search filler makes the rows of old gigs"},
  };
  return *columns;
}

// A field that came after files of the corpus were written, and that is written of a message which was stored without it. All
// else of the message must stay as it is.
struct AddedField {
  absl::string_view name;
  absl::string_view why;
};
inline constexpr AddedField kAddedFields[] = {
    {"milepost.storage.v1.Quote.digest",
     "decisions/0004: tokens from before quotes ended have none. Callers hold them, and they are never "
     "issued anew"},
};

// What no release has stored: a field that was never set, or a value of an enum; each with the reason.
struct NeverStored {
  absl::string_view name;
  absl::string_view why;
};
inline constexpr NeverStored kNeverStored[] = {
    {"milepost.storage.v1.OrderTerms.KIND_SUBSCRIPTION",
     "subscriptions are not billed yet: CheckTerms refuses them"},
    {"milepost.storage.v1.OrderDeadline.subject", "each deadline is the order's own yet"},
};

// Messages inside others that are there in every row. All other such messages must also be absent somewhere.
inline constexpr absl::string_view kAlwaysThere[] = {
    "milepost.storage.v1.GigPlan.draft",
    "milepost.storage.v1.GigPlanPublished.terms",
    "milepost.storage.v1.Offer.terms",
    "milepost.storage.v1.OfferEvent.Content.terms",
    "milepost.storage.v1.OfferEvent.Created.content",
    "milepost.storage.v1.OfferEvent.Updated.content",
    "milepost.storage.v1.OfferTerms.Milestone.amount",
    "milepost.storage.v1.OfferTerms.Milestone.revisions",
    "milepost.storage.v1.OfferTerms.OneTime.price",
    "milepost.storage.v1.OfferTerms.OneTime.revisions",
    "milepost.storage.v1.OfferTerms.Subscription.price",
    "milepost.storage.v1.OfferTerms.Subscription.revisions",
    "milepost.storage.v1.Order.terms",
    "milepost.storage.v1.Order.totals",
    "milepost.storage.v1.OrderAccepted.release",
    "milepost.storage.v1.OrderCancellationOrdered.seller_amount",
    "milepost.storage.v1.OrderCancellationRequested.seller_amount",
    "milepost.storage.v1.OrderCharge.amount",
    "milepost.storage.v1.OrderChargeSucceededLate.move",
    "milepost.storage.v1.OrderEscrowSplit.amount",
    "milepost.storage.v1.OrderEscrowSplit.move",
    "milepost.storage.v1.OrderFunded.amount",
    "milepost.storage.v1.OrderFunded.move",
    "milepost.storage.v1.OrderMilestoneCancelled.split",
    "milepost.storage.v1.OrderMilestoneTerms.amount",
    "milepost.storage.v1.OrderPaymentStarted.amount",
    "milepost.storage.v1.OrderPlacementStarted.terms",
    "milepost.storage.v1.OrderRefund.amount",
    "milepost.storage.v1.OrderRefundEnded.move",
    "milepost.storage.v1.OrderRefundStarted.amount",
    "milepost.storage.v1.OrderRefundStarted.move",
    "milepost.storage.v1.OrderRelease.amount",
    "milepost.storage.v1.OrderRelease.move",
    "milepost.storage.v1.OrderTerms.deadlines",
    "milepost.storage.v1.OrderTerms.fees",
    "milepost.storage.v1.PublishedGigPlan.terms",
};

}  // namespace milepost::golden
