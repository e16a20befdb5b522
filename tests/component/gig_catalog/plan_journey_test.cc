// The way of a seller and a buyer through the seed's rules for gig plans (S1–S18), over the wire.
#include "tests/component/gig_catalog/catalog.h"

namespace milepost::gig_catalog {
namespace {

using ::testing::ElementsAre;
using type::v1::PACKAGE_BASIC;
using type::v1::PACKAGE_PREMIUM;

std::vector<std::string> TitlesOf(const v1::MilestonePlanContent& content) {
  std::vector<std::string> titles;
  for (const v1::PlanMilestone& milestone : content.milestones()) titles.push_back(milestone.title());
  return titles;
}

std::vector<int64_t> CentsOf(const v1::PreviewWorkflowResponse& workflow) {
  std::vector<int64_t> cents;
  for (const v1::WorkflowStep& step : workflow.steps())
    cents.push_back(step.amount().units() * 100 + step.amount().nanos() / 10'000'000);
  return cents;
}

v1::PreviewWorkflowResponse Preview(const Caller& buyer, const std::string& gig, type::v1::Package package) {
  auto request = Of<v1::PreviewWorkflowRequest>(gig);
  request.set_package(package);
  request.mutable_start_time()->set_seconds(1'800'000'000);
  return buyer.Read(&Stub::PreviewWorkflow, request);
}

v1::UpdateGigRequest Repriced(const std::string& gig, google::type::Money basic,
                              google::type::Money premium) {
  v1::UpdateGigRequest request;
  request.mutable_gig()->set_name(gig);
  *request.mutable_gig()->add_packages() = PackageAt(PACKAGE_BASIC, std::move(basic));
  *request.mutable_gig()->add_packages() = PackageAt(PACKAGE_PREMIUM, std::move(premium), 40);
  request.mutable_update_mask()->add_paths("packages");
  return request;
}

class PlanJourney : public ::testing::Test {
 protected:
  PlanJourney() {
    v1::CreateGigRequest request = GigAt(Usd(15001));
    *request.mutable_gig()->add_packages() = PackageAt(PACKAGE_PREMIUM, Usd(40000), 40);
    gig = CreateGig(sara, request);
  }
  // The plan that the tests below start from: step 1 for both packages, step 2 for both, step 3 for PREMIUM.
  void WritePlan() {
    sara.Do(&Stub::StartMilestonePlan, FromScratch(gig));
    auto first = Of<v1::UpdateMilestoneRequest>(gig);
    first.set_milestone_number(1);
    *first.mutable_milestone() = MilestoneFor({PACKAGE_BASIC, PACKAGE_PREMIUM}, "Research");
    first.mutable_milestone()->set_zoom(true);
    sara.Do(&Stub::UpdateMilestone, first);
    sara.Do(&Stub::AddMilestone, AddTo(gig, MilestoneFor({PACKAGE_BASIC, PACKAGE_PREMIUM}, "Model")));
    sara.Do(&Stub::AddMilestone, AddTo(gig, MilestoneFor({PACKAGE_PREMIUM}, "Pitch")));
    auto substep = Of<v1::AddSubstepRequest>(gig);
    substep.set_milestone_number(1);
    substep.mutable_substep()->set_title("Interview");
    substep.mutable_substep()->add_packages(PACKAGE_PREMIUM);
    sara.Do(&Stub::AddSubstep, substep);
  }
  v1::MilestonePlan PlanAsSeenBy(const Caller& who) {
    return who.Read(&Stub::GetMilestonePlan, Of<v1::GetMilestonePlanRequest>(gig)).milestone_plan();
  }

  const Caller sara = Caller::NewUser("sara"), ben = Caller::NewUser("ben");
  std::string gig;
};

TEST_F(PlanJourney, S8_S9_S12_FromScratchThereIsOnePlaceholderForAllPackagesAndPaymentsAreOn) {
  const v1::MilestonePlan plan = sara.Do(&Stub::StartMilestonePlan, FromScratch(gig)).milestone_plan();
  EXPECT_EQ(plan.name(), gig + "/milestonePlan");
  EXPECT_EQ(plan.state(), v1::MILESTONE_PLAN_STATE_DRAFT);
  EXPECT_TRUE(plan.draft().payments_enabled());
  ASSERT_EQ(plan.draft().milestones_size(), 1);
  EXPECT_EQ(plan.draft().milestones(0).number(), 1u);
  EXPECT_THAT(plan.draft().milestones(0).packages(), ElementsAre(PACKAGE_BASIC, PACKAGE_PREMIUM));
  EXPECT_FALSE(plan.has_published());
  EXPECT_TRUE(plan.has_unpublished_changes());
  sara.Do(&Stub::AddMilestone, AddTo(gig, MilestoneFor({PACKAGE_BASIC})));
  const Refusal refusal = sara.Refused(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig));
  EXPECT_EQ(refusal.reason, Reason::kMilestoneIncomplete);
  EXPECT_EQ(refusal.detail("milestone"), "1");
}

TEST_F(PlanJourney, S5_S6_S17_PublishedTogetherAndSeenByBuyersWithPrices) {
  sara.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  WritePlan();
  EXPECT_EQ(ben.RefusedAsIs(&Stub::GetMilestonePlan, Of<v1::GetMilestonePlanRequest>(gig)).reason,
            Reason::kPlanNotFound);
  EXPECT_EQ(Preview(ben, gig, PACKAGE_BASIC).milestones_unavailable_reason(),
            type::v1::REASON_PLAN_NOT_FOUND);

  const v1::MilestonePlan plan =
      sara.Do(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig)).milestone_plan();
  EXPECT_EQ(plan.state(), v1::MILESTONE_PLAN_STATE_ACTIVE);
  EXPECT_EQ(plan.version(), 1u);
  EXPECT_FALSE(plan.has_unpublished_changes());
  EXPECT_THAT(TitlesOf(PlanAsSeenBy(ben).published()), ElementsAre("Research", "Model", "Pitch"));
  EXPECT_FALSE(PlanAsSeenBy(ben).has_draft());

