// What is stored comes back equal: gigs in every state and events of every type.
#include <gtest/gtest.h>

#include <set>

#include "services/gig_catalog/store/gig_body.h"
#include "tests/unit/gig_catalog/world.h"

namespace milepost::gig_catalog {
namespace {

void ExpectSame(const Gig& a, const Gig& b) {
  EXPECT_EQ(a.seller, b.seller);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.title, b.title);
  EXPECT_EQ(a.description, b.description);
  EXPECT_EQ(a.subcategory, b.subcategory);
  EXPECT_EQ(a.packages, b.packages);
  EXPECT_EQ(a.plan, b.plan);
}

// Every command in turn, so that every event and every state occurs.
std::vector<Command> Life() {
  Milestone rich = MilestoneFor({Tier::kBasic, Tier::kPremium}, "Rich", "Ünïcode ✓");
  rich.zoom = true;
  rich.packages[Tier::kBasic] = {Money::Usd(5'000), 30};
  rich.packages[Tier::kPremium].days = 1;
  Milestone rest = MilestoneFor({Tier::kBasic, Tier::kPremium});
  rest.packages[Tier::kBasic].amount = Money::Usd(10'000);
  const Packages cheap = {{Tier::kBasic, Priced(9'000)}, {Tier::kPremium, Priced(40'000)}};
  const Packages dear = {{Tier::kBasic, Priced(15'000)}, {Tier::kPremium, Priced(40'000)}};
  return {StartMilestonePlan{kAnna, {"business-plans-classic"}},
          RestartMilestonePlan{kAnna},
          UpdateMilestone{kAnna, 1, rich},
          AddMilestone{kAnna, rest},
          AddSubstep{kAnna, 1, {"Check", {Tier::kPremium}}},
          SetMilestonePayments{kAnna, false},
          PublishMilestonePlan{kAnna},
          PublishGig{kAnna},
          UpdateGig{kAnna, "New", "Text", "logo-design", cheap},
          UpdateGig{kAnna, {}, {}, "business-plans", dear},
          DisableMilestonePlan{kAnna},
          PauseGig{kAnna},
          DeleteGig{kAnna}};
}

World NewGig() {
  return World({{Tier::kBasic, Package{Money::Usd(15'000), 20, Revisions{true, 0}}},
                {Tier::kPremium, Priced(40'000)}});
}

TEST(GigBody, EveryStateComesBackEqual) {
  World world = NewGig();
  for (const Command& command : Life()) {
    world.Must(command);
    const absl::StatusOr<Gig> read = DecodeGig(EncodeGig(*world.gig));
    ASSERT_TRUE(read.ok()) << read.status();
    ExpectSame(*read, *world.gig);
  }
}

TEST(GigBody, AGigWithoutPriceOrPlanComesBackEqual) {
  World world({{Tier::kBasic, Package{}}});
  const absl::StatusOr<Gig> read = DecodeGig(EncodeGig(*world.gig));
  ASSERT_TRUE(read.ok()) << read.status();
  ExpectSame(*read, *world.gig);
}

TEST(GigBody, TheStoredHistoryFoldsToTheSameGig) {
  World world = NewGig();
  std::set<std::string> types;
  Gig folded;
  const auto fold = [&](const Command& command, const Gig* before) {
    const auto step = milepost::Run<GigDomain>(before, command, world.now, world.subcategories);
    ASSERT_TRUE(step.ok()) << step.status();
    for (const auto& stamped : step->events) {
      const absl::StatusOr<Event> read = DecodeEvent(EncodeEvent(stamped.event));
      ASSERT_TRUE(read.ok()) << read.status();
      EXPECT_EQ(EventType(*read), EventType(stamped.event));
      types.insert(std::string(EventType(*read)));
      GigDomain::Apply(folded, *read, stamped.at);
    }
  };
  fold(CreateGig{kAnna, world.gig->id, world.gig->title, world.gig->description, world.gig->subcategory,
                 world.gig->packages},
       nullptr);
  for (const Command& command : Life()) {
    const Gig before = *world.gig;
    world.now += absl::Seconds(1);
    fold(command, &before);
    world.now -= absl::Seconds(1);
    world.Must(command);
    EXPECT_EQ(folded.plan, world.gig->plan);
  }
  ExpectSame(folded, *world.gig);
  EXPECT_EQ(folded.id, world.gig->id);
  EXPECT_EQ(types.size(), std::variant_size_v<Event>) << "every type of event occurred";
}

TEST(GigBody, ForeignBytesAreDataLoss) {
  for (const std::string& bytes : {std::string("\xff\xff\xff"), std::string()}) {
    EXPECT_EQ(DecodeGig(bytes).status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(DecodeEvent(bytes).status().code(), absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace milepost::gig_catalog
