// Every template of a milestone plan (S8) is what a seller could have written by hand: within the contract's limits, in
// both languages, and orderable once it is published.
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/decider.h"
#include "common/rpc/validation.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "services/gig_catalog/domain/decide.h"
#include "services/gig_catalog/rpc/plan_conversion.h"
#include "services/milestone_billing/domain/terms.h"
#include "services/milestone_billing/rpc/terms_of.h"
#include "tests/support/some_subcategories.h"

namespace milepost {
namespace {

using gig_catalog::DraftFrom;
using gig_catalog::MilestoneTemplate;
using gig_catalog::PlanLanguage;
using gig_catalog::Tier;

const Actor kTom = *Actor::Parse("users/tom");
const GigId kTomsGig(*Uuid::Parse("01975e20-0000-7000-8000-00000000000b"));

const gig_catalog::Packages kPackages = {{Tier::kBasic, {Money::Usd(10'001), 20, {false, 2}}},
                                         {Tier::kPremium, {Money::Usd(99'999), 30, {true, 0}}}};

absl::Status CheckRules(const google::protobuf::Message& request) {
  return rpc::MessageRules::Of(*request.GetDescriptor()).Check(request);
}

template <class Request>
Request OfTomsGig() {
  Request request;
  request.set_gig(gig_catalog::GigName(kTomsGig));
  request.set_request_id(kTomsGig.ToString());
  return request;
}

TEST(MilestoneTemplates, AreWithinTheLimitsOfWhatSellersWrite) {
  for (const MilestoneTemplate& each : gig_catalog::MilestoneTemplates()) {
    for (PlanLanguage language : kValuesOf<PlanLanguage>) {
      SCOPED_TRACE(absl::StrCat(each.id, " ", NameOf(language)));
      const auto content = gig_catalog::ToWire(DraftFrom(each, kPackages, language));
      ASSERT_EQ(static_cast<size_t>(content.milestones_size()), each.milestones().size());
      for (const auto& milestone : content.milestones()) {
        auto add = OfTomsGig<catalog::v1::AddMilestoneRequest>();
        *add.mutable_milestone() = milestone;
        EXPECT_TRUE(CheckRules(add).ok()) << milestone.title() << ": " << CheckRules(add);
        EXPECT_LE(milestone.substeps_size(), gig_catalog::kMaxSubstepsPerMilestone);
      }
    }
  }
}

TEST(MilestoneTemplates, CanBeOrderedInEveryPackageAtItsPrice) {
  for (const MilestoneTemplate& each : gig_catalog::MilestoneTemplates()) {
    SCOPED_TRACE(each.id);
    std::optional<gig_catalog::Gig> gig;
    for (const gig_catalog::Command& command :
         {gig_catalog::Command(
              gig_catalog::CreateGig{kTom, kTomsGig, "A gig", "", std::string(each.subcategory), kPackages}),
          gig_catalog::Command(gig_catalog::PublishGig{kTom}),
          gig_catalog::Command(gig_catalog::StartMilestonePlan{kTom, {std::string(each.id)}}),
          gig_catalog::Command(gig_catalog::PublishMilestonePlan{kTom})}) {
      auto step = milepost::Run<gig_catalog::GigDomain>(
          gig ? &*gig : nullptr, command, absl::FromUnixSeconds(1'796'000'000), testing::SomeSubcategories());
      ASSERT_TRUE(step.ok()) << step.status();
      gig = std::move(step->next);
    }
    for (const auto& [tier, package] : kPackages) {
      const auto workflow = PreviewWorkflow(*gig, kTom, tier);
      ASSERT_TRUE(workflow.ok()) << workflow.status();
      const auto shown = gig_catalog::ToWire(*gig, tier, *workflow, gig->updated_at);
      ASSERT_TRUE(shown.ok()) << shown.status();
      const auto terms = billing::TermsOf(*shown, billing::v1::ORDER_TYPE_MILESTONES, {});
      ASSERT_TRUE(terms.ok()) << terms.status();
      EXPECT_TRUE(billing::CheckTerms(*terms).ok()) << billing::CheckTerms(*terms);
      int64_t sum = 0;
      for (const billing::MilestoneTerms& milestone : terms->milestones) sum += milestone.amount.minor;
      EXPECT_EQ(sum, package.price->minor);
      EXPECT_EQ(terms->milestones.size(), each.milestones().size());
    }
  }
}

}  // namespace
}  // namespace milepost