  const v1::PreviewWorkflowResponse basic = Preview(ben, gig, PACKAGE_BASIC);
  EXPECT_TRUE(basic.milestones_available());
  EXPECT_EQ(basic.seller(), sara.actor());
  EXPECT_EQ(basic.plan_version(), 1u);
  EXPECT_TRUE(basic.payments_enabled());
  EXPECT_THAT(CentsOf(basic), ElementsAre(7500, 7501));  // A4: the odd cent to the last
  EXPECT_EQ(basic.steps(0).days(), 10u);
  EXPECT_EQ(basic.steps(1).days(), 11u);
  EXPECT_EQ(basic.steps(1).due_time().seconds(), 1'800'000'000 + 21 * 86'400);
  EXPECT_TRUE(basic.steps(0).zoom());
  EXPECT_EQ(basic.steps(0).revisions().count(), 2u);
  EXPECT_THAT(basic.steps(0).substeps(), ElementsAre());
  const v1::PreviewWorkflowResponse premium = Preview(ben, gig, PACKAGE_PREMIUM);
  EXPECT_THAT(CentsOf(premium), ElementsAre(13333, 13333, 13334));
  EXPECT_THAT(premium.steps(0).substeps(), ElementsAre("Interview"));
}

TEST_F(PlanJourney, A3_S13_TheDraftChangesBesideThePublishedPlanUntilItIsPublished) {
  WritePlan();
  sara.Do(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig));
  auto move = Of<v1::MoveMilestoneRequest>(gig);
  move.set_milestone_number(3);
  move.set_to_number(1);
  sara.Do(&Stub::MoveMilestone, move);
  auto payments = Of<v1::SetMilestonePaymentsRequest>(gig);
  payments.set_payments_enabled(false);
  sara.Do(&Stub::SetMilestonePayments, payments);
  v1::MilestonePlan plan = PlanAsSeenBy(sara);
  EXPECT_THAT(TitlesOf(plan.draft()), ElementsAre("Pitch", "Research", "Model"));
  EXPECT_THAT(TitlesOf(plan.published()), ElementsAre("Research", "Model", "Pitch"));
  EXPECT_FALSE(plan.draft().payments_enabled());
  EXPECT_TRUE(plan.published().payments_enabled());
  EXPECT_TRUE(plan.has_unpublished_changes());
  plan = sara.Do(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig)).milestone_plan();
  EXPECT_EQ(plan.version(), 2u);
  EXPECT_FALSE(plan.published().payments_enabled());
}

