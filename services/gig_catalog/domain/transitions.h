// The state machines of gigs and plans (DOMAIN §4) as tables. Decide() runs these tables, and the contract serves and
// prints them (W11): there is no second copy of the rules.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/core/actor.h"
#include "services/gig_catalog/domain/gig.h"

namespace milepost::gig_catalog {

// A trigger of a machine: the RPC of the same name (kRestartMilestonePlan: StartMilestonePlan with `replace_draft`), or
// (the last two) the result of the plan's rules after a change of its gig.
enum class Trigger {
  kCreateGig,
  kUpdateGig,
  kPublishGig,
  kPauseGig,
  kDeleteGig,
  kStartMilestonePlan,
  kRestartMilestonePlan,
  kAddMilestone,
  kUpdateMilestone,
  kDeleteMilestone,
  kMoveMilestone,
  kAddSubstep,
  kUpdateSubstep,
  kDeleteSubstep,
  kSetMilestonePayments,
  kPublishMilestonePlan,
  kDisableMilestonePlan,
  kPlanRulesFail,
  kPlanRulesHold,
};

absl::string_view TriggerName(Trigger trigger);  // the RPC's name: "PublishGig"
bool IsPlanTrigger(Trigger trigger);

// The role of an actor towards a gig.
enum class Role { kSeller, kOtherUser, kOperator, kService };
Role RoleOf(const Gig& gig, const Actor& actor);
absl::string_view RoleName(Role role);

// One cell of a machine: the state that follows, or why the trigger is refused in this state.
template <class State>
struct Cell {
  std::optional<State> to;
  std::optional<Reason> refusal;
};

struct GigRow {
  Trigger trigger;
  Cell<GigState> cells[4];  // in the order of GigState
};
struct PlanRow {
  Trigger trigger;
  Cell<PlanState> cells[5];  // in the order of PlanState
};
struct RoleRow {
  Role role;
  std::optional<Reason> refusals[4];  // in the order of GigState; none: may go on to the machine
};

absl::Span<const GigRow> GigTable();  // the RPCs on a gig; CreateGig makes a DRAFT out of nothing
absl::Span<const PlanRow> PlanTable();
absl::Span<const RoleRow> RoleTable();

// The cells by coordinates. A plan trigger on the gig machine leaves the gig as it is, except in DELETED.
Cell<GigState> GigCell(GigState state, Trigger trigger);
Cell<PlanState> PlanCell(PlanState state, Trigger trigger);

// Checks whether `actor` may use `trigger` on `gig` (null: no such gig) now: the party, then the gig's state, then
// the plan's.
absl::Status Admit(const Gig* gig, Trigger trigger, const Actor& actor);

// Whether reads show the gig to `actor`: PUBLISHED and PAUSED ones to everybody, the others to their seller, to operators
// and to our own services.
bool MaySee(const Gig& gig, const Actor& actor);
// Whether reads show `actor` more of the plan than buyers see: the draft, and a plan that was never published or is
// not ACTIVE. True for the seller, operators and our own services.
bool SeesDraft(const Gig& gig, const Actor& actor);

}  // namespace milepost::gig_catalog
