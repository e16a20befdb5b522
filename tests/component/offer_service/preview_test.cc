// AcceptOffer with validate_only: what accepting would do to the offer and, in MilestoneBilling's words, to the money (W3).
// tests/e2e/preview_test.cc has the figures.
#include <gmock/gmock.h>

#include "common/rpc/wire.h"
#include "tests/component/offer_service/world.h"
#include "tests/support/matchers.h"

namespace milepost::offers {
namespace {

using ::testing::IsEmpty;
using testing::IsOk;
using testing::RefusedWith;
using ::testing::SizeIs;

class PreviewTest : public OfferTest {};

TEST_F(PreviewTest, W3_TheOfferIsShownAcceptedWithBillingsPreviewAndNothingIsWritten) {
  const v1::Offer offer = Sent();
  const std::string before = Written();
  const auto previewed = client().PreviewAccept(offer);
  ASSERT_THAT(previewed, IsOk());
  EXPECT_FALSE(previewed->replayed());
  EXPECT_EQ(previewed->offer().state(), v1::OFFER_STATE_ACCEPTED);
  EXPECT_EQ(previewed->offer().order_state(), v1::OFFER_ORDER_STATE_RUNNING);
  EXPECT_EQ(previewed->offer().last_payment().state(), type::v1::PAYMENT_STATE_SUCCEEDED);
  EXPECT_EQ(rpc::MoneyOf(previewed->preview().charged_now().total()).value(), Money::Usd(1'234));
  EXPECT_EQ(Written(), before);
  EXPECT_THAT(peers().billing.calls(), IsEmpty());
  EXPECT_EQ(client().Get(offer.name(), buyer_)->state(), v1::OFFER_STATE_SENT);
}

TEST_F(PreviewTest, W3_BillingIsAskedWhatItIsThenAskedToDo) {
  const v1::Offer offer = Sent();
  ASSERT_THAT(client().PreviewAccept(offer), IsOk());
  const auto accepted = client().Accept(offer);
  ASSERT_THAT(accepted, IsOk());
  EXPECT_FALSE(accepted->has_preview());
  ASSERT_THAT(peers().billing.previews(), SizeIs(1));
  ASSERT_THAT(peers().billing.calls(), SizeIs(1));
  billing::v1::PlaceOrderRequest preview = peers().billing.previews()[0];
  billing::v1::PlaceOrderRequest call = peers().billing.calls()[0];
  EXPECT_TRUE(preview.validate_only());
  EXPECT_LE(rpc::TimeOf(preview.accept_until()), rpc::TimeOf(call.accept_until()));
  preview.clear_validate_only();
  preview.clear_accept_until();
  call.clear_accept_until();
  EXPECT_EQ(preview.SerializeAsString(), call.SerializeAsString());
}

TEST_F(PreviewTest, ARefusalForGoodIsShownAsTheAcceptanceWouldShowIt) {
  const v1::Offer offer = Sent();
  peers().billing.Answer(Refuses(Refuse(Reason::kCurrencyNotEligible)));
  const std::string before = Written();
  const auto previewed = client().PreviewAccept(offer);
  ASSERT_THAT(previewed, IsOk());
  EXPECT_EQ(previewed->offer().state(), v1::OFFER_STATE_SENT);
  EXPECT_EQ(previewed->offer().last_payment().state(), type::v1::PAYMENT_STATE_VOIDED);
  EXPECT_EQ(previewed->offer().last_payment().refusal_reason(), type::v1::REASON_CURRENCY_NOT_ELIGIBLE);
  EXPECT_FALSE(previewed->has_preview());
  EXPECT_EQ(Written(), before);
  const auto accepted = client().Accept(offer);
  ASSERT_THAT(accepted, IsOk());
  EXPECT_EQ(accepted->offer().last_payment().refusal_reason(), type::v1::REASON_CURRENCY_NOT_ELIGIBLE);
}

TEST_F(PreviewTest, ABillingThatCantTellNowIsAnError) {
  const v1::Offer offer = Sent();
  const std::string before = Written();
  peers().billing.Answer(Vanishes());
  EXPECT_THAT(client().PreviewAccept(offer), RefusedWith(Reason::kPeerUnavailable));
  peers().billing.Answer(Refuses(Refuse(Reason::kOrderPlacing)));
  EXPECT_THAT(client().PreviewAccept(offer), RefusedWith(Reason::kOrderPlacing)) << "an attempt is open";
  EXPECT_EQ(Written(), before);
}

// A release of MilestoneBilling from before previews: its answer says that the payment would be open.
TEST_F(PreviewTest, WithoutAPreviewFromBillingTheOfferIsShownAccepting) {
  const v1::Offer offer = Sent();
  peers().billing.Answer(LeavesOpen());
  const auto previewed = client().PreviewAccept(offer);
  ASSERT_THAT(previewed, IsOk());
  EXPECT_EQ(previewed->offer().state(), v1::OFFER_STATE_ACCEPTING);
  EXPECT_FALSE(previewed->has_preview());
}

TEST_F(PreviewTest, WhatAcceptingRefusesIsRefusedWithoutAskingBilling) {
  const v1::Offer offer = Sent(), draft = Draft();
  v1::Offer changed = offer;
  changed.set_terms_hash("another");
  EXPECT_THAT(client().PreviewAccept(changed), RefusedWith(Reason::kTermsChanged));
  EXPECT_THAT(client().PreviewAccept(draft), RefusedWith(Reason::kOfferNotFound)) << "not the buyer's yet";
  peers().catalog.SetState(gig_, catalog::v1::GIG_STATE_PAUSED);
  EXPECT_THAT(client().PreviewAccept(offer), RefusedWith(Reason::kGigNotPublished));
  EXPECT_THAT(peers().billing.previews(), IsEmpty());
}

// The acceptance was made: its id is answered as a replay, and nothing more would be charged.
TEST_F(PreviewTest, AUsedIdIsAnsweredWithoutAPreview) {
  const v1::Offer offer = Sent();
  const std::string request_id = NewRequestId();
  ASSERT_THAT(client().Accept(offer, request_id), IsOk());
  const auto previewed = client().PreviewAccept(offer, request_id);
  ASSERT_THAT(previewed, IsOk());
  EXPECT_TRUE(previewed->replayed());
  EXPECT_FALSE(previewed->has_preview());
  EXPECT_THAT(peers().billing.previews(), IsEmpty());
}

}  // namespace
}  // namespace milepost::offers
