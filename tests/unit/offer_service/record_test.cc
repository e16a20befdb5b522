// What is stored comes back as it was: offers in every state, every event, every order type.
#include <gtest/gtest.h>

#include "services/offer_service/store/offer_record.h"
#include "tests/unit/offer_service/offers.h"

namespace milepost::offers {
namespace {

// The row's own columns are not in the body.
Offer WithoutRow(Offer offer) {
  offer.id = OfferId();
  offer.sequence = 0;
  offer.updated_at = absl::Time();
  return offer;
}

void ExpectRoundTrip(const Offer& offer) {
  const absl::StatusOr<Offer> back = OfferFromBody(OfferToBody(offer));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, WithoutRow(offer));
}

const Terms kAllTerms[] = {
    OneTimeTerms{Money::Usd(500), 3, Revisions{0, true}, "A logo"},
    Subscription(),
    MilestoneTerms{{Milestone(), Milestone(30, 1)}},
};

TEST(OfferRecord, OffersInEveryStateRoundTrip) {
  for (OfferState state :
       {OfferState::kDraft, OfferState::kSent, OfferState::kAccepting, OfferState::kAccepted,
        OfferState::kDeclined, OfferState::kWithdrawn, OfferState::kExpired, OfferState::kDeleted})
    ExpectRoundTrip(InState(state));
}

TEST(OfferRecord, EveryOrderTypeRoundTrips) {
  for (const Terms& terms : kAllTerms) ExpectRoundTrip(Draft(terms));
}

TEST(OfferRecord, AReopenedAnEndedAndAnOpenEndedOfferRoundTrip) {
  const Offer accepting = Accepting(), accepted = InState(OfferState::kAccepted);
  ExpectRoundTrip(After(&accepting, NotPlaced(), kStart));
  ExpectRoundTrip(After(&accepted, Ended(OrderOutcome::kCancelled), kStart));
  ExpectRoundTrip(After(&accepted, EndedByCancellation(), kStart));
  CreateOffer creation = Creation();
  creation.expire_time.reset();
  ExpectRoundTrip(After(nullptr, creation, kStart));
}

TEST(OfferRecord, EveryEventRoundTrips) {
  const std::vector<OfferEvent> events = {
      OfferCreated{kOfferId, "users/sam", "users/bea", kGigId, "c-1", "Hello", kAllTerms[2], kExpiry},
      OfferCreated{kOfferId, "users/sam", "users/bea", kGigId, "", "", kAllTerms[0], std::nullopt},
      OfferUpdated{"users/bob", kGigId, "c-2", "Again", kAllTerms[1], kExpiry},
      OfferSent{kExpiry},
      OfferWithdrawn{},
      OfferDeclined{"too much"},
      OfferExpired{},
      OfferAcceptStarted{*Accepting().accept},
      OfferAccepted{OrderOf(kOfferId), kCharge},
      OfferAccepted{OrderOf(kOfferId), std::nullopt},
      OfferAcceptFailed{3, PaymentState::kVoided, "ACCEPT_WINDOW_OVER", kCharge},
      OfferOrderEnded{OrderOutcome::kCompleted, "ENDED_BY_BUYER", ""},
      OfferOrderEnded{OrderOutcome::kCompleted, "CANCELLED_AFTER_ACCEPTANCE", "AGREED"},
      OfferOrderEnded{OrderOutcome::kCancelled, "", "NON_DELIVERY"},
      OfferDeleted{},
  };
  std::vector<bool> seen(std::variant_size_v<OfferEvent>);
  for (const OfferEvent& event : events) {
    seen[event.index()] = true;
    const absl::StatusOr<OfferEvent> back = OfferEventFromPayload(kOfferId, OfferEventToPayload(event));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, event) << NameOf(event);
  }
  for (bool each : seen) EXPECT_TRUE(each);
}

TEST(OfferRecord, DamagedBytesAreReportedNotGuessed) {
  for (absl::string_view bytes : {"", "\x01\x02\x03", "\x08\x63"}) {
    EXPECT_EQ(OfferFromBody(bytes).status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(OfferEventFromPayload(kOfferId, bytes).status().code(), absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace milepost::offers
