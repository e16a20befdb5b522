// The commands on a gig and its plan: one struct for each RPC, with the actor who sent it. Their contents have passed
// the shape checks of the .proto; Decide() checks everything that depends on the gig.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>

#include "common/core/actor.h"
#include "services/gig_catalog/domain/gig.h"
#include "services/gig_catalog/domain/templates.h"
#include "services/gig_catalog/domain/transitions.h"

namespace milepost::gig_catalog {

struct CreateGig {
  static constexpr Trigger kTrigger = Trigger::kCreateGig;
  Actor actor;  // becomes the seller
  GigId gig;
  std::string title;
  std::string description;
  std::string subcategory;
  Packages packages;
};

// An unset field is not changed. `packages` replaces all packages.
struct UpdateGig {
  static constexpr Trigger kTrigger = Trigger::kUpdateGig;
  Actor actor;
  std::optional<std::string> title;
  std::optional<std::string> description;
  std::optional<std::string> subcategory;
  std::optional<Packages> packages;
};

struct PublishGig {
  static constexpr Trigger kTrigger = Trigger::kPublishGig;
  Actor actor;
};
struct PauseGig {
  static constexpr Trigger kTrigger = Trigger::kPauseGig;
  Actor actor;
};
struct DeleteGig {
  static constexpr Trigger kTrigger = Trigger::kDeleteGig;
  Actor actor;
};

// What a plan starts from (S8).
struct PlanStart {
  std::string template_id;  // of templates.h; empty: from scratch (S9)
  PlanLanguage language = PlanLanguage::kEnglish;
};

// Of a gig without a plan.
struct StartMilestonePlan {
  static constexpr Trigger kTrigger = Trigger::kStartMilestonePlan;
  Actor actor;
  PlanStart start;
};

// StartMilestonePlan with `replace_draft`: the same, and where there is a plan, the seller starts over.
struct RestartMilestonePlan {
  static constexpr Trigger kTrigger = Trigger::kRestartMilestonePlan;
  Actor actor;
  PlanStart start;
};

// Appends; the milestone's substeps are ignored, they are added one by one (S15).
struct AddMilestone {
  static constexpr Trigger kTrigger = Trigger::kAddMilestone;
  Actor actor;
  Milestone milestone;
};

// Replaces the milestone, except for its substeps.
struct UpdateMilestone {
  static constexpr Trigger kTrigger = Trigger::kUpdateMilestone;
  Actor actor;
  uint32_t number = 0;  // numbers count from 1 everywhere
  Milestone milestone;  // its substeps are ignored
};

// The milestones behind it move up by one.
struct DeleteMilestone {
  static constexpr Trigger kTrigger = Trigger::kDeleteMilestone;
  Actor actor;
  uint32_t number = 0;
};

// The milestone becomes number `to`; those between move by one.
struct MoveMilestone {
  static constexpr Trigger kTrigger = Trigger::kMoveMilestone;
  Actor actor;
  uint32_t number = 0;
  uint32_t to = 0;
};

struct AddSubstep {
  static constexpr Trigger kTrigger = Trigger::kAddSubstep;
  Actor actor;
  uint32_t milestone = 0;
  Substep substep;
};

// Replaces the substep.
struct UpdateSubstep {
  static constexpr Trigger kTrigger = Trigger::kUpdateSubstep;
  Actor actor;
  uint32_t milestone = 0;
  uint32_t number = 0;
  Substep substep;
};

struct DeleteSubstep {
  static constexpr Trigger kTrigger = Trigger::kDeleteSubstep;
  Actor actor;
  uint32_t milestone = 0;
  uint32_t number = 0;
};

// S13, on the draft.
struct SetMilestonePayments {
  static constexpr Trigger kTrigger = Trigger::kSetMilestonePayments;
  Actor actor;
  bool enabled = true;
};

// S11, S17: "save and continue".
struct PublishMilestonePlan {
  static constexpr Trigger kTrigger = Trigger::kPublishMilestonePlan;
  Actor actor;
};
struct DisableMilestonePlan {
  static constexpr Trigger kTrigger = Trigger::kDisableMilestonePlan;
  Actor actor;
};

// From the plan reviewer, after a change of the gig's subcategory. Suspends or restores the published plan, as every command
// does (A2).
struct ReviewMilestonePlan {};

// Only lets due deadlines fire; gigs have none.
struct Tick {};

using Command = std::variant<Tick, CreateGig, UpdateGig, PublishGig, PauseGig, DeleteGig, StartMilestonePlan,
                             RestartMilestonePlan, AddMilestone, UpdateMilestone, DeleteMilestone,
                             MoveMilestone, AddSubstep, UpdateSubstep, DeleteSubstep, SetMilestonePayments,
                             PublishMilestonePlan, DisableMilestonePlan, ReviewMilestonePlan>;

}  // namespace milepost::gig_catalog