TEST_F(PlanJourney, S16_SubstepsAndMilestonesAreReplacedAndRemovedByNumber) {
  WritePlan();
  auto replace = Of<v1::UpdateSubstepRequest>(gig);
  replace.set_milestone_number(1);
  replace.set_substep_number(1);
  replace.mutable_substep()->set_title("Three interviews");
  replace.mutable_substep()->add_packages(PACKAGE_BASIC);
  v1::MilestonePlan plan = sara.Do(&Stub::UpdateSubstep, replace).milestone_plan();
  EXPECT_EQ(plan.draft().milestones(0).substeps(0).title(), "Three interviews");
  auto remove = Of<v1::DeleteSubstepRequest>(gig);
  remove.set_milestone_number(1);
  remove.set_substep_number(1);
  EXPECT_EQ(sara.Do(&Stub::DeleteSubstep, remove).milestone_plan().draft().milestones(0).substeps_size(), 0);
  EXPECT_EQ(sara.Refused(&Stub::DeleteSubstep, remove).reason, Reason::kSubstepNotFound);
  auto drop = Of<v1::DeleteMilestoneRequest>(gig);
  drop.set_milestone_number(2);
  plan = sara.Do(&Stub::DeleteMilestone, drop).milestone_plan();
  EXPECT_THAT(TitlesOf(plan.draft()), ElementsAre("Research", "Pitch"));
  EXPECT_EQ(plan.draft().milestones(1).number(), 2u);
  drop.set_milestone_number(3);
  EXPECT_EQ(sara.Refused(&Stub::DeleteMilestone, drop).reason, Reason::kMilestoneNotFound);
}

TEST_F(PlanJourney, A2_PricesRescaleSuspendAndRestoreThePlan) {
  sara.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  WritePlan();
  sara.Do(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig));
  v1::Gig changed = sara.Do(&Stub::UpdateGig, Repriced(gig, Usd(20000), Usd(40000))).gig();
  EXPECT_EQ(changed.milestone_plan_state(), v1::MILESTONE_PLAN_STATE_ACTIVE);
  EXPECT_THAT(CentsOf(Preview(ben, gig, PACKAGE_BASIC)), ElementsAre(10000, 10000));

  changed = sara.Do(&Stub::UpdateGig, Repriced(gig, Usd(10000), Usd(40000))).gig();
  EXPECT_EQ(changed.milestone_plan_state(), v1::MILESTONE_PLAN_STATE_INELIGIBLE);
  EXPECT_THAT(PlanAsSeenBy(ben).ineligible_reasons(), ElementsAre(type::v1::REASON_PRICE_NOT_ELIGIBLE));
  EXPECT_FALSE(PlanAsSeenBy(ben).has_published());
  EXPECT_TRUE(PlanAsSeenBy(sara).has_published());
  const v1::PreviewWorkflowResponse hidden = Preview(ben, gig, PACKAGE_BASIC);
  EXPECT_EQ(hidden.milestones_unavailable_reason(), type::v1::REASON_PLAN_NOT_ACTIVE);
  EXPECT_EQ(hidden.steps_size(), 0);

  changed = sara.Do(&Stub::UpdateGig, Repriced(gig, Usd(10001), Usd(40000))).gig();
  EXPECT_EQ(changed.milestone_plan_state(), v1::MILESTONE_PLAN_STATE_ACTIVE);
  EXPECT_THAT(PlanAsSeenBy(ben).ineligible_reasons(), ElementsAre());
}

TEST_F(PlanJourney, S5_ADisabledPlanShowsBuyersItsStateButNotWhatIsInIt) {
  sara.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  WritePlan();
  sara.Do(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig));
  sara.Do(&Stub::DisableMilestonePlan, Of<v1::DisableMilestonePlanRequest>(gig));
  const v1::MilestonePlan seen = PlanAsSeenBy(ben);
  EXPECT_EQ(seen.state(), v1::MILESTONE_PLAN_STATE_DISABLED);
  EXPECT_FALSE(seen.has_published());
  EXPECT_EQ(seen.version(), 0u);
  EXPECT_THAT(TitlesOf(PlanAsSeenBy(sara).published()), ElementsAre("Research", "Model", "Pitch"));
  EXPECT_EQ(PlanAsSeenBy(sara).version(), 1u);
}

TEST_F(PlanJourney, A2_ACoveredPackageCantBeRemovedUntilThePlanIsDisabled) {
  WritePlan();
  sara.Do(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig));
  v1::UpdateGigRequest only_basic = Repriced(gig, Usd(15001), Usd(40000));
  only_basic.mutable_gig()->mutable_packages()->RemoveLast();
  EXPECT_EQ(sara.Refused(&Stub::UpdateGig, only_basic).reason, Reason::kPackageCovered);
  sara.Do(&Stub::DisableMilestonePlan, Of<v1::DisableMilestonePlanRequest>(gig));
  EXPECT_EQ(sara.Do(&Stub::UpdateGig, only_basic).gig().packages_size(), 1);
}

