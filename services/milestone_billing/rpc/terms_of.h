// Converts peers' messages about gigs and offers to the terms of an order. Pure functions.
//
// CheckTerms decides whether an order can be made of the terms. Peers' messages are not validated before they come here: one
// that makes no sense is an internal error, never a refusal.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "milepost/offers/v1/offer.pb.h"
#include "services/milestone_billing/domain/terms.h"

namespace milepost::billing {

// The platform's billing settings. A new order copies its fees and deadlines and keeps them for its whole life (A22).
struct BillingPolicy {
  FeePolicy fees;
  DeadlinePolicy deadlines;
  absl::Duration quote_validity = absl::Hours(7 * 24);  // of a gig's quote, which carries its own end (A28)
};

// The terms of a gig's package, ordered as one payment or with the gig's milestones. With milestones that are
// not available it refuses as the catalog says: PLAN_NOT_FOUND, PLAN_NOT_ACTIVE, PACKAGE_NOT_ORDERABLE.
absl::StatusOr<Terms> TermsOf(const catalog::v1::PreviewWorkflowResponse& gig, v1::OrderType workflow,
                              const BillingPolicy& policy);

// The terms of an accepted offer. Subscription terms become an empty list of milestones of that kind.
absl::StatusOr<Terms> TermsOf(const v1::PlaceOrderRequest& offer, const BillingPolicy& policy);

// The terms of an offer, for a quote.
absl::StatusOr<Terms> TermsOf(const offers::v1::Offer& offer, const BillingPolicy& policy);

// A refusal of CheckTerms with its paths ("terms.milestones[1].amount") as the request carries the terms
// ("milestones.milestones[1].amount", "one_time.price").
absl::Status WithPathsOf(const v1::PlaceOrderRequest& request, absl::Status refused);

}  // namespace milepost::billing
