#include "services/gig_catalog/store/gig_mapping.h"
#include "tests/golden/stories.h"
#include "tests/golden/teller.h"
#include "tests/support/some_subcategories.h"

namespace milepost::golden {
namespace {

using gig_catalog::AddMilestone;
using gig_catalog::AddSubstep;
using gig_catalog::CreateGig;
using gig_catalog::DeleteGig;
using gig_catalog::DisableMilestonePlan;
using gig_catalog::GigDomain;
using gig_catalog::GigMapping;
using gig_catalog::Milestone;
using gig_catalog::MilestoneTerms;
using gig_catalog::MoveMilestone;
using gig_catalog::PauseGig;
using gig_catalog::PublishGig;
using gig_catalog::PublishMilestonePlan;
using gig_catalog::RestartMilestonePlan;
using gig_catalog::SetMilestonePayments;
using gig_catalog::StartMilestonePlan;
using gig_catalog::Tier;
using gig_catalog::UpdateGig;
using gig_catalog::UpdateMilestone;

const Actor kSeller{ActorKind::kUser, "users/anna"};

GigId Named(int number) {
  return GigId(*Uuid::Parse(absl::StrCat("019ab000-0000-7000-8000-00000000010", number)));
}

Teller<GigDomain> Gig(int number, std::string name, std::string about) {
  Teller<GigDomain> gig(absl::StrCat("gigs/", name), std::move(about), Named(number), GigMapping());
  gig.facts = testing::SomeSubcategories();
  return gig;
}

UpdateGig Packages(gig_catalog::Packages packages) {
  return {
      .actor = kSeller, .title = {}, .description = {}, .subcategory = {}, .packages = std::move(packages)};
}

// Packages that lack a price, days or both; prices in a currency that a gig can't be published in.
void WriteGig(Teller<GigDomain>& gig, int number) {
  gig.Do("CreateGig: two packages, one with nothing but its revisions", kSeller,
         CreateGig{
             kSeller,
             Named(number),
             "Ein Logo",
             "",
             "logo-design",
             {{Tier::kBasic, {std::nullopt, 0, {true, 0}}}, {Tier::kPremium, {Money::Usd(99'900), 0, {}}}}});
  gig.DoAfter(absl::Minutes(1), "UpdateGig: title, description, subcategory", kSeller,
              UpdateGig{.actor = kSeller,
                        .title = "Ein schönes Logo",
                        .description = "In three drafts.\nVector files included.",
                        .subcategory = "translation",
                        .packages = {}});
  gig.DoAfter(absl::Minutes(1), "UpdateGig: a price in another currency", kSeller,
              Packages({{Tier::kBasic, {Money{5'000, *Currency::Parse("EUR")}, 3, {false, 2}}}}));
}

StoryFile DraftInEuros() {
  auto gig = Gig(3, "draft_in_euros", "A draft in a currency that no order is taken in.");
  WriteGig(gig, 3);
  return std::move(gig).file();
}

StoryFile PublishedAgain() {
  auto gig = Gig(4, "published_again",
                 "A gig without a plan: written, published, paused, published again, deleted.");
  WriteGig(gig, 4);
  gig.DoAfter(absl::Minutes(1), "UpdateGig: a price in a currency that orders are taken in", kSeller,
              Packages({{Tier::kBasic, {Money::Usd(5'000), 3, {false, 2}}}}));
  gig.Do("PublishGig", kSeller, PublishGig{kSeller});
  gig.DoAfter(kDay, "PauseGig", kSeller, PauseGig{kSeller});
  gig.DoAfter(kDay, "PublishGig, from PAUSED", kSeller, PublishGig{kSeller});
  gig.DoAfter(kDay, "DeleteGig", kSeller, DeleteGig{kSeller});
  return std::move(gig).file();
}

Milestone Step(std::string title, std::map<Tier, MilestoneTerms> packages) {
  Milestone milestone;
  milestone.title = std::move(title);
  milestone.description = absl::StrCat("All of: ", milestone.title);
  milestone.packages = std::move(packages);
  return milestone;
}

// Amounts given in BASIC, split equally in PREMIUM; days given in one milestone only.
void WritePlan(Teller<GigDomain>& gig) {
  gig.Do("StartMilestonePlan", kSeller, StartMilestonePlan{kSeller});
  Milestone research = Step("Research", {{Tier::kBasic, {Money::Usd(5'000), 4}}, {Tier::kPremium, {}}});
  research.zoom = true;
  gig.Do("UpdateMilestone: a meeting, days and an amount", kSeller, UpdateMilestone{kSeller, 1, research});
  gig.Do("AddMilestone", kSeller,
         AddMilestone{kSeller, Step("Numbers", {{Tier::kBasic, {Money::Usd(10'001), std::nullopt}},
                                                {Tier::kPremium, {std::nullopt, 30}}})});
  gig.Do("AddSubstep", kSeller, AddSubstep{kSeller, 1, {"Interview", {Tier::kBasic, Tier::kPremium}}});
  gig.Do("AddSubstep", kSeller, AddSubstep{kSeller, 2, {"Sheet", {Tier::kPremium}}});
  gig.Do("MoveMilestone", kSeller, MoveMilestone{kSeller, 2, 1});
  gig.Do("SetMilestonePayments: off", kSeller, SetMilestonePayments{kSeller, false});
}

gig_catalog::Packages Eligible(Money basic = Money::Usd(15'001)) {
  return {{Tier::kBasic, {basic, 20, {false, 2}}},
          {Tier::kStandard, {Money::Usd(30'000), 25, {true, 0}}},
          {Tier::kPremium, {Money::Usd(60'000), 40, {false, 5}}}};
}

// Draft, active, ineligible for one rule and for several, restored, disabled, published anew. The currency changes while the gig
// is paused: a published gig keeps to those that orders are taken in.
StoryFile PlanSuspended() {
  auto gig =
      Gig(5, "plan_suspended", "A milestone plan in each of its states, and each rule that suspends it.");
  gig.Do("CreateGig: three packages", kSeller,
         CreateGig{kSeller, Named(5), "A plan", "For your business.", "business-plans", Eligible()});
  gig.Do("PublishGig", kSeller, PublishGig{kSeller});
  WritePlan(gig);
  gig.DoAfter(absl::Hours(1), "PublishMilestonePlan", kSeller, PublishMilestonePlan{kSeller});
  gig.Do("SetMilestonePayments: the draft differs from what buyers see", kSeller,
         SetMilestonePayments{kSeller, true});
  gig.DoAfter(kDay, "UpdateGig: a price that the amounts don't add up to", kSeller,
              Packages(Eligible(Money::Usd(15'002))));
  gig.DoAfter(kDay, "UpdateGig: too low a price", kSeller, Packages(Eligible(Money::Usd(9'000))));
  gig.DoAfter(
      kDay, "UpdateGig: a subcategory without plans as well", kSeller,
      UpdateGig{
          .actor = kSeller, .title = {}, .description = {}, .subcategory = "logo-design", .packages = {}});
  gig.Do("PauseGig, with a suspended plan", kSeller, PauseGig{kSeller});
  gig.DoAfter(kDay, "UpdateGig: another currency as well", kSeller,
              Packages(Eligible(Money{15'001, *Currency::Parse("EUR")})));
  gig.DoAfter(kDay, "UpdateGig: all holds again", kSeller,
              UpdateGig{.actor = kSeller,
                        .title = {},
                        .description = {},
                        .subcategory = "business-plans",
                        .packages = Eligible()});
  gig.DoAfter(kDay, "DisableMilestonePlan", kSeller, DisableMilestonePlan{kSeller});
  gig.DoAfter(kDay, "PublishMilestonePlan: the second version", kSeller, PublishMilestonePlan{kSeller});
  gig.DoAfter(kDay, "DeleteGig, with an active plan", kSeller, DeleteGig{kSeller});
  return std::move(gig).file();
}

// Rows of the search: written with each change of what is searched, and with no other.
StoryFile Searched() {
  auto gig = Gig(6, "searched", "A gig that is found, is not, and is found again.");
  gig.Do("CreateGig", kSeller,
         CreateGig{kSeller, Named(6), "3D-Logo für Quartett & Straße", "Logos.\nÜber Nacht; привет, 动画!",
                   "business-plans", Eligible()});
  gig.Do("PublishGig", kSeller, PublishGig{kSeller});
  WritePlan(gig);
  gig.DoAfter(absl::Hours(1), "PublishMilestonePlan", kSeller, PublishMilestonePlan{kSeller});
  gig.DoAfter(kDay, "UpdateGig: a title, and a package cheaper than BASIC", kSeller,
              UpdateGig{.actor = kSeller,
                        .title = "Ein Logo",
                        .description = {},
                        .subcategory = {},
                        .packages = {{{Tier::kBasic, {Money::Usd(15'001), 20, {false, 2}}},
                                      {Tier::kPremium, {Money::Usd(14'000), 40, {false, 5}}}}}});
  gig.DoAfter(kDay, "DisableMilestonePlan", kSeller, DisableMilestonePlan{kSeller});
  gig.DoAfter(kDay, "PauseGig", kSeller, PauseGig{kSeller});
  gig.DoAfter(kDay, "PublishGig, from PAUSED", kSeller, PublishGig{kSeller});
  gig.DoAfter(kDay, "DeleteGig", kSeller, DeleteGig{kSeller});
  return std::move(gig).file();
}

Milestone Shared(std::string title, int basic, int premium) {
  return Step(std::move(title), {{Tier::kBasic, {std::nullopt, std::nullopt, basic}},
                                 {Tier::kPremium, {std::nullopt, 7, premium}}});
}

// Shares in place of amounts: of all packages, then of one only, after an amount was entered for the other. The texts are not
// those of a template, which may change.
StoryFile PlanByShares() {
  auto gig = Gig(7, "plan_by_shares", "A plan whose milestones have shares, and a seller who starts over.");
  gig.Do("CreateGig", kSeller,
         CreateGig{kSeller,
                   Named(7),
                   "A film",
                   "Of your product.",
                   "3d-product-animation",
                   {{Tier::kBasic, {Money::Usd(20'001), 20, {false, 2}}},
                    {Tier::kPremium, {Money::Usd(60'000), 40, {false, 5}}}}});
  gig.Do("StartMilestonePlan, from scratch in German", kSeller,
         StartMilestonePlan{kSeller, {.template_id = {}, .language = gig_catalog::PlanLanguage::kGerman}});
  gig.Do("UpdateMilestone: shares", kSeller,
         UpdateMilestone{kSeller, 1, Shared("Storyboard", 3'000, 10'000)});
  gig.Do("AddMilestone: shares", kSeller, AddMilestone{kSeller, Shared("Film", 6'999, 1)});
  gig.Do("PublishMilestonePlan", kSeller, PublishMilestonePlan{kSeller});
  Milestone priced = Shared("Film", 0, 1);
  priced.packages[Tier::kBasic] = {Money::Usd(14'001), std::nullopt, std::nullopt};
  gig.DoAfter(kDay, "UpdateMilestone: an amount, so BASIC has amounts from now on", kSeller,
              UpdateMilestone{kSeller, 2, priced});
  gig.Do("PublishMilestonePlan: the second version", kSeller, PublishMilestonePlan{kSeller});
  gig.DoAfter(kDay, "StartMilestonePlan, replacing the draft of an active plan", kSeller,
              RestartMilestonePlan{kSeller, {}});
  return std::move(gig).file();
}

}  // namespace

std::vector<StoryFile> GigStories() {
  return {DraftInEuros(), PublishedAgain(), PlanSuspended(), Searched(), PlanByShares()};
}

}  // namespace milepost::golden
