// Shares of the price (A4): they follow the price and the plan's milestones until the seller enters an amount.
#include "services/gig_catalog/domain/shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/gig_catalog/domain/eligibility.h"
#include "services/gig_catalog/domain/workflow.h"
#include "tests/unit/gig_catalog/world.h"

namespace milepost::gig_catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// For BASIC.
Milestone WithShare(int share) {
  Milestone milestone = MilestoneFor({Tier::kBasic});
  milestone.packages[Tier::kBasic].share = share;
  return milestone;
}

Milestone WithAmount(int64_t cents) {
  Milestone milestone = MilestoneFor({Tier::kBasic});
  milestone.packages[Tier::kBasic].amount = Money::Usd(cents);
  return milestone;
}

// "4000 bps", "30.00 USD", or "none", of each milestone that is for the package.
std::vector<std::string> Terms(const World& world, Tier tier = Tier::kBasic) {
  std::vector<std::string> terms;
  for (const Milestone& milestone : world.gig->plan.draft.milestones) {
    const auto own = milestone.packages.find(tier);
    if (own == milestone.packages.end()) continue;
    EXPECT_FALSE(own->second.amount && own->second.share);
    terms.push_back(own->second.amount  ? own->second.amount->ToString()
                    : own->second.share ? std::to_string(*own->second.share) + " bps"
                                        : "none");
  }
  return terms;
}

std::vector<int64_t> Amounts(const World& world, Tier tier = Tier::kBasic) {
  std::vector<int64_t> amounts;
  for (const WorkflowStep& step : StepsOf(world.gig->plan.draft, tier, *world.gig->package(tier)))
    amounts.push_back(step.amount.minor);
  return amounts;
}

