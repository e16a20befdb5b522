#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/gig_catalog/world.h"

namespace milepost::gig_catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Gig, CreatedAsADraftOfTheActingUser) {
  World world;
  EXPECT_THAT(world.events, ElementsAre("gig.created"));
  EXPECT_EQ(world.gig->seller, "users/anna");
  EXPECT_EQ(world.gig->state, GigState::kDraft);
  EXPECT_EQ(world.gig->plan.state, PlanState::kNone);  // S1: a plan is optional
  EXPECT_EQ(world.gig->created_at, world.now);
  EXPECT_EQ(world.gig->sequence, 1u);
}

TEST(Gig, OnlyAUserCreatesOne) {
  for (const Actor& actor :
       {Actor{ActorKind::kOperator, "operators/ops"}, Actor{ActorKind::kService, "services/x"}}) {
    const absl::StatusOr<std::vector<Event>> refused =
        GigDomain::Decide(nullptr, CreateGig{actor, {}, "t", "", "business-plans", {}}, absl::UnixEpoch(),
                          testing::SomeSubcategories());
    EXPECT_TRUE(IsRefusal(refused.status(), Reason::kNotAUser));
  }
}

TEST(Gig, UnknownSubcategoryIsRefusedOnCreateAndUpdate) {
  const absl::StatusOr<std::vector<Event>> refused = GigDomain::Decide(
      nullptr, CreateGig{kAnna, {}, "t", "", "no-such", {}}, absl::UnixEpoch(), testing::SomeSubcategories());
  EXPECT_TRUE(IsRefusal(refused.status(), Reason::kSubcategoryUnknown));
  World world;
  UpdateGig update{kAnna, {}, {}, "no-such", {}};
  EXPECT_EQ(world.Refused(update).detail("subcategory"), "no-such");
}

TEST(Gig, UpdateCarriesOnlyWhatChanged) {
  World world;
  world.Must(UpdateGig{kAnna, "Another title", world.gig->description, {}, world.gig->packages});
  EXPECT_THAT(world.events, ElementsAre("gig.updated"));
  EXPECT_EQ(world.gig->title, "Another title");
  world.Must(UpdateGig{kAnna, "Another title", {}, {}, {}});
  EXPECT_THAT(world.events, IsEmpty());
}

TEST(Gig, PublishNeedsBasicWithPriceAndDays) {
  for (const Package& package : {Package{std::nullopt, 5, {}}, Package{Money::Usd(500), 0, {}}}) {
    World world({{Tier::kBasic, package}});
    const Refusal refusal = world.Refused(PublishGig{kAnna});
    EXPECT_EQ(refusal.reason, Reason::kGigIncomplete);
    EXPECT_EQ(refusal.detail("package"), "BASIC");
  }
  World complete({{Tier::kBasic, Package{Money::Usd(500), 1, {}}}, {Tier::kStandard, Package{}}});
  EXPECT_TRUE(complete.Do(PublishGig{kAnna}).ok());
}

TEST(Gig, PublishedOneStaysComplete) {
  World world;
  world.Must(PublishGig{kAnna});
  Packages unpriced = {{Tier::kBasic, Package{std::nullopt, 5, {}}}};
  EXPECT_EQ(world.Refused(UpdateGig{kAnna, {}, {}, {}, unpriced}).reason, Reason::kGigIncomplete);
  world.Must(PauseGig{kAnna});
  world.Must(UpdateGig{kAnna, {}, {}, {}, unpriced});
  EXPECT_EQ(world.Refused(PublishGig{kAnna}).reason, Reason::kGigIncomplete);
}

// It was published, and QuoteOrder refused every order of it.
TEST(Gig, A1_APublishedOneIsInACurrencyThatCanBeOrderedIn) {
  const Packages in_euros = {{Tier::kBasic, Package{Money{50'000, *Currency::Parse("EUR")}, 10, {}}}};
  World world(in_euros);
  const Refusal refusal = world.Refused(PublishGig{kAnna});
  EXPECT_EQ(refusal.reason, Reason::kCurrencyNotEligible);
  EXPECT_EQ(refusal.detail("currency"), "EUR");
  world.Must(UpdateGig{kAnna, {}, {}, {}, Packages{{Tier::kBasic, Priced(15'000)}}});
  world.Must(PublishGig{kAnna});
  EXPECT_EQ(world.Refused(UpdateGig{kAnna, {}, {}, {}, in_euros}).reason, Reason::kCurrencyNotEligible);
  world.Must(PauseGig{kAnna});
  world.Must(UpdateGig{kAnna, {}, {}, {}, in_euros});
}

// The contract refuses a higher one; one that was stored before is refused where it would be put up for sale.
TEST(Gig, APublishedOneHasNoPriceAboveTheLimit) {
  const Packages above = {{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Priced(kMaxPriceMinor + 1)}};
  const Packages within = {{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Priced(kMaxPriceMinor)}};
  World world(above);
  const Refusal refusal = world.Refused(PublishGig{kAnna});
  EXPECT_EQ(refusal.reason, Reason::kInvalidFields);
  EXPECT_THAT(refusal.fields, ElementsAre(FieldViolation{"gig.packages[PREMIUM].price",
                                                         "must be at most 5000000000.00 USD"}));
  world.Must(UpdateGig{kAnna, {}, {}, {}, within});
  world.Must(PublishGig{kAnna});
  EXPECT_EQ(world.Refused(UpdateGig{kAnna, {}, {}, {}, above}).reason, Reason::kInvalidFields);
}

TEST(Gig, AnotherMayNotChangeWhatTheyMaySeeAndMayNotKnowTheRest) {
  World world;
  EXPECT_EQ(world.Refused(UpdateGig{kBob, "x", {}, {}, {}}).reason, Reason::kGigNotFound);
  world.Must(PublishGig{kAnna});
  EXPECT_EQ(world.Refused(UpdateGig{kBob, "x", {}, {}, {}}).reason, Reason::kNotTheGigOwner);
  world.Must(DeleteGig{kAnna});
  EXPECT_EQ(world.Refused(UpdateGig{kBob, "x", {}, {}, {}}).reason, Reason::kGigNotFound);
  EXPECT_EQ(world.Refused(UpdateGig{kAnna, "x", {}, {}, {}}).reason, Reason::kGigDeleted);
}

TEST(Gig, OneThatIsNotThereIsNotFound) {
  const absl::StatusOr<std::vector<Event>> refused =
      GigDomain::Decide(nullptr, PublishGig{kAnna}, absl::UnixEpoch(), testing::SomeSubcategories());
  EXPECT_TRUE(IsRefusal(refused.status(), Reason::kGigNotFound));
}

TEST(Gig, TickDoesNothing) {
  World world;
  world.Must(Tick{});
  EXPECT_THAT(world.events, IsEmpty());
}

}  // namespace
}  // namespace milepost::gig_catalog
