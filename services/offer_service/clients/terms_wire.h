// Converts an offer's terms to and from the wire (milepost.offers.v1); Offer and PlaceOrderRequest carry them under
// the same names. Pure.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "common/core/refusal.h"
#include "milepost/offers/v1/offer.pb.h"
#include "services/offer_service/domain/terms.h"

namespace milepost::offers {

v1::OneTimeTerms ToWire(const OneTimeTerms& terms);
v1::SubscriptionTerms ToWire(const SubscriptionTerms& terms);
v1::MilestoneTerms ToWire(const MilestoneTerms& terms);

// `Message` has the oneof `terms` with one_time, subscription and milestones.
template <class Message>
void SetTerms(const Terms& terms, Message& message) {
  if (const auto* one_time = std::get_if<OneTimeTerms>(&terms))
    *message.mutable_one_time() = ToWire(*one_time);
  if (const auto* subscription = std::get_if<SubscriptionTerms>(&terms))
    *message.mutable_subscription() = ToWire(*subscription);
  if (const auto* milestones = std::get_if<MilestoneTerms>(&terms))
    *message.mutable_milestones() = ToWire(*milestones);
}

// Checks the terms in a request's field `offer` for faults that no field rule can find: revisions that are neither a
// number nor unlimited, amounts of several currencies.
void CheckTermsShape(const v1::Offer& offer, std::vector<FieldViolation>& violations);

// The terms of an offer that has passed validation; INVALID_ARGUMENT where it has none or an amount is malformed.
absl::StatusOr<Terms> TermsOf(const v1::Offer& offer);

}  // namespace milepost::offers
