// Plans as sellers write them, edit after edit: what holds of their amounts and days whatever the seller does (A2, A4).
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/core/decider.h"
#include "services/gig_catalog/domain/decide.h"
#include "services/gig_catalog/domain/eligibility.h"
#include "services/gig_catalog/domain/workflow.h"
#include "tests/support/some_subcategories.h"
#include "tests/unit/properties/drawing.h"

namespace milepost::gig_catalog {
namespace {

using properties::Price;
using properties::Share;

const Actor kSara{ActorKind::kUser, "users/sara"};
const Subcategories kSubcategories = milepost::testing::SomeSubcategories();

// Dear enough for a plan (S3), whichever package it is.
int64_t DearPrice() {
  return std::max<int64_t>(10'001, *Price());
}

Package DrawPackage() {
  return {Money::Usd(DearPrice()), *rc::gen::inRange(1, kMaxOneTimeDays + 1), {}};
}

// BASIC, and each of the others or not.
Packages DrawPackages() {
  Packages packages = {{Tier::kBasic, DrawPackage()}};
  for (Tier tier : {Tier::kStandard, Tier::kPremium})
    if (*rc::gen::arbitrary<bool>()) packages[tier] = DrawPackage();
  return packages;
}

enum class Pricing { kNothing, kShare, kAmount };

MilestoneTerms DrawTerms(Pricing pricing) {
  MilestoneTerms terms;
  if (pricing == Pricing::kShare) terms.share = static_cast<int>(*Share());
  if (pricing == Pricing::kAmount) terms.amount = Money::Usd(*rc::gen::inRange<int64_t>(1, 20'000));
  if (*rc::gen::arbitrary<bool>()) terms.days = *rc::gen::inRange(1, kMaxMilestoneDays + 1);
  return terms;
}

Pricing DrawPricing() {
  return *rc::gen::element(Pricing::kNothing, Pricing::kShare, Pricing::kAmount);
}

// For some of the packages, at least one; each priced as `pricing` says.
template <class HowPriced>
Milestone DrawMilestone(const Packages& packages, HowPriced pricing) {
  Milestone milestone;
  milestone.title = "Step";
  milestone.description = "Work.";
  for (const auto& [tier, package] : packages)
    if (*rc::gen::arbitrary<bool>()) milestone.packages[tier] = DrawTerms(pricing(tier));
  if (milestone.packages.empty()) milestone.packages[Tier::kBasic] = DrawTerms(pricing(Tier::kBasic));
  return milestone;
}

// A plan in one of the forms that MilestoneTerms allows, a package like the other or not; amounts are made to add up.
PlanTerms DrawPlan(const Packages& packages) {
  std::map<Tier, Pricing> pricing;
  for (const auto& [tier, package] : packages) pricing[tier] = DrawPricing();
  PlanTerms terms;
  const int count = *rc::gen::inRange(1, kMaxPlanMilestones + 1);
  for (int i = 0; i < count; ++i)
    terms.milestones.push_back(DrawMilestone(packages, [&](Tier tier) { return pricing[tier]; }));
  for (const auto& [tier, package] : packages) {
    int64_t left = package.price->minor;
    int without = Coverage(terms, tier);
    for (Milestone& milestone : terms.milestones) {
      const auto own = milestone.packages.find(tier);
      if (own == milestone.packages.end() || !own->second.amount) continue;
      --without;
      own->second.amount =
          Money::Usd(without > 0 ? std::min(own->second.amount->minor, left - without) : left);
      left -= own->second.amount->minor;
    }
  }
  return terms;
}

// What A4 says of the amounts of a complete package, in other words than eligibility.cc.
bool AmountsFit(const PlanTerms& terms, Tier tier, Money price) {
  int milestones = 0;
  std::vector<Money> amounts;
  for (const Milestone& milestone : terms.milestones) {
    const auto own = milestone.packages.find(tier);
    if (own == milestone.packages.end()) continue;
    ++milestones;
    if (own->second.amount) amounts.push_back(*own->second.amount);
  }
  if (amounts.empty()) return true;
  Money left = price;
  for (const Money& amount : amounts) {
    if (amount.currency != price.currency) return false;
    left -= amount;
  }
  return amounts.size() == static_cast<size_t>(milestones) && left.minor == 0;
}

// The report's checks of A4, by package in their order, and then those of the oracle.
void ExpectJudgedLikeTheOracle(const Gig& gig, const PlanTerms& terms) {
  std::vector<bool> judged, expected;
  for (const RuleCheck& check : CheckTerms(gig, terms))
    if (check.rule == "A4") judged.push_back(check.met);
  for (const auto& [tier, package] : gig.packages)
    if (Coverage(terms, tier) > 0) expected.push_back(AmountsFit(terms, tier, *package.price));
  RC_ASSERT(judged == expected);
}

void ExpectDaysWithinLimits(const std::vector<WorkflowStep>& steps) {
  for (const WorkflowStep& step : steps) RC_ASSERT(step.days >= 1 && step.days <= kMaxMilestoneDays);
}

int64_t SumOf(const std::vector<WorkflowStep>& steps) {
  int64_t sum = 0;
  for (const WorkflowStep& step : steps) sum += step.amount.minor;
  return sum;
}

RC_GTEST_PROP(Workflows, AddUpToThePriceInEveryPackage_A4, ()) {
  const Packages packages = DrawPackages();
  const PlanTerms terms = DrawPlan(packages);
  for (const auto& [tier, package] : packages) {
    const std::vector<WorkflowStep> steps = StepsOf(terms, tier, package);
    RC_ASSERT(steps.size() == static_cast<size_t>(Coverage(terms, tier)));
    if (steps.empty()) continue;
    RC_ASSERT(SumOf(steps) == package.price->minor);
    ExpectDaysWithinLimits(steps);
    for (size_t i = 0; i < steps.size(); ++i) {
      RC_ASSERT(steps[i].number == i + 1);
      RC_ASSERT(steps[i].amount.minor >= 1);
    }
  }
}

RC_GTEST_PROP(Workflows, TakeAllDaysOfThePackageThatTheLimitsLeave_A4, ()) {
  const Packages packages = DrawPackages();
  const PlanTerms terms = DrawPlan(packages);
  for (const auto& [tier, package] : packages) {
    int given = 0, without = 0, sum = 0;
    for (const Milestone& milestone : terms.milestones) {
      const auto own = milestone.packages.find(tier);
      if (own == milestone.packages.end()) continue;
      given += own->second.days.value_or(0);
      without += !own->second.days;
    }
    for (const WorkflowStep& step : StepsOf(terms, tier, package)) sum += step.days;
    RC_ASSERT(sum == std::clamp(package.days, given + without, given + without * kMaxMilestoneDays));
  }
}

RC_GTEST_PROP(Reports, JudgeAmountsAsTheRuleSays_A4, ()) {
  Gig gig;
  gig.packages = DrawPackages();
  PlanTerms terms = DrawPlan(gig.packages);
  ExpectJudgedLikeTheOracle(gig, terms);
  // One amount more or less, or another one.
  Milestone& changed = terms.milestones[*rc::gen::inRange<size_t>(0, terms.milestones.size())];
  MilestoneTerms& own = changed.packages.begin()->second;
  own = DrawTerms(DrawPricing());
  if (own.amount && *rc::gen::arbitrary<bool>()) own.amount->currency = *Currency::Parse("EUR");
  ExpectJudgedLikeTheOracle(gig, terms);
}

// A gig with a plan, edited at random; what is refused changes nothing.
class EditedGig {
 public:
  EditedGig() {
    Do(CreateGig{kSara, GigId(HashUuid("gig")), "A gig", "", "business-plans", DrawPackages()});
    Do(StartMilestonePlan{kSara, {*rc::gen::element<std::string>("", "business-plans-classic")}});
  }

  void Edit() {
    const auto draw = [&] { return DrawMilestone(gig_.packages, [](Tier) { return DrawPricing(); }); };
    const auto number = [] { return *rc::gen::inRange<uint32_t>(1, kMaxPlanMilestones + 1); };
    switch (*rc::gen::inRange(0, 7)) {
      case 0:
        return Do(AddMilestone{kSara, draw()});
      case 1:
      case 2:
        return Do(UpdateMilestone{kSara, number(), draw()});
      case 3:
        return Do(DeleteMilestone{kSara, number()});
      case 4:
        return Do(MoveMilestone{kSara, number(), number()});
      case 5:
        return Do(UpdateGig{kSara, {}, {}, {}, Repriced()});
      default:
        return Do(PublishMilestonePlan{kSara});
    }
  }

  const Gig& gig() const { return gig_; }

 private:
  Packages Repriced() const {
    Packages packages = gig_.packages;
    for (auto& [tier, package] : packages) package.price = Money::Usd(DearPrice());
    return packages;
  }
  void Do(const Command& command) {
    auto step =
        Run<GigDomain>(gig_.sequence > 0 ? &gig_ : nullptr, command, absl::UnixEpoch(), kSubcategories);
    if (step.ok()) gig_ = std::move(step->next);
  }

  Gig gig_;
};

void ExpectOneFormOfPricing(const PlanTerms& terms, Tier tier) {
  bool share = false, amount = false, nothing = false;
  for (const Milestone& milestone : terms.milestones) {
    const auto own = milestone.packages.find(tier);
    if (own == milestone.packages.end()) continue;
    RC_ASSERT(!own->second.share || !own->second.amount);
    share = share || own->second.share;
    amount = amount || own->second.amount;
    nothing = nothing || !(own->second.share || own->second.amount);
  }
  RC_ASSERT(!share || !(amount || nothing));
}

RC_GTEST_PROP(Edits, NeverMixSharesWithAnythingElse_A4, ()) {
  EditedGig edited;
  RC_ASSERT(edited.gig().plan.state == PlanState::kDraft);
  const int edits = *rc::gen::inRange(1, 20);
  for (int i = 0; i < edits; ++i) {
    edited.Edit();
    for (Tier tier : kValuesOf<Tier>) ExpectOneFormOfPricing(edited.gig().plan.draft, tier);
    ExpectJudgedLikeTheOracle(edited.gig(), edited.gig().plan.draft);
  }
}

// The first amount of a package whose milestones had shares.
RC_GTEST_PROP(Edits, WithAnAmountLeaveTheOtherMilestonesTheirs_A4, ()) {
  Gig gig;
  gig.id = GigId(HashUuid("gig"));
  gig.seller = kSara.name;
  gig.subcategory = "business-plans";
  gig.packages = {{Tier::kBasic, DrawPackage()}};
  gig.plan.state = PlanState::kDraft;
  const auto with = [](MilestoneTerms terms) {
    return Milestone{"Step", "Work.", false, {{Tier::kBasic, terms}}, {}};
  };
  for (const int64_t share : properties::Shares())
    gig.plan.draft.milestones.push_back(with({std::nullopt, std::nullopt, static_cast<int>(share)}));
  const std::vector<WorkflowStep> before = StepsOf(gig.plan.draft, Tier::kBasic, gig.packages[Tier::kBasic]);
  const auto edited = *rc::gen::inRange<size_t>(0, before.size());
  const Money entered = Money::Usd(*Price());
  const auto step =
      Run<GigDomain>(&gig, UpdateMilestone{kSara, static_cast<uint32_t>(edited + 1), with({entered})},
                     absl::UnixEpoch(), kSubcategories);
  RC_ASSERT(step.ok());
  const std::vector<Milestone>& after = step->next.plan.draft.milestones;
  for (size_t i = 0; i < after.size(); ++i)
    RC_ASSERT(after[i].packages.at(Tier::kBasic).amount == (i == edited ? entered : before[i].amount));
}

RC_GTEST_PROP(Edits, NeverLeaveAnActivePlanThatDoesNotAddUp_A2, ()) {
  EditedGig edited;
  const int edits = *rc::gen::inRange(1, 20);
  for (int i = 0; i < edits; ++i) {
    edited.Edit();
    const Gig& gig = edited.gig();
    if (gig.plan.state != PlanState::kActive) continue;
    for (const auto& [tier, package] : gig.packages) {
      const std::vector<WorkflowStep> steps = StepsOf(gig.plan.published->terms, tier, package);
      if (steps.empty()) continue;
      RC_ASSERT(SumOf(steps) == package.price->minor);
      ExpectDaysWithinLimits(steps);
    }
  }
}

}  // namespace
}  // namespace milepost::gig_catalog
