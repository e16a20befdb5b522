// Plans from templates over the wire (S8): the list, the journey of a seller, shares that follow the price (A2, A4), and
// starting over.
#include "absl/strings/str_cat.h"
#include "tests/component/gig_catalog/catalog.h"

namespace milepost::gig_catalog {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using type::v1::PACKAGE_BASIC;
using type::v1::PACKAGE_PREMIUM;

v1::StartMilestonePlanRequest FromTemplate(const std::string& gig,
                                           std::string id = "business-plans-classic") {
  auto request = Of<v1::StartMilestonePlanRequest>(gig);
  request.set_template_id(std::move(id));
  return request;
}

template <class Request>
Request Replacing(Request request) {
  request.set_replace_draft(true);
  return request;
}

// BASIC at 150.00, PREMIUM at 400.00; published, so that buyers see it.
class FromTemplates : public ::testing::Test {
 protected:
  FromTemplates() {
    v1::CreateGigRequest request = GigAt(Usd(15000));
    *request.mutable_gig()->add_packages() = PackageAt(PACKAGE_PREMIUM, Usd(40000), 40);
    gig = CreateGig(sara, request);
    sara.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  }

  v1::MilestonePlan Publish() {
    return sara.Do(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig)).milestone_plan();
  }
  v1::MilestonePlan PlanAsSeenBy(const Caller& who) {
    return who.Read(&Stub::GetMilestonePlan, Of<v1::GetMilestonePlanRequest>(gig)).milestone_plan();
  }
  // The cents of each step, as a buyer sees them.
  std::vector<int64_t> Steps(type::v1::Package package) {
    auto request = Of<v1::PreviewWorkflowRequest>(gig);
    request.set_package(package);
    const v1::PreviewWorkflowResponse workflow = ben.Read(&Stub::PreviewWorkflow, request);
    std::vector<int64_t> cents;
    for (const v1::WorkflowStep& step : workflow.steps())
      cents.push_back(step.amount().units() * 100 + step.amount().nanos() / 10'000'000);
    return cents;
  }
  v1::Gig Reprice(int64_t basic) {
    v1::UpdateGigRequest request;
    request.mutable_gig()->set_name(gig);
    *request.mutable_gig()->add_packages() = PackageAt(PACKAGE_BASIC, Usd(basic));
    *request.mutable_gig()->add_packages() = PackageAt(PACKAGE_PREMIUM, Usd(40000), 40);
    request.mutable_update_mask()->add_paths("packages");
    return sara.Do(&Stub::UpdateGig, request).gig();
  }
  // Milestone `number` of the draft as it is, to be changed and sent.
  v1::UpdateMilestoneRequest Edit(int number) {
    auto request = Of<v1::UpdateMilestoneRequest>(gig);
    request.set_milestone_number(static_cast<uint32_t>(number));
    *request.mutable_milestone() = PlanAsSeenBy(sara).draft().milestones(number - 1);
    return request;
  }

  const Caller sara = Caller::NewUser("sara"), ben = Caller::NewUser("ben");
  std::string gig;
};

// "3750 cents", "2500 bps" or "none", of each milestone's price in BASIC.
std::vector<std::string> BasicPrices(const v1::MilestonePlanContent& content) {
  std::vector<std::string> prices;
  for (const v1::PlanMilestone& milestone : content.milestones()) {
    std::string text = "none";
    for (const v1::MilestonePrice& price : milestone.prices()) {
      if (price.package() != PACKAGE_BASIC) continue;
      EXPECT_FALSE(price.has_amount() && price.share_basis_points() > 0);
      if (price.share_basis_points() > 0) text = absl::StrCat(price.share_basis_points(), " bps");
      if (price.has_amount())
        text = absl::StrCat(price.amount().units() * 100 + price.amount().nanos() / 10'000'000, " cents");
    }
    prices.push_back(text);
  }
  return prices;
}

