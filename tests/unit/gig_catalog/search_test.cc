// What the search knows of a gig, when its row is written, and which words count as common.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/gig_catalog/domain/search_entry.h"
#include "services/gig_catalog/store/search_row.h"
#include "services/gig_catalog/store/word_counts.h"
#include "tests/unit/gig_catalog/world.h"

namespace milepost::gig_catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

Gig Published() {
  Gig gig;
  gig.id = GigId(*Uuid::Parse("019ab000-0000-7000-8000-0000fedcba98"));
  gig.state = GigState::kPublished;
  gig.title = "Minimal logo";
  gig.description = "A logo in 3D.";
  gig.subcategory = "logo-design";
  gig.packages[Tier::kBasic] = Priced(15'000);
  return gig;
}

size_t RowsOf(const Gig* before, const Gig& next) {
  std::vector<db::Row> rows;
  SearchTable().rows({before, &next, {}, {}}, rows);
  return rows.size();
}

TEST(SearchEntry, OnlyAPublishedGigIsListedAndHasWords) {
  Gig gig = Published();
  const SearchEntry entry = SearchEntryOf(gig);
  EXPECT_TRUE(entry.listed);
  EXPECT_THAT(entry.title_words, ElementsAre("logo", "minimal"));
  EXPECT_THAT(entry.words, ElementsAre("3d", "a", "in", "logo", "minimal"));
  for (const GigState state : {GigState::kDraft, GigState::kPaused, GigState::kDeleted}) {
    gig.state = state;
    EXPECT_FALSE(SearchEntryOf(gig).listed);
    EXPECT_THAT(SearchEntryOf(gig).words, IsEmpty());
    EXPECT_THAT(SearchEntryOf(gig).title_words, IsEmpty());
  }
}

TEST(SearchEntry, ThePriceIsThatOfTheCheapestPackageThatCanBeOrdered) {
  Gig gig = Published();
  gig.packages[Tier::kStandard] = Priced(9'000);
  gig.packages[Tier::kPremium] = Priced(100, 0);  // without days: not offered
  EXPECT_EQ(SearchEntryOf(gig).price, Money::Usd(9'000));
  gig.packages.clear();
  EXPECT_EQ(SearchEntryOf(gig).price, std::nullopt);
}

TEST(SearchEntry, MilestonesAreAvailableWhereThePlanIsActive) {
  Gig gig = Published();
  for (const PlanState state : kValuesOf<PlanState>) {
    gig.plan.state = state;
    EXPECT_EQ(MilestonesAvailable(gig), state == PlanState::kActive) << NameOf(state);
    EXPECT_TRUE(MayHaveMilestones(gig) || !MilestonesAvailable(gig)) << NameOf(state);
  }
  gig.plan.state = PlanState::kActive;
  gig.state = GigState::kPaused;
  EXPECT_FALSE(MilestonesAvailable(gig));
}

TEST(SearchRow, IsWrittenWhenSomethingChangedThatIsSearched) {
  const Gig before = Published();
  EXPECT_EQ(RowsOf(nullptr, before), 1u);
  Gig same = before;
  same.sequence = 9;
  same.updated_at = absl::FromUnixSeconds(9);
  same.plan.state = PlanState::kDraft;
  EXPECT_EQ(RowsOf(&before, same), 0u);
  const auto changes = [&](auto change) {
    Gig next = before;
    change(next);
    return RowsOf(&before, next) == 1;
  };
  EXPECT_TRUE(changes([](Gig& gig) { gig.title = "Logo"; }));
  EXPECT_TRUE(changes([](Gig& gig) { gig.description = ""; }));
  EXPECT_TRUE(changes([](Gig& gig) { gig.subcategory = "translation"; }));
  EXPECT_TRUE(changes([](Gig& gig) { gig.packages[Tier::kBasic] = Priced(1); }));
  EXPECT_TRUE(changes([](Gig& gig) { gig.state = GigState::kPaused; }));
  EXPECT_TRUE(changes([](Gig& gig) { gig.plan.state = PlanState::kActive; }));
}

TEST(SearchRow, HasItsWordsSortedAndItsSample) {
  const db::Row row = SearchRowOf(Published());
  ASSERT_EQ(row.size(), SearchColumns().size());
  EXPECT_EQ(row[3], db::Value(uint64_t{0xfedcba98})) << "sample";
  EXPECT_EQ(row[4], db::Value(uint64_t{1})) << "listed";
  EXPECT_EQ(row.back(), db::Value(" zq3d  zqa  zqin  zqlogo  zqminimal  ztlogo  ztminimal "));
}

TEST(SearchRow, APatternFindsAllOfItsWordsWhateverStandsBetween) {
  EXPECT_EQ(PatternOf(kOfText, {"a", "logo"}), "% zqa % zqlogo %");
  EXPECT_EQ(PatternOf(kOfText, {}), "%");
  EXPECT_EQ(ColumnOf(kOfTitle, {"logo"}), " ztlogo ");
  EXPECT_EQ(Required(kOfTitle, "c"), "+ztc ");
}

TEST(WordCounts, OfACompleteSampleAreExact) {
  WordCounts counts;
  for (uint32_t i = 0; i < 5; ++i) counts.Add(i, i < 3 ? " zqlogo  zq3d  ztlogo " : " zq3d ");
  EXPECT_EQ(counts.rows(), 5u);
  EXPECT_THAT(counts.Above(3, true), UnorderedElementsAre(Pair("3d", 5)));
  EXPECT_THAT(counts.Above(2, true), UnorderedElementsAre(Pair("3d", 5), Pair("logo", 3)));
  EXPECT_THAT(counts.Above(5, true), IsEmpty());
}

TEST(WordCounts, OfAPartStandForTheWhole) {
  WordCounts counts;
  // A quarter of all possible samples: four times as many gigs.
  for (uint32_t i = 1; i <= 8; ++i) counts.Add((i << 27) - 1, i <= 2 ? " zqlogo " : " zqdesign ");
  EXPECT_THAT(counts.Above(0, false), UnorderedElementsAre(Pair("logo", 8), Pair("design", 24)));
  EXPECT_THAT(counts.Above(8, false), UnorderedElementsAre(Pair("design", 24)));
}

TEST(WordCounts, OfNothingAreNone) {
  EXPECT_THAT(WordCounts().Above(0, true), IsEmpty());
  EXPECT_THAT(WordCounts().Above(0, false), IsEmpty());
}

}  // namespace
}  // namespace milepost::gig_catalog
