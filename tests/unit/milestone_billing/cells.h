// The cells of the workflow (R3): each call in each situation, with its outcome. Outcomes are typed by hand from DOMAIN §4, in the
// files *_cells.cc, and never read from the table that the code runs. A situation without a cell, or with two, fails workflow_test.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/milestone_billing/domain/commands.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/domain/workflow.h"
#include "tests/unit/milestone_billing/situations.h"

namespace milepost::billing {

struct Cell {
  std::string where;  // the situations, as patterns (Fits)
  // Either the refusal's reason, or where the step leads and its events in order: "ACTIVE/DELIVERED/# REVIEW: milestone.delivered".
  // `#` is the number of the situation's current milestone. "=" leads nowhere else; "=+KIND" and "=-KIND" add or take away one
  // deadline. "name*2" is two events.
  std::string outcome;
};

// A method as a party calls it about the current milestone, or what happens to the order of itself.
struct Call {
  std::string name;          // "AcceptMilestone START_NEXT by BUYER"
  absl::string_view method;  // its name in the contract; empty: none
  Party by = Party::kSystem;
  OrderCommand (*command)(const Order& order, const Actor& actor) = nullptr;
  std::vector<Cell> cells;
  Facts said = {};                                 // what the table's rules ask about such a request
  absl::Time (*at)(const Order& order) = nullptr;  // unset: at the situation's instant
};

// By subject; each file of cells has some.
std::vector<Call> WorkCalls();
std::vector<Call> PaymentCalls();
std::vector<Call> PlacementCalls();
std::vector<Call> CancellationCalls();
std::vector<Call> DisputeCalls();
std::vector<Call> PassingOfTime();
// All of them.
const std::vector<Call>& Calls();

// The cells, and those of a party's method in orders that are not placed yet or have ended.
std::vector<Cell> AtWork(std::vector<Cell> cells);

// How an order ends whose milestone 1, 2 or 3 is cancelled for this reason, after the events `first` (A19, A20, A27): all of its money
// goes back, or a part; where `refunds` is false, nothing.
std::string Ended(int milestone, absl::string_view reason, absl::string_view first, bool refunds = true);

const Actor& ActorOf(Party party);

// What comes of the call in the situation, as Expected writes it.
std::string OutcomeOf(const Situation& situation, const Call& call);
// What its cell says, with all shorthands written out. Fails where there is not exactly one.
std::string Expected(const Situation& situation, const Call& call);

// The reason of the refusal, or "WHEREABOUTS: events", of a command to an order at that instant.
std::string OutcomeOf(const Order& order, const OrderCommand& command, absl::Time at);
inline bool IsDone(absl::string_view outcome) {
  return outcome.find(':') != absl::string_view::npos;
}

}  // namespace milepost::billing