TEST(MilestoneTemplates, S8_AreListedForEachSubcategoryInBothLanguages) {
  const Caller anyone = Caller::NewUser("anyone");
  v1::ListMilestoneTemplatesRequest request;
  EXPECT_EQ(anyone.Read(&Stub::ListMilestoneTemplates, request).templates_size(), 10);
  request.set_subcategory("business-plans");
  const auto english = anyone.Read(&Stub::ListMilestoneTemplates, request).templates();
  request.set_language(v1::PLAN_LANGUAGE_DE);
  const auto german = Caller("operators/ops").Read(&Stub::ListMilestoneTemplates, request).templates();
  ASSERT_EQ(english.size(), 2);
  ASSERT_EQ(german.size(), 2);
  EXPECT_EQ(english[0].id(), "business-plans-classic");
  EXPECT_EQ(english[0].subcategory(), "business-plans");
  EXPECT_EQ(english[0].display_name(), "Complete business plan");
  EXPECT_EQ(german[0].display_name(), "Vollständiger Businessplan");
  ASSERT_EQ(german[0].milestones_size(), 4);
  const v1::TemplateMilestone& first = german[0].milestones(0);
  EXPECT_EQ(first.number(), 1u);
  EXPECT_EQ(first.title(), "Auftakt und Marktanalyse");
  EXPECT_TRUE(first.zoom());
  EXPECT_EQ(first.share_basis_points(), 2'500u);
  EXPECT_EQ(first.substeps_size(), 3);
  EXPECT_FALSE(first.description().empty());
  request.set_subcategory("logo-design");
  EXPECT_EQ(anyone.Read(&Stub::ListMilestoneTemplates, request).templates_size(), 0);
}

TEST_F(FromTemplates, S8_APlanStartsWithTheTemplateInAllPackages) {
  auto request = FromTemplate(gig);
  request.set_language(v1::PLAN_LANGUAGE_DE);
  const v1::MilestonePlan plan = sara.Do(&Stub::StartMilestonePlan, request).milestone_plan();
  EXPECT_EQ(plan.state(), v1::MILESTONE_PLAN_STATE_DRAFT);
  ASSERT_EQ(plan.draft().milestones_size(), 4);
  const v1::PlanMilestone& first = plan.draft().milestones(0);
  EXPECT_EQ(first.title(), "Auftakt und Marktanalyse");
  EXPECT_THAT(first.packages(), ElementsAre(PACKAGE_BASIC, PACKAGE_PREMIUM));
  ASSERT_EQ(first.prices_size(), 2);
  for (const v1::MilestonePrice& price : first.prices()) {
    EXPECT_EQ(price.share_basis_points(), 2'500u);
    EXPECT_FALSE(price.has_amount());
  }
  ASSERT_EQ(first.substeps_size(), 3);
  EXPECT_THAT(first.substeps(0).packages(), ElementsAre(PACKAGE_BASIC, PACKAGE_PREMIUM));
}

TEST_F(FromTemplates, A2_A4_AmountsFollowThePriceUntilOneIsEntered) {
  sara.Do(&Stub::StartMilestonePlan, FromTemplate(gig));
  Publish();
  EXPECT_THAT(Steps(PACKAGE_BASIC), ElementsAre(3750, 3000, 4500, 3750));
  EXPECT_THAT(Steps(PACKAGE_PREMIUM), ElementsAre(10000, 8000, 12000, 10000));
  EXPECT_EQ(Reprice(20001).milestone_plan_state(), v1::MILESTONE_PLAN_STATE_ACTIVE);
  EXPECT_THAT(Steps(PACKAGE_BASIC), ElementsAre(5000, 4000, 6000, 5001));

  v1::UpdateMilestoneRequest edit = Edit(2);
  edit.mutable_milestone()->mutable_prices(0)->clear_share_basis_points();
  *edit.mutable_milestone()->mutable_prices(0)->mutable_amount() = Usd(5000);
  v1::MilestonePlan plan = sara.Do(&Stub::UpdateMilestone, edit).milestone_plan();
  EXPECT_THAT(BasicPrices(plan.draft()), ElementsAre("5000 cents", "5000 cents", "6000 cents", "5001 cents"));
  EXPECT_THAT(BasicPrices(plan.published()), Each(::testing::EndsWith(" bps"))) << "A3: buyers see what was";
  EXPECT_EQ(plan.draft().milestones(0).prices(1).share_basis_points(), 2'500u) << "PREMIUM keeps its shares";
  EXPECT_EQ(plan.draft().milestones(0).substeps_size(), 3);
  EXPECT_EQ(sara.Refused(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig)).reason,
            Reason::kAmountsDontSum);

  edit = Edit(3);
  *edit.mutable_milestone()->mutable_prices(0)->mutable_amount() = Usd(5000);
  sara.Do(&Stub::UpdateMilestone, edit);
  EXPECT_EQ(Publish().version(), 2u);
  EXPECT_THAT(Steps(PACKAGE_BASIC), ElementsAre(5000, 5000, 5000, 5001));
  EXPECT_EQ(Reprice(20002).milestone_plan_state(), v1::MILESTONE_PLAN_STATE_INELIGIBLE);
}

TEST_F(FromTemplates, A4_AMilestoneIsAddedWithTheMeanShareAndOneIsRemoved) {
  sara.Do(&Stub::StartMilestonePlan, FromTemplate(gig));
  v1::MilestonePlan plan =
      sara.Do(&Stub::AddMilestone, AddTo(gig, MilestoneFor({PACKAGE_BASIC}))).milestone_plan();
  EXPECT_THAT(BasicPrices(plan.draft()),
              ElementsAre("2500 bps", "2000 bps", "3000 bps", "2500 bps", "2500 bps"));
  auto drop = Of<v1::DeleteMilestoneRequest>(gig);
  drop.set_milestone_number(3);
  sara.Do(&Stub::DeleteMilestone, drop);
  Publish();
  EXPECT_THAT(Steps(PACKAGE_BASIC), ElementsAre(3947, 3157, 3947, 3949));
  EXPECT_THAT(Steps(PACKAGE_PREMIUM), ElementsAre(14285, 11428, 14287));
}

TEST_F(FromTemplates, A4_AShareIsSentInPlaceOfAnAmount) {
  sara.Do(&Stub::StartMilestonePlan, FromScratch(gig));
  v1::UpdateMilestoneRequest edit = Edit(1);
  *edit.mutable_milestone() = MilestoneFor({PACKAGE_BASIC}, "Research");
  v1::MilestonePrice& price = *edit.mutable_milestone()->add_prices();
  price.set_package(PACKAGE_BASIC);
  price.set_share_basis_points(10'000);
  sara.Do(&Stub::UpdateMilestone, edit);
  v1::PlanMilestone second = MilestoneFor({PACKAGE_BASIC}, "Model");
  *second.add_prices() = price;
  second.mutable_prices(0)->set_share_basis_points(5'000);
  sara.Do(&Stub::AddMilestone, AddTo(gig, second));
  Publish();
  EXPECT_THAT(Steps(PACKAGE_BASIC), ElementsAre(10000, 5000));
}

TEST_F(FromTemplates, S8_StartingOverKeepsThePublishedPlanAndItsVersion) {
  sara.Do(&Stub::StartMilestonePlan, FromTemplate(gig));
  Publish();
  EXPECT_EQ(sara.Refused(&Stub::StartMilestonePlan, FromTemplate(gig, "business-plans-investors")).reason,
            Reason::kPlanAlreadyExists);
  const auto request = Replacing(FromTemplate(gig, "business-plans-investors"));
  v1::MilestonePlan plan = sara.Do(&Stub::StartMilestonePlan, request).milestone_plan();
  EXPECT_EQ(plan.state(), v1::MILESTONE_PLAN_STATE_ACTIVE);
  EXPECT_EQ(plan.version(), 1u);
  EXPECT_EQ(plan.draft().milestones_size(), 5);
  EXPECT_EQ(plan.published().milestones_size(), 4);
  EXPECT_TRUE(plan.has_unpublished_changes());
  EXPECT_THAT(Steps(PACKAGE_BASIC), ElementsAre(3750, 3000, 4500, 3750)) << "buyers see what was published";
  plan = sara.Do(&Stub::StartMilestonePlan, Replacing(FromScratch(gig))).milestone_plan();
  EXPECT_EQ(plan.draft().milestones_size(), 1);
  EXPECT_EQ(plan.published().milestones_size(), 4);
  sara.Do(&Stub::StartMilestonePlan, request);
  EXPECT_EQ(Publish().version(), 2u);
  EXPECT_EQ(Steps(PACKAGE_BASIC).size(), 5u);
}

// ---- what is refused

std::vector<std::string> ViolatedFields(const Refusal& refusal) {
  EXPECT_EQ(refusal.reason, Reason::kInvalidFields);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : refusal.fields) fields.push_back(violation.field);
  return fields;
}

TEST_F(FromTemplates, TemplatesThatAreNotThereOrNotForThisGig) {
  const Refusal unknown = sara.Refused(&Stub::StartMilestonePlan, FromTemplate(gig, "business-plans"));
  EXPECT_EQ(unknown.reason, Reason::kTemplateNotFound);
  EXPECT_EQ(unknown.detail("template"), "business-plans");
  const Refusal elsewhere =
      sara.Refused(&Stub::StartMilestonePlan, Replacing(FromTemplate(gig, "producers-composers-song")));
  EXPECT_EQ(elsewhere.reason, Reason::kTemplateNotForSubcategory);
  EXPECT_EQ(elsewhere.detail("template"), "producers-composers-song");
  EXPECT_EQ(elsewhere.detail("subcategory"), "business-plans");
  EXPECT_EQ(ben.Refused(&Stub::StartMilestonePlan, Replacing(FromTemplate(gig))).reason,
            Reason::kNotTheGigOwner);
}

TEST_F(FromTemplates, NeitherATemplateNorScratchAndMalformedIds) {
  EXPECT_THAT(ViolatedFields(sara.Refused(&Stub::StartMilestonePlan, Of<v1::StartMilestonePlanRequest>(gig))),
              UnorderedElementsAre("start"));
  for (const std::string& id : {std::string(), std::string(65, 'x'), std::string("a\nb")}) {
    EXPECT_THAT(ViolatedFields(sara.Refused(&Stub::StartMilestonePlan, FromTemplate(gig, id))),
                UnorderedElementsAre("template_id"))
        << id;
  }
  auto language = FromTemplate(gig);
  language.set_language(static_cast<v1::PlanLanguage>(99));
  EXPECT_THAT(ViolatedFields(sara.Refused(&Stub::StartMilestonePlan, language)),
              UnorderedElementsAre("language"));
  v1::ListMilestoneTemplatesRequest list;
  list.set_subcategory(std::string(65, 'x'));
  list.set_language(static_cast<v1::PlanLanguage>(99));
  EXPECT_THAT(ViolatedFields(sara.RefusedAsIs(&Stub::ListMilestoneTemplates, list)),
              UnorderedElementsAre("subcategory", "language"));
}

TEST_F(FromTemplates, A4_AShareBesideAnAmountOrAboveTheWhole) {
  sara.Do(&Stub::StartMilestonePlan, FromTemplate(gig));
  v1::UpdateMilestoneRequest edit = Edit(1);
  *edit.mutable_milestone()->mutable_prices(1)->mutable_amount() = Usd(100);
  EXPECT_THAT(ViolatedFields(sara.Refused(&Stub::UpdateMilestone, edit)),
              UnorderedElementsAre("milestone.prices[1].share_basis_points"));
  edit.mutable_milestone()->mutable_prices(1)->clear_amount();
  edit.mutable_milestone()->mutable_prices(1)->set_share_basis_points(10'001);
  EXPECT_THAT(ViolatedFields(sara.Refused(&Stub::UpdateMilestone, edit)),
              UnorderedElementsAre("milestone.prices[1].share_basis_points"));
  EXPECT_THAT(ViolatedFields(sara.Refused(&Stub::AddMilestone, AddTo(gig, edit.milestone()))),
              UnorderedElementsAre("milestone.prices[1].share_basis_points"));
}

TEST_F(FromTemplates, A4_AnAmountBesideTheSharesOfAPackageWithoutAPrice) {
  v1::CreateGigRequest request = GigAt(Usd(15000));
  request.mutable_gig()->add_packages()->set_package(PACKAGE_PREMIUM);
  gig = CreateGig(sara, request);
  sara.Do(&Stub::StartMilestonePlan, FromTemplate(gig));
  v1::UpdateMilestoneRequest edit = Edit(1);
  edit.mutable_milestone()->mutable_prices(1)->clear_share_basis_points();
  *edit.mutable_milestone()->mutable_prices(1)->mutable_amount() = Usd(100);
  const Refusal refusal = sara.Refused(&Stub::UpdateMilestone, edit);
  EXPECT_EQ(refusal.reason, Reason::kGigIncomplete);
  EXPECT_EQ(refusal.detail("package"), "PREMIUM");
}

}  // namespace
}  // namespace milepost::gig_catalog
