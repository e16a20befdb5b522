// The commands that clients send about an order: one maker for each method of a buyer, a seller or an operator. A method without one
// does not compile.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "common/core/actor.h"
#include "services/milestone_billing/domain/next_actions.h"
#include "services/milestone_billing/domain/order_domain.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/provider.h"

namespace milepost::simulation {

// What a client goes by.
struct Situation {
  const billing::Order& order;  // as the client sees it
  const billing::NextAction& action;
  const Actor& actor;
  absl::Time now;
  // Whether the client does something else than the action says: another milestone, a field that is forbidden or missing.
  bool wrong = false;
  billing::AttemptPolicy attempts;
  billing::RecheckPolicy recheck;
  const Provider& provider;  // operators look there before they say what became of a charge
};

// Whether the time for the action is nearly over.
bool IsLastMoment(const billing::NextAction& action, absl::Time now);

struct Method {
  billing::Trigger trigger{};
  // Makes the command of the action, with random choices where the action leaves any. Nothing where the order has not what the command
  // must name. Null: PlaceGigOrder, which goes by a quote (clients.cc).
  std::optional<billing::OrderCommand> (*make)(const Situation& situation, Chance& chance) = nullptr;
  // How often it is chosen among what is allowed; what ends orders early is rare, so that they live to see the rest.
  uint64_t weight = 8;
};

const Method& MethodOf(billing::Trigger trigger);

}  // namespace milepost::simulation
