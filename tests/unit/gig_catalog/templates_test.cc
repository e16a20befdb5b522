// The templates of milestone plans (S8), and how a plan starts from one. That their texts are within the contract's limits
// is tested in tests/unit/ordering.
#include "services/gig_catalog/domain/templates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/gig_catalog/domain/eligibility.h"
#include "services/gig_catalog/domain/plan_rules.h"
#include "services/gig_catalog/domain/workflow.h"
#include "tests/unit/gig_catalog/world.h"

namespace milepost::gig_catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kClassic[] = "business-plans-classic";

PlanStart From(std::string id, PlanLanguage language = PlanLanguage::kEnglish) {
  return {std::move(id), language};
}

const Packages kAllPackages = {
    {Tier::kBasic, Priced(15'000)}, {Tier::kStandard, Priced(30'000)}, {Tier::kPremium, Priced(90'000)}};

TEST(Templates, S8_TwoForEachOfTheFiveSubcategories) {
  std::map<std::string, int> count;
  for (const MilestoneTemplate& each : MilestoneTemplates()) ++count[std::string(each.subcategory)];
  EXPECT_EQ(count, (std::map<std::string, int>{{"3d-product-animation", 2},
                                               {"business-plans", 2},
                                               {"producers-composers", 2},
                                               {"desktop-applications", 2},
                                               {"social-media-marketing", 2}}));
}

TEST(Templates, AreSortedAndFoundByIdsThatNameTheirSubcategory) {
  std::pair<absl::string_view, absl::string_view> previous;
  for (const MilestoneTemplate& each : MilestoneTemplates()) {
    const std::pair<absl::string_view, absl::string_view> key = {each.subcategory, each.id};
    EXPECT_LT(previous, key);
    EXPECT_EQ(each.id.substr(0, each.subcategory.size() + 1), std::string(each.subcategory) + "-");
    EXPECT_EQ(each.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), absl::string_view::npos);
    EXPECT_EQ(FindTemplate(each.id), &each);
    previous = key;
  }
  for (const char* unknown : {"", "business-plans", "business-plans-classi", "Business-Plans-Classic", "zzz"})
    EXPECT_EQ(FindTemplate(unknown), nullptr) << unknown;
}

// Words that both languages have.
bool IsTheSameInGerman(absl::string_view text) {
  static const std::set<absl::string_view> kSame = {"Demo", "Stems", "Arrangement"};
  return kSame.contains(text);
}

void ExpectBothLanguages(const PlanText& text) {
  EXPECT_FALSE(text.en.empty() || text.de.empty()) << text.en << " / " << text.de;
  EXPECT_EQ(text.en == text.de, IsTheSameInGerman(text.en)) << text.en << " / " << text.de;
}

TEST(Templates, AreCompleteInBothLanguages) {
  for (const MilestoneTemplate& each : MilestoneTemplates()) {
    SCOPED_TRACE(each.id);
    ExpectBothLanguages(each.name);
    ExpectBothLanguages(each.description);
    EXPECT_EQ(each.description.en.find('\n'), absl::string_view::npos);
    EXPECT_EQ(each.description.de.find('\n'), absl::string_view::npos);
    EXPECT_GE(each.milestones().size(), 3u);
    EXPECT_LE(each.milestones().size(), 5u);
    for (const TemplateMilestone& step : each.milestones()) {
      ExpectBothLanguages(step.title);
      ExpectBothLanguages(step.description);
      EXPECT_GE(step.substeps().size(), 2u) << step.title.en;
      for (const PlanText& substep : step.substeps()) ExpectBothLanguages(substep);
    }
  }
}

TEST(Templates, A4_SharesAddUpToTheWholePriceAndAMeetingIsInEach) {
  for (const MilestoneTemplate& each : MilestoneTemplates()) {
    int sum = 0, meetings = 0;
    for (const TemplateMilestone& step : each.milestones()) {
      EXPECT_GE(step.share, 1);
      sum += step.share;
      meetings += step.zoom;
    }
    EXPECT_EQ(sum, 10'000) << each.id;
    EXPECT_GE(meetings, 1) << each.id;
  }
}

TEST(Templates, S8_APlanStartsWithAllOfItInAllPackages) {
  World world(kAllPackages);
  world.Must(StartMilestonePlan{kAnna, From(kClassic)});
  EXPECT_THAT(world.events, ElementsAre("milestone_plan.created"));
  EXPECT_EQ(world.gig->plan.state, PlanState::kDraft);
  EXPECT_TRUE(world.gig->plan.draft.payments_enabled);
  const MilestoneTemplate& classic = *FindTemplate(kClassic);
  const std::vector<Milestone>& milestones = world.gig->plan.draft.milestones;
  ASSERT_EQ(milestones.size(), classic.milestones().size());
  for (size_t i = 0; i < milestones.size(); ++i) {
    const TemplateMilestone& step = classic.milestones()[i];
    EXPECT_EQ(milestones[i].title, step.title.en);
    EXPECT_EQ(milestones[i].description, step.description.en);
    EXPECT_EQ(milestones[i].zoom, step.zoom);
    const MilestoneTerms share{std::nullopt, std::nullopt, step.share};
    EXPECT_EQ(milestones[i].packages,
              (std::map<Tier, MilestoneTerms>{
                  {Tier::kBasic, share}, {Tier::kStandard, share}, {Tier::kPremium, share}}));
    ASSERT_EQ(milestones[i].substeps.size(), step.substeps().size());
    for (size_t s = 0; s < step.substeps().size(); ++s)
      EXPECT_EQ(milestones[i].substeps[s], (Substep{std::string(step.substeps()[s].en),
                                                    {Tier::kBasic, Tier::kStandard, Tier::kPremium}}));
  }
}

TEST(Templates, S8_EveryTemplateCanBePublishedAsItIs) {
  for (const MilestoneTemplate& each : MilestoneTemplates()) {
    for (PlanLanguage language : kValuesOf<PlanLanguage>) {
      World world(kAllPackages, std::string(each.subcategory));
      world.Must(StartMilestonePlan{kAnna, From(std::string(each.id), language)});
      const absl::Status published = world.Do(PublishMilestonePlan{kAnna});
      EXPECT_TRUE(published.ok()) << each.id << ": " << published;
    }
  }
}

TEST(Templates, TextsAreInTheLanguageAskedFor) {
  World german;
  german.Must(StartMilestonePlan{kAnna, From(kClassic, PlanLanguage::kGerman)});
  EXPECT_EQ(german.Titles().front(), "Auftakt und Marktanalyse");
  EXPECT_EQ(german.gig->plan.draft.milestones[0].substeps[0].title, "Videogespräch über Idee und Ziele");
  World scratch;
  scratch.Must(StartMilestonePlan{kAnna, From("", PlanLanguage::kGerman)});
  EXPECT_THAT(scratch.Titles(), ElementsAre("Meilenstein 1"));
}

TEST(Templates, OfNoneOrOfAnotherSubcategoryAreRefusedAfterTheGigsRules) {
  World world;
  for (const Command& command : {Command(StartMilestonePlan{kAnna, From("no-such")}),
                                 Command(RestartMilestonePlan{kAnna, From("no-such")})}) {
    const Refusal unknown = world.Refused(command);
    EXPECT_EQ(unknown.reason, Reason::kTemplateNotFound);
    EXPECT_EQ(unknown.detail("template"), "no-such");
  }
  const Refusal elsewhere = world.Refused(StartMilestonePlan{kAnna, From("producers-composers-song")});
  EXPECT_EQ(elsewhere.reason, Reason::kTemplateNotForSubcategory);
  EXPECT_EQ(elsewhere.detail("template"), "producers-composers-song");
  EXPECT_EQ(elsewhere.detail("subcategory"), "business-plans");
  World cheap({{Tier::kBasic, Priced(10'000)}});
  EXPECT_EQ(cheap.Refused(StartMilestonePlan{kAnna, From("no-such")}).reason, Reason::kPriceNotEligible);
}

// S8: starting over. What the states allow is in transitions_test.cc.

TEST(StartingOver, ReplacesTheDraftAndKeepsWhatIsPublished) {
  World world;
  world.PublishPlan(2);
  world.Must(SetMilestonePayments{kAnna, false});
  const PublishedPlan published = *world.gig->plan.published;
  world.Must(RestartMilestonePlan{kAnna, From(kClassic)});
  EXPECT_THAT(world.events, ElementsAre("milestone_plan.updated"));
  EXPECT_EQ(world.gig->plan.state, PlanState::kActive);
  EXPECT_EQ(world.gig->plan.published, published);
  EXPECT_EQ(world.gig->plan.draft,
            DraftFrom(*FindTemplate(kClassic), world.gig->packages, PlanLanguage::kEnglish))
      << "payments are on again, too (S12)";
  world.Must(PublishMilestonePlan{kAnna});
  EXPECT_EQ(world.gig->plan.published->version, 2u);
  EXPECT_EQ(world.gig->plan.published->terms.milestones.size(), 4u);
}

TEST(StartingOver, FromScratchLeavesOnePlaceholder) {
  World world;
  world.Must(StartMilestonePlan{kAnna, From(kClassic)});
  world.Must(RestartMilestonePlan{kAnna});
  EXPECT_THAT(world.events, ElementsAre("milestone_plan.updated"));
  EXPECT_THAT(world.Titles(), ElementsAre(std::string(kPlaceholderTitle.en)));
  world.Must(RestartMilestonePlan{kAnna});
  EXPECT_THAT(world.events, IsEmpty()) << "the draft is what it was";
}

TEST(StartingOver, WithoutAPlanIsAStart) {
  World world;
  world.Must(RestartMilestonePlan{kAnna, From(kClassic)});
  EXPECT_THAT(world.events, ElementsAre("milestone_plan.created"));
  EXPECT_EQ(world.gig->plan.state, PlanState::kDraft);
}

TEST(StartingOver, S8_AtAnyTimeWhileAFirstStartNeedsTheGigsRules) {
  World world;
  world.PublishPlan(2);
  ASSERT_TRUE(world.Reprice(Tier::kBasic, Money::Usd(10'000)).ok());
  world.Must(RestartMilestonePlan{kAnna, From(kClassic)});
  EXPECT_EQ(world.gig->plan.state, PlanState::kIneligible) << "what is published stays";
  EXPECT_EQ(world.Refused(PublishMilestonePlan{kAnna}).reason, Reason::kPriceNotEligible);
  world.Must(UpdateGig{kAnna, {}, {}, "logo-design", {}});
  world.Must(RestartMilestonePlan{kAnna});
  EXPECT_EQ(world.Refused(RestartMilestonePlan{kAnna, From(kClassic)}).reason,
            Reason::kTemplateNotForSubcategory);

  World cheap({{Tier::kBasic, Priced(10'000)}});
  EXPECT_EQ(cheap.Refused(RestartMilestonePlan{kAnna}).reason, Reason::kPriceNotEligible);
}

}  // namespace
}  // namespace milepost::gig_catalog
