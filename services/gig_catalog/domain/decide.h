// The rules of gigs and plans as a Domain (common/core/decider.h). Gigs have no deadlines: Fire() is never
// called.
//
// Decide() checks in this order: whether the caller is a party, whether this actor may call the RPC, the gig's state,
// the plan's state (transitions.h), then the command's own guards in the order in which its rule lists them. Whatever the
// command, it then suspends or restores the published plan as the gig's subcategory and the gig now have it (A2).
//
// The facts are the subcategories that the gig and the command name.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/decider.h"
#include "services/gig_catalog/domain/commands.h"
#include "services/gig_catalog/domain/events.h"
#include "services/gig_catalog/domain/gig.h"
#include "services/gig_catalog/domain/subcategories.h"

namespace milepost::gig_catalog {

struct GigDomain {
  using Id = GigId;
  using Deadline = gig_catalog::Deadline;
  using State = Gig;
  using Event = gig_catalog::Event;
  using Command = gig_catalog::Command;
  using Facts = Subcategories;
  using Tick = gig_catalog::Tick;

  static absl::StatusOr<std::vector<Event>> Decide(const Gig* gig, const Command& command, absl::Time now,
                                                   const Subcategories& subcategories);
  static std::vector<Event> Fire(const Gig& gig, const Deadline& deadline);
  static void Apply(Gig& gig, const Event& event, absl::Time at);
  // Shows the published plan as suspended or restored where the rules say so and no command has written it yet.
  static void Judge(Gig& gig, const Subcategories& subcategories);
  static absl::string_view DeadlineName(NoDeadline kind);
};

}  // namespace milepost::gig_catalog
