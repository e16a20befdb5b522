#include "services/gig_catalog/store/subcategory_mapping.h"
#include "tests/golden/stories.h"
#include "tests/golden/teller.h"

namespace milepost::golden {
namespace {

using gig_catalog::CreateSubcategory;
using gig_catalog::SubcategoryDomain;
using gig_catalog::UpdateSubcategory;

const Actor kOperator{ActorKind::kOperator, "operators/olga"};

// Everything is set and left out again.
StoryFile Life() {
  Teller<SubcategoryDomain> subcategory("subcategories/life", "A subcategory that gets plans, and loses them",
                                        gig_catalog::SubcategoryIdOf("jingles-intros"),
                                        gig_catalog::SubcategoryMapping());
  subcategory.Do(
      "CreateSubcategory: with nothing", kOperator,
      CreateSubcategory{"jingles-intros", {"Jingles & Intros", "Jingles & Intros", false, false, {}}});
  UpdateSubcategory plans;
  plans.milestone_plans = true;
  plans.milestone_offers = true;
  plans.plan_thresholds = std::vector<Money>{Money::Usd(7'500)};
  subcategory.DoAfter(kDay, "UpdateSubcategory: plans above 75.00 USD, offers with milestones", kOperator,
                      plans);
  UpdateSubcategory names;
  names.name_en = "Jingles, Intros & Idents";
  names.name_de = "Jingles, Intros & Erkennungsmelodien für Ihren Sender";
  names.milestone_plans = false;
  subcategory.DoAfter(kDay, "UpdateSubcategory: no plans any more, other names", kOperator, names);
  return std::move(subcategory).file();
}

}  // namespace

std::vector<StoryFile> SubcategoryStories() {
  return {Life()};
}

}  // namespace milepost::golden
