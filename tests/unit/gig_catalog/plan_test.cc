// The rules of the milestone plan, each at its edge and under its number (S1–S18, A1–A5).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/gig_catalog/domain/eligibility.h"
#include "services/gig_catalog/domain/plan_rules.h"
#include "tests/unit/gig_catalog/world.h"

namespace milepost::gig_catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Milestone WithAmounts(std::map<Tier, int64_t> cents) {
  Milestone milestone = MilestoneFor({});
  for (const auto& [tier, amount] : cents) milestone.packages[tier].amount = Money::Usd(amount);
  return milestone;
}

TEST(Plan, S1_AtMostOnePerGig) {
  World world;
  world.Must(StartMilestonePlan{kAnna});
  EXPECT_EQ(world.Refused(StartMilestonePlan{kAnna}).reason, Reason::kPlanAlreadyExists);
}

TEST(Plan, S2_OnlyInTheFiveSubcategories) {
  for (const char* eligible : {"3d-product-animation", "business-plans", "producers-composers",
                               "desktop-applications", "social-media-marketing"}) {
    World world({{Tier::kBasic, Priced(15'000)}}, eligible);
    EXPECT_TRUE(world.Do(StartMilestonePlan{kAnna}).ok()) << eligible;
  }
  for (const char* other : {"logo-design", "game-coaching", "website-development"}) {
    World world({{Tier::kBasic, Priced(15'000)}}, other);
    const Refusal refusal = world.Refused(StartMilestonePlan{kAnna});
    EXPECT_EQ(refusal.reason, Reason::kSubcategoryNotEligible) << other;
    EXPECT_EQ(refusal.detail("actual"), other);
  }
}

TEST(Plan, S3_BasicStrictlyAboveOneHundredDollars) {
  World at({{Tier::kBasic, Priced(10'000)}});
  const Refusal refusal = at.Refused(StartMilestonePlan{kAnna});
  EXPECT_EQ(refusal.reason, Reason::kPriceNotEligible);
  EXPECT_EQ(refusal.detail("actual"), "100.00 USD");
  EXPECT_EQ(refusal.detail("required"), "100.00 USD");
  World above({{Tier::kBasic, Priced(10'001)}});
  EXPECT_TRUE(above.Do(StartMilestonePlan{kAnna}).ok());
}

TEST(Plan, S3_OnlyBasicCounts) {
  World world({{Tier::kBasic, Priced(5'000)}, {Tier::kPremium, Priced(90'000)}});
  EXPECT_EQ(world.Refused(StartMilestonePlan{kAnna}).reason, Reason::kPriceNotEligible);
}

TEST(Plan, S3_ABasicWithoutPriceIsNotEnough) {
  World world({{Tier::kBasic, Package{std::nullopt, 5, {}}}});
  const Refusal refusal = world.Refused(StartMilestonePlan{kAnna});
  EXPECT_EQ(refusal.reason, Reason::kPriceNotEligible);
  EXPECT_EQ(refusal.detail("actual"), "not set");
}

TEST(Plan, S4_BothMustHoldTheSubcategoryIsNamedFirst) {
  World world({{Tier::kBasic, Priced(10'000)}}, "logo-design");
  EXPECT_EQ(world.Refused(StartMilestonePlan{kAnna}).reason, Reason::kSubcategoryNotEligible);
}

TEST(Plan, A1_OtherCurrenciesAreRefusedWhateverThePrice) {
  const Money euros{50'000, *Currency::Parse("EUR")};
  World world({{Tier::kBasic, Package{euros, 10, {}}}});
  const Refusal refusal = world.Refused(StartMilestonePlan{kAnna});
  EXPECT_EQ(refusal.reason, Reason::kCurrencyNotEligible);
  EXPECT_EQ(refusal.detail("currency"), "EUR");
  World mixed({{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Package{euros, 10, {}}}});
  EXPECT_EQ(mixed.Refused(StartMilestonePlan{kAnna}).reason, Reason::kCurrencyNotEligible);
}

TEST(Plan, A1_AnAmountInAnotherCurrencyIsNotSaved) {
  World world;
  world.StartPlan(1);
  Milestone milestone = MilestoneFor({Tier::kBasic});
  milestone.packages[Tier::kBasic].amount = Money{5'000, *Currency::Parse("EUR")};
  EXPECT_EQ(world.Refused(AddMilestone{kAnna, milestone}).reason, Reason::kCurrencyNotEligible);
}

TEST(Plan, S7_CanBeStartedAndPublishedInEveryVisibleState) {
  World draft;
  draft.PublishPlan(2);
  EXPECT_EQ(draft.gig->state, GigState::kDraft);
  EXPECT_EQ(draft.gig->plan.state, PlanState::kActive);
  World published;
  published.Must(PublishGig{kAnna});
  published.PublishPlan(2);
  World paused;
  paused.Must(PublishGig{kAnna});
  paused.Must(PauseGig{kAnna});
  paused.PublishPlan(2);
}

TEST(Plan, S9_FromScratchHasOnePlaceholderForAllPackages) {
  World world({{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Priced(40'000)}});
  world.Must(StartMilestonePlan{kAnna});
  EXPECT_THAT(world.events, ElementsAre("milestone_plan.created"));
  ASSERT_EQ(world.gig->plan.draft.milestones.size(), 1u);
  const Milestone& placeholder = world.gig->plan.draft.milestones[0];
  EXPECT_EQ(placeholder.title, kPlaceholderTitle.en);
  EXPECT_EQ(placeholder.description, "");
  EXPECT_EQ(placeholder.packages.size(), 2u);
  EXPECT_TRUE(placeholder.packages.count(Tier::kBasic) && placeholder.packages.count(Tier::kPremium));
}

TEST(Plan, S9_ThePlaceholderBlocksPublishing) {
  World world;
  world.Must(StartMilestonePlan{kAnna});
  world.Must(AddMilestone{kAnna, MilestoneFor({Tier::kBasic})});
  const Refusal refusal = world.Refused(PublishMilestonePlan{kAnna});
  EXPECT_EQ(refusal.reason, Reason::kMilestoneIncomplete);
  EXPECT_EQ(refusal.detail("milestone"), "1");
  EXPECT_EQ(refusal.detail("missing"), "description");
}

TEST(Plan, S10_FiveMilestonesAndNotSix) {
  World world;
  world.StartPlan(5);
  const Refusal refusal = world.Refused(AddMilestone{kAnna, MilestoneFor({Tier::kBasic})});
  EXPECT_EQ(refusal.reason, Reason::kTooManyMilestones);
  EXPECT_EQ(refusal.detail("max"), "5");
  EXPECT_EQ(refusal.detail("actual"), "6");
  world.Must(PublishMilestonePlan{kAnna});
  EXPECT_EQ(world.gig->plan.published->terms.milestones.size(), 5u);
}

TEST(Plan, S11_TwoToPublishAndNotOne) {
  World world;
  world.StartPlan(1);
  const Refusal refusal = world.Refused(PublishMilestonePlan{kAnna});
  EXPECT_EQ(refusal.reason, Reason::kTooFewMilestones);
  EXPECT_EQ(refusal.detail("min"), "2");
  EXPECT_EQ(refusal.detail("actual"), "1");
  world.Must(AddMilestone{kAnna, MilestoneFor({Tier::kBasic})});
  world.Must(PublishMilestonePlan{kAnna});
  EXPECT_THAT(world.events, ElementsAre("milestone_plan.published"));
  EXPECT_EQ(world.gig->plan.state, PlanState::kActive);
}

TEST(Plan, S12_S13_PaymentsAreOnByDefaultAndSwitchBothWays) {
  World world;
  world.PublishPlan(2);
  EXPECT_TRUE(world.gig->plan.draft.payments_enabled);
  EXPECT_TRUE(world.gig->plan.published->terms.payments_enabled);
  world.Must(SetMilestonePayments{kAnna, true});
  EXPECT_THAT(world.events, IsEmpty());
  world.Must(SetMilestonePayments{kAnna, false});
  EXPECT_TRUE(world.gig->plan.published->terms.payments_enabled) << "the switch is in the draft (A3)";
  world.Must(PublishMilestonePlan{kAnna});
  EXPECT_FALSE(world.gig->plan.published->terms.payments_enabled);
  world.Must(SetMilestonePayments{kAnna, true});
  EXPECT_TRUE(world.gig->plan.draft.payments_enabled);
}

TEST(Plan, S14_AnIncompleteMilestoneIsNotSaved) {
  World world;
  world.StartPlan(1);
  struct Case {
    Milestone milestone;
    const char* missing;
  };
  for (const Case& bad :
       {Case{MilestoneFor({Tier::kBasic}, ""), "title"},
        Case{MilestoneFor({Tier::kBasic}, "t", ""), "description"}, Case{MilestoneFor({}), "packages"},
        Case{Milestone{}, "title, description, packages"}}) {
    for (const Command& command :
         {Command(AddMilestone{kAnna, bad.milestone}), Command(UpdateMilestone{kAnna, 1, bad.milestone})}) {
      const Refusal refusal = world.Refused(command);
      EXPECT_EQ(refusal.reason, Reason::kMilestoneIncomplete);
      EXPECT_EQ(refusal.detail("missing"), bad.missing);
    }
  }
}

TEST(Plan, S14_ZoomIsKept) {
  World world;
  world.StartPlan(1);
  Milestone with_zoom = MilestoneFor({Tier::kBasic});
  with_zoom.zoom = true;
  world.Must(AddMilestone{kAnna, with_zoom});
  EXPECT_FALSE(world.gig->plan.draft.milestones[0].zoom);
  EXPECT_TRUE(world.gig->plan.draft.milestones[1].zoom);
}

TEST(Plan, S15_EachMilestoneIsSavedOnItsOwn) {
  World world;
  world.StartPlan(1);
  const uint64_t before = world.gig->sequence;
  world.Must(AddMilestone{kAnna, MilestoneFor({Tier::kBasic}, "Second")});
  EXPECT_THAT(world.events, ElementsAre("milestone_plan.updated"));
  EXPECT_EQ(world.gig->sequence, before + 1);
  EXPECT_THAT(world.Titles(), ElementsAre("Step 1", "Second"));
}

TEST(Plan, S16_SubstepsAreAddedReplacedAndDeletedByNumber) {
  World world;
  world.StartPlan(1);
  world.Must(AddSubstep{kAnna, 1, {"Interview", {Tier::kBasic}}});
  world.Must(AddSubstep{kAnna, 1, {"Outline", {Tier::kBasic}}});
  world.Must(UpdateSubstep{kAnna, 1, 2, {"Table of contents", {Tier::kBasic}}});
  EXPECT_EQ(world.gig->plan.draft.milestones[0].substeps[1].title, "Table of contents");
  world.Must(DeleteSubstep{kAnna, 1, 1});
  ASSERT_EQ(world.gig->plan.draft.milestones[0].substeps.size(), 1u);
  EXPECT_EQ(world.gig->plan.draft.milestones[0].substeps[0].title, "Table of contents");
  EXPECT_EQ(world.Refused(DeleteSubstep{kAnna, 1, 2}).reason, Reason::kSubstepNotFound);
  EXPECT_EQ(world.Refused(UpdateSubstep{kAnna, 1, 0, {"x", {Tier::kBasic}}}).reason,
            Reason::kSubstepNotFound);
  EXPECT_EQ(world.Refused(AddSubstep{kAnna, 2, {"x", {Tier::kBasic}}}).reason, Reason::kMilestoneNotFound);
}

TEST(Plan, S16_TwentySubstepsAndNotTwentyOne) {
  World world;
  world.StartPlan(1);
  for (int i = 0; i < 20; ++i) world.Must(AddSubstep{kAnna, 1, {"Check", {Tier::kBasic}}});
  const Refusal refusal = world.Refused(AddSubstep{kAnna, 1, {"Check", {Tier::kBasic}}});
  EXPECT_EQ(refusal.reason, Reason::kTooManySubsteps);
  EXPECT_EQ(refusal.detail("max"), "20");
}

TEST(Plan, S17_PublishingSavesAllMilestonesTogetherAndBumpsTheVersion) {
  World world;
  world.PublishPlan(3);
  EXPECT_EQ(world.gig->plan.published->version, 1u);
  EXPECT_EQ(world.gig->plan.published->terms, world.gig->plan.draft);
  EXPECT_EQ(world.gig->plan.published->published_at, world.now);
  world.Must(PublishMilestonePlan{kAnna});
  EXPECT_EQ(world.gig->plan.published->version, 2u);
}

TEST(Plan, A2_EqualSplitIsRescaledWithThePrice) {
  World world;
  world.PublishPlan(2);
  ASSERT_TRUE(world.Reprice(Tier::kBasic, Money::Usd(20'000)).ok());
  EXPECT_THAT(world.events, ElementsAre("gig.updated"));
  EXPECT_EQ(world.gig->plan.state, PlanState::kActive);
}

TEST(Plan, A2_ThePriceFallsToTheThresholdAndComesBack) {
  World world;
  world.PublishPlan(2);
  ASSERT_TRUE(world.Reprice(Tier::kBasic, Money::Usd(10'000)).ok());
  EXPECT_THAT(world.events, ElementsAre("gig.updated", "milestone_plan.suspended"));
  EXPECT_EQ(world.gig->plan.state, PlanState::kIneligible);
  ASSERT_EQ(world.gig->plan.suspended.size(), 1u);
  EXPECT_EQ(world.gig->plan.suspended[0].reason, Reason::kPriceNotEligible);
  ASSERT_TRUE(world.Reprice(Tier::kBasic, Money::Usd(10'001)).ok());
  EXPECT_THAT(world.events, ElementsAre("gig.updated", "milestone_plan.restored"));
  EXPECT_EQ(world.gig->plan.state, PlanState::kActive);
  EXPECT_THAT(world.gig->plan.suspended, IsEmpty());
}

TEST(Plan, A2_AnotherSubcategorySuspendsAndAllReasonsAreNamed) {
  World world;
  world.PublishPlan(2);
  world.Must(UpdateGig{kAnna, {}, {}, "logo-design", {}});
  EXPECT_THAT(world.events, ElementsAre("gig.updated", "milestone_plan.suspended"));
  ASSERT_TRUE(world.Reprice(Tier::kBasic, Money::Usd(9'000)).ok());
  EXPECT_THAT(world.events, ElementsAre("gig.updated", "milestone_plan.suspended"));
  ASSERT_EQ(world.gig->plan.suspended.size(), 2u);
  EXPECT_EQ(world.gig->plan.suspended[0].reason, Reason::kSubcategoryNotEligible);
  EXPECT_EQ(world.gig->plan.suspended[1].reason, Reason::kPriceNotEligible);
  world.Must(UpdateGig{kAnna, "Only the title", {}, {}, {}});
  EXPECT_THAT(world.events, ElementsAre("gig.updated")) << "nothing new about the plan";
}

TEST(Plan, A2_ExplicitAmountsThatNoLongerSumSuspend) {
  World world;
  world.Must(StartMilestonePlan{kAnna});
  world.Must(UpdateMilestone{kAnna, 1, WithAmounts({{Tier::kBasic, 5'000}})});
  world.Must(AddMilestone{kAnna, WithAmounts({{Tier::kBasic, 10'000}})});
  world.Must(PublishMilestonePlan{kAnna});
  ASSERT_TRUE(world.Reprice(Tier::kBasic, Money::Usd(15'001)).ok());
  EXPECT_EQ(world.gig->plan.state, PlanState::kIneligible);
  EXPECT_EQ(world.gig->plan.suspended[0].reason, Reason::kAmountsDontSum);
  ASSERT_TRUE(world.Reprice(Tier::kBasic, Money::Usd(15'000)).ok());
  EXPECT_EQ(world.gig->plan.state, PlanState::kActive);
}

TEST(Plan, A2_ACoveredPackageStays) {
  const Packages both = {{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Priced(40'000)}};
  const Packages basic = {{Tier::kBasic, Priced(15'000)}};
  World world(both);
  world.PublishPlan(2);
  EXPECT_EQ(world.Refused(UpdateGig{kAnna, {}, {}, {}, basic}).detail("package"), "PREMIUM");
  const Packages unpriced = {{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Package{}}};
  EXPECT_EQ(world.Refused(UpdateGig{kAnna, {}, {}, {}, unpriced}).reason, Reason::kPackageCovered);
  world.Must(UpdateGig{kAnna, {}, {}, "logo-design", {}});
  EXPECT_EQ(world.Refused(UpdateGig{kAnna, {}, {}, {}, basic}).reason, Reason::kPackageCovered)
      << "INELIGIBLE too";
  world.Must(DisableMilestonePlan{kAnna});
  EXPECT_TRUE(world.Do(UpdateGig{kAnna, {}, {}, {}, basic}).ok()) << "not published any more";
}

TEST(Plan, A2_APackageThatOnlyTheDraftCoversCanGoAndPublishingSaysSo) {
  World world({{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Priced(40'000)}});
  world.StartPlan(2);
  world.Must(UpdateGig{kAnna, {}, {}, {}, Packages{{Tier::kBasic, Priced(15'000)}}});
  const Refusal refusal = world.Refused(PublishMilestonePlan{kAnna});
  EXPECT_EQ(refusal.reason, Reason::kPackageUnknown);
  EXPECT_EQ(refusal.detail("package"), "PREMIUM");
}

TEST(Plan, A2_ADisabledPlanIsNotRestored) {
  World world;
  world.PublishPlan(2);
  world.Must(DisableMilestonePlan{kAnna});
  EXPECT_THAT(world.events, ElementsAre("milestone_plan.disabled"));
  ASSERT_TRUE(world.Reprice(Tier::kBasic, Money::Usd(10'000)).ok());
  EXPECT_EQ(world.gig->plan.state, PlanState::kDisabled);
  ASSERT_TRUE(world.Reprice(Tier::kBasic, Money::Usd(15'000)).ok());
  EXPECT_EQ(world.gig->plan.state, PlanState::kDisabled);
  world.Must(PublishMilestonePlan{kAnna});
  EXPECT_EQ(world.gig->plan.state, PlanState::kActive);
  EXPECT_EQ(world.gig->plan.published->version, 2u);
}

TEST(Plan, A2_AnIneligiblePlanIsPublishedAnewOnlyWhenTheRulesHold) {
  World world;
  world.PublishPlan(2);
  ASSERT_TRUE(world.Reprice(Tier::kBasic, Money::Usd(10'000)).ok());
  EXPECT_EQ(world.Refused(PublishMilestonePlan{kAnna}).reason, Reason::kPriceNotEligible);
}

TEST(Plan, A3_TheDraftIsEditedBesideThePublishedPlan) {
  World world;
  world.PublishPlan(2);
  const PlanTerms seen_by_buyers = world.gig->plan.published->terms;
  world.Must(AddMilestone{kAnna, MilestoneFor({Tier::kBasic}, "Third")});
  world.Must(DeleteMilestone{kAnna, 1});
  EXPECT_EQ(world.gig->plan.published->terms, seen_by_buyers);
  EXPECT_THAT(world.Titles(), ElementsAre("Step 2", "Third"));
}

TEST(Plan, A4_AmountsSumToThePackagePrice) {
  World world({{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Priced(40'000)}});
  world.Must(StartMilestonePlan{kAnna});
  world.Must(UpdateMilestone{kAnna, 1, WithAmounts({{Tier::kBasic, 5'000}, {Tier::kPremium, 10'000}})});
  world.Must(AddMilestone{kAnna, WithAmounts({{Tier::kBasic, 10'000}, {Tier::kPremium, 29'999}})});
  const Refusal refusal = world.Refused(PublishMilestonePlan{kAnna});
  EXPECT_EQ(refusal.reason, Reason::kAmountsDontSum);
  EXPECT_EQ(refusal.detail("package"), "PREMIUM");
  EXPECT_EQ(refusal.detail("actual"), "399.99 USD");
  EXPECT_EQ(refusal.detail("required"), "400.00 USD");
  world.Must(UpdateMilestone{kAnna, 2, WithAmounts({{Tier::kBasic, 10'000}, {Tier::kPremium, 30'000}})});
  EXPECT_TRUE(world.Do(PublishMilestonePlan{kAnna}).ok());
}

TEST(Plan, A4_AmountsAreGivenForAllMilestonesOfAPackageOrForNone) {
  World world;
  world.Must(StartMilestonePlan{kAnna});
  world.Must(UpdateMilestone{kAnna, 1, WithAmounts({{Tier::kBasic, 15'000}})});
  world.Must(AddMilestone{kAnna, MilestoneFor({Tier::kBasic})});
  const Refusal refusal = world.Refused(PublishMilestonePlan{kAnna});
  EXPECT_EQ(refusal.reason, Reason::kMilestoneIncomplete);
  EXPECT_EQ(refusal.detail("milestone"), "2");
  EXPECT_EQ(refusal.detail("missing"), "amount for BASIC");
}

TEST(Plan, A4_APackageWithoutPriceCanBeDraftedForButNotPublished) {
  World world({{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Package{std::nullopt, 9, {}}}});
  world.StartPlan(2);
  const Refusal refusal = world.Refused(PublishMilestonePlan{kAnna});
  EXPECT_EQ(refusal.reason, Reason::kGigIncomplete);
  EXPECT_EQ(refusal.detail("package"), "PREMIUM");
}

TEST(Plan, A5_MilestonesAreForPackagesOfTheGig) {
  World world;
  world.StartPlan(1);
  const Refusal refusal = world.Refused(AddMilestone{kAnna, MilestoneFor({Tier::kBasic, Tier::kPremium})});
  EXPECT_EQ(refusal.reason, Reason::kPackageUnknown);
  EXPECT_EQ(refusal.detail("package"), "PREMIUM");
}

// Its amounts, given or shared out, add up to a price that no order can have.
TEST(Plan, APublishedOneIsForNoPriceAboveTheLimit) {
  World world({{Tier::kBasic, Priced(15'000)},
               {Tier::kStandard, Priced(kMaxPriceMinor)},
               {Tier::kPremium, Priced(kMaxPriceMinor + 1)}});
  world.Must(StartMilestonePlan{kAnna});
  world.Must(UpdateMilestone{kAnna, 1, MilestoneFor({Tier::kBasic, Tier::kStandard, Tier::kPremium})});
  world.Must(AddMilestone{kAnna, MilestoneFor({Tier::kBasic, Tier::kStandard})});
  const Refusal refusal = world.Refused(PublishMilestonePlan{kAnna});
  EXPECT_EQ(refusal.reason, Reason::kInvalidFields);
  ASSERT_EQ(refusal.fields.size(), 1u);
  EXPECT_EQ(refusal.fields[0].field, "gig.packages[PREMIUM].price");
  world.Must(UpdateMilestone{kAnna, 1, MilestoneFor({Tier::kBasic, Tier::kStandard})});
  world.Must(PublishMilestonePlan{kAnna});  // PREMIUM is none of its packages
}

// It became ACTIVE, and no package could be ordered with it.
TEST(Plan, A5_APlanWithNoOrderablePackageIsNotPublished) {
  World world(
      {{Tier::kBasic, Priced(15'000)}, {Tier::kStandard, Priced(20'000)}, {Tier::kPremium, Priced(40'000)}});
  world.Must(StartMilestonePlan{kAnna});
  world.Must(UpdateMilestone{kAnna, 1, MilestoneFor({Tier::kBasic, Tier::kPremium})});
  world.Must(AddMilestone{kAnna, MilestoneFor({Tier::kStandard})});
  const Refusal refusal = world.Refused(PublishMilestonePlan{kAnna});
  EXPECT_EQ(refusal.reason, Reason::kPackageNotOrderable);
  EXPECT_EQ(refusal.detail("package"), "BASIC");
  EXPECT_EQ(refusal.detail("packages"), "BASIC, STANDARD, PREMIUM");
  EXPECT_EQ(refusal.detail("actual"), "BASIC in 1, STANDARD in 1, PREMIUM in 1");
  EXPECT_EQ(refusal.detail("required"), "a package in at least 2 milestones");
  // One orderable package is enough; the others are sold as one payment.
  world.Must(UpdateMilestone{kAnna, 2, MilestoneFor({Tier::kStandard, Tier::kPremium})});
  world.Must(PublishMilestonePlan{kAnna});
}

TEST(Plan, A5_AnEditedDraftThatTakesTheLastOrderablePackageIsNotPublishedAgain) {
  World world({{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Priced(40'000)}});
  world.PublishPlan(2);
  world.Must(UpdateMilestone{kAnna, 1, MilestoneFor({Tier::kBasic})});
  world.Must(UpdateMilestone{kAnna, 2, MilestoneFor({Tier::kPremium})});
  EXPECT_EQ(world.Refused(PublishMilestonePlan{kAnna}).reason, Reason::kPackageNotOrderable);
  EXPECT_EQ(world.gig->plan.state, PlanState::kActive) << "what is published stands";
  EXPECT_EQ(world.gig->plan.published->version, 1u);
  world.Must(DisableMilestonePlan{kAnna});
  EXPECT_EQ(world.Refused(PublishMilestonePlan{kAnna}).reason, Reason::kPackageNotOrderable);
}

// One that was published before this was a rule: the next change of its gig suspends it, and A2 does not restore it.
TEST(Plan, A5_APlanOfBeforeIsSuspendedAndStaysSo) {
  World world({{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Priced(40'000)}});
  world.PublishPlan(2);
  world.gig->plan.published->terms.milestones[0].packages.erase(Tier::kPremium);
  world.gig->plan.published->terms.milestones[1].packages.erase(Tier::kBasic);
  ASSERT_TRUE(world.Reprice(Tier::kBasic, Money::Usd(10'000)).ok());
  ASSERT_EQ(world.gig->plan.suspended.size(), 2u);
  EXPECT_EQ(world.gig->plan.suspended[1].reason, Reason::kPackageNotOrderable);
  ASSERT_TRUE(world.Reprice(Tier::kBasic, Money::Usd(15'000)).ok());
  EXPECT_EQ(world.gig->plan.state, PlanState::kIneligible);
  ASSERT_EQ(world.gig->plan.suspended.size(), 1u);
}

TEST(Plan, A5_ASubstepsPackagesAreAmongItsMilestones) {
  World world({{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Priced(40'000)}});
  world.StartPlan(1);
  world.Must(AddMilestone{kAnna, MilestoneFor({Tier::kPremium})});
  const Refusal refusal = world.Refused(AddSubstep{kAnna, 2, {"Check", {Tier::kBasic}}});
  EXPECT_EQ(refusal.reason, Reason::kSubstepPackagesNotCovered);
  EXPECT_EQ(refusal.detail("package"), "BASIC");
  world.Must(AddSubstep{kAnna, 2, {"Check", {Tier::kPremium}}});
  EXPECT_EQ(world.Refused(UpdateSubstep{kAnna, 2, 1, {"Check", {Tier::kBasic, Tier::kPremium}}}).reason,
            Reason::kSubstepPackagesNotCovered);
  EXPECT_EQ(world.Refused(UpdateMilestone{kAnna, 2, MilestoneFor({Tier::kBasic})}).reason,
            Reason::kSubstepPackagesNotCovered)
      << "the milestone may not leave a substep without cover";
}

TEST(Plan, MoveRenumbersThoseBetween) {
  World world;
  world.StartPlan(4);
  world.Must(MoveMilestone{kAnna, 1, 3});
  EXPECT_THAT(world.Titles(), ElementsAre("Step 2", "Step 3", "Step 1", "Step 4"));
  world.Must(MoveMilestone{kAnna, 4, 1});
  EXPECT_THAT(world.Titles(), ElementsAre("Step 4", "Step 2", "Step 3", "Step 1"));
  world.Must(MoveMilestone{kAnna, 2, 2});
  EXPECT_THAT(world.events, IsEmpty());
  EXPECT_EQ(world.Refused(MoveMilestone{kAnna, 1, 5}).reason, Reason::kMilestoneNotFound);
  EXPECT_EQ(world.Refused(MoveMilestone{kAnna, 0, 1}).reason, Reason::kMilestoneNotFound);
}

TEST(Plan, DeleteMayEmptyTheDraft) {
  World world;
  world.StartPlan(1);
  world.Must(DeleteMilestone{kAnna, 1});
  EXPECT_THAT(world.Titles(), IsEmpty());
  EXPECT_EQ(world.Refused(DeleteMilestone{kAnna, 1}).reason, Reason::kMilestoneNotFound);
  EXPECT_EQ(world.Refused(PublishMilestonePlan{kAnna}).reason, Reason::kTooFewMilestones);
}

TEST(Plan, ReplacingAMilestoneKeepsItsSubsteps) {
  World world;
  world.StartPlan(1);
  world.Must(AddSubstep{kAnna, 1, {"Interview", {Tier::kBasic}}});
  world.Must(UpdateMilestone{kAnna, 1, MilestoneFor({Tier::kBasic}, "Renamed")});
  EXPECT_THAT(world.Titles(), ElementsAre("Renamed"));
  EXPECT_EQ(world.gig->plan.draft.milestones[0].substeps.size(), 1u);
}

}  // namespace
}  // namespace milepost::gig_catalog
