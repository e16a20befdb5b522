#include "services/gig_catalog/domain/transitions.h"

namespace milepost::gig_catalog {
namespace {

constexpr Cell<GigState> To(GigState state) {
  return {state, std::nullopt};
}
constexpr Cell<PlanState> To(PlanState state) {
  return {state, std::nullopt};
}
struct No {
  Reason reason;
  constexpr operator Cell<GigState>() const { return {std::nullopt, reason}; }
  constexpr operator Cell<PlanState>() const { return {std::nullopt, reason}; }
};

constexpr Cell<GigState> kDraft = To(GigState::kDraft), kPublished = To(GigState::kPublished),
                         kPaused = To(GigState::kPaused), kDeleted = To(GigState::kDeleted);
constexpr No kIsDeleted{Reason::kGigDeleted};

// clang-format off
constexpr GigRow kGigTable[] = {
    //                      DRAFT                           PUBLISHED                           PAUSED                         DELETED
    {Trigger::kUpdateGig,  {kDraft,                         kPublished,                         kPaused,                       kIsDeleted}},
    {Trigger::kPublishGig, {kPublished,                     No{Reason::kGigAlreadyPublished},   kPublished,                    kIsDeleted}},
    {Trigger::kPauseGig,   {No{Reason::kGigNotPublished},   kPaused,                            No{Reason::kGigNotPublished},  kIsDeleted}},
    {Trigger::kDeleteGig,  {kDeleted,                       kDeleted,                           kDeleted,                      kIsDeleted}},
};
// Every plan RPC, as the gig machine sees it.
constexpr Cell<GigState> kAnyPlanRpc[] = {kDraft, kPublished, kPaused, kIsDeleted};

constexpr Cell<PlanState> kPlanDraft = To(PlanState::kDraft), kActive = To(PlanState::kActive),
                          kIneligible = To(PlanState::kIneligible), kDisabled = To(PlanState::kDisabled);
constexpr No kNoPlan{Reason::kPlanNotFound}, kHasPlan{Reason::kPlanAlreadyExists}, kNotActive{Reason::kPlanNotActive};

constexpr PlanRow kPlanTable[] = {
    //                                NONE        DRAFT       ACTIVE       INELIGIBLE   DISABLED
    {Trigger::kStartMilestonePlan,   {kPlanDraft, kHasPlan,   kHasPlan,    kHasPlan,    kHasPlan}},
    {Trigger::kRestartMilestonePlan, {kPlanDraft, kPlanDraft, kActive,     kIneligible, kDisabled}},
    {Trigger::kAddMilestone,         {kNoPlan,    kPlanDraft, kActive,     kIneligible, kDisabled}},
    {Trigger::kUpdateMilestone,      {kNoPlan,    kPlanDraft, kActive,     kIneligible, kDisabled}},
    {Trigger::kDeleteMilestone,      {kNoPlan,    kPlanDraft, kActive,     kIneligible, kDisabled}},
    {Trigger::kMoveMilestone,        {kNoPlan,    kPlanDraft, kActive,     kIneligible, kDisabled}},
    {Trigger::kAddSubstep,           {kNoPlan,    kPlanDraft, kActive,     kIneligible, kDisabled}},
    {Trigger::kUpdateSubstep,        {kNoPlan,    kPlanDraft, kActive,     kIneligible, kDisabled}},
    {Trigger::kDeleteSubstep,        {kNoPlan,    kPlanDraft, kActive,     kIneligible, kDisabled}},
    {Trigger::kSetMilestonePayments, {kNoPlan,    kPlanDraft, kActive,     kIneligible, kDisabled}},
    {Trigger::kPublishMilestonePlan, {kNoPlan,    kActive,    kActive,     kActive,     kActive}},
    {Trigger::kDisableMilestonePlan, {kNoPlan,    kNotActive, kDisabled,   kDisabled,   kNotActive}},
    {Trigger::kPlanRulesFail,        {kNoPlan,    kNotActive, kIneligible, kIneligible, kNotActive}},
    {Trigger::kPlanRulesHold,        {kNoPlan,    kNotActive, kActive,     kActive,     kNotActive}},
};

constexpr std::optional<Reason> kMay = std::nullopt;
constexpr std::optional<Reason> kHidden = Reason::kGigNotFound, kNotOwner = Reason::kNotTheGigOwner;

// What others may not see does not exist for them; what they may see is not theirs to change.
constexpr RoleRow kRoleTable[] = {
    //                  DRAFT      PUBLISHED  PAUSED     DELETED
    {Role::kSeller,    {kMay,      kMay,      kMay,      kMay}},
    {Role::kOtherUser, {kHidden,   kNotOwner, kNotOwner, kHidden}},
    {Role::kOperator,  {kNotOwner, kNotOwner, kNotOwner, kNotOwner}},
    {Role::kService,   {kNotOwner, kNotOwner, kNotOwner, kNotOwner}},
};
// clang-format on

std::optional<Reason> RoleRefusal(GigState state, Role role) {
  return kRoleTable[static_cast<int>(role)].refusals[static_cast<int>(state)];
}

// The details that the texts of the machines' reasons name.
absl::Status RefuseState(Reason reason, absl::string_view state) {
  return Refuse(reason, {{"state", std::string(state)}});
}

}  // namespace

absl::Span<const GigRow> GigTable() {
  return kGigTable;
}
absl::Span<const PlanRow> PlanTable() {
  return kPlanTable;
}
absl::Span<const RoleRow> RoleTable() {
  return kRoleTable;
}

absl::string_view TriggerName(Trigger trigger) {
  constexpr absl::string_view kNames[] = {"CreateGig",
                                          "UpdateGig",
                                          "PublishGig",
                                          "PauseGig",
                                          "DeleteGig",
                                          "StartMilestonePlan",
                                          "StartMilestonePlan, replacing the draft",
                                          "AddMilestone",
                                          "UpdateMilestone",
                                          "DeleteMilestone",
                                          "MoveMilestone",
                                          "AddSubstep",
                                          "UpdateSubstep",
                                          "DeleteSubstep",
                                          "SetMilestonePayments",
                                          "PublishMilestonePlan",
                                          "DisableMilestonePlan",
                                          "plan rules fail",
                                          "plan rules hold"};
  return kNames[static_cast<int>(trigger)];
}

bool IsPlanTrigger(Trigger trigger) {
  return trigger >= Trigger::kStartMilestonePlan;
}

Role RoleOf(const Gig& gig, const Actor& actor) {
  switch (actor.kind) {
    case ActorKind::kUser:
      return actor.name == gig.seller ? Role::kSeller : Role::kOtherUser;
    case ActorKind::kOperator:
      return Role::kOperator;
    case ActorKind::kService:
    case ActorKind::kSystem:
      return Role::kService;
  }
  return Role::kOtherUser;
}

absl::string_view RoleName(Role role) {
  constexpr absl::string_view kNames[] = {"seller", "other user", "operator", "service"};
  return kNames[static_cast<int>(role)];
}

Cell<GigState> GigCell(GigState state, Trigger trigger) {
  if (IsPlanTrigger(trigger)) return kAnyPlanRpc[static_cast<int>(state)];
  for (const GigRow& row : kGigTable)
    if (row.trigger == trigger) return row.cells[static_cast<int>(state)];
  return No{Reason::kInternal};
}

Cell<PlanState> PlanCell(PlanState state, Trigger trigger) {
  for (const PlanRow& row : kPlanTable)
    if (row.trigger == trigger) return row.cells[static_cast<int>(state)];
  return No{Reason::kInternal};
}

absl::Status Admit(const Gig* gig, Trigger trigger, const Actor& actor) {
  if (!gig) return Refuse(Reason::kGigNotFound);
  if (const auto refusal = RoleRefusal(gig->state, RoleOf(*gig, actor))) return Refuse(*refusal);
  if (const auto refusal = GigCell(gig->state, trigger).refusal)
    return RefuseState(*refusal, NameOf(gig->state));
  if (!IsPlanTrigger(trigger)) return absl::OkStatus();
  if (const auto refusal = PlanCell(gig->plan.state, trigger).refusal)
    return RefuseState(*refusal, NameOf(gig->plan.state));
  return absl::OkStatus();
}

bool MaySee(const Gig& gig, const Actor& actor) {
  return RoleRefusal(gig.state, RoleOf(gig, actor)) != Reason::kGigNotFound;
}

bool SeesDraft(const Gig& gig, const Actor& actor) {
  return RoleOf(gig, actor) != Role::kOtherUser;
}

}  // namespace milepost::gig_catalog
