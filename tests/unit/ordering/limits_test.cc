// The limits that the three services share (common/core/order_limits.h) are the numbers that the contract shows beside
// its fields, and leave room for our fees.
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "common/core/order_limits.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "milepost/offers/v1/offer_service.pb.h"
#include "milepost/type/v1/rules.pb.h"
#include "services/gig_catalog/domain/gig.h"
#include "services/milestone_billing/domain/terms.h"

namespace milepost {
namespace {

using google::protobuf::Descriptor;

type::v1::FieldRules RulesOf(const Descriptor* message, const char* field) {
  return message->FindFieldByName(field)->options().GetExtension(type::v1::rules);
}

TEST(OrderLimits, OfPricesAreTheContracts) {
  const std::vector<std::pair<const Descriptor*, const char*>> prices = {
      {catalog::v1::GigPackage::descriptor(), "price"},
      {catalog::v1::MilestonePrice::descriptor(), "amount"},
      {offers::v1::OneTimeTerms::descriptor(), "price"},
      {offers::v1::SubscriptionTerms::descriptor(), "price"},
      {offers::v1::OfferMilestone::descriptor(), "amount"}};
  for (const auto& [message, field] : prices)
    EXPECT_EQ(RulesOf(message, field).money().max_minor(), kMaxPriceMinor) << message->full_name();
  EXPECT_EQ(RulesOf(catalog::v1::GigPackage::descriptor(), "price").money().min_minor(), kMaxPlanMilestones)
      << "an equal split has no empty part (A4)";
}

TEST(OrderLimits, OfCountsAndDaysAreTheContracts) {
  EXPECT_EQ(RulesOf(offers::v1::MilestoneTerms::descriptor(), "milestones").max_items(),
            static_cast<uint32_t>(kMaxOrderMilestones));
  EXPECT_LE(kMaxPlanMilestones, kMaxOrderMilestones);
  EXPECT_EQ(RulesOf(catalog::v1::UpdateMilestoneRequest::descriptor(), "milestone_number").lte(),
            kMaxPlanMilestones);
  EXPECT_EQ(RulesOf(catalog::v1::MilestonePrice::descriptor(), "days").lte(), kMaxMilestoneDays);
  EXPECT_EQ(RulesOf(catalog::v1::MilestonePrice::descriptor(), "share_basis_points").lte(),
            gig_catalog::kMaxShare);
  EXPECT_EQ(RulesOf(offers::v1::OfferMilestone::descriptor(), "days").lte(), kMaxMilestoneDays);
  EXPECT_EQ(RulesOf(catalog::v1::GigPackage::descriptor(), "days").lte(), kMaxOneTimeDays);
  EXPECT_EQ(RulesOf(offers::v1::OneTimeTerms::descriptor(), "days").lte(), kMaxOneTimeDays);
  EXPECT_EQ(RulesOf(type::v1::Revisions::descriptor(), "count").lte(), kMaxRevisions);
  const Descriptor* const subscription = offers::v1::SubscriptionTerms::descriptor();
  EXPECT_EQ(RulesOf(subscription, "interval_days").gte(), kMinIntervalDays);
  EXPECT_EQ(RulesOf(subscription, "interval_days").lte(), kMaxIntervalDays);
  EXPECT_EQ(RulesOf(subscription, "cycles").gte(), kMinCycles);
  EXPECT_EQ(RulesOf(subscription, "cycles").lte(), kMaxCycles);
  EXPECT_EQ(RulesOf(subscription, "days").lte(), kMaxCycleDays);
  EXPECT_EQ(RulesOf(subscription, "discount_percent").lte(), kMaxDiscountPercent);
}

// What one service takes as a text, the next one takes too.
TEST(OrderLimits, OfTextsThatAreHandedOnAreAlike) {
  const Descriptor* const place = billing::v1::PlaceOrderRequest::descriptor();
  const Descriptor* const accept = offers::v1::AcceptOfferRequest::descriptor();
  const auto alike = [](const type::v1::FieldRules& a, const type::v1::FieldRules& b) {
    return a.SerializeAsString() == b.SerializeAsString();
  };
  EXPECT_EQ(RulesOf(catalog::v1::Gig::descriptor(), "title").max_len(), RulesOf(place, "title").max_len());
  EXPECT_TRUE(alike(RulesOf(accept, "payment_method"), RulesOf(place, "payment_method")));
  EXPECT_TRUE(alike(RulesOf(accept, "payment_method"),
                    RulesOf(billing::v1::PlaceGigOrderRequest::descriptor(), "payment_method")));
  EXPECT_TRUE(alike(RulesOf(accept, "terms_hash"), RulesOf(place, "terms_hash")));
}

// In one payment, or in as many small ones as there can be, each of which has the small payment's fee.
TEST(OrderLimits, LeaveRoomForTheFeesInTheLargestCharge) {
  const billing::FeePolicy fees;
  EXPECT_LE(kMaxPriceMinor + fees.BuyerFee(kMaxPriceMinor), kMaxMinor);
  EXPECT_LE(kMaxPriceMinor + fees.BuyerFee(kMaxPriceMinor) + (kMaxOrderMilestones - 1) * fees.BuyerFee(1),
            kMaxMinor);
}

}  // namespace
}  // namespace milepost
