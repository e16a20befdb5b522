// W11: the table that the code runs, serves and prints against what the steps really do.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/milestone_billing/domain/workflow.h"
#include "tests/unit/milestone_billing/cells.h"

namespace milepost::billing {
namespace {

// How many events a kind of a rule stands for, in an order that stood like this before.
size_t TimesOf(EventKind kind, const Order& before, const Order& after) {
  if (kind == kKindOf<MilestoneSkipped>)
    return std::count_if(before.milestones.begin(), before.milestones.end(), [](const Milestone& milestone) {
      return milestone.state == MilestoneState::kPending ||
             milestone.state == MilestoneState::kAwaitingPayment;
    });
  if (kind == kKindOf<CancellationVoided>) return before.cancellation_request ? 1 : 0;
  if (kind == kKindOf<DisputeResolved>) return before.state == OrderState::kDisputed ? 1 : 0;
  if (kind == kKindOf<RefundStarted>)
    return after.totals.refunded_minor + after.totals.fees_refunded_minor > 0 ? 1 : 0;
  return 1;
}

// The rule's promises (states, reasons, events, deadlines, money) against what the call did.
void ExpectPromisesKept(const Rule& rule, const Order& before, const Story& story) {
  const Order& after = story.order();
  EXPECT_EQ(after.state, rule.to.value_or(before.state));
  EXPECT_EQ(after.completion_reason, rule.completion_reason);
  EXPECT_EQ(after.cancellation_reason, rule.cancellation_reason);
  std::vector<absl::string_view> promised, emitted;
  for (const EventKind kind : rule.events)
    promised.insert(promised.end(), TimesOf(kind, before, after), NameOf(kind));
  std::vector<std::string> moves;
  for (const auto& stamped : story.events()) {
    emitted.push_back(NameOf(KindOf(stamped.event)));
    if (const Move* move = MoveOf(stamped.event)) moves.push_back(move->rule);
  }
  EXPECT_EQ(emitted, promised);
  EXPECT_EQ(moves.empty(), rule.money.empty());
  const std::vector<std::string> money = absl::StrSplit(rule.money, ' ');
  for (const std::string& move : moves)
    EXPECT_NE(std::find(money.begin(), money.end(), move), money.end()) << move << " of " << rule.money;
  if (!rule.sets) return;
  const Deadline* set = FindDeadline(after.deadlines, *rule.sets);
  ASSERT_NE(set, nullptr) << NameOf(*rule.sets);
  EXPECT_FALSE(set->frozen());
  EXPECT_GT(set->due, story.now);
}

TEST(Table, SaysWhatHappens) {
  for (const Call& call : Calls()) {
    if (call.method.empty() || call.method == "PlaceOrder") continue;
    const auto* trigger = std::find_if(kTriggers.begin(), kTriggers.end(),
                                       [&](Trigger any) { return NameOf(any) == call.method; });
    ASSERT_NE(trigger, kTriggers.end()) << call.method;
    for (const Situation& situation : Situations()) {
      SCOPED_TRACE(absl::StrCat(situation.name, ": ", call.name));
      Story story = StoryOf(situation);
      const Order before = story.order();
      if (!story.Do(call.command(before, ActorOf(call.by))).ok()) continue;
      const Facts facts = FactsOf(before) | FactsOf(before, call.by) | call.said;
      const Rule* rule = FindRule(*trigger, &before, facts, call.by);
      ASSERT_NE(rule, nullptr);
      ASSERT_FALSE(rule->refuses()) << RowOf(*rule->refusal).name;
      ExpectPromisesKept(*rule, before, story);
    }
  }
}

TEST(Table, HasNamesAndNumbers) {
  for (const Rule& rule : Workflow()) {
    EXPECT_FALSE(NameOf(rule.trigger).empty());
    EXPECT_FALSE(rule.numbers.empty()) << NameOf(rule.trigger);
    EXPECT_TRUE(!rule.refuses() || (rule.events.empty() && !rule.to)) << NameOf(rule.trigger);
    EXPECT_EQ(rule.to == OrderState::kCompleted, rule.completion_reason.has_value()) << NameOf(rule.trigger);
    if (rule.to == OrderState::kCancelled) {
      EXPECT_TRUE(rule.cancellation_reason) << NameOf(rule.trigger);
    }
  }
  for (const Fact fact : kValuesOf<Fact>) EXPECT_FALSE(NameOf(fact).empty());
}

// Whether the trigger can come at all: payments end while they are open, deadlines fall due while they run.
bool CanCome(Trigger trigger, const Order& order) {
  for (const Trigger ends : {kTriggerOf<trigger::PaymentSucceeded>, kTriggerOf<trigger::PaymentDeclined>,
                             kTriggerOf<trigger::PaymentVoided>})
    if (trigger == ends) return order.open_charge() != nullptr;
  for (const DeadlineKind kind : kValuesOf<DeadlineKind>) {
    if (trigger != TriggerOf(kind)) continue;
    const Deadline* deadline = FindDeadline(order.deadlines, kind);
    return deadline && !deadline->frozen();
  }
  return true;
}

// The facts that are no order's own: what a caller, the provider or a refund says.
constexpr Facts kSaid = {
    Fact::kNamesOther,    Fact::kNamesUnfunded,    Fact::kNamesAccepted,    Fact::kNamesUnknown,
    Fact::kNamesMeeting,  Fact::kFinalDelivery,    Fact::kDecideLater,      Fact::kStartNext,
    Fact::kEndOrder,      Fact::kAttemptKnown,     Fact::kWindowPassed,     Fact::kNamesClosed,
    Fact::kSaysSucceeded, Fact::kRefundTriesLeft,  Fact::kNamesOtherMethod, Fact::kQuoteExpired,
    Fact::kAgrees,        Fact::kNothingForSeller, Fact::kTooMuchForSeller, Fact::kNamesOtherCurrency,
    Fact::kReleases,      Fact::kLateMoney};

// Those that the trigger's rules ask about.
std::vector<Fact> SaidTo(Trigger trigger) {
  std::vector<Fact> said;
  for (const Fact fact : kValuesOf<Fact>) {
    const auto asks = [&](const Rule& rule) {
      return rule.trigger == trigger && (rule.when.Has(fact) || rule.unless.Has(fact));
    };
    if (kSaid.Has(fact) && std::any_of(Workflow().begin(), Workflow().end(), asks)) said.push_back(fact);
  }
  return said;
}

std::vector<Order> OrdersOfEverySituation() {
  std::vector<Order> orders;
  for (const Situation& situation : Situations()) orders.push_back(StoryOf(situation).order());
  Story exhausted;
  for (uint32_t attempt = 1; attempt <= 20; ++attempt) {
    EXPECT_DONE(exhausted.Do(Placing(MilestonesOf(1), attempt)));
    EXPECT_DONE(exhausted.Decline());
  }
  orders.push_back(exhausted.order());
  orders.push_back(PlacedBeforeEditions(MilestonesOf(2)).order());
  return orders;
}

// The parties of a trigger that different rules are for; of all others, none needs to be named.
std::vector<std::optional<Party>> CallersOf(Trigger trigger) {
  std::vector<std::optional<Party>> callers;
  for (const Party party : {Party::kBuyer, Party::kSeller, Party::kOperator})
    if (PartiesOf(trigger).Has(party)) callers.push_back(party);
  if (callers.empty()) callers.push_back(std::nullopt);
  return callers;
}

// Every combination of what can be said meets a rule, and no rule is out of everybody's reach.
TEST(Table, IsCompleteAndHasNoDeadRow) {
  const std::vector<Order> orders = OrdersOfEverySituation();
  std::vector<bool> reached(Workflow().size());
  const auto reach = [&](Trigger trigger, const Order* order, Facts facts, std::optional<Party> by) {
    const Rule* rule = FindRule(trigger, order, facts, by);
    ASSERT_NE(rule, nullptr) << NameOf(trigger) << " " << (order ? Whereabouts(*order) : "");
    reached[rule - Workflow().data()] = true;
  };
  for (const Trigger trigger : kTriggers) {
    const std::vector<Fact> askable = SaidTo(trigger);
    for (uint32_t said = 0; said < 1u << askable.size(); ++said) {
      Facts facts;
      for (size_t i = 0; i < askable.size(); ++i) facts.Add(askable[i], (said >> i) & 1);
      if (trigger == kTriggerOf<PlaceOrder> || trigger == kTriggerOf<PlaceGigOrder>)
        reach(trigger, nullptr, facts, std::nullopt);
      for (const std::optional<Party> by : CallersOf(trigger))
        for (const Order& order : orders)
          if (CanCome(trigger, order))
            reach(trigger, &order, FactsOf(order) | facts | (by ? FactsOf(order, *by) : Facts{}), by);
    }
  }
  for (size_t i = 0; i < reached.size(); ++i)
    EXPECT_TRUE(reached[i]) << "rule " << i << ", " << NameOf(Workflow()[i].trigger);
}

}  // namespace
}  // namespace milepost::billing