TEST_F(PlanJourney, A5_APackageWithOneMilestoneIsOrderedAsOnePaymentOnly) {
  sara.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  WritePlan();
  auto narrow = Of<v1::UpdateMilestoneRequest>(gig);
  narrow.set_milestone_number(2);
  *narrow.mutable_milestone() = MilestoneFor({PACKAGE_PREMIUM}, "Model");
  sara.Do(&Stub::UpdateMilestone, narrow);
  sara.Do(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig));
  EXPECT_EQ(Preview(ben, gig, PACKAGE_BASIC).milestones_unavailable_reason(),
            type::v1::REASON_PACKAGE_NOT_ORDERABLE);
  EXPECT_TRUE(Preview(ben, gig, PACKAGE_PREMIUM).milestones_available());
}

TEST_F(PlanJourney, W10_EligibilityNamesEveryRuleWithActualAndRequired) {
  v1::CreateGigRequest request = GigAt(Usd(10000));
  request.mutable_gig()->set_subcategory("logo-design");
  const std::string other = CreateGig(sara, request);
  const auto report =
      sara.Read(&Stub::CheckMilestoneEligibility, Of<v1::CheckMilestoneEligibilityRequest>(other));
  EXPECT_FALSE(report.eligible());
  ASSERT_EQ(report.rules_size(), 3);
  EXPECT_EQ(report.rules(0).rule(), "S2");
  EXPECT_EQ(report.rules(0).reason(), type::v1::REASON_SUBCATEGORY_NOT_ELIGIBLE);
  EXPECT_EQ(report.rules(1).rule(), "A1");
  EXPECT_TRUE(report.rules(1).holds());
  EXPECT_EQ(report.rules(1).actual(), "USD");
  EXPECT_EQ(report.rules(2).rule(), "S3");
  EXPECT_EQ(report.rules(2).reason(), type::v1::REASON_PRICE_NOT_ELIGIBLE);
  EXPECT_EQ(report.rules(2).actual(), "100.00 USD");
  EXPECT_EQ(report.rules(2).required(), "more than 100.00 USD");

  WritePlan();
  const auto good =
      sara.Read(&Stub::CheckMilestoneEligibility, Of<v1::CheckMilestoneEligibilityRequest>(gig));
  EXPECT_TRUE(good.eligible());
  // The gig's, the count's, each milestone's, that a package is orderable, each package's.
  EXPECT_EQ(good.rules_size(), 3 + 2 + 3 + 1 + 2);
}

TEST_F(PlanJourney, S1_S18_AGigNeedsNoPlan) {
  const v1::Gig published = sara.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig)).gig();
  EXPECT_EQ(published.state(), v1::GIG_STATE_PUBLISHED);
  EXPECT_EQ(published.milestone_plan_state(), v1::MILESTONE_PLAN_STATE_NONE);
  EXPECT_FALSE(Preview(ben, gig, PACKAGE_BASIC).milestones_available());
}

TEST(Subcategories, A9_AreListedWithBothFlags) {
  const auto listed =
      Caller::NewUser("anyone").Read(&Stub::ListSubcategories, v1::ListSubcategoriesRequest());
  int plans = 0, no_offers = 0;
  for (const v1::Subcategory& subcategory : listed.subcategories()) {
    plans += subcategory.milestone_plans();
    no_offers += !subcategory.milestone_offers();
    EXPECT_FALSE(subcategory.display_name().empty() || subcategory.display_name_de().empty());
  }
  EXPECT_GE(listed.subcategories_size(), 10);
  EXPECT_EQ(plans, 5);  // S2
  EXPECT_GE(no_offers, 1);
}

// OfferService goes by the gig alone.
TEST(Subcategories, S21_A9_AGigShowsWhetherItsOffersMayHaveMilestones) {
  const Caller sara = Caller::NewUser("sara");
  const auto listed = sara.Read(&Stub::ListSubcategories, v1::ListSubcategoriesRequest());
  for (const v1::Subcategory& subcategory : listed.subcategories()) {
    v1::CreateGigRequest create = GigAt(Usd(15000));
    create.mutable_gig()->set_subcategory(subcategory.code());
    create.mutable_gig()->set_milestone_offers(!subcategory.milestone_offers());  // read only: ignored
    const std::string gig = CreateGig(sara, create);
    EXPECT_EQ(sara.Read(&Stub::GetGig, Of<v1::GetGigRequest>(gig)).gig().milestone_offers(),
              subcategory.milestone_offers())
        << subcategory.code();
  }
}

}  // namespace
}  // namespace milepost::gig_catalog
