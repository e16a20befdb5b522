// Offers in every state, brought there by the rules themselves, at fixed instants.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "common/core/decider.h"
#include "common/core/refusal.h"
#include "services/offer_service/domain/offer_domain.h"

namespace milepost::offers {

inline const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);
inline const absl::Time kExpiry = kStart + absl::Hours(48);
inline const Actor kSeller{ActorKind::kUser, "users/sam"};
inline const Actor kBuyer{ActorKind::kUser, "users/bea"};
inline const Actor kStranger{ActorKind::kUser, "users/eve"};
inline const Actor kOperator{ActorKind::kOperator, "operators/ops-1"};
inline const Actor kBilling{ActorKind::kService, "services/milestone-billing"};
inline const Actor kOtherService{ActorKind::kService, "services/gig-catalog"};
inline const OfferId kOfferId(*Uuid::Parse("0190a000-0000-7000-8000-000000000001"));
inline const GigId kGigId(*Uuid::Parse("0190a000-0000-7000-8000-000000000002"));
inline const Uuid kRequest = *Uuid::Parse("0190a000-0000-7000-8000-000000000003");
inline const ChargeId kCharge(*Uuid::Parse("0190a000-0000-7000-8000-000000000004"));

inline OfferMilestone Milestone(int days = 5, int64_t cents = 10'000) {
  return {"Storyboard", "Twelve frames", days, Money::Usd(cents), Revisions{1, false}};
}

inline MilestoneTerms Milestones(int count) {
  return MilestoneTerms{std::vector<OfferMilestone>(static_cast<size_t>(count), Milestone())};
}

// A24: valid in every field.
inline SubscriptionTerms Subscription() {
  return {.interval_days = 30,
          .cycles = 12,
          .price = Money::Usd(900),
          .discount_percent = 10,
          .days = 5,
          .revisions = Revisions{2, false},
          .description = "A post a week"};
}

inline GigFacts Gig() {
  return {kGigId, kSeller.name, "3D animation", GigState::kPublished, "3d-product", true};
}

inline CreateOffer Creation(Terms terms = Milestones(3)) {
  return {kSeller, kOfferId, kBuyer.name, "conversation-7", "As discussed", std::move(terms), kExpiry,
          kGigId,  Gig(),    {}};
}

inline UpdateOffer Update() {
  UpdateOffer update{.actor = kSeller, .gig = Gig(), .policy = {}};
  update.message = "Cheaper";
  return update;
}

inline SendOffer Sending() {
  return {kSeller, Gig(), {}};
}

inline AcceptOffer Acceptance(const Offer& offer) {
  return {kBuyer, kRequest, "card-1", TermsHash(offer.gig, offer.terms), Gig(), {}};
}

inline RecordPlacement Placed(uint32_t attempt = 1) {
  return {.attempt = attempt, .placed = true, .reason = "", .charge = kCharge};
}

inline RecordPlacement NotPlaced(uint32_t attempt = 1) {
  return {.attempt = attempt,
          .placed = false,
          .payment = PaymentState::kDeclined,
          .reason = "INSUFFICIENT_FUNDS",
          .charge = kCharge};
}

inline RecordOrderOutcome Ended(OrderOutcome outcome = OrderOutcome::kCompleted) {
  if (outcome == OrderOutcome::kCancelled) return {kBilling, OrderOf(kOfferId), outcome, "", "AGREED"};
  return {kBilling, OrderOf(kOfferId), outcome, "ALL_ACCEPTED", ""};
}

// Cancelled after a milestone was accepted (A19).
inline RecordOrderOutcome EndedByCancellation() {
  return {kBilling, OrderOf(kOfferId), OrderOutcome::kCompleted, "CANCELLED_AFTER_ACCEPTANCE",
          "LATE_DELIVERY"};
}

inline absl::StatusOr<Step<OfferDomain>> StepOf(const Offer* before, const OfferCommand& command,
                                                absl::Time now) {
  return Run<OfferDomain>(before, command, now);
}

// Decides and folds; a refusal fails the test.
inline Offer After(const Offer* before, const OfferCommand& command, absl::Time now) {
  absl::StatusOr<Step<OfferDomain>> step = StepOf(before, command, now);
  EXPECT_TRUE(step.ok()) << step.status();
  return step.ok() ? std::move(step->next) : Offer();
}

inline Offer Draft(Terms terms = Milestones(3)) {
  return After(nullptr, Creation(std::move(terms)), kStart);
}

inline Offer Sent(Terms terms = Milestones(3)) {
  const Offer draft = Draft(std::move(terms));
  return After(&draft, Sending(), kStart);
}

inline Offer Accepting() {
  const Offer sent = Sent();
  return After(&sent, Acceptance(sent), kStart);
}

inline Offer InState(OfferState state) {
  const Offer draft = Draft(), sent = Sent(), accepting = Accepting();
  switch (state) {
    case OfferState::kDraft:
      return draft;
    case OfferState::kSent:
      return sent;
    case OfferState::kAccepting:
      return accepting;
    case OfferState::kAccepted:
      return After(&accepting, Placed(), kStart);
    case OfferState::kDeclined:
      return After(&sent, DeclineOffer{kBuyer, "too much"}, kStart);
    case OfferState::kWithdrawn:
      return After(&sent, WithdrawOffer{kSeller}, kStart);
    case OfferState::kExpired:
      return AsOf<OfferDomain>(sent, kExpiry);
    case OfferState::kDeleted:
      return After(&draft, DeleteOffer{kSeller}, kStart);
  }
  return {};
}

// The reason's wire name, "OK" for success, or the status' text where it is no refusal.
inline std::string ReasonOf(const absl::Status& status) {
  if (status.ok()) return "OK";
  const std::optional<Refusal> refusal = RefusalOf(status);
  return refusal ? std::string(RowOf(refusal->reason).name) : status.ToString();
}

inline std::string Outcome(const Offer* before, const OfferCommand& command, absl::Time now = kStart) {
  return ReasonOf(StepOf(before, command, now).status());
}

// "offer.accepted offer.order_completed": what the command wrote.
inline std::string EventsOf(const Offer* before, const OfferCommand& command, absl::Time now = kStart) {
  absl::StatusOr<Step<OfferDomain>> step = StepOf(before, command, now);
  if (!step.ok()) return ReasonOf(step.status());
  std::string names;
  for (const StampedEvent<OfferDomain>& event : step->events) {
    if (!names.empty()) names += " ";
    names += std::string(NameOf(event.event));
  }
  return names;
}

}  // namespace milepost::offers
