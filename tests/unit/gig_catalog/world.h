// A gig in memory with its history: commands in, states and refusals out. Every accepted command is folded
// like a lane folds it.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/gig_catalog/domain/decide.h"
#include "tests/support/some_subcategories.h"

namespace milepost::gig_catalog {

inline const Actor kAnna{ActorKind::kUser, "users/anna"};  // the seller
inline const Actor kBob{ActorKind::kUser, "users/bob"};    // somebody else

inline Package Priced(int64_t cents, int days = 20) {
  return Package{Money::Usd(cents), days, Revisions{false, 2}};
}

inline Milestone MilestoneFor(std::set<Tier> tiers, std::string title = "Draft",
                              std::string description = "A draft.") {
  Milestone milestone;
  milestone.title = std::move(title);
  milestone.description = std::move(description);
  for (Tier tier : tiers) milestone.packages[tier] = {};
  return milestone;
}

class World {
 public:
  // A DRAFT gig in business-plans with BASIC at 150.00, unless told otherwise.
  explicit World(Packages packages = {{Tier::kBasic, Priced(15'000)}},
                 std::string subcategory = "business-plans") {
    const absl::Status created = Do(CreateGig{kAnna, GigId(HashUuid("gig")), "A plan", "In full.",
                                              std::move(subcategory), std::move(packages)});
    EXPECT_TRUE(created.ok()) << created;
  }

  // Runs the command at the next second; on success the gig has taken it and `events` holds what happened.
  absl::Status Do(const Command& command) {
    now += absl::Seconds(1);
    absl::StatusOr<Step<GigDomain>> step = Run<GigDomain>(gig ? &*gig : nullptr, command, now, subcategories);
    events.clear();
    if (!step.ok()) return step.status();
    for (const auto& event : step->events) events.emplace_back(EventType(event.event));
    gig = step->next;
    return absl::OkStatus();
  }

  // The reason of a refusal that left everything as it was; fails the test where there is none.
  Refusal Refused(const Command& command) {
    const uint64_t before = gig ? gig->sequence : 0;
    const absl::Status status = Do(command);
    EXPECT_EQ(gig ? gig->sequence : 0, before);
    const std::optional<Refusal> refusal = RefusalOf(status);
    EXPECT_TRUE(refusal) << "not refused: " << status;
    return refusal.value_or(Refusal{});
  }

  // A plan from scratch with `count` complete milestones for all packages of the gig.
  void StartPlan(int count) {
    Must(StartMilestonePlan{kAnna});
    std::set<Tier> tiers;
    for (const auto& [tier, package] : gig->packages) tiers.insert(tier);
    Must(UpdateMilestone{kAnna, 1, MilestoneFor(tiers, "Step 1")});
    for (int i = 2; i <= count; ++i)
      Must(AddMilestone{kAnna, MilestoneFor(tiers, "Step " + std::to_string(i))});
  }

  void PublishPlan(int count) {
    StartPlan(count);
    Must(PublishMilestonePlan{kAnna});
  }

  void Must(const Command& command) {
    const absl::Status status = Do(command);
    ASSERT_TRUE(status.ok()) << status;
  }

  // Replaces the package's price and keeps the rest.
  absl::Status Reprice(Tier tier, Money price) {
    Packages packages = gig->packages;
    packages[tier].price = price;
    return Do(UpdateGig{kAnna, std::nullopt, std::nullopt, std::nullopt, packages});
  }

  std::vector<std::string> Titles() const {
    std::vector<std::string> titles;
    for (const Milestone& milestone : gig->plan.draft.milestones) titles.push_back(milestone.title);
    return titles;
  }

  std::optional<Gig> gig;
  Subcategories subcategories = testing::SomeSubcategories();
  std::vector<std::string> events;  // of the last command: their types
  absl::Time now = absl::FromUnixSeconds(1'700'000'000);
};

}  // namespace milepost::gig_catalog
