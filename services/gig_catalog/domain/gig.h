// A gig with its milestone plan: the aggregate of GigCatalog. Plain values; the rules are in decide.cc.
//
// The plan is inside the gig because each of its rules looks at the gig (S2, S3, A2) and each change of the
// gig may change the plan: one lock, one sequence, one etag.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/deadline.h"
#include "common/core/decider.h"
#include "common/core/enum_list.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "common/core/order_limits.h"
#include "common/core/refusal.h"

namespace milepost::gig_catalog {

// Limits that are rules, beside those of common/core/order_limits.h. Lengths of texts and ranges of numbers are shape:
// they stand beside the fields in the .proto.
inline constexpr int kMinMilestones = 2;         // S11
inline constexpr int kMinMilestonesToOrder = 2;  // A5
inline constexpr int kMaxSubstepsPerMilestone = 20;
inline constexpr int kMaxShare = 10'000;  // A4: basis points

enum class GigState { kDraft, kPublished, kPaused, kDeleted };
enum class PlanState { kNone, kDraft, kActive, kIneligible, kDisabled };
enum class Tier { kBasic, kStandard, kPremium };

// Each enum's one list (common/core/enum_list.h): the names are the contract's, the numbers are those of the contract and of
// storage.
constexpr EnumEntry EntryOf(GigState state) {
  switch (state) {
    case GigState::kDraft:
      return {"DRAFT", 1};
    case GigState::kPublished:
      return {"PUBLISHED", 2};
    case GigState::kPaused:
      return {"PAUSED", 3};
    case GigState::kDeleted:
      return {"DELETED", 4};
  }
  return {};
}
constexpr EnumEntry EntryOf(PlanState state) {
  switch (state) {
    case PlanState::kNone:
      return {"NONE", 0, 1};  // there is no plan to store
    case PlanState::kDraft:
      return {"DRAFT", 1, 2};
    case PlanState::kActive:
      return {"ACTIVE", 2, 3};
    case PlanState::kIneligible:
      return {"INELIGIBLE", 3, 4};
    case PlanState::kDisabled:
      return {"DISABLED", 4, 5};
  }
  return {};
}
constexpr EnumEntry EntryOf(Tier tier) {
  switch (tier) {
    case Tier::kBasic:
      return {"BASIC", 1};
    case Tier::kStandard:
      return {"STANDARD", 2};
    case Tier::kPremium:
      return {"PREMIUM", 3};
  }
  return {};
}

template <ListedEnum E>
absl::string_view NameOf(E value) {
  return EntryOf(value).name;
}

// How often a buyer may ask for changes (A17). `count` is meaningless if `unlimited` is set.
struct Revisions {
  bool unlimited = false;
  uint32_t count = 0;
  friend bool operator==(const Revisions&, const Revisions&) = default;
};

// A gig that is being written may have packages without price or days; only complete ones are offered to
// buyers.
struct Package {
  std::optional<Money>
      price;     // at least kMaxPlanMilestones minor units, so that an equal split has no empty part (A4)
  int days = 0;  // delivery time of the whole package when ordered as one payment; 0 = not set
  Revisions revisions;
  bool complete() const { return price && days > 0; }
  friend bool operator==(const Package&, const Package&) = default;
};
using Packages = std::map<Tier, Package>;

// The price and the days of a milestone in one package (A4). In a package, shares never stand beside anything else: all its
// milestones have one, or none has. Amounts may still be missing in a draft, which publishing refuses (MILESTONE_INCOMPLETE);
// where no milestone has either, the price is split equally. Shares are weights: what counts is each one's part of the
// package's sum (shares.h). Omitted days are shared out of the package's days that the given ones leave (StepsOf).
struct MilestoneTerms {
  std::optional<Money> amount;  // > 0
  std::optional<int> days;      // 1..kMaxMilestoneDays
  std::optional<int> share;     // basis points, 1..kMaxShare; never together with an amount
  friend bool operator==(const MilestoneTerms&, const MilestoneTerms&) = default;
};

// Teilschritt: a check-mark inside a milestone (S16).
struct Substep {
  std::string title;
  std::set<Tier> packages;  // not empty, among the milestone's
  friend bool operator==(const Substep&, const Substep&) = default;
};

// S14. Its number is its position in the plan, from 1.
struct Milestone {
  std::string title;
  std::string description;
  bool zoom = false;                        // A21
  std::map<Tier, MilestoneTerms> packages;  // the packages it is available for
  std::vector<Substep> substeps;
  friend bool operator==(const Milestone&, const Milestone&) = default;
};

// The terms of a plan, for the seller's draft and for the published version.
struct PlanTerms {
  bool payments_enabled = true;  // S12, S13
  std::vector<Milestone> milestones;
  friend bool operator==(const PlanTerms&, const PlanTerms&) = default;
};

// A broken rule, as arguments of Refuse().
struct Ineligibility {
  Reason reason = Reason::kInternal;
  Details details;
  friend bool operator==(const Ineligibility&, const Ineligibility&) = default;
};

struct PublishedPlan {
  uint32_t version = 0;  // 1, 2, 3 …: one more each time the plan is published
  absl::Time published_at;
  PlanTerms terms;
  friend bool operator==(const PublishedPlan&, const PublishedPlan&) = default;
};

struct Plan {
  PlanState state = PlanState::kNone;
  PlanTerms draft;                         // A3: can be edited in any state but NONE
  std::optional<PublishedPlan> published;  // the last published one; set in ACTIVE, INELIGIBLE and DISABLED
  std::vector<Ineligibility> suspended;    // the rules that don't hold (A2); not empty exactly in INELIGIBLE
  friend bool operator==(const Plan&, const Plan&) = default;
};

// Gigs have no timers.
using Deadline = milepost::Deadline<NoDeadline>;

struct Gig {
  GigId id;
  uint64_t sequence = 0;
  absl::Time updated_at;
  std::vector<Deadline> deadlines;  // always empty

  std::string seller;  // "users/…"
  GigState state = GigState::kDraft;
  absl::Time created_at;
  std::string title;
  std::string description;
  std::string subcategory;  // its code
  Packages packages;
  Plan plan;

  // The package, or null where the gig has none of this tier.
  const Package* package(Tier tier) const {
    const auto found = packages.find(tier);
    return found == packages.end() ? nullptr : &found->second;
  }
};

}  // namespace milepost::gig_catalog
