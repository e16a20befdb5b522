#include "tests/unit/milestone_billing/cells.h"

#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace milepost::billing {
namespace {

// "milestone.accepted milestone.skipped*2"
std::string NamesOf(const std::vector<StampedEvent<OrderDomain>>& events) {
  std::string names;
  for (size_t i = 0; i < events.size();) {
    const EventKind kind = KindOf(events[i].event);
    size_t end = i;
    while (end < events.size() && KindOf(events[end].event) == kind) ++end;
    absl::StrAppend(&names, " ", NameOf(kind), end - i > 1 ? absl::StrCat("*", end - i) : "");
    i = end;
  }
  return names;
}

std::string RefusalNamed(const absl::Status& status) {
  const auto refusal = RefusalOf(status);
  return refusal ? std::string(RowOf(refusal->reason).name) : status.ToString();
}

DeadlineKind KindNamed(absl::string_view name) {
  const auto kind = EnumFromName<DeadlineKind>(name);
  EXPECT_TRUE(kind) << name;
  return kind.value_or(DeadlineKind::kReview);
}

// "=", "=+KIND" or "=-KIND", of an order that stands like this.
std::string Unchanged(const Situation& situation, absl::string_view change) {
  if (change == "=") return std::string(situation.where);
  Order order = StoryOf(situation).order();
  const DeadlineKind kind = KindNamed(change.substr(2));
  if (change[1] == '+')
    order.SetDeadline(kind, absl::InfiniteFuture());
  else
    order.ClearDeadline(kind);
  return Whereabouts(order);
}

}  // namespace

const std::vector<Call>& Calls() {
  static const std::vector<Call>& calls = *[] {
    auto* all = new std::vector<Call>();
    for (std::vector<Call> some : {WorkCalls(), PaymentCalls(), PlacementCalls(), CancellationCalls(),
                                   DisputeCalls(), PassingOfTime()})
      all->insert(all->end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
    return all;
  }();
  return calls;
}

std::vector<Cell> AtWork(std::vector<Cell> cells) {
  const std::vector<Cell> others = {{"placing", "ORDER_PLACING"},
                                    {"placement-failed", "ORDER_PLACEMENT_FAILED"},
                                    {"completed/*", "ORDER_COMPLETED"},
                                    {"cancelled/*", "ORDER_CANCELLED"}};
  cells.insert(cells.end(), others.begin(), others.end());
  return cells;
}

std::string Ended(int milestone, absl::string_view reason, absl::string_view first, bool refunds) {
  const absl::string_view cancelled = refunds ? "milestone.cancelled refund.started" : "milestone.cancelled";
  if (milestone == 1)
    return absl::StrCat("CANCELLED(", reason, ")/CANCELLED/1: ", first, cancelled,
                        " milestone.skipped*2 order.cancelled");
  if (milestone == 2)
    return absl::StrCat("COMPLETED(CANCELLED_AFTER_ACCEPTANCE,", reason, ")/CANCELLED/2: ", first, cancelled,
                        " milestone.skipped order.completed");
  return absl::StrCat("COMPLETED(CANCELLED_AFTER_ACCEPTANCE,", reason, ")/CANCELLED/3: ", first, cancelled,
                      " order.completed");
}

const Actor& ActorOf(Party party) {
  static const Actor& system = *new Actor(Actor::System());
  switch (party) {
    case Party::kBuyer:
      return kBuyer;
    case Party::kSeller:
      return kSeller;
    case Party::kOperator:
      return kOperator;
    case Party::kOfferService:
      return kOfferService;
    case Party::kSystem:
      return system;
  }
  return system;
}

std::string OutcomeOf(const Situation& situation, const Call& call) {
  Story story = StoryOf(situation);
  const Order before = story.order();
  if (call.at) story.now = call.at(before);
  const absl::Status done = story.Do(call.command(before, ActorOf(call.by)));
  if (done.ok()) return absl::StrCat(Whereabouts(story.order()), ":", NamesOf(story.events()));
  EXPECT_EQ(story.order(), before) << "a refusal changed the order";
  return RefusalNamed(done);
}

std::string Expected(const Situation& situation, const Call& call) {
  std::vector<std::string> outcomes;
  for (const Cell& cell : call.cells)
    if (Fits(situation.name, cell.where)) outcomes.push_back(cell.outcome);
  if (outcomes.size() != 1)
    return absl::StrCat("exactly one cell, and not ", outcomes.size(), ": ", absl::StrJoin(outcomes, " | "));
  std::string outcome = std::move(outcomes[0]);
  if (!IsDone(outcome)) return outcome;
  if (absl::StartsWith(outcome, "=")) {
    const size_t colon = outcome.find(':');
    return absl::StrCat(Unchanged(situation, outcome.substr(0, colon)), outcome.substr(colon));
  }
  const std::string number = absl::StrCat(StoryOf(situation).order().current_milestone);
  return absl::StrReplaceAll(outcome, {{"#", number}});
}

std::string OutcomeOf(const Order& order, const OrderCommand& command, absl::Time at) {
  const auto step = milepost::Run<OrderDomain>(&order, command, at);
  if (!step.ok()) return RefusalNamed(step.status());
  return absl::StrCat(Whereabouts(step->next), ":", NamesOf(step->events));
}

}  // namespace milepost::billing
