#include "tests/simulation/some_terms.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

namespace milepost::simulation {
namespace {

using gig_catalog::Tier;

gig_catalog::Package SomePackage(Chance& chance) {
  gig_catalog::Package package;
  package.price = Money::Usd(chance.Between(8'000, 90'000));
  package.days = static_cast<int>(chance.Between(1, 40));
  package.revisions = {chance.OneIn(5), static_cast<uint32_t>(chance.Below(4))};
  return package;
}

gig_catalog::Milestone SomePlanMilestone(int number, bool standard, Chance& chance) {
  gig_catalog::Milestone milestone;
  milestone.title = absl::StrCat("Step ", number);
  milestone.description = "A part of it.";
  milestone.zoom = chance.OneIn(4);
  milestone.packages[Tier::kBasic] = {};
  if (standard) milestone.packages[Tier::kStandard] = {};
  return milestone;
}

// "offers" or the gig's: the same kind of number.
offers::Revisions SomeRevisions(Chance& chance) {
  return {static_cast<int>(chance.Below(4)), chance.OneIn(5)};
}

offers::MilestoneTerms SomeMilestones(Chance& chance) {
  offers::MilestoneTerms terms;
  const int64_t count = chance.OneIn(30) ? chance.Between(0, 8) : chance.Between(1, 6);
  for (int64_t i = 1; i <= count; ++i) {
    terms.milestones.push_back({absl::StrCat("Step ", i), "A part of it.",
                                static_cast<int>(chance.Between(1, 12)),
                                Money::Usd(chance.Between(1, 40'000)), SomeRevisions(chance)});
  }
  return terms;
}

}  // namespace

std::vector<gig_catalog::Command> SomeGig(const GigId& gig, const Actor& seller, Chance& chance) {
  static constexpr const char* kSubcategories[] = {"business-plans", "desktop-applications", "logo-design",
                                                   "game-coaching"};
  const bool standard = chance.OneIn(2);
  gig_catalog::Packages packages = {{Tier::kBasic, SomePackage(chance)}};
  if (standard) packages[Tier::kStandard] = SomePackage(chance);
  std::vector<gig_catalog::Command> commands;
  const std::string subcategory =
      chance.Percent(75) ? kSubcategories[chance.Below(2)] : chance.Pick(kSubcategories);
  commands.push_back(gig_catalog::CreateGig{seller, gig, "A plan", "In full.", subcategory, packages});
  if (!chance.OneIn(4)) {
    commands.push_back(gig_catalog::StartMilestonePlan{seller, {}});
    commands.push_back(gig_catalog::UpdateMilestone{seller, 1, SomePlanMilestone(1, standard, chance)});
    const int64_t count = chance.Between(2, 5);
    for (int number = 2; number <= count; ++number)
      commands.push_back(gig_catalog::AddMilestone{seller, SomePlanMilestone(number, standard, chance)});
    if (chance.OneIn(12)) commands.push_back(gig_catalog::SetMilestonePayments{seller, false});
    commands.push_back(gig_catalog::PublishMilestonePlan{seller});
  }
  commands.push_back(gig_catalog::PublishGig{seller});
  return commands;
}

gig_catalog::Command SomeGigChange(const gig_catalog::Gig& gig, const Actor& seller, Chance& chance) {
  const uint64_t percent = chance.Below(100);
  if (gig.state != gig_catalog::GigState::kPublished && percent < 80) return gig_catalog::PublishGig{seller};
  if (percent < 30) {
    gig_catalog::UpdateGig update{seller};
    update.packages = gig.packages;
    (*update.packages)[Tier::kBasic] = SomePackage(chance);
    return update;
  }
  if (percent < 50) return gig_catalog::PauseGig{seller};
  if (percent < 65)
    return gig_catalog::AddMilestone{seller, SomePlanMilestone(9, gig.package(Tier::kStandard), chance)};
  if (percent < 75) return gig_catalog::DeleteMilestone{seller, 2};
  if (percent < 95) return gig_catalog::PublishMilestonePlan{seller};
  if (percent < 99) return gig_catalog::DisableMilestonePlan{seller};
  return gig_catalog::DeleteGig{seller};
}

offers::Terms SomeOfferTerms(Chance& chance) {
  const uint64_t percent = chance.Below(100);
  if (percent < 4) {
    return offers::SubscriptionTerms{.interval_days = 30,
                                     .cycles = 3,
                                     .price = Money::Usd(900),
                                     .days = 5,
                                     .description = "A post a week"};
  }
  if (percent < 20) {
    return offers::OneTimeTerms{Money::Usd(chance.Between(500, 60'000)),
                                static_cast<int>(chance.Between(1, 20)), SomeRevisions(chance), "All of it"};
  }
  return SomeMilestones(chance);
}

}  // namespace milepost::simulation
