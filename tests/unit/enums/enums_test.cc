// The one list of each enum against what storage, the contract and the tables' CHECKs have: what is missing in one is named.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/core/enum_list.h"
#include "google/protobuf/descriptor.h"
#include "milepost/billing/v1/order.pb.h"
#include "milepost/catalog/v1/gig.pb.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "milepost/offers/v1/offer_service.pb.h"
#include "milepost/payments/v1/payment_provider.pb.h"
#include "milepost/storage/v1/gig.pb.h"
#include "milepost/storage/v1/offer.pb.h"
#include "milepost/storage/v1/simulated_charge.pb.h"
#include "milepost/testing/v1/payment_simulator.pb.h"
#include "milepost/type/v1/money_preview.pb.h"
#include "services/gig_catalog/domain/gig.h"
#include "services/gig_catalog/domain/search_query.h"
#include "services/gig_catalog/domain/templates.h"
#include "services/offer_service/domain/gig_facts.h"
#include "services/offer_service/domain/offer.h"
#include "services/payment_simulator/domain/charge.h"
#include "services/payment_simulator/domain/refund.h"
#include "services/payment_simulator/rpc/call_log.h"
#include "services/payment_simulator/rpc/gate.h"

namespace milepost {
namespace {

using google::protobuf::EnumDescriptor;

// `number_of` an entry is that of the value which is called `prefix` and the entry's name; and no other value is there. 0 is
// UNSPECIFIED, whatever the list calls it.
template <class E, class NumberOf>
void ExpectSame(const EnumDescriptor& values, const std::string& prefix, NumberOf number_of) {
  std::set<int> listed;
  for (const E value : kValuesOf<E>) {
    const EnumEntry entry = EntryOf(value);
    listed.insert(number_of(entry));
    const auto* found = values.FindValueByNumber(number_of(entry));
    ASSERT_NE(found, nullptr) << values.full_name() << " lacks " << entry.name;
    if (number_of(entry) != 0) {
      EXPECT_EQ(found->name(), absl::StrCat(prefix, entry.name)) << values.full_name();
    }
  }
  for (int i = 0; i < values.value_count(); ++i) {
    const auto& value = *values.value(i);
    EXPECT_TRUE(value.number() == 0 || listed.contains(value.number()))
        << "no enum of the domain lists " << value.full_name();
  }
}

template <class E>
void ExpectStored(const EnumDescriptor* values, const std::string& prefix) {
  ExpectSame<E>(*values, prefix, [](const EnumEntry& entry) { return entry.number; });
}
template <class E>
void ExpectSent(const EnumDescriptor* values, const std::string& prefix) {
  ExpectSame<E>(*values, prefix, [](const EnumEntry& entry) { return entry.wire; });
}

TEST(Enums, OfGigCatalog) {
  namespace stored = storage::v1;
  using gig_catalog::GigState, gig_catalog::PlanState, gig_catalog::SearchOrder, gig_catalog::Tier;
  ExpectStored<GigState>(stored::Gig::State_descriptor(), "STATE_");
  ExpectStored<PlanState>(stored::GigPlan::State_descriptor(), "STATE_");
  ExpectStored<Tier>(stored::GigTier_descriptor(), "GIG_TIER_");
  ExpectSent<GigState>(catalog::v1::GigState_descriptor(), "GIG_STATE_");
  ExpectSent<PlanState>(catalog::v1::MilestonePlanState_descriptor(), "MILESTONE_PLAN_STATE_");
  ExpectSent<SearchOrder>(catalog::v1::SearchOrder_descriptor(), "SEARCH_ORDER_");
  ExpectSent<Tier>(type::v1::Package_descriptor(), "PACKAGE_");
  ExpectSent<gig_catalog::PlanLanguage>(catalog::v1::PlanLanguage_descriptor(), "PLAN_LANGUAGE_");
}

TEST(Enums, OfOfferService) {
  namespace stored = storage::v1;
  ExpectStored<offers::OfferState>(stored::Offer::State_descriptor(), "STATE_");
  ExpectStored<offers::OrderOutcome>(stored::Offer::OrderOutcome_descriptor(), "ORDER_OUTCOME_");
  ExpectStored<offers::PaymentState>(stored::OfferPayment::State_descriptor(), "STATE_");
  ExpectStored<offers::OfferDeadlineKind>(stored::OfferDeadline::Kind_descriptor(), "KIND_");
  ExpectSent<offers::OfferState>(offers::v1::OfferState_descriptor(), "OFFER_STATE_");
  ExpectSent<offers::OrderOutcome>(offers::v1::OrderOutcome_descriptor(), "ORDER_OUTCOME_");
  ExpectSent<offers::PaymentState>(type::v1::PaymentState_descriptor(), "PAYMENT_STATE_");
  ExpectSent<offers::GigState>(catalog::v1::GigState_descriptor(), "GIG_STATE_");
}

TEST(Enums, OfThePaymentSimulator) {
  namespace stored = storage::v1;
  using payment_simulator::CallState, payment_simulator::ChargeState, payment_simulator::DeclineReason,
      payment_simulator::PausePoint, payment_simulator::ProviderMethod, payment_simulator::RefundState;
  ExpectStored<ChargeState>(stored::SimulatedCharge::State_descriptor(), "STATE_");
  ExpectStored<DeclineReason>(stored::SimulatedCharge::DeclineReason_descriptor(), "DECLINE_REASON_");
  ExpectStored<RefundState>(stored::SimulatedRefund::State_descriptor(), "STATE_");
  ExpectSent<ChargeState>(payments::v1::ChargeState_descriptor(), "CHARGE_STATE_");
  ExpectSent<DeclineReason>(type::v1::DeclineReason_descriptor(), "DECLINE_REASON_");
  ExpectSent<RefundState>(payments::v1::RefundState_descriptor(), "REFUND_STATE_");
  ExpectSent<ProviderMethod>(testing::v1::ProviderMethod_descriptor(), "PROVIDER_METHOD_");
  ExpectSent<CallState>(testing::v1::CallState_descriptor(), "CALL_STATE_");
  ExpectSent<PausePoint>(testing::v1::PausePoint_descriptor(), "PAUSE_POINT_");
}

// The enum `copy` has the values of `original`, with "PREVIEWED_" before each name.
void ExpectPreviews(const EnumDescriptor& original, const EnumDescriptor& copy) {
  ASSERT_GT(original.value_count(), 1);
  EXPECT_EQ(copy.value_count(), original.value_count()) << copy.full_name();
  for (int i = 0; i < original.value_count(); ++i) {
    const auto* found = copy.FindValueByNumber(original.value(i)->number());
    ASSERT_NE(found, nullptr) << copy.full_name() << " lacks " << original.value(i)->name();
    EXPECT_EQ(found->name(), absl::StrCat("PREVIEWED_", original.value(i)->name()));
  }
}

// type.v1 can't import billing.v1, so a preview has the states in enums of its own.
TEST(Enums, OfPreviewsAreThoseOfMilestoneBilling) {
  ExpectPreviews(*billing::v1::OrderState_descriptor(), *type::v1::PreviewedOrderState_descriptor());
  ExpectPreviews(*billing::v1::MilestoneState_descriptor(), *type::v1::PreviewedMilestoneState_descriptor());
}

std::string MigrationsOf(const std::string& service) {
  std::string text;
  const std::filesystem::path folder =
      absl::StrCat(MILEPOST_SOURCE_DIR, "/services/", service, "/migrations");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path());
    text.append(std::istreambuf_iterator<char>(file), {});
  }
  return text;
}