// BASIC at 150.00, with these shares.
World Shared(const std::vector<int>& shares, Packages packages = {{Tier::kBasic, Priced(15'000)}}) {
  World world(std::move(packages));
  world.Must(StartMilestonePlan{kAnna});
  for (const int share : shares) world.Must(AddMilestone{kAnna, WithShare(share)});
  world.Must(DeleteMilestone{kAnna, 1});
  return world;
}

TEST(Shares, A4_SplitThePriceAndFollowIt) {
  World world = Shared({2'500, 2'000, 3'000, 2'500});
  EXPECT_THAT(Amounts(world), ElementsAre(3'750, 3'000, 4'500, 3'750));
  world.Must(PublishMilestonePlan{kAnna});
  ASSERT_TRUE(world.Reprice(Tier::kBasic, Money::Usd(20'001)).ok());
  EXPECT_EQ(world.gig->plan.state, PlanState::kActive) << "A2: rescaled, not suspended";
  EXPECT_THAT(Amounts(world), ElementsAre(5'000, 4'000, 6'000, 5'001)) << "the odd cent is the last one's";
}

TEST(Shares, A4_AreWeightsSoAPlanNeedNotKeepAllOfThem) {
  World world = Shared({2'500, 2'000, 3'000, 2'500});
  world.Must(DeleteMilestone{kAnna, 4});
  EXPECT_THAT(Terms(world), ElementsAre("2500 bps", "2000 bps", "3000 bps"));
  EXPECT_THAT(Amounts(world), ElementsAre(5'000, 4'000, 6'000));
  world.Must(MoveMilestone{kAnna, 3, 1});
  EXPECT_THAT(Amounts(world), ElementsAre(6'000, 5'000, 4'000));
  world.Must(PublishMilestonePlan{kAnna});
}

TEST(Shares, A4_AMilestoneWithoutAnyGetsTheMeanOfTheOthers) {
  World world = Shared({2'000, 3'001});
  world.Must(AddMilestone{kAnna, MilestoneFor({Tier::kBasic})});
  EXPECT_THAT(Terms(world), ElementsAre("2000 bps", "3001 bps", "2500 bps"));
  world.Must(UpdateMilestone{kAnna, 1, MilestoneFor({Tier::kBasic})});
  EXPECT_THAT(Terms(world), ElementsAre("2750 bps", "3001 bps", "2500 bps"))
      << "what an update leaves out is not kept: it replaces the milestone";
  World tiny = Shared({1, 1});
  tiny.Must(AddMilestone{kAnna, MilestoneFor({Tier::kBasic})});
  EXPECT_THAT(Terms(tiny), ElementsAre("1 bps", "1 bps", "1 bps"));
}

TEST(Shares, A4_TheFirstShareOfAPackageIsEverybodys) {
  World world;
  world.StartPlan(3);
  EXPECT_THAT(Terms(world), ElementsAre("none", "none", "none"));
  world.Must(UpdateMilestone{kAnna, 2, WithShare(4'000)});
  EXPECT_THAT(Terms(world), ElementsAre("4000 bps", "4000 bps", "4000 bps"));
  EXPECT_THAT(Amounts(world), ElementsAre(5'000, 5'000, 5'000)) << "still an equal split";
  world.Must(UpdateMilestone{kAnna, 1, WithShare(1'000)});
  world.Must(UpdateMilestone{kAnna, 3, WithShare(5'000)});
  EXPECT_THAT(Amounts(world), ElementsAre(1'500, 6'000, 7'500)) << "in whatever order they are entered";
}

TEST(Shares, A4_AnAmountMakesAmountsOfTheOthersAsTheyWere) {
  World world = Shared({2'500, 2'000, 3'000, 2'500});
  ASSERT_TRUE(world.Reprice(Tier::kBasic, Money::Usd(20'001)).ok());
  world.Must(UpdateMilestone{kAnna, 2, WithAmount(5'000)});
  EXPECT_THAT(world.events, ElementsAre("milestone_plan.updated"));
  EXPECT_THAT(Terms(world), ElementsAre("50.00 USD", "50.00 USD", "60.00 USD", "50.01 USD"))
      << "at the present price, as they were before the edit";
  const Refusal refusal = world.Refused(PublishMilestonePlan{kAnna});
  EXPECT_EQ(refusal.reason, Reason::kAmountsDontSum);
  EXPECT_EQ(refusal.detail("actual"), "210.01 USD");
  world.Must(UpdateMilestone{kAnna, 3, WithAmount(5'000)});
  world.Must(PublishMilestonePlan{kAnna});
  ASSERT_TRUE(world.Reprice(Tier::kBasic, Money::Usd(20'002)).ok());
  EXPECT_EQ(world.gig->plan.state, PlanState::kIneligible) << "A2: amounts don't follow the price";
}

TEST(Shares, A4_AnAddedAmountMakesAmountsOfTheOthersToo) {
  World world = Shared({5'000, 5'000});
  world.Must(AddMilestone{kAnna, WithAmount(1'000)});
  EXPECT_THAT(Terms(world), ElementsAre("75.00 USD", "75.00 USD", "10.00 USD"));
}

TEST(Shares, A4_AmongAmountsAShareIsItsBasisPointsOfThePrice) {
  World world = Shared({5'000, 5'000});
  world.Must(UpdateMilestone{kAnna, 1, WithAmount(10'000)});
  world.Must(UpdateMilestone{kAnna, 2, WithShare(3'333)});
  EXPECT_THAT(Terms(world), ElementsAre("100.00 USD", "49.99 USD")) << "rounded down";
  world.Must(UpdateMilestone{kAnna, 2, MilestoneFor({Tier::kBasic})});
  EXPECT_THAT(Terms(world), ElementsAre("100.00 USD", "none"));
  EXPECT_EQ(world.Refused(PublishMilestonePlan{kAnna}).reason, Reason::kMilestoneIncomplete) << "as ever";
  world.Must(AddMilestone{kAnna, WithShare(3'334)});
  EXPECT_THAT(Terms(world), ElementsAre("100.00 USD", "none", "50.01 USD"));
}

TEST(Shares, A4_OfSoLittleThatItIsNoCentIsACent) {
  World world = Shared({5'000, 5'000}, {{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Priced(5)}});
  Milestone both = MilestoneFor({Tier::kBasic, Tier::kPremium});
  both.packages[Tier::kPremium].amount = Money::Usd(4);
  world.Must(UpdateMilestone{kAnna, 1, both});
  both.packages[Tier::kPremium] = {std::nullopt, std::nullopt, 1};
  world.Must(UpdateMilestone{kAnna, 2, both});
  EXPECT_THAT(Terms(world, Tier::kPremium), ElementsAre("0.04 USD", "0.01 USD"));
}

TEST(Shares, A4_OtherPackagesKeepTheirShares) {
  World world({{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Priced(40'000)}});
  world.Must(StartMilestonePlan{kAnna, {"business-plans-classic"}});
  Milestone edited = world.gig->plan.draft.milestones[0];
  edited.packages[Tier::kBasic] = {Money::Usd(3'750), std::nullopt, std::nullopt};
  world.Must(UpdateMilestone{kAnna, 1, edited});
  EXPECT_THAT(Terms(world), ElementsAre("37.50 USD", "30.00 USD", "45.00 USD", "37.50 USD"));
  EXPECT_THAT(Terms(world, Tier::kPremium), ElementsAre("2500 bps", "2000 bps", "3000 bps", "2500 bps"));
  world.Must(PublishMilestonePlan{kAnna});
}

TEST(Shares, A4_AMilestoneOutsideThePackageHasNoPartInIt) {
  World world({{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Priced(40'000)}});
  world.Must(StartMilestonePlan{kAnna});
  world.Must(UpdateMilestone{kAnna, 1, MilestoneFor({Tier::kPremium})});
  world.Must(AddMilestone{kAnna, WithShare(1'000)});
  world.Must(AddMilestone{kAnna, WithShare(2'000)});
  EXPECT_THAT(Amounts(world), ElementsAre(5'000, 10'000));
  world.Must(UpdateMilestone{kAnna, 3, WithAmount(9'000)});
  EXPECT_THAT(Terms(world), ElementsAre("50.00 USD", "90.00 USD"));
  EXPECT_THAT(Terms(world, Tier::kPremium), ElementsAre("none"));
}

TEST(Shares, A4_CantBecomeAmountsOfAPackageWithoutAPrice) {
  World world({{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Package{}}});
  world.Must(StartMilestonePlan{kAnna, {"business-plans-classic"}});
  Milestone edited = world.gig->plan.draft.milestones[0];
  edited.packages[Tier::kPremium] = {Money::Usd(5'000), std::nullopt, std::nullopt};
  const Refusal refusal = world.Refused(UpdateMilestone{kAnna, 1, edited});
  EXPECT_EQ(refusal.reason, Reason::kGigIncomplete);
  EXPECT_EQ(refusal.detail("package"), "PREMIUM");
  edited.packages[Tier::kPremium] = {std::nullopt, 3, 2'500};
  world.Must(UpdateMilestone{kAnna, 1, edited});
}

TEST(Shares, W10_TheReportSaysThatTheySplitThePrice) {
  World world = Shared({1, 10'000});
  const RuleChecks checks = CheckTerms(*world.gig, world.gig->plan.draft);
  EXPECT_TRUE(checks.back().met);
  EXPECT_EQ(checks.back().actual, "BASIC split by shares");
  EXPECT_THAT(Unmet(checks), IsEmpty());
}

}  // namespace
}  // namespace milepost::gig_catalog
