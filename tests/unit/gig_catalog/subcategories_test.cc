// Subcategories as operators make and change them, and what a change means for the plans in them (S2, S3, A1, A2).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/gig_catalog/domain/eligibility.h"
#include "services/gig_catalog/domain/gig_rules.h"
#include "services/gig_catalog/domain/subcategory.h"
#include "services/gig_catalog/domain/workflow.h"
#include "services/gig_catalog/store/subcategory_body.h"
#include "tests/unit/gig_catalog/world.h"

namespace milepost::gig_catalog {
namespace {

using ::testing::ElementsAre;
using testing::SomeSubcategory;

const absl::Time kAt = absl::FromUnixSeconds(1'700'000'000);

absl::StatusOr<Step<SubcategoryDomain>> Try(const std::optional<Subcategory>& before,
                                            const SubcategoryDomain::Command& command) {
  return Run<SubcategoryDomain>(before ? &*before : nullptr, command, kAt);
}

Reason Refused(const std::optional<Subcategory>& before, const SubcategoryDomain::Command& command) {
  return RefusalOf(Try(before, command).status()).value_or(Refusal{}).reason;
}

CreateSubcategory Tarot() {
  return {"tarot-reading", {"Tarot Reading", "Tarot-Lesungen", false, false, {}}};
}

TEST(Subcategory, IsCreatedOnceWithItsContent) {
  const auto created = Try(std::nullopt, Tarot());
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->next.id, SubcategoryIdOf("tarot-reading"));
  EXPECT_EQ(created->next.code, "tarot-reading");
  EXPECT_EQ(created->next.content, Tarot().content);
  EXPECT_EQ(created->next.sequence, 1u);
  EXPECT_EQ(Refused(created->next, Tarot()), Reason::kSubcategoryAlreadyExists);
}

TEST(Subcategory, AnUpdateChangesWhatItNamesAndNothingElse) {
  const Subcategory before = SomeSubcategory("logo-design", false, true);
  UpdateSubcategory update;
  update.milestone_plans = true;
  const auto updated = Try(before, update);
  ASSERT_TRUE(updated.ok()) << updated.status();
  SubcategoryContent expected = before.content;
  expected.milestone_plans = true;
  EXPECT_EQ(updated->next.content, expected);
  EXPECT_EQ(updated->next.code, "logo-design");

  const auto again = Try(updated->next, update);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->events.empty()) << "nothing changes";
  EXPECT_EQ(Refused(std::nullopt, update), Reason::kSubcategoryNotFound);
}

TEST(Subcategory, S3_PlansNeedAThresholdInACurrencyOfOrders) {
  CreateSubcategory create = Tarot();
  create.content.milestone_plans = true;
  EXPECT_EQ(Refused(std::nullopt, create), Reason::kInvalidFields) << "no threshold at all";
  create.content.plan_thresholds = {Money::Usd(0)};
  EXPECT_TRUE(Try(std::nullopt, create).ok()) << "0: any price";
  create.content.plan_thresholds = {Money::Usd(0), Money::Usd(1)};
  EXPECT_EQ(Refused(std::nullopt, create), Reason::kInvalidFields) << "two in one currency";
  create.content.plan_thresholds = {Money{10'000, *Currency::Parse("EUR")}};
  EXPECT_EQ(Refused(std::nullopt, create), Reason::kCurrencyNotEligible);
}

TEST(Subcategory, A9_OfferMilestonesAreAFlagOfTheirOwn) {
  for (const bool plans : {false, true}) {
    for (const bool offers : {false, true}) {
      CreateSubcategory create = Tarot();
      create.content = {"T", "T", plans, offers, {Money::Usd(10'000)}};
      const auto created = Try(std::nullopt, create);
      ASSERT_TRUE(created.ok()) << created.status();
      EXPECT_EQ(created->next.content.milestone_plans, plans);
      EXPECT_EQ(created->next.content.milestone_offers, offers);
    }
  }
}

TEST(Subcategory, ComesBackFromStorageEqual) {
  const auto created = Try(std::nullopt, CreateSubcategory{"a-b", {"A", "Ä", true, false, {Money::Usd(1)}}});
  ASSERT_TRUE(created.ok()) << created.status();
  const absl::StatusOr<Subcategory> read = DecodeSubcategory(EncodeSubcategory(created->next));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->code, "a-b");
  EXPECT_EQ(read->content, created->next.content);
}

TEST(Subcategories, AreFoundByTheirCode) {
  const Subcategories some({SomeSubcategory("b", true, true), SomeSubcategory("a", false, true)});
  ASSERT_NE(some.Find("a"), nullptr);
  EXPECT_FALSE(some.Find("a")->content.milestone_plans);
  EXPECT_TRUE(some.Find("b")->content.milestone_plans);
  for (const char* unknown : {"", "A", "c", "ab"}) EXPECT_EQ(some.Find(unknown), nullptr) << unknown;
  EXPECT_EQ(Subcategories().Find("a"), nullptr);
}

// The plan's world with another content of its subcategory.
void Change(World& world, bool plans, std::vector<Money> thresholds = {Money::Usd(10'000)}) {
  Subcategory changed = SomeSubcategory("business-plans", plans, true);
  changed.content.plan_thresholds = std::move(thresholds);
  world.subcategories = Subcategories({changed, SomeSubcategory("logo-design", false, true)});
}

TEST(SubcategoryChange, A2_AReviewSuspendsAndRestoresThePlan) {
  World world;
  world.PublishPlan(2);
  Change(world, false);
  world.Must(ReviewMilestonePlan{});
  EXPECT_THAT(world.events, ElementsAre("milestone_plan.suspended"));
  EXPECT_EQ(world.gig->plan.state, PlanState::kIneligible);
  ASSERT_EQ(world.gig->plan.suspended.size(), 1u);
  EXPECT_EQ(world.gig->plan.suspended[0].reason, Reason::kSubcategoryNotEligible);
  world.Must(ReviewMilestonePlan{});
  EXPECT_THAT(world.events, ElementsAre()) << "a repeated review writes nothing";

  Change(world, true);
  world.Must(ReviewMilestonePlan{});
  EXPECT_THAT(world.events, ElementsAre("milestone_plan.restored"));
  EXPECT_EQ(world.gig->plan.state, PlanState::kActive);
}

TEST(SubcategoryChange, S3_AThresholdMovesTheEdge) {
  World world;  // BASIC at 150.00
  world.PublishPlan(2);
  Change(world, true, {Money::Usd(14'999)});
  world.Must(ReviewMilestonePlan{});
  EXPECT_THAT(world.events, ElementsAre());
  Change(world, true, {Money::Usd(15'000)});
  world.Must(ReviewMilestonePlan{});
  EXPECT_THAT(world.events, ElementsAre("milestone_plan.suspended"));
  EXPECT_EQ(world.gig->plan.suspended[0].reason, Reason::kPriceNotEligible);
}

TEST(SubcategoryChange, AReadShowsThePlanAsTheRulesNowHaveIt) {
  World world;
  world.PublishPlan(2);
  world.Must(PublishGig{kAnna});
  Change(world, false);
  const Gig shown = AsOf<GigDomain>(*world.gig, world.now, world.subcategories);
  EXPECT_EQ(shown.plan.state, PlanState::kIneligible);
  EXPECT_EQ(shown.sequence, world.gig->sequence) << "nothing was written";
  const absl::StatusOr<Workflow> preview = PreviewWorkflow(shown, kBob, Tier::kBasic);
  ASSERT_TRUE(preview.ok()) << preview.status();
  EXPECT_EQ(preview->unavailable, Reason::kPlanNotActive);

  const Gig unjudged = AsOf<GigDomain>(*world.gig, world.now, Subcategories());
  EXPECT_EQ(unjudged.plan.state, PlanState::kActive) << "facts that say nothing about it change nothing";
}

TEST(SubcategoryChange, PublishingGoesByTheNewFlagsAtOnce) {
  World world;
  world.StartPlan(2);
  Change(world, false);
  EXPECT_EQ(world.Refused(PublishMilestonePlan{kAnna}).reason, Reason::kSubcategoryNotEligible);
  Change(world, true);
  world.Must(PublishMilestonePlan{kAnna});
}

TEST(SubcategoryChange, EveryCommandBringsThePlanUpToDate) {
  World world;
  world.PublishPlan(2);
  Change(world, false);
  world.Must(SetMilestonePayments{kAnna, false});
  EXPECT_THAT(world.events, ElementsAre("milestone_plan.updated", "milestone_plan.suspended"));
}

TEST(SubcategoryChange, S2_WithoutThresholdsTheSubcategoryAloneIsTheReason) {
  World world;
  world.StartPlan(1);
  Change(world, false, {});
  const RuleChecks checks = CheckGig(*world.gig, world.subcategories);
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_EQ(checks[0].rule, "S2");
  EXPECT_FALSE(checks[0].met);
  Milestone priced = MilestoneFor({Tier::kBasic}, "Step 1");
  priced.packages[Tier::kBasic].amount = Money::Usd(7'000);
  world.Must(UpdateMilestone{kAnna, 1, priced});  // A3: a draft is edited in any state
}

TEST(SubcategoryChange, AGigWithoutItsSubcategoryIsABugAndNoReasonToSuspend) {
  World world;
  world.PublishPlan(2);
  world.subcategories = Subcategories();
  const uint64_t before = world.gig->sequence;
  for (const Command& command :
       {Command(ReviewMilestonePlan{}), Command(SetMilestonePayments{kAnna, false})}) {
    const absl::Status status = world.Do(command);
    EXPECT_FALSE(status.ok());
    EXPECT_FALSE(RefusalOf(status)) << status;
  }
  EXPECT_EQ(world.gig->sequence, before);
}

TEST(Subcategory, CountsTheChangesThatConcernPlans) {
  const auto created = Try(std::nullopt, Tarot());
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->next.plans_sequence, 0u) << "no gig is in it yet";
  UpdateSubcategory name;
  name.name_en = "Tarot";
  name.milestone_offers = true;
  const auto renamed = Try(created->next, name);
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  EXPECT_EQ(renamed->next.plans_sequence, 0u);
  UpdateSubcategory plans;
  plans.milestone_plans = true;
  plans.plan_thresholds = std::vector<Money>{Money::Usd(1)};
  const auto changed = Try(renamed->next, plans);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->next.plans_sequence, changed->next.sequence);
}

TEST(SubcategoryChange, LeavesDisabledDraftAndDeletedPlansAlone) {
  World disabled;
  disabled.PublishPlan(2);
  disabled.Must(DisableMilestonePlan{kAnna});
  World draft;
  draft.StartPlan(2);
  World deleted;
  deleted.PublishPlan(2);
  deleted.Must(DeleteGig{kAnna});
  for (World* world : {&disabled, &draft, &deleted}) {
    Change(*world, false);
    world->Must(ReviewMilestonePlan{});
    EXPECT_THAT(world->events, ElementsAre());
  }
}

}  // namespace
}  // namespace milepost::gig_catalog
