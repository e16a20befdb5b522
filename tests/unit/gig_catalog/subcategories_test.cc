#include "services/gig_catalog/domain/subcategories.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace milepost::gig_catalog {
namespace {

TEST(Subcategories, S2_PlansInExactlyTheFiveOfTheRule) {
  std::vector<std::string> eligible;
  for (const Subcategory& subcategory : Subcategories())
    if (subcategory.plan_eligible) eligible.emplace_back(subcategory.name_de);
  EXPECT_THAT(eligible, ::testing::UnorderedElementsAre("3D-Produktanimation", "Businesspläne",
                                                        "Produzenten & Komponisten", "Desktop-Anwendungen",
                                                        "Social-Media-Marketing"));
}

TEST(Subcategories, A9_OfferMilestonesAreAFlagOfTheirOwn) {
  int neither = 0, offers_only = 0;
  for (const Subcategory& subcategory : Subcategories()) {
    neither += !subcategory.offer_milestones;
    offers_only += subcategory.offer_milestones && !subcategory.plan_eligible;
  }
  EXPECT_GE(neither, 1);
  EXPECT_GE(offers_only, 1);
}

TEST(Subcategories, AreAtLeastTenSortedCompleteAndFound) {
  EXPECT_GE(Subcategories().size(), 10u);
  absl::string_view previous = "";
  for (const Subcategory& subcategory : Subcategories()) {
    EXPECT_LT(previous, subcategory.id);
    EXPECT_FALSE(subcategory.name_en.empty() || subcategory.name_de.empty());
    EXPECT_EQ(subcategory.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"),
              absl::string_view::npos);
    EXPECT_EQ(FindSubcategory(subcategory.id), &subcategory);
    previous = subcategory.id;
  }
  for (const char* unknown : {"", "a", "zzz", "business-plan", "Business-Plans"})
    EXPECT_EQ(FindSubcategory(unknown), nullptr) << unknown;
}

}  // namespace
}  // namespace milepost::gig_catalog
