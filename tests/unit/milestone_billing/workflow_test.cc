// R3, W11: every situation × every call × every actor (cells.h). A new state, method, choice or situation without expectations fails
// here, and the failure names it.
#include "services/milestone_billing/domain/workflow.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/unit/milestone_billing/cells.h"

namespace milepost::billing {
namespace {

TEST(Situations, StandWhereTheirNamesSay) {
  std::set<absl::string_view> names;
  for (const Situation& situation : Situations()) {
    EXPECT_EQ(Whereabouts(StoryOf(situation).order()), situation.where) << situation.name;
    EXPECT_TRUE(names.insert(situation.name).second) << situation.name << " is there twice";
  }
}

TEST(Situations, AreOfEveryPairOfStatesThatIsPossible) {
  std::set<StatePair> met;
  for (const Situation& situation : Situations()) {
    const Order& order = StoryOf(situation).order();
    met.insert({order.state, order.current().state});
  }
  EXPECT_EQ(met, std::set<StatePair>(PossibleStates().begin(), PossibleStates().end()));
  for (const OrderState state : kValuesOf<OrderState>)
    EXPECT_TRUE(std::any_of(met.begin(), met.end(), [&](const StatePair& pair) {
      return pair.order == state;
    })) << NameOf(state);
  for (const MilestoneState state : kValuesOf<MilestoneState>)
    EXPECT_TRUE(std::any_of(met.begin(), met.end(), [&](const StatePair& pair) {
      return pair.milestone == state;
    })) << NameOf(state);
}

// Whether a situation is of that kind.
template <class Is>
bool AnySituation(const Is& is) {
  return std::any_of(Situations().begin(), Situations().end(),
                     [&](const Situation& situation) { return is(StoryOf(situation).order()); });
}

TEST(Situations, AreOfEveryWayToEnd) {
  for (const CompletionReason reason : kValuesOf<CompletionReason>)
    EXPECT_TRUE(AnySituation([&](const Order& order) { return order.completion_reason == reason; }))
        << NameOf(reason);
  for (const CancellationReason reason : kValuesOf<CancellationReason>)
    for (const OrderState state : {OrderState::kCompleted, OrderState::kCancelled})
      EXPECT_TRUE(AnySituation([&](const Order& order) {
        return order.cancellation_reason == reason && order.state == state;
      })) << NameOf(reason)
          << " " << NameOf(state);
}

TEST(Situations, AreOfEveryDeadlineThatRunsOrIsFrozen) {
  for (const DeadlineKind kind : kValuesOf<DeadlineKind>) {
    const auto has = [kind](bool frozen) {
      return AnySituation([&](const Order& order) {
        const Deadline* deadline = FindDeadline(order.deadlines, kind);
        return deadline && deadline->frozen() == frozen;
      });
    };
    EXPECT_TRUE(has(false)) << NameOf(kind);
    // What waits for the buyer, not for the milestone, can't be disputed; nor can a dispute.
    const bool stays = kind == DeadlineKind::kNextNotStarted || kind == DeadlineKind::kPaymentGrace ||
                       kind == DeadlineKind::kDispute;
    EXPECT_EQ(has(true), !stays) << NameOf(kind);
  }
}

TEST(Situations, AreOfEveryDisputeAndOperatorsTask) {
  for (const MilestoneState before :
       {MilestoneState::kActive, MilestoneState::kDelivered, MilestoneState::kRevisionRequested})
    for (const Party by : {Party::kBuyer, Party::kSeller})
      for (const uint32_t milestone : {1u, 2u, 3u})
        EXPECT_TRUE(AnySituation([&](const Order& order) {
          return order.state == OrderState::kDisputed && order.current_milestone == milestone &&
                 order.current().undisputed == before && order.current().dispute->opened_by == by;
        })) << milestone
            << " " << NameOf(before) << " " << NameOf(by);
  for (const DisputeOutcome outcome : kValuesOf<DisputeOutcome>)
    EXPECT_TRUE(AnySituation([&](const Order& order) {
      return order.current().dispute && order.current().dispute->outcome == outcome;
    })) << NameOf(outcome);
  for (const OperatorTask task : kValuesOf<OperatorTask>)
    EXPECT_TRUE(AnySituation([&](const Order& order) { return order.operator_task == task; }))
        << NameOf(task);
}

TEST(AllCalls, AreOfEveryMethodOfEachOfItsParties) {
  std::set<std::pair<absl::string_view, Party>> called;
  std::set<std::string> names;
  for (const Call& call : Calls()) {
    called.insert({call.method, call.by});
    EXPECT_TRUE(names.insert(call.name).second) << call.name << " is there twice";
  }
  for (const Trigger trigger : kTriggers) {
    if (trigger == kTriggerOf<PlaceGigOrder>) continue;  // GigOrder.IsPlacedOnce
    for (const Party party : kValuesOf<Party>) {
      if (!PartiesOf(trigger).Has(party) || party == Party::kSystem) continue;
      EXPECT_TRUE(called.contains({NameOf(trigger), party})) << NameOf(trigger) << " by " << NameOf(party);
    }
  }
}

TEST(AllCalls, MakeEveryChoice) {
  std::set<NextStep> next;
  std::set<DisputeOutcome> outcomes;
  const Order& order = OrderIn("1/active");
  for (const Call& call : Calls()) {
    const OrderCommand command = call.command(order, ActorOf(call.by));
    if (const auto* accept = std::get_if<AcceptMilestone>(&command)) next.insert(accept->next);
    if (const auto* resolve = std::get_if<ResolveDispute>(&command)) outcomes.insert(resolve->outcome);
  }
  for (const NextStep step : kValuesOf<NextStep>) EXPECT_TRUE(next.contains(step)) << NameOf(step);
  for (const DisputeOutcome outcome : kValuesOf<DisputeOutcome>)
    EXPECT_EQ(outcomes.contains(outcome), outcome != DisputeOutcome::kWithdrawn) << NameOf(outcome);
}

class EveryCell : public ::testing::TestWithParam<size_t> {};

TEST_P(EveryCell, IsAsDomainSays) {
  const Call& call = Calls()[GetParam()];
  for (const Situation& situation : Situations())
    EXPECT_EQ(OutcomeOf(situation, call), Expected(situation, call)) << situation.name << ": " << call.name;
}

INSTANTIATE_TEST_SUITE_P(Of, EveryCell, ::testing::Range<size_t>(0, Calls().size()),
                         [](const ::testing::TestParamInfo<size_t>& info) {
                           std::string name = Calls()[info.param].name;
                           for (char& c : name)
                             if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) c = '_';
                           return name;
                         });

// The order as if it had been placed before deliveries had deadlines.
Order OfEdition0(const Story& story) {
  Order order;
  for (const auto& stamped : story.log()) {
    OrderEvent event = stamped.event;
    if (auto* started = std::get_if<OrderPlacementStarted>(&event)) started->edition = 0;
    OrderDomain::Apply(order, event, stamped.at);
    order.sequence = stamped.sequence;
    order.updated_at = stamped.at;
  }
  return order;
}

// Older orders go the same ways, but for the deadline of a delivery, and what only that leads to. New ones that are placed again are
// of today's edition.
TEST_P(EveryCell, IsTheSameInOrdersOfEdition0) {
  const Call& call = Calls()[GetParam()];
  if (call.command(OrderIn("1/active"), ActorOf(call.by)).index() == 0) return;  // Tick
  for (const Situation& situation : Situations()) {
    if (Fits(situation.name, "*/late* */cancellable* */overdue* *alarmed* */non-delivery")) continue;
    const Story& story = StoryOf(situation);
    const std::string expected = absl::StrReplaceAll(
        Expected(situation, call),
        {{" DELIVERY", ""}, {" [DELIVERY]", ""}, {"MILESTONE_NOT_LATE", "LATE_CANCELLATION_NOT_AGREED"}});
    EXPECT_EQ(OutcomeOf(OfEdition0(story), call.command(story.order(), ActorOf(call.by)), story.now),
              expected)
        << situation.name << ": " << call.name;
  }
}

// What everybody else is answered, in every state: the caller is judged first. "" where the method is that party's.
struct Callers {
  absl::string_view method, buyer, seller, op;
  absl::string_view others = "ORDER_NOT_FOUND";  // strangers, services, the system
};
constexpr absl::string_view kNotFound = "ORDER_NOT_FOUND";
constexpr Callers kCallers[] = {
    {"DeliverMilestone", "NOT_THE_SELLER", "", kNotFound},
    {"PostUpdate", "NOT_THE_SELLER", "", kNotFound},
    {"RequestRevision", "", "NOT_THE_BUYER", kNotFound},
    {"AcceptMilestone", "", "NOT_THE_BUYER", kNotFound},
    {"StartNextMilestone", "", "NOT_THE_BUYER", kNotFound},
    {"EndOrder", "", "NOT_THE_BUYER", kNotFound},
    {"RetryPayment", "", "NOT_THE_BUYER", kNotFound},
    {"CancelLateMilestone", "", "NOT_THE_BUYER", kNotFound},
    {"RequestCancellation", "", "", ""},
    {"AnswerCancellation", "", "", kNotFound},
    {"OpenDispute", "", "", kNotFound},
    {"WithdrawDispute", "", "", kNotFound},
    {"ResolveDispute", "NOT_AN_OPERATOR", "NOT_AN_OPERATOR", ""},
    {"ResolveCharge", "NOT_AN_OPERATOR", "NOT_AN_OPERATOR", "", "NOT_AN_OPERATOR"},
    {"PlaceOrder", "NOT_A_PEER_SERVICE", "NOT_A_PEER_SERVICE", "NOT_A_PEER_SERVICE", "NOT_A_PEER_SERVICE"},
};

const Callers& WhoMayCall(absl::string_view method) {
  for (const Callers& callers : kCallers)
    if (callers.method == method) return callers;
  ADD_FAILURE() << "nobody said who may call " << method;
  return kCallers[0];
}

TEST_P(EveryCell, IsOfItsCallersOnly) {
  const Call& call = Calls()[GetParam()];
  if (call.method.empty()) return;
  const Callers& callers = WhoMayCall(call.method);
  std::vector<std::pair<Actor, absl::string_view>> refused = {
      {kBuyer, callers.buyer},           {kSeller, callers.seller},
      {kOperator, callers.op},           {kStranger, callers.others},
      {Actor::System(), callers.others}, {*Actor::Parse("services/gig-catalog"), callers.others}};
  if (call.by != Party::kOfferService) refused.push_back({kOfferService, callers.others});
  for (const Situation& situation : Situations()) {
    const Order& order = StoryOf(situation).order();
    for (const auto& [actor, reason] : refused)
      if (!reason.empty()) {
        EXPECT_EQ(OutcomeOf(order, call.command(order, actor), order.updated_at), std::string(reason))
            << situation.name << ": " << call.name << ", but by " << actor.name;
      }
  }
}

TEST(AnOrderThatDoesNotExist, IsNotFound) {
  const Order& other = OrderIn("1/active");
  for (const Call& call : Calls()) {
    if (call.method.empty() || call.method == "PlaceOrder") continue;
    Story story;
    EXPECT_EQ(story.Refusal(call.command(other, ActorOf(call.by))),
              call.method == "ResolveCharge" ? "CHARGE_NOT_FOUND" : "ORDER_NOT_FOUND")
        << call.name;
    EXPECT_EQ(story.Refusal(call.command(other, kStranger)),
              call.method == "ResolveCharge" ? "NOT_AN_OPERATOR" : "ORDER_NOT_FOUND")
        << call.name;
    EXPECT_FALSE(story.exists());
  }
}

// The command about another milestone; nothing where it names none.
std::optional<OrderCommand> About(OrderCommand command, uint32_t milestone) {
  const bool names_one = std::visit(
      [&](auto& any) {
        if constexpr (requires { any.milestone = milestone; }) {
          any.milestone = milestone;
          return true;
        }
        return false;
      },
      command);
  return names_one ? std::optional(std::move(command)) : std::nullopt;
}

// What a call about another milestone of an order that is worked on is answered.
struct OthersRefusals {
  absl::string_view method, earlier, later;
};
constexpr absl::string_view kAccepted = "MILESTONE_ALREADY_ACCEPTED", kOther = "NOT_THE_CURRENT_MILESTONE";
constexpr OthersRefusals kOthersRefusals[] = {
    {"DeliverMilestone", kAccepted, "WORK_NOT_AUTHORIZED"},
    {"PostUpdate", kOther, kOther},
    {"RequestRevision", kAccepted, kOther},
    {"AcceptMilestone", kAccepted, kOther},
    {"CancelLateMilestone", kAccepted, kOther},
    {"OpenDispute", kAccepted, kOther},
    {"WithdrawDispute", kOther, kOther},
    {"ResolveDispute", kOther, kOther},
};

TEST_P(EveryCell, IsAboutTheCurrentMilestone) {
  const Call& call = Calls()[GetParam()];
  if (!About(call.command(OrderIn("1/active"), ActorOf(call.by)), 1)) return;
  const auto* refusals = std::find_if(std::begin(kOthersRefusals), std::end(kOthersRefusals),
                                      [&](const OthersRefusals& any) { return any.method == call.method; });
  ASSERT_NE(refusals, std::end(kOthersRefusals)) << call.method;
  for (const Situation& situation : Situations()) {
    const Order& order = StoryOf(situation).order();
    for (uint32_t milestone = 0; milestone <= 5; ++milestone) {
      if (milestone == order.current_milestone) continue;
      const std::string expected = milestone == 0  ? Expected(situation, call)  // the current one is meant
                                   : milestone > 3 ? "MILESTONE_NOT_FOUND"
                                   : !Fits(situation.name, "?/*")        ? Expected(situation, call)
                                   : milestone < order.current_milestone ? std::string(refusals->earlier)
                                                                         : std::string(refusals->later);
      const OrderCommand command = *About(call.command(order, ActorOf(call.by)), milestone);
      EXPECT_EQ(OutcomeOf(order, command, order.updated_at), expected)
          << situation.name << ": " << call.name << ", of milestone " << milestone;
    }
  }
}

// What a reason claims about the order's states.
std::optional<bool> StatesAgree(absl::string_view reason, const Order& order, const Milestone* named) {
  const auto is = [named](std::initializer_list<MilestoneState> states) {
    return named && std::find(states.begin(), states.end(), named->state) != states.end();
  };
  using S = MilestoneState;
  const bool last = order.is_last(order.current_milestone);
  if (reason == "MILESTONE_NOT_FOUND") return named == nullptr;
  if (reason == "ORDER_PLACING") return order.state == OrderState::kPlacing;
  if (reason == "ORDER_PLACEMENT_FAILED") return order.state == OrderState::kPlacementFailed;
  if (reason == "ORDER_COMPLETED") return order.state == OrderState::kCompleted;
  if (reason == "ORDER_CANCELLED") return order.state == OrderState::kCancelled;
  if (reason == "ORDER_DISPUTED") return order.state == OrderState::kDisputed;
  if (reason == "NOT_DISPUTED") return !is({S::kDisputed});
  if (reason == "MILESTONE_ALREADY_ACCEPTED") return is({S::kAccepted});
  if (reason == "MILESTONE_ALREADY_DELIVERED") return is({S::kDelivered});
  if (reason == "MILESTONE_NOT_DELIVERED")
    return is({S::kActive, S::kRevisionRequested, S::kAwaitingPayment});
  if (reason == "MILESTONE_WAS_DELIVERED")
    return is({S::kRevisionRequested}) && named->deliveries > 0 && !named->earlier.empty();
  if (reason == "WORK_NOT_AUTHORIZED") return is({S::kPending, S::kAwaitingPayment});
  if (reason == "NOT_THE_CURRENT_MILESTONE") return named && named->number != order.current_milestone;
  if (reason == "FINAL_DELIVERY_REQUIRED") return last;
  if (reason == "NOT_THE_LAST_MILESTONE") return !last;
  if (reason == "IS_THE_LAST_MILESTONE") return last && order.current().state != S::kAccepted;
  if (reason == "NEXT_MILESTONE_NOT_STARTABLE")
    return !last && is({S::kActive, S::kRevisionRequested, S::kDelivered});
  if (reason == "MILESTONE_AWAITING_PAYMENT") return is({S::kAwaitingPayment}) && !order.open_charge();
  if (reason == "NO_PAYMENT_DUE") return order.current().state != S::kAwaitingPayment;
  if (reason == "NO_ACCEPTED_MILESTONE") return !order.has_accepted() && !last;
  if (reason == "NEXT_MILESTONE_RUNNING")
    return order.has_accepted() && !last && is({S::kActive, S::kRevisionRequested, S::kDelivered});
  return std::nullopt;
}

// What it claims about the rest of the order, and about the caller.
std::optional<bool> OrderAgrees(absl::string_view reason, const Order& order, Party by) {
  const Milestone& current = order.current();
  if (reason == "PAYMENT_IN_PROGRESS") return order.open_charge() != nullptr;
  if (reason == "CHARGE_NOT_OPEN") return order.open_charge() == nullptr;
  if (reason == "CHARGE_AMOUNT_MISMATCH") return order.open_charge() != nullptr;
  if (reason == "REVISIONS_EXHAUSTED") return current.revisions_used >= 1;
  if (reason == "TOO_MANY_PAYMENT_ATTEMPTS") return order.charges.size() > 20;
  if (reason == "MEETING_NOT_INCLUDED") return !order.TermsOf(order.current_milestone).zoom;
  if (reason == "MILESTONE_NOT_LATE")
    return current.state == MilestoneState::kActive && order.updated_at < *current.due_at + kDay;
  if (reason == "TOO_MANY_DISPUTES")
    return (by == Party::kBuyer ? current.disputes_of_buyer : current.disputes_of_seller) == 3;
  if (reason == "NOT_YOUR_DISPUTE") return current.dispute->opened_by != by && !current.dispute->outcome;
  if (reason == "CANCELLATION_PENDING") return order.cancellation_request.has_value();
  if (reason == "NO_CANCELLATION_REQUESTED") return !order.cancellation_request.has_value();
  if (reason == "OWN_CANCELLATION_REQUEST") return order.cancellation_request->by == by;
  return std::nullopt;
}

// What it claims about the seller's part of the money.
std::optional<bool> AmountAgrees(absl::string_view reason, const Order& order, const OrderCommand& command) {
  const auto* request = std::get_if<RequestCancellation>(&command);
  const auto* resolve = std::get_if<ResolveDispute>(&command);
  if (!request && !resolve) return std::nullopt;
  const Money said = request ? request->seller_amount : resolve->seller_amount;
  if (reason == "CURRENCY_MISMATCH") return said.currency != Currency::Usd() && said.minor > 0;
  const Milestone& current = order.current();
  const bool paid = current.charge && current.state != MilestoneState::kAccepted;
  const int64_t held = paid ? order.FindCharge(*current.charge)->amount.minor : 0;
  if (reason == "SELLER_AMOUNT_TOO_LARGE") return request ? said.minor > held : said.minor >= held;
  return std::nullopt;
}

// 10: a refusal names what is, in every situation, for every method and about every milestone.
TEST(Refusals, TellTheTruth) {
  std::set<std::string> seen;
  for (const Situation& situation : Situations()) {
    const Order& order = StoryOf(situation).order();
    for (const Call& call : Calls()) {
      if (call.by == Party::kSystem || call.by == Party::kOfferService) continue;
      const OrderCommand plain = call.command(order, ActorOf(call.by));
      for (uint32_t milestone = 1; milestone <= 4; ++milestone) {
        const OrderCommand command = About(plain, milestone).value_or(plain);
        const std::string outcome = OutcomeOf(order, command, order.updated_at);
        if (IsDone(outcome)) continue;
        const Milestone* named = order.FindMilestone(About(plain, 1) ? milestone : order.current_milestone);
        std::optional<bool> agrees = StatesAgree(outcome, order, named);
        if (!agrees) agrees = OrderAgrees(outcome, order, call.by);
        if (!agrees) agrees = AmountAgrees(outcome, order, command);
        EXPECT_TRUE(agrees.has_value()) << "nobody said what " << outcome << " claims";
        EXPECT_TRUE(agrees.value_or(true))
            << situation.name << ": " << call.name << " " << milestone << " " << outcome;
        seen.insert(outcome);
      }
    }
  }
  for (const Rule& rule : Workflow()) {
    if (!rule.refuses() || rule.trigger == kTriggerOf<PlaceGigOrder>) continue;
    if (rule.refusal == Reason::kLateCancellationNotAgreed) continue;  // of edition 0: edition_test.cc
    EXPECT_TRUE(seen.contains(std::string(RowOf(*rule.refusal).name))) << RowOf(*rule.refusal).name;
  }
}

// Every refusal of a cell fills its text: no client ever sees a "{milestone}".
TEST(Refusals, HaveACompleteText) {
  for (const Situation& situation : Situations()) {
    const Order& order = StoryOf(situation).order();
    for (const Call& call : Calls()) {
      for (const Actor& actor : {kBuyer, kSeller, kOperator}) {
        const auto decided = milepost::Run<OrderDomain>(&order, call.command(order, actor), order.updated_at);
        const auto refusal = RefusalOf(decided.status());
        if (!refusal) continue;
        for (const absl::string_view language : {"en", "de"})
          EXPECT_EQ(TextOf(*refusal, language).find('{'), std::string::npos) << TextOf(*refusal, language);
        const bool about_a_charge = call.method == "ResolveCharge" || call.method.empty();
        if (RowOf(refusal->reason).code == absl::StatusCode::kFailedPrecondition && !about_a_charge) {
          EXPECT_EQ(refusal->detail("state"), NameOf(order.state)) << situation.name << ": " << call.name;
        }
      }
    }
  }
}

// 6: the same quote once more, with the same payment method and with another, in time and after the quote's end.
TEST(GigOrder, IsPlacedOnce) {
  for (const Situation& situation : Situations()) {
    const Order order = OfAGig(StoryOf(situation).order());
    const bool placing = situation.name == "placing", failed = situation.name == "placement-failed";
    for (const bool expired : {false, true}) {
      for (const bool same : {false, true}) {
        PlaceGigOrder place = PlacingGig(MilestonesOf(3));
        place.payment_method = same ? order.placed_with() : "pm-new";
        if (expired) place.quote_expires = order.updated_at;
        const std::string started = "PLACING/PENDING/1: order.placement_started milestone.payment_started";
        EXPECT_EQ(OutcomeOf(order, place, order.updated_at), failed    ? (expired ? "QUOTE_EXPIRED" : started)
                                                             : same    ? absl::StrCat(situation.where, ":")
                                                             : placing ? "ORDER_PLACING"
                                                                       : "ORDER_ALREADY_PLACED")
            << situation.name << (same ? " same" : " other") << (expired ? " expired" : "");
      }
    }
    for (const Actor& actor : {kOperator, kOfferService, Actor::System()}) {
      PlaceGigOrder place = PlacingGig(MilestonesOf(3));
      place.actor = actor;
      EXPECT_EQ(OutcomeOf(order, place, order.updated_at), "NOT_A_USER") << situation.name << actor.name;
    }
  }
}

}  // namespace
}  // namespace milepost::billing
