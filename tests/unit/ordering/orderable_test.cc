// What can be published or sent can be ordered: gigs and offers as sellers could write them, at the edges of every
// limit and in between, each through the contract's rules and the domain of its own service, and then through
// MilestoneBilling's. No sockets: peers' messages are handed over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/decider.h"
#include "common/core/order_limits.h"
#include "common/core/refusal.h"
#include "common/rpc/validation.h"
#include "common/rpc/wire.h"
#include "services/gig_catalog/domain/decide.h"
#include "services/gig_catalog/rpc/plan_conversion.h"
#include "services/milestone_billing/domain/order_domain.h"
#include "services/milestone_billing/domain/quote.h"
#include "services/milestone_billing/rpc/terms_of.h"
#include "services/offer_service/clients/milestone_billing.h"
#include "services/offer_service/domain/offer_domain.h"
#include "services/offer_service/rpc/offer_wire.h"
#include "tests/support/some_subcategories.h"

namespace milepost {
namespace {

using gig_catalog::Tier;

const Actor kSam = *Actor::Parse("users/sam");
const Actor kBea = *Actor::Parse("users/bea");
const absl::Time kNow = absl::FromUnixSeconds(1'796'000'000);
const Uuid kSomeId = *Uuid::Parse("01975e20-0000-7000-8000-00000000000a");

google::type::Money Usd(int64_t cents) {
  return rpc::ToWire(Money::Usd(cents));
}

absl::Status CheckShape(const google::protobuf::Message& request) {
  return rpc::MessageRules::Of(*request.GetDescriptor()).Check(request);
}

// Draws an edge of a range as often as something within.
class Dice {
 public:
  explicit Dice(uint32_t seed) : random_(seed) {}
  int64_t Between(int64_t least, int64_t greatest) {
    if (OneIn(4)) return least;
    if (OneIn(4)) return greatest;
    return std::uniform_int_distribution<int64_t>(least, greatest)(random_);
  }
  bool OneIn(int n) { return random_() % n == 0; }
  // `total` in `parts` amounts of at least 1.
  std::vector<int64_t> Split(int64_t total, int parts) {
    std::vector<int64_t> amounts;
    for (int left = parts - 1; left > 0; --left) {
      amounts.push_back(Between(1, total - left));
      total -= amounts.back();
    }
    amounts.push_back(total);
    return amounts;
  }
  std::string Text(int max) { return std::string(Between(1, max), 'x'); }
  void Fill(type::v1::Revisions& revisions) {
    if (OneIn(3)) return revisions.set_unlimited(true);
    revisions.set_count(static_cast<uint32_t>(Between(0, kMaxRevisions)));
  }

 private:
  std::mt19937 random_;
};

// The services' checks of an order in these terms, up to the committed attempt, and what is then charged.
void ExpectOrderable(const billing::Terms& terms) {
  const billing::PlaceGigOrder place{
      kBea, kSomeId, kSam.name, terms, TermsHash(terms), "pm", {}, absl::InfiniteFuture()};
  const auto placed = Run<billing::OrderDomain>(nullptr, billing::OrderCommand(place), kNow);
  ASSERT_TRUE(placed.ok()) << placed.status();
  const billing::QuotedOrder quote = QuoteOf(terms, kNow);
  EXPECT_EQ(quote.total, quote.price + quote.buyer_fees);
  EXPECT_LE(quote.total.minor, kMaxMinor);
  for (const billing::QuotedPayment& payment : quote.payments)
    EXPECT_TRUE(rpc::MoneyOf(rpc::ToWire(payment.total)).ok()) << payment.total.ToString();
}

// A gig of a seller who tries the limits. Each call is what the RPC of its name does between its wire and its store.
class Seller {
 public:
  explicit Seller(uint32_t seed) : dice_(seed) {}

  void WriteGig() {
    catalog::v1::CreateGigRequest request;
    request.set_request_id(kSomeId.ToString());
    catalog::v1::Gig& gig = *request.mutable_gig();
    gig.set_title(dice_.Text(80));
    gig.set_subcategory("business-plans");
    for (const type::v1::Package tier :
         {type::v1::PACKAGE_BASIC, type::v1::PACKAGE_STANDARD, type::v1::PACKAGE_PREMIUM}) {
      if (tier != type::v1::PACKAGE_BASIC && dice_.OneIn(2)) continue;
      catalog::v1::GigPackage& package = *gig.add_packages();
      package.set_package(tier);
      *package.mutable_price() = Usd(dice_.Between(kMaxPlanMilestones, kMaxPriceMinor));
      package.set_days(static_cast<uint32_t>(dice_.Between(1, kMaxOneTimeDays)));
      dice_.Fill(*package.mutable_revisions());
    }
    ASSERT_TRUE(CheckShape(request).ok()) << CheckShape(request);
    const auto command = gig_catalog::CommandOf(request, kSam, GigId(kSomeId));
    ASSERT_TRUE(command.ok()) << command.status();
    Do(*command);
    Do(gig_catalog::PublishGig{kSam});
  }

  // Whether the plan could be published. Its amounts sum; its milestones may be too few, for the plan or for every package.
  bool WritePlan() {
    if (!Try(gig_catalog::StartMilestonePlan{kSam})) return false;  // BASIC is too cheap (S3)
    const int count = static_cast<int>(dice_.Between(1, kMaxPlanMilestones));
    std::vector<catalog::v1::PlanMilestone> milestones(count);
    for (catalog::v1::PlanMilestone& milestone : milestones) {
      milestone.set_title(dice_.Text(80));
      milestone.set_description(dice_.Text(1000));
      milestone.set_zoom(dice_.OneIn(2));
      for (const auto& [tier, package] : gig_->packages)
        if (dice_.OneIn(2)) milestone.add_packages(gig_catalog::ToWire(tier));
      if (milestone.packages().empty()) milestone.add_packages(type::v1::PACKAGE_BASIC);
    }
    for (const auto& [tier, package] : gig_->packages) PricePackage(tier, package, milestones);
    for (int i = 0; i < count; ++i) Save(i, milestones[i]);
    return Try(gig_catalog::PublishMilestonePlan{kSam});
  }

  const gig_catalog::Gig& gig() const { return *gig_; }

 private:
  void PricePackage(Tier tier, const gig_catalog::Package& package,
                    std::vector<catalog::v1::PlanMilestone>& milestones) {
    std::vector<catalog::v1::PlanMilestone*> covering;
    for (catalog::v1::PlanMilestone& milestone : milestones)
      if (std::count(milestone.packages().begin(), milestone.packages().end(), gig_catalog::ToWire(tier)))
        covering.push_back(&milestone);
    if (covering.empty()) return;
    const bool with_amounts = dice_.OneIn(2), with_shares = !with_amounts && dice_.OneIn(2);
    const std::vector<int64_t> amounts = dice_.Split(package.price->minor, static_cast<int>(covering.size()));
    for (size_t i = 0; i < covering.size(); ++i) {
      catalog::v1::MilestonePrice& price = *covering[i]->add_prices();
      price.set_package(gig_catalog::ToWire(tier));
      if (with_amounts) *price.mutable_amount() = Usd(amounts[i]);
      if (with_shares)
        price.set_share_basis_points(static_cast<uint32_t>(dice_.Between(1, gig_catalog::kMaxShare)));
      price.set_days(static_cast<uint32_t>(dice_.Between(0, kMaxMilestoneDays)));
    }
  }

  void Save(int index, const catalog::v1::PlanMilestone& milestone) {
    catalog::v1::AddMilestoneRequest request;
    request.set_request_id(kSomeId.ToString());
    request.set_gig(gig_catalog::GigName(GigId(kSomeId)));
    *request.mutable_milestone() = milestone;
    ASSERT_TRUE(CheckShape(request).ok()) << CheckShape(request);
    const auto saved = gig_catalog::MilestoneOf(milestone);
    ASSERT_TRUE(saved.ok()) << saved.status();
    if (index == 0)
      Do(gig_catalog::UpdateMilestone{kSam, 1, *saved});
    else
      Do(gig_catalog::AddMilestone{kSam, *saved});
  }

  bool Try(const gig_catalog::Command& command) {
    auto step =
        Run<gig_catalog::GigDomain>(gig_ ? &*gig_ : nullptr, command, kNow, testing::SomeSubcategories());
    if (!step.ok()) return false;
    gig_ = std::move(step->next);
    return true;
  }
  void Do(const gig_catalog::Command& command) { ASSERT_TRUE(Try(command)); }

  Dice dice_;
  std::optional<gig_catalog::Gig> gig_;
};

TEST(WhatCanBePublished, CanBeOrderedInEveryPackageAsOnePayment) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Seller seller(seed);
    seller.WriteGig();
    ASSERT_FALSE(::testing::Test::HasFailure());
    for (const auto& [tier, package] : seller.gig().packages) {
      const auto workflow = PreviewWorkflow(seller.gig(), kBea, tier);
      ASSERT_TRUE(workflow.ok()) << workflow.status();
      const auto shown = gig_catalog::ToWire(seller.gig(), tier, *workflow, kNow);
      ASSERT_TRUE(shown.ok()) << shown.status();
      const auto terms = billing::TermsOf(*shown, billing::v1::ORDER_TYPE_ONE_TIME, {});
      ASSERT_TRUE(terms.ok()) << terms.status();
      ExpectOrderable(*terms);
    }
  }
}

TEST(WhatCanBePublished, CanBeOrderedWithItsMilestonesInAtLeastOnePackage) {
  int published = 0, refused = 0;
  for (uint32_t seed = 0; seed < 600; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Seller seller(seed);
    seller.WriteGig();
    ASSERT_FALSE(::testing::Test::HasFailure());
    if (!seller.WritePlan()) {
      ++refused;
      continue;
    }
    ++published;
    int orderable = 0;
    for (const auto& [tier, package] : seller.gig().packages) {
      const auto workflow = PreviewWorkflow(seller.gig(), kBea, tier);
      ASSERT_TRUE(workflow.ok()) << workflow.status();
      if (workflow->unavailable) continue;
      ++orderable;
      const auto shown = gig_catalog::ToWire(seller.gig(), tier, *workflow, kNow);
      ASSERT_TRUE(shown.ok()) << shown.status();
      const auto terms = billing::TermsOf(*shown, billing::v1::ORDER_TYPE_MILESTONES, {});
      ASSERT_TRUE(terms.ok()) << terms.status();
      ExpectOrderable(*terms);
      EXPECT_EQ(QuoteOf(*terms, kNow).price, *package.price);
    }
    EXPECT_GE(orderable, 1) << "ACTIVE, and no package can be ordered with it (A5)";
  }
  EXPECT_GE(published, 100);
  EXPECT_GE(refused, 50) << "the edges of publishing are not reached";
}

void Write(Dice& dice, offers::v1::Offer& offer) {
  if (dice.OneIn(4)) {
    offers::v1::OneTimeTerms& terms = *offer.mutable_one_time();
    *terms.mutable_price() = Usd(dice.Between(1, kMaxPriceMinor));
    terms.set_days(static_cast<uint32_t>(dice.Between(1, kMaxOneTimeDays)));
    terms.set_description(dice.Text(1000));
    return dice.Fill(*terms.mutable_revisions());
  }
  const int count = static_cast<int>(dice.Between(1, kMaxOrderMilestones));
  for (const int64_t amount : dice.Split(dice.Between(count, kMaxPriceMinor), count)) {
    offers::v1::OfferMilestone& milestone = *offer.mutable_milestones()->add_milestones();
    milestone.set_title(dice.Text(80));
    milestone.set_description(dice.Text(1000));
    milestone.set_days(static_cast<uint32_t>(dice.Between(1, kMaxMilestoneDays)));
    *milestone.mutable_amount() = Usd(amount);
    dice.Fill(*milestone.mutable_revisions());
  }
}

TEST(WhatCanBeSent, CanBeOrdered) {
  const offers::GigFacts facts{GigId(kSomeId),       kSam.name,
                               std::string(80, 'x'), offers::GigState::kPublished,
                               "logo-design",        /*milestones=*/true};
  for (uint32_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Dice dice(seed);
    offers::v1::CreateOfferRequest request;
    request.set_request_id(kSomeId.ToString());
    request.mutable_offer()->set_buyer(kBea.name);
    request.mutable_offer()->set_gig(rpc::NameOf("gigs", kSomeId));
    Write(dice, *request.mutable_offer());
    ASSERT_TRUE(CheckShape(request).ok()) << CheckShape(request);
    auto creation = offers::CreationOf(request.offer(), OfferId(kSomeId), kSam);
    ASSERT_TRUE(creation.ok()) << creation.status();
    creation->gig = facts;
    auto step = milepost::Run<offers::OfferDomain>(nullptr, offers::OfferCommand(*creation), kNow);
    ASSERT_TRUE(step.ok()) << step.status();
    step = milepost::Run<offers::OfferDomain>(&step->next,
                                              offers::OfferCommand(offers::SendOffer{kSam, facts, {}}), kNow);
    ASSERT_TRUE(step.ok()) << step.status();
    const offers::AcceptOffer accept{
        kBea, kSomeId, "pm", offers::TermsHash(step->next.gig, step->next.terms), facts, {}};
    step = milepost::Run<offers::OfferDomain>(&step->next, offers::OfferCommand(accept), kNow);
    ASSERT_TRUE(step.ok()) << step.status();
    const billing::v1::PlaceOrderRequest placing = offers::PlaceOrderRequestOf(step->next);
    ASSERT_TRUE(CheckShape(placing).ok()) << CheckShape(placing);
    const auto terms = billing::TermsOf(placing, {});
    ASSERT_TRUE(terms.ok()) << terms.status();
    ExpectOrderable(*terms);
  }
}

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  if (const auto refusal = RefusalOf(status))
    for (const FieldViolation& violation : refusal->fields) fields.push_back(violation.field);
  return fields;
}

// PlaceOrder's request carries the terms: what CheckTerms finds wrong with them is named as the request has it.
TEST(PlaceOrder, NamesFieldsThatItsRequestHas) {
  billing::v1::PlaceOrderRequest request;
  const absl::Status refused = RefuseFields(
      {{"terms.milestones[1].days", "must be 1 to 30"}, {"terms.milestones", "must add up to less"}});
  request.mutable_milestones();
  EXPECT_THAT(FieldsOf(billing::WithPathsOf(request, refused)),
              ::testing::ElementsAre("milestones.milestones[1].days", "milestones.milestones"));
  request.mutable_one_time();
  const absl::Status of_one = RefuseFields({{"terms.milestones[0].amount", "must be positive"},
                                            {"terms.milestones[0].days", "must be 1 to 150"},
                                            {"terms.milestones", "must add up to less"}});
  EXPECT_THAT(FieldsOf(billing::WithPathsOf(request, of_one)),
              ::testing::ElementsAre("one_time.price", "one_time.days", "one_time"));
  EXPECT_TRUE(IsRefusal(billing::WithPathsOf(request, Refuse(Reason::kTermsChanged)), Reason::kTermsChanged));
}

}  // namespace
}  // namespace milepost
