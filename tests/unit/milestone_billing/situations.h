// The situations of an order, as far as any rule can tell them apart (R3). Each has a name, the script that leads to it and, typed
// by hand, where the order then stands. Names are paths: "2/disputed/active/by-buyer" is milestone 2 of 3 in a dispute that
// the buyer opened while it was ACTIVE. situations.cc lists them all.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/milestone_billing/domain/order.h"
#include "tests/unit/milestone_billing/story.h"

namespace milepost::billing {

struct Situation {
  absl::string_view name;
  absl::string_view where;   // as Whereabouts writes it
  absl::string_view script;  // see Play
};

absl::Span<const Situation> Situations();

// The story that led to the situation, told once for all tests.
const Story& StoryOf(const Situation& situation);
// The situation of that name, which must exist.
const Story& StoryOf(absl::string_view name);
inline const Order& OrderIn(absl::string_view name) {
  return StoryOf(name).order();
}

// The order as if a gig's quote had led to it: PlaceGigOrder knows no other difference.
Order OfAGig(Order order);

// Whether the name fits: `patterns` are separated by spaces, `?` stands for one character and `*` for any number of them; a name
// fits if it fits a pattern and none of those that begin with `!`.
bool Fits(absl::string_view name, absl::string_view patterns);

// "ACTIVE/DELIVERED/2 REVIEW": the states of the order and of its current milestone, that milestone's number, and the deadlines.
// COMPLETED and CANCELLED say why: "COMPLETED(CANCELLED_AFTER_ACCEPTANCE,AGREED)/CANCELLED/2". A frozen deadline stands in
// brackets; "noted:KIND" is a deadline that waits for a payment (A16), "needs:TASK" what the order waits for an operator for.
std::string Whereabouts(const Order& order);

// Tells on, each step as its party takes it, about the current milestone:
//   place pay decline void unknown retry-decline deliver revise cancel-late
//   accept (DECIDE_LATER), accept-unset, accept-start, accept-end, start-next, end
//   dispute:PARTY withdraw:PARTY release refund split
//   ask:PARTY:CENTS agree:PARTY reject:PARTY
//   wait:DAYS
// A word before `*19` is played 19 times. 1, 2 and 3 stand for the way to where that milestone of 3 is ACTIVE.
void Play(Story& story, absl::string_view script);

// The states that an order and its current milestone can have together, typed by hand.
struct StatePair {
  OrderState order;
  MilestoneState milestone;
  friend auto operator<=>(const StatePair&, const StatePair&) = default;
};
const std::vector<StatePair>& PossibleStates();

}  // namespace milepost::billing
