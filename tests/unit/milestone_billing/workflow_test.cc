// R3, W11: every (order state × milestone state) × method × actor, the expectations typed by hand and not read from the
// table that the code runs.
#include "absl/strings/str_split.h"
#include "services/milestone_billing/domain/next_actions.h"
#include "services/milestone_billing/domain/transitions.h"
#include "tests/unit/milestone_billing/story.h"

namespace milepost::billing {
namespace {

// Every situation that an order can be in, as far as any rule can tell.
enum class Situation {
  kPlacing,
  kPlacementFailed,
  kFirstActive,     // 1 of 3
  kFirstDelivered,  // a revision is left
  kFirstDeliveredNoneLeft,
  kFirstRevision,
  kAwaitingNext,  // 1 of 3 accepted
  kPaymentOpen,   // of 2 of 3
  kPaymentUnknown,
  kPaymentOpenGraceOver,  // A16
  kPaymentDeclined,
  kPaymentVoided,
  kPaymentDeclined20,  // the last attempt that is allowed
  kSecondActive,
  kSecondDelivered,
  kSecondRevision,
  kLastActive,  // 3 of 3
  kLastDelivered,
  kLastRevision,
  kAllAccepted,
  kEndedByBuyer,
  kReviewTimeout,
  kNextNotStarted,
  kPaymentGraceTimeout,
};
constexpr int kSituations = static_cast<int>(Situation::kPaymentGraceTimeout) + 1;

Story SecondActive() {
  Story story = DeliveredOrder(MilestonesOf(3));
  EXPECT_DONE(story.Accept(NextStep::kStartNext));
  EXPECT_DONE(story.Pay());
  return story;
}

Story LastActive() {
  Story story = SecondActive();
  EXPECT_DONE(story.Deliver());
  EXPECT_DONE(story.Accept(NextStep::kStartNext));
  EXPECT_DONE(story.Pay());
  return story;
}

Story PaymentOpen() {
  Story story = DeliveredOrder(MilestonesOf(3));
  EXPECT_DONE(story.Accept(NextStep::kStartNext));
  return story;
}

Story PaymentDeclined(int attempts) {
  Story story = PaymentOpen();
  for (int attempt = 1; attempt < attempts; ++attempt) {
    EXPECT_DONE(story.Decline());
    EXPECT_DONE(story.Retry());
  }
  EXPECT_DONE(story.Decline());
  return story;
}

Story Revised(Story story, bool deliver_first) {
  if (deliver_first) {
    EXPECT_DONE(story.Deliver());
  }
  EXPECT_DONE(story.Revise());
  return story;
}

Story Delivered(Story story) {
  EXPECT_DONE(story.Deliver());
  return story;
}

Story Accepted(Story story, NextStep next = NextStep::kUnset) {
  EXPECT_DONE(story.Accept(next));
  return story;
}

Story After(Story story, absl::Duration time) {
  story.now += time;
  EXPECT_DONE(story.Do(Tick{}));
  return story;
}

Story In(Situation situation) {
  Story story;
  switch (situation) {
    case Situation::kPlacing:
      EXPECT_DONE(story.Place(MilestonesOf(3)));
      return story;
    case Situation::kPlacementFailed:
      EXPECT_DONE(story.Place(MilestonesOf(3)));
      EXPECT_DONE(story.Decline());
      return story;
    case Situation::kFirstActive:
      return Placed(MilestonesOf(3));
    case Situation::kFirstDelivered:
      return DeliveredOrder(MilestonesOf(3));
    case Situation::kFirstDeliveredNoneLeft:
      return Delivered(Revised(DeliveredOrder(MilestonesOf(3)), false));
    case Situation::kFirstRevision:
      return Revised(DeliveredOrder(MilestonesOf(3)), false);
    case Situation::kAwaitingNext:
      return Accepted(DeliveredOrder(MilestonesOf(3)));
    case Situation::kPaymentOpen:
      return PaymentOpen();
    case Situation::kPaymentUnknown:
      story = PaymentOpen();
      EXPECT_DONE(story.Settle(Unknown{story.now + absl::Minutes(1)}));
      return story;
    case Situation::kPaymentOpenGraceOver:
      return After(PaymentOpen(), 8 * kDay);
    case Situation::kPaymentDeclined:
      return PaymentDeclined(1);
    case Situation::kPaymentVoided:
      story = PaymentOpen();
      EXPECT_DONE(story.Settle(Voided{}));
      return story;
    case Situation::kPaymentDeclined20:
      return PaymentDeclined(20);
    case Situation::kSecondActive:
      return SecondActive();
    case Situation::kSecondDelivered:
      return Delivered(SecondActive());
    case Situation::kSecondRevision:
      return Revised(SecondActive(), true);
    case Situation::kLastActive:
      return LastActive();
    case Situation::kLastDelivered:
      return Delivered(LastActive());
    case Situation::kLastRevision:
      return Revised(LastActive(), true);
    case Situation::kAllAccepted:
      return Accepted(Delivered(LastActive()));
    case Situation::kEndedByBuyer:
      return Accepted(DeliveredOrder(MilestonesOf(3)), NextStep::kEndOrder);
    case Situation::kReviewTimeout:
      return After(DeliveredOrder(MilestonesOf(3)), 8 * kDay);
    case Situation::kNextNotStarted:
      return After(Accepted(DeliveredOrder(MilestonesOf(3))), 8 * kDay);
    case Situation::kPaymentGraceTimeout:
      return After(PaymentDeclined(1), 8 * kDay);
  }
  return story;
}

// "ACTIVE/DELIVERED/2": order, current milestone, its number. What a step that is done leads to.
std::string Whereabouts(const Order& order) {
  return absl::StrCat(NameOf(order.state), "/", NameOf(order.current().state), "/", order.current_milestone);
}

// The refusal's reason, or where the step led to.
std::string OutcomeOf(Situation situation, const OrderCommand& command) {
  Story story = In(situation);
  const Order before = story.order();
  const std::string refusal = story.Refusal(command);
  if (refusal.empty()) return Whereabouts(story.order());
  EXPECT_EQ(story.order(), before) << "a refusal changed the order";
  return refusal;
}

// One row a situation, one column a method as its own party calls it: about the current milestone, with whatever flag
// the header names.
constexpr absl::string_view kColumns[] = {"Deliver",     "DeliverFinal", "RequestRevision", "Accept",
                                          "AcceptLater", "AcceptStart",  "AcceptEnd",       "StartNext",
                                          "End",         "Retry"};

OrderCommand CommandOf(absl::string_view column, const Order& order, const Actor& actor) {
  const uint32_t current = order.current_milestone;
  if (column == "Deliver") return DeliverMilestone{actor, current, false, "done", ""};
  if (column == "DeliverFinal") return DeliverMilestone{actor, current, true, "done", ""};
  if (column == "RequestRevision") return RequestRevision{actor, current, "again"};
  if (column == "Accept") return AcceptMilestone{actor, current, NextStep::kUnset, {}};
  if (column == "AcceptLater") return AcceptMilestone{actor, current, NextStep::kDecideLater, {}};
  if (column == "AcceptStart") return AcceptMilestone{actor, current, NextStep::kStartNext, {}};
  if (column == "AcceptEnd") return AcceptMilestone{actor, current, NextStep::kEndOrder, {}};
  if (column == "StartNext") return StartNextMilestone{actor, "", {}};
  if (column == "End") return EndOrder{actor};
  if (column == "Resolve") return ResolveCharge{actor, order.charges.back().id, Voided{}, {}, "a call", {}};
  return RetryPayment{actor, "pm", {}};
}

// Typed by hand from DOMAIN §4. A single name stands for the whole row.
std::vector<std::string> ExpectedRow(Situation situation) {
  const std::string not_delivered = "MILESTONE_NOT_DELIVERED";
  const std::string no_work = "WORK_NOT_AUTHORIZED";
  const std::string not_last = "NOT_THE_LAST_MILESTONE";
  const std::string final_required = "FINAL_DELIVERY_REQUIRED";
  const std::string delivered_already = "MILESTONE_ALREADY_DELIVERED";
  const std::string not_startable = "NEXT_MILESTONE_NOT_STARTABLE";
  const std::string nothing_due = "NO_PAYMENT_DUE";
  const std::string paying = "PAYMENT_IN_PROGRESS";
  const std::string none_accepted = "NO_ACCEPTED_MILESTONE";
  const std::string running = "NEXT_MILESTONE_RUNNING";
  const std::string exhausted = "REVISIONS_EXHAUSTED";
  const std::string last = "IS_THE_LAST_MILESTONE";
  switch (situation) {
    case Situation::kPlacing:
      return std::vector<std::string>(10, "ORDER_PLACING");
    case Situation::kPlacementFailed:
      return std::vector<std::string>(10, "ORDER_PLACEMENT_FAILED");
    case Situation::kFirstActive:
    case Situation::kFirstRevision:
      return {"ACTIVE/DELIVERED/1", not_last,      not_delivered, not_delivered, not_delivered,
              not_delivered,        not_delivered, not_startable, none_accepted, nothing_due};
    case Situation::kFirstDelivered:
      return {delivered_already,
              delivered_already,
              "ACTIVE/REVISION_REQUESTED/1",
              "AWAITING_NEXT/ACCEPTED/1",
              "AWAITING_NEXT/ACCEPTED/1",
              "AWAITING_PAYMENT/AWAITING_PAYMENT/2",
              "COMPLETED/ACCEPTED/1",
              not_startable,
              none_accepted,
              nothing_due};
    case Situation::kFirstDeliveredNoneLeft:
      return {delivered_already,
              delivered_already,
              exhausted,
              "AWAITING_NEXT/ACCEPTED/1",
              "AWAITING_NEXT/ACCEPTED/1",
              "AWAITING_PAYMENT/AWAITING_PAYMENT/2",
              "COMPLETED/ACCEPTED/1",
              not_startable,
              none_accepted,
              nothing_due};
    case Situation::kAwaitingNext:
      return {no_work,
              no_work,
              not_delivered,
              not_delivered,
              not_delivered,
              not_delivered,
              not_delivered,
              "AWAITING_PAYMENT/AWAITING_PAYMENT/2",
              "COMPLETED/ACCEPTED/1",
              nothing_due};
    case Situation::kPaymentOpen:
    case Situation::kPaymentUnknown:
    case Situation::kPaymentOpenGraceOver:
      return {no_work,       no_work,       not_delivered, not_delivered, not_delivered,
              not_delivered, not_delivered, paying,        paying,        paying};
    case Situation::kPaymentDeclined:
    case Situation::kPaymentVoided:
      return {no_work,
              no_work,
              not_delivered,
              not_delivered,
              not_delivered,
              not_delivered,
              not_delivered,
              not_startable,
              "COMPLETED/SKIPPED/2",
              "AWAITING_PAYMENT/AWAITING_PAYMENT/2"};
    case Situation::kPaymentDeclined20:
      return {
          no_work,       no_work,       not_delivered, not_delivered,         not_delivered,
          not_delivered, not_delivered, not_startable, "COMPLETED/SKIPPED/2", "TOO_MANY_PAYMENT_ATTEMPTS"};
    case Situation::kSecondActive:
    case Situation::kSecondRevision:
      return {"ACTIVE/DELIVERED/2", not_last,      not_delivered, not_delivered, not_delivered,
              not_delivered,        not_delivered, not_startable, running,       nothing_due};
    case Situation::kSecondDelivered:
      return {delivered_already,
              delivered_already,
              "ACTIVE/REVISION_REQUESTED/2",
              "AWAITING_NEXT/ACCEPTED/2",
              "AWAITING_NEXT/ACCEPTED/2",
              "AWAITING_PAYMENT/AWAITING_PAYMENT/3",
              "COMPLETED/ACCEPTED/2",
              not_startable,
              running,
              nothing_due};
    case Situation::kLastActive:
    case Situation::kLastRevision:
      return {final_required, "ACTIVE/DELIVERED/3", not_delivered, not_delivered, not_delivered,
              not_delivered,  not_delivered,        not_startable, running,       nothing_due};
    case Situation::kLastDelivered:
      return {delivered_already,
              delivered_already,
              "ACTIVE/REVISION_REQUESTED/3",
              "COMPLETED/ACCEPTED/3",
              last,
              last,
              "COMPLETED/ACCEPTED/3",
              not_startable,
              running,
              nothing_due};
    case Situation::kAllAccepted:
    case Situation::kEndedByBuyer:
    case Situation::kReviewTimeout:
    case Situation::kNextNotStarted:
    case Situation::kPaymentGraceTimeout:
      return std::vector<std::string>(10, "ORDER_COMPLETED");
  }
  return {};
}

TEST(EveryCell, OfTheRightParty) {
  for (int s = 0; s < kSituations; ++s) {
    const auto situation = static_cast<Situation>(s);
    const Order order = In(situation).order();
    const std::vector<std::string> expected = ExpectedRow(situation);
    ASSERT_EQ(expected.size(), std::size(kColumns));
    for (size_t c = 0; c < expected.size(); ++c) {
      const bool sellers = kColumns[c] == "Deliver" || kColumns[c] == "DeliverFinal";
      EXPECT_EQ(OutcomeOf(situation, CommandOf(kColumns[c], order, sellers ? kSeller : kBuyer)), expected[c])
          << "situation " << s << " (" << Whereabouts(order) << "), " << kColumns[c];
    }
  }
}

// The caller is judged before the state, in every cell.
TEST(EveryCell, OfEverybodyElse) {
  for (int s = 0; s < kSituations; ++s) {
    const auto situation = static_cast<Situation>(s);
    const Order order = In(situation).order();
    for (const absl::string_view column : kColumns) {
      const bool sellers = column == "Deliver" || column == "DeliverFinal";
      EXPECT_EQ(OutcomeOf(situation, CommandOf(column, order, sellers ? kBuyer : kSeller)),
                sellers ? "NOT_THE_SELLER" : "NOT_THE_BUYER")
          << "situation " << s << ", " << column;
      for (const Actor& actor : {kStranger, kOperator, kOfferService, Actor::System()}) {
        EXPECT_EQ(OutcomeOf(situation, CommandOf(column, order, actor)), "ORDER_NOT_FOUND")
            << "situation " << s << ", " << column << ", " << actor.name;
      }
    }
  }
}

// ResolveCharge about the latest attempt, in every situation: an operator's, and an OPEN one's.
TEST(EveryCell, OfResolveCharge) {
  for (int s = 0; s < kSituations; ++s) {
    const auto situation = static_cast<Situation>(s);
    const Order order = In(situation).order();
    const Charge& charge = order.charges.back();
    const auto resolve = [&](const Actor& actor, ChargeOutcome outcome, Money amount) {
      return OutcomeOf(situation, ResolveCharge{actor, charge.id, std::move(outcome), amount, "a call", {}});
    };
    std::string success = "CHARGE_NOT_OPEN", failure = "CHARGE_NOT_OPEN", wrong_amount = "CHARGE_NOT_OPEN";
    switch (situation) {
      case Situation::kPlacing:
        success = "ACTIVE/ACTIVE/1";
        failure = "PLACEMENT_FAILED/PENDING/1";
        wrong_amount = "CHARGE_AMOUNT_MISMATCH";
        break;
      case Situation::kPaymentOpen:
      case Situation::kPaymentUnknown:
        success = "ACTIVE/ACTIVE/2";
        failure = "AWAITING_PAYMENT/AWAITING_PAYMENT/2";
        wrong_amount = "CHARGE_AMOUNT_MISMATCH";
        break;
      case Situation::kPaymentOpenGraceOver:
        success = "ACTIVE/ACTIVE/2";
        failure = "COMPLETED/SKIPPED/2";
        wrong_amount = "CHARGE_AMOUNT_MISMATCH";
        break;
      default:
        break;
    }
    EXPECT_EQ(resolve(kOperator, Succeeded{"cap"}, charge.total()), success) << s;
    EXPECT_EQ(resolve(kOperator, Declined{}, {}), failure) << s;
    EXPECT_EQ(resolve(kOperator, Voided{}, {}), failure) << s;
    EXPECT_EQ(resolve(kOperator, Succeeded{"cap"}, charge.amount), wrong_amount) << s;
    for (const Actor& actor : {kBuyer, kSeller, kStranger, kOfferService, Actor::System()})
      EXPECT_EQ(resolve(actor, Voided{}, {}), "NOT_AN_OPERATOR") << s << " " << actor.name;
  }
}

TEST(EveryCell, OfAnOrderThatDoesNotExist) {
  Order nobody;
  nobody.current_milestone = 1;
  for (const absl::string_view column : kColumns) {
    for (const Actor& actor : {kBuyer, kSeller, kStranger, kOperator}) {
      Story story;
      EXPECT_EQ(story.Refusal(CommandOf(column, nobody, actor)), "ORDER_NOT_FOUND") << column;
      EXPECT_FALSE(story.exists());
    }
  }
}

// The other milestones of the order, in every situation: the ones before and after the current.
TEST(EveryCell, AboutAnotherMilestone) {
  for (int s = 0; s < kSituations; ++s) {
    const auto situation = static_cast<Situation>(s);
    const Order order = In(situation).order();
    const bool working = order.state != OrderState::kPlacing && order.state != OrderState::kPlacementFailed &&
                         order.state != OrderState::kCompleted;
    for (uint32_t milestone = 0; milestone <= 4; ++milestone) {
      if (milestone == order.current_milestone || milestone == 0) continue;
      const std::string elsewhere = ExpectedRow(situation)[3];  // ORDER_PLACING …, as for the current one
      const bool unfunded = milestone > order.current_milestone && milestone <= 3;
      EXPECT_EQ(OutcomeOf(situation, DeliverMilestone{kSeller, milestone, false, "", ""}),
                !working   ? elsewhere
                : unfunded ? "WORK_NOT_AUTHORIZED"
                           : "NOT_THE_CURRENT_MILESTONE")
          << s << " " << milestone;
      EXPECT_EQ(OutcomeOf(situation, AcceptMilestone{kBuyer, milestone, NextStep::kUnset, {}}),
                working ? "NOT_THE_CURRENT_MILESTONE" : elsewhere);
      EXPECT_EQ(OutcomeOf(situation, RequestRevision{kBuyer, milestone, ""}),
                working ? "NOT_THE_CURRENT_MILESTONE" : elsewhere);
    }
  }
}

// PlaceOrder in every situation: attempt 1 again, and attempt 2, in time and too late.
TEST(EveryCell, OfPlaceOrder) {
  for (int s = 0; s < kSituations; ++s) {
    const auto situation = static_cast<Situation>(s);
    const Order order = In(situation).order();
    const std::string unchanged = Whereabouts(order);
    const absl::Time later = kStart + 100 * kDay;
    EXPECT_EQ(OutcomeOf(situation, Placing(MilestonesOf(3), 1, later)), unchanged) << s;
    EXPECT_EQ(OutcomeOf(situation, Placing(MilestonesOf(3), 1, kStart)), unchanged) << s;
    const bool placing = situation == Situation::kPlacing, failed = situation == Situation::kPlacementFailed;
    EXPECT_EQ(OutcomeOf(situation, Placing(MilestonesOf(3), 2, later)), placing  ? "ORDER_PLACING"
                                                                        : failed ? "PLACING/PENDING/1"
                                                                                 : unchanged)
        << s;
    EXPECT_EQ(OutcomeOf(situation, Placing(MilestonesOf(3), 2, kStart)),
              placing ? "ORDER_PLACING" : unchanged)
        << s;
  }
}

// What the system does in every situation: the outcomes of the latest attempt, and the next deadline.
TEST(EveryCell, OfTheSystem) {
  for (int s = 0; s < kSituations; ++s) {
    const auto situation = static_cast<Situation>(s);
    const Order order = In(situation).order();
    const ChargeId charge = order.charges.back().id;
    const std::string unchanged = Whereabouts(order);
    std::string success = unchanged, failure = unchanged;
    switch (situation) {
      case Situation::kPlacing:
        success = "ACTIVE/ACTIVE/1";
        failure = "PLACEMENT_FAILED/PENDING/1";
        break;
      case Situation::kPaymentOpen:
      case Situation::kPaymentUnknown:
        success = "ACTIVE/ACTIVE/2";
        failure = "AWAITING_PAYMENT/AWAITING_PAYMENT/2";
        break;
      case Situation::kPaymentOpenGraceOver:
        success = "ACTIVE/ACTIVE/2";
        failure = "COMPLETED/SKIPPED/2";
        break;
      default:
        break;
    }
    EXPECT_EQ(OutcomeOf(situation, SettleCharge{charge, Succeeded{"cap"}}), success) << s;
    EXPECT_EQ(OutcomeOf(situation, SettleCharge{charge, Declined{}}), failure) << s;
    EXPECT_EQ(OutcomeOf(situation, SettleCharge{charge, Voided{}}), failure) << s;
    EXPECT_EQ(OutcomeOf(situation, SettleCharge{charge, Unknown{kStart}}), unchanged) << s;
    EXPECT_EQ(OutcomeOf(situation, SettleCharge{charge, Pending{kStart}}), unchanged) << s;
    EXPECT_EQ(OutcomeOf(situation, Tick{}), unchanged) << s;
    Story story = In(situation);
    ASSERT_DONE(story.TickAt(kStart + 1000 * kDay));
    std::string at_the_end = unchanged;
    switch (situation) {
      case Situation::kFirstDelivered:
      case Situation::kFirstDeliveredNoneLeft:
      case Situation::kAwaitingNext:
        at_the_end = "COMPLETED/ACCEPTED/1";
        break;
      case Situation::kSecondDelivered:
        at_the_end = "COMPLETED/ACCEPTED/2";
        break;
      case Situation::kLastDelivered:
        at_the_end = "COMPLETED/ACCEPTED/3";
        break;
      case Situation::kPaymentDeclined:
      case Situation::kPaymentVoided:
      case Situation::kPaymentDeclined20:
        at_the_end = "COMPLETED/SKIPPED/2";
        break;
      default:
        break;
    }
    EXPECT_EQ(Whereabouts(story.order()), at_the_end) << s;
  }
}

// Every refusal of a cell fills its text: no client ever sees a "{milestone}".
TEST(EveryCell, RefusesWithACompleteText) {
  for (int s = 0; s < kSituations; ++s) {
    const Order order = In(static_cast<Situation>(s)).order();
    for (const absl::string_view column : kColumns) {
      for (const Actor& actor : {kBuyer, kSeller}) {
        const auto decided =
            milepost::Run<OrderDomain>(&order, CommandOf(column, order, actor), order.updated_at);
        const auto refusal = RefusalOf(decided.status());
        if (!refusal) continue;
        for (const absl::string_view language : {"en", "de"})
          EXPECT_EQ(TextOf(*refusal, language).find('{'), std::string::npos) << TextOf(*refusal, language);
        if (RowOf(refusal->reason).code == absl::StatusCode::kFailedPrecondition) {
          EXPECT_EQ(refusal->detail("state"), NameOf(order.state));
        }
      }
    }
  }
}

// The table's promises (states, events, deadlines, money) against what the steps really did.
TEST(Table, SaysWhatHappens) {
  for (int s = 0; s < kSituations; ++s) {
    const auto situation = static_cast<Situation>(s);
    const Order before = In(situation).order();
    for (const absl::string_view column : kColumns) {
      const bool sellers = column == "Deliver" || column == "DeliverFinal";
      Story story = In(situation);
      if (!story.Refusal(CommandOf(column, before, sellers ? kSeller : kBuyer)).empty()) continue;
      const auto trigger = column.substr(0, 6) == "Accept"    ? Trigger::kAcceptMilestone
                           : column.substr(0, 7) == "Deliver" ? Trigger::kDeliverMilestone
                           : column == "RequestRevision"      ? Trigger::kRequestRevision
                           : column == "StartNext"            ? Trigger::kStartNextMilestone
                           : column == "End"                  ? Trigger::kEndOrder
                                                              : Trigger::kRetryPayment;
      Facts facts = FactsOf(before);
      facts.Add(Fact::kFinalDelivery, column == "DeliverFinal");
      facts.Add(Fact::kDecideLater, column == "AcceptLater");
      facts.Add(Fact::kStartNext, column == "AcceptStart");
      facts.Add(Fact::kEndOrder, column == "AcceptEnd");
      const Rule& rule = RuleFor(trigger, &before, facts);
      ASSERT_FALSE(rule.refuses());
      EXPECT_EQ(story.order().state, rule.to.value_or(before.state)) << s << column;
      EXPECT_EQ(story.order().current().state, rule.milestone_to.value_or(before.current().state))
          << s << column;
      EXPECT_EQ(story.order().completion_reason, rule.completion_reason) << s << column;
      std::vector<EventKind> promised;
      for (const EventKind kind : rule.events) {
        int times = 1;
        if (kind == EventKind::kMilestoneSkipped)
          times = static_cast<int>(std::count_if(before.milestones.begin(), before.milestones.end(),
                                                 [](const Milestone& milestone) {
                                                   return milestone.state == MilestoneState::kPending ||
                                                          milestone.state == MilestoneState::kAwaitingPayment;
                                                 }));
        promised.insert(promised.end(), times, kind);
      }
      std::vector<EventKind> emitted;
      std::string money;
      for (const auto& stamped : story.events()) {
        emitted.push_back(KindOf(stamped.event));
        if (const Move* move = MoveOf(stamped.event)) money = move->rule;
      }
      EXPECT_EQ(emitted, promised) << s << column;
      EXPECT_EQ(money, rule.money) << s << column;
      if (rule.sets) {
        ASSERT_EQ(story.order().deadlines.size(), 1u);
        EXPECT_EQ(story.order().deadlines[0].kind, *rule.sets) << s << column;
      }
      if (rule.clears) {
        EXPECT_TRUE(before.deadlines.empty() || story.order().deadlines != before.deadlines) << s << column;
      }
    }
  }
}

TEST(Table, HasNamesAndNumbers) {
  for (const Rule& rule : Workflow()) {
    EXPECT_FALSE(NameOf(rule.trigger).empty());
    EXPECT_FALSE(rule.numbers.empty()) << NameOf(rule.trigger);
    EXPECT_TRUE(!rule.refuses() || (rule.events.empty() && !rule.to)) << NameOf(rule.trigger);
  }
  for (int fact = 0; fact <= static_cast<int>(Fact::kRefundTriesLeft); ++fact)
    EXPECT_FALSE(NameOf(static_cast<Fact>(fact)).empty());
}

// Whether the trigger can come at all: payments end while they are open, deadlines fall due while they are set.
bool CanCome(Trigger trigger, const Order& order) {
  switch (trigger) {
    case Trigger::kPaymentSucceeded:
    case Trigger::kPaymentDeclined:
    case Trigger::kPaymentVoided:
      return order.open_charge() != nullptr;
    case Trigger::kReviewDue:
    case Trigger::kNextNotStartedDue:
    case Trigger::kPaymentGraceDue:
      return !order.deadlines.empty() && TriggerOf(order.deadlines.front().kind) == trigger;
    default:
      return true;
  }
}

// Every combination of what a caller can say meets exactly one rule, and no rule is out of everybody's reach.
TEST(Table, IsCompleteAndHasNoDeadRow) {
  std::vector<Order> orders;
  for (int s = 0; s < kSituations; ++s) orders.push_back(In(static_cast<Situation>(s)).order());
  Story exhausted;
  for (uint32_t attempt = 1; attempt <= 20; ++attempt) {
    ASSERT_DONE(exhausted.Do(Placing(MilestonesOf(1), attempt)));
    ASSERT_DONE(exhausted.Decline());
  }
  orders.push_back(exhausted.order());
  std::vector<bool> reached(Workflow().size());
  const auto reach = [&](Trigger trigger, const Order* order, Facts facts) {
    reached[&RuleFor(trigger, order, facts) - Workflow().data()] = true;
  };
  const int first_said = static_cast<int>(Fact::kNamesOther),
            last_said = static_cast<int>(Fact::kRefundTriesLeft);
  for (uint32_t said = 0; said < 1u << (last_said - first_said + 1); ++said) {
    Facts facts;
    for (int fact = first_said; fact <= last_said; ++fact)
      facts.Add(static_cast<Fact>(fact), (said >> (fact - first_said)) & 1);
    for (const Trigger trigger : {Trigger::kPlaceOrder, Trigger::kPlaceGigOrder})
      reach(trigger, nullptr, facts);
    for (const Order& order : orders) {
      for (int t = 0; t <= static_cast<int>(Trigger::kPaymentGraceDue); ++t) {
        const auto trigger = static_cast<Trigger>(t);
        if (CanCome(trigger, order)) reach(trigger, &order, FactsOf(order) | facts);
      }
    }
  }
  for (size_t i = 0; i < reached.size(); ++i)
    EXPECT_TRUE(reached[i]) << "rule " << i << ", " << NameOf(Workflow()[i].trigger);
}

// W2: what NextActions promises is what the methods then do, in every situation.
TEST(NextActionsOf, AgreeWithDecideInEverySituation) {
  for (int s = 0; s < kSituations; ++s) {
    const auto situation = static_cast<Situation>(s);
    const Order order = In(situation).order();
    const std::vector<NextAction> actions = NextActions(order);
    ASSERT_EQ(actions.size(), 7u);
    for (const NextAction& action : actions) {
      const bool last = order.is_last(order.current_milestone);
      const absl::string_view column = action.trigger == Trigger::kDeliverMilestone
                                           ? (last ? "DeliverFinal" : "Deliver")
                                       : action.trigger == Trigger::kRequestRevision    ? "RequestRevision"
                                       : action.trigger == Trigger::kAcceptMilestone    ? "Accept"
                                       : action.trigger == Trigger::kStartNextMilestone ? "StartNext"
                                       : action.trigger == Trigger::kEndOrder           ? "End"
                                       : action.trigger == Trigger::kResolveCharge      ? "Resolve"
                                                                                        : "Retry";
      const Actor& actor = action.actor == Party::kSeller     ? kSeller
                           : action.actor == Party::kOperator ? kOperator
                                                              : kBuyer;
      Story story = In(situation);
      EXPECT_EQ(story.Refusal(CommandOf(column, order, actor)),
                action.blocked_by ? RowOf(*action.blocked_by).name : "")
          << s << " " << column;
    }
  }
}

TEST(NextActionsOf, TellTheReviewDeadlineAndWhatComesOfIt) {
  const std::vector<NextAction> actions = NextActions(DeliveredOrder(MilestonesOf(3)).order());
  const NextAction& accept = actions[2];
  EXPECT_EQ(accept.actor, Party::kBuyer);
  EXPECT_EQ(accept.milestone, 1u);
  EXPECT_EQ(accept.deadline, kStart + 9 * kDay);
  EXPECT_EQ(accept.at_deadline,
            "milestone ACCEPTED and paid to the seller, order COMPLETED (REVIEW_TIMEOUT)");
  EXPECT_EQ(actions[0].blocked_by, Reason::kMilestoneAlreadyDelivered);
  EXPECT_FALSE(actions[0].deadline.has_value());
}

TEST(NextActionsOf, TellEachStatesOwnDeadline) {
  const std::vector<NextAction> working = NextActions(Placed(MilestonesOf(3)).order());
  EXPECT_EQ(working[0].deadline, kStart + 4 * kDay);
  EXPECT_EQ(working[0].at_deadline, "the delivery is overdue");
  const std::vector<NextAction> next = NextActions(In(Situation::kAwaitingNext).order());
  EXPECT_EQ(next[3].milestone, 2u);
  EXPECT_EQ(next[3].at_deadline, "order COMPLETED (NEXT_NOT_STARTED)");
  EXPECT_EQ(next[4].deadline, next[3].deadline);
  const std::vector<NextAction> declined = NextActions(In(Situation::kPaymentDeclined).order());
  EXPECT_EQ(declined[5].milestone, 2u);
  EXPECT_EQ(declined[5].at_deadline, "order COMPLETED (PAYMENT_GRACE_TIMEOUT)");
  const std::vector<NextAction> paying = NextActions(In(Situation::kPaymentOpen).order());
  EXPECT_EQ(paying[5].blocked_by, Reason::kPaymentInProgress);
}

}  // namespace
}  // namespace milepost::billing