// A state that the table's CHECK does not have could be decided, but not written.
template <class E>
void ExpectInChecks(const std::string& service) {
  const std::string migrations = MigrationsOf(service);
  for (const E value : kValuesOf<E>)
    EXPECT_TRUE(absl::StrContains(migrations, absl::StrCat("'", EntryOf(value).name, "'")))
        << "no CHECK of " << service << " has " << EntryOf(value).name;
}

TEST(Enums, StatesStandInTheTablesChecks) {
  ExpectInChecks<gig_catalog::GigState>("gig_catalog");
  ExpectInChecks<gig_catalog::PlanState>("gig_catalog");
  ExpectInChecks<offers::OfferState>("offer_service");
}

enum class Color { kNone, kRed, kGreen };
constexpr EnumEntry EntryOf(Color color) {
  switch (color) {
    case Color::kNone:
      return {"NONE", 0};
    case Color::kRed:
      return {"RED", 2, 1};
    case Color::kGreen:
      return {"GREEN", 1, 2};
  }
  return {};
}
static_assert(kValuesOf<Color>.size() == 3);
static_assert(EnumFromNumber<Color>(2) == Color::kRed && EnumFromWire<Color>(2) == Color::kGreen);
static_assert(EnumFromName<Color>("GREEN") == Color::kGreen);
static_assert(!EnumFromNumber<Color>(3) && !EnumFromNumber<Color>(-1) && !EnumFromName<Color>(""));

}  // namespace
}  // namespace milepost
