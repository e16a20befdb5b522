// What buyers see of a package (S5, S6, A4, A5) and the eligibility report (W10).
#include "services/gig_catalog/domain/workflow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "services/gig_catalog/domain/eligibility.h"
#include "tests/unit/gig_catalog/world.h"

namespace milepost::gig_catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<int64_t> AmountsOf(const std::vector<WorkflowStep>& steps) {
  std::vector<int64_t> amounts;
  for (const WorkflowStep& step : steps) amounts.push_back(step.amount.minor);
  return amounts;
}

std::vector<int> DaysOf(const std::vector<WorkflowStep>& steps) {
  std::vector<int> days;
  for (const WorkflowStep& step : steps) days.push_back(step.days);
  return days;
}

PlanTerms Equal(int count) {
  PlanTerms terms;
  for (int i = 0; i < count; ++i) terms.milestones.push_back(MilestoneFor({Tier::kBasic}));
  return terms;
}

TEST(Workflow, A4_EqualSplitOddCentsToTheLast) {
  EXPECT_THAT(AmountsOf(StepsOf(Equal(3), Tier::kBasic, Priced(10'001))), ElementsAre(3'333, 3'333, 3'335));
  EXPECT_THAT(AmountsOf(StepsOf(Equal(2), Tier::kBasic, Priced(15'000))), ElementsAre(7'500, 7'500));
}

TEST(Workflow, A4_DaysAreSharedEquallyOddOnesToTheLast) {
  EXPECT_THAT(DaysOf(StepsOf(Equal(3), Tier::kBasic, Priced(15'000, 20))), ElementsAre(6, 7, 7));
  EXPECT_THAT(DaysOf(StepsOf(Equal(4), Tier::kBasic, Priced(15'000, 10))), ElementsAre(2, 2, 3, 3));
  EXPECT_THAT(DaysOf(StepsOf(Equal(4), Tier::kBasic, Priced(15'000, 119))), ElementsAre(29, 30, 30, 30));
  EXPECT_THAT(DaysOf(StepsOf(Equal(2), Tier::kBasic, Priced(15'000, 150))), ElementsAre(30, 30));
}

// The share was made before it was brought within 1 to 30, so the last of five got all 4 days.
TEST(Workflow, A4_FourDaysForFiveMilestonesAreOneEach) {
  EXPECT_THAT(DaysOf(StepsOf(Equal(5), Tier::kBasic, Priced(15'000, 4))), ElementsAre(1, 1, 1, 1, 1));
  EXPECT_THAT(DaysOf(StepsOf(Equal(5), Tier::kBasic, Priced(15'000, 1))), ElementsAre(1, 1, 1, 1, 1));
}

TEST(Workflow, A4_GivenAmountsAndDaysStandAndTheRestIsShared) {
  PlanTerms terms = Equal(3);
  terms.milestones[0].packages[Tier::kBasic] = {Money::Usd(100), 6};
  for (int i : {1, 2}) terms.milestones[i].packages[Tier::kBasic].amount = Money::Usd(7'450);
  const std::vector<WorkflowStep> steps = StepsOf(terms, Tier::kBasic, Priced(15'000, 11));
  EXPECT_THAT(AmountsOf(steps), ElementsAre(100, 7'450, 7'450));
  EXPECT_THAT(DaysOf(steps), ElementsAre(6, 2, 3));
  terms.milestones[0].packages[Tier::kBasic].days = 30;
  EXPECT_THAT(DaysOf(StepsOf(terms, Tier::kBasic, Priced(15'000, 11))), ElementsAre(30, 1, 1));
}

// Every package, every number of milestones, with and without days that are given.
TEST(Workflow, A4_DaysAddUpToThePackagesWhereverThatIsPossible) {
  for (int count = 2; count <= kMaxPlanMilestones; ++count) {
    for (int days = 1; days <= kMaxOneTimeDays; ++days) {
      for (int given : {0, 1, 7, kMaxMilestoneDays}) {
        PlanTerms terms = Equal(count);
        if (given) terms.milestones[1].packages[Tier::kBasic].days = given;
        const std::vector<int> shared = DaysOf(StepsOf(terms, Tier::kBasic, Priced(15'000, days)));
        const int without = count - (given ? 1 : 0);
        const int sum = std::accumulate(shared.begin(), shared.end(), 0);
        SCOPED_TRACE(absl::StrCat(count, " milestones, ", days, " days, given ", given));
        EXPECT_EQ(sum, std::clamp(days, given + without, given + without * kMaxMilestoneDays));
        if (given) {
          EXPECT_EQ(shared[1], given);
        }
        std::vector<int> shares = shared;
        if (given) shares.erase(shares.begin() + 1);
        EXPECT_THAT(shares, ::testing::Each(::testing::AllOf(::testing::Ge(1), ::testing::Le(30))));
        EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
        EXPECT_LE(shares.back() - shares.front(), 1);
      }
    }
  }
}

TEST(Workflow, S6_ShowsOnlyWhatIsForThePackage) {
  World world({{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Priced(40'000)}});
  world.StartPlan(2);
  world.Must(AddMilestone{kAnna, MilestoneFor({Tier::kPremium}, "Premium only")});
  world.Must(MoveMilestone{kAnna, 3, 1});
  world.Must(AddSubstep{kAnna, 2, {"For both", {Tier::kBasic, Tier::kPremium}}});
  world.Must(AddSubstep{kAnna, 2, {"For premium", {Tier::kPremium}}});
  world.Must(PublishMilestonePlan{kAnna});
  world.Must(PublishGig{kAnna});
  const absl::StatusOr<Workflow> basic = PreviewWorkflow(*world.gig, kBob, Tier::kBasic);
  ASSERT_TRUE(basic.ok()) << basic.status();
  EXPECT_FALSE(basic->unavailable);
  EXPECT_EQ(basic->plan_version, 1u);
  EXPECT_TRUE(basic->payments_enabled);
  ASSERT_EQ(basic->steps.size(), 2u);
  EXPECT_EQ(basic->steps[0].number, 1u);
  EXPECT_EQ(basic->steps[0].title, "Step 1");
  EXPECT_THAT(basic->steps[0].substeps, ElementsAre("For both"));
  const absl::StatusOr<Workflow> premium = PreviewWorkflow(*world.gig, kBob, Tier::kPremium);
  ASSERT_EQ(premium->steps.size(), 3u);
  EXPECT_THAT(AmountsOf(premium->steps), ElementsAre(13'333, 13'333, 13'334));
}

TEST(Workflow, S5_AvailableFromPublishOnAndNotBefore) {
  World world;
  world.Must(PublishGig{kAnna});
  EXPECT_EQ(PreviewWorkflow(*world.gig, kBob, Tier::kBasic)->unavailable, Reason::kPlanNotFound);
  world.StartPlan(2);
  EXPECT_EQ(PreviewWorkflow(*world.gig, kBob, Tier::kBasic)->unavailable, Reason::kPlanNotFound);
  world.Must(PublishMilestonePlan{kAnna});
  EXPECT_EQ(PreviewWorkflow(*world.gig, kBob, Tier::kBasic)->unavailable, std::nullopt);
  ASSERT_TRUE(world.Reprice(Tier::kBasic, Money::Usd(10'000)).ok());
  const absl::StatusOr<Workflow> hidden = PreviewWorkflow(*world.gig, kBob, Tier::kBasic);
  EXPECT_EQ(hidden->unavailable, Reason::kPlanNotActive);
  EXPECT_THAT(hidden->steps, IsEmpty());
  EXPECT_EQ(hidden->package.price, Money::Usd(10'000)) << "a one-time order is still possible";
}

TEST(Workflow, A5_OneMilestoneIsNotEnoughForAPackageTwoAre) {
  World world({{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Priced(40'000)}});
  world.Must(PublishGig{kAnna});
  world.Must(StartMilestonePlan{kAnna});
  world.Must(UpdateMilestone{kAnna, 1, MilestoneFor({Tier::kBasic, Tier::kPremium})});
  world.Must(AddMilestone{kAnna, MilestoneFor({Tier::kBasic})});
  world.Must(PublishMilestonePlan{kAnna});
  EXPECT_EQ(PreviewWorkflow(*world.gig, kBob, Tier::kBasic)->unavailable, std::nullopt);
  EXPECT_EQ(PreviewWorkflow(*world.gig, kBob, Tier::kPremium)->unavailable, Reason::kPackageNotOrderable);
}

TEST(Workflow, RefusalsInOrder) {
  World world({{Tier::kBasic, Priced(15'000)}, {Tier::kStandard, Package{}}});
  const auto reason = [&](const Actor& actor, Tier tier) {
    const absl::StatusOr<Workflow> preview = PreviewWorkflow(*world.gig, actor, tier);
    return RefusalOf(preview.status()).value_or(Refusal{}).reason;
  };
  EXPECT_EQ(reason(kBob, Tier::kPremium), Reason::kGigNotFound);
  EXPECT_EQ(reason(kAnna, Tier::kPremium), Reason::kGigNotPublished);
  world.Must(PublishGig{kAnna});
  EXPECT_EQ(reason(kBob, Tier::kPremium), Reason::kPackageUnknown);
  EXPECT_EQ(reason(kBob, Tier::kStandard), Reason::kGigIncomplete);
  world.Must(PauseGig{kAnna});
  EXPECT_EQ(reason(kBob, Tier::kBasic), Reason::kGigNotPublished);
}

TEST(Eligibility, W10_EveryRuleWithActualAndRequired) {
  World world({{Tier::kBasic, Priced(10'000)}}, "logo-design");
  const RuleChecks checks = CheckGig(*world.gig, world.subcategories);
  ASSERT_EQ(checks.size(), 3u);
  EXPECT_EQ(checks[0].rule, "S2");
  EXPECT_FALSE(checks[0].met);
  EXPECT_EQ(checks[0].actual, "logo-design");
  EXPECT_EQ(checks[0].required, "a subcategory in which milestone plans are allowed (ListSubcategories)");
  EXPECT_EQ(checks[1].rule, "A1");
  EXPECT_TRUE(checks[1].met);
  EXPECT_EQ(checks[1].actual, "USD");
  EXPECT_EQ(checks[2].rule, "S3");
  EXPECT_FALSE(checks[2].met);
  EXPECT_EQ(checks[2].actual, "100.00 USD");
  EXPECT_EQ(checks[2].required, "more than 100.00 USD");
}

TEST(Eligibility, W10_TheTermsRuleByRule) {
  World world;
  world.Must(StartMilestonePlan{kAnna});
  const RuleChecks checks = CheckTerms(*world.gig, world.gig->plan.draft);
  std::vector<std::string> unmet;
  for (const RuleCheck& check : checks)
    if (!check.met) unmet.push_back(std::string(check.rule) + ": " + check.actual + " / " + check.required);
  EXPECT_THAT(unmet, ElementsAre("S11: 1 / at least 2",
                                 "S14: milestone 1 lacks: description / title, description and a package",
                                 "A5: BASIC in 1 / a package in at least 2 milestones"));
  EXPECT_EQ(checks.back().rule, "A4");
  EXPECT_EQ(checks.back().actual, "BASIC split equally");
}

TEST(Eligibility, A4_AmountsOfTwoCurrenciesAreNeverAdded) {
  World world;
  PlanTerms terms = Equal(2);
  terms.milestones[0].packages[Tier::kBasic].amount = Money::Usd(5'000);
  terms.milestones[1].packages[Tier::kBasic].amount = Money{10'000, *Currency::Parse("EUR")};
  const RuleChecks checks = CheckTerms(*world.gig, terms);
  EXPECT_FALSE(checks.back().met);
  EXPECT_EQ(checks.back().actual, "BASIC amounts add up to 100.00 EUR + 50.00 USD");
}

}  // namespace
}  // namespace milepost::gig_catalog
