// R3, W11: every (order state × milestone state) × method × actor, the expectations typed by hand and not read from the
// table that the code runs.
#include "services/milestone_billing/domain/workflow.h"

#include <set>

#include "absl/strings/str_split.h"
#include "services/milestone_billing/domain/next_actions.h"
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
  const std::string accepted = "MILESTONE_ALREADY_ACCEPTED";
  const std::string awaits_payment = "MILESTONE_AWAITING_PAYMENT";
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
      return {accepted,
              accepted,
              accepted,
              accepted,
              accepted,
              accepted,
              accepted,
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
              awaits_payment,
              "COMPLETED/SKIPPED/2",
              "AWAITING_PAYMENT/AWAITING_PAYMENT/2"};
    case Situation::kPaymentDeclined20:
      return {
          no_work,       no_work,       not_delivered,  not_delivered,         not_delivered,
          not_delivered, not_delivered, awaits_payment, "COMPLETED/SKIPPED/2", "TOO_MANY_PAYMENT_ATTEMPTS"};
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
              not_delivered,  not_delivered,        last,          last,          nothing_due};
    case Situation::kLastDelivered:
      return {delivered_already,
              delivered_already,
              "ACTIVE/REVISION_REQUESTED/3",
              "COMPLETED/ACCEPTED/3",
              last,
              last,
              "COMPLETED/ACCEPTED/3",
              last,
              last,
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

bool IsOver(Situation situation) {
  return situation >= Situation::kAllAccepted;
}

// S18: an update is posted from the order's placement to its end, and moves nothing else.
TEST(EveryCell, OfPostUpdate) {
  for (int s = 0; s < kSituations; ++s) {
    const auto situation = static_cast<Situation>(s);
    const Order order = In(situation).order();
    const std::string expected = situation == Situation::kPlacing           ? "ORDER_PLACING"
                                 : situation == Situation::kPlacementFailed ? "ORDER_PLACEMENT_FAILED"
                                 : IsOver(situation)                        ? "ORDER_COMPLETED"
                                                                            : Whereabouts(order);
    const uint32_t current = order.current_milestone;
    EXPECT_EQ(OutcomeOf(situation, PostUpdate{kSeller, current, "half done"}), expected) << s;
    EXPECT_EQ(OutcomeOf(situation, PostUpdate{kBuyer, current, "half done"}), "NOT_THE_SELLER") << s;
    EXPECT_EQ(OutcomeOf(situation, PostUpdate{kStranger, current, "half done"}), "ORDER_NOT_FOUND") << s;
    EXPECT_EQ(OutcomeOf(situation, PostUpdate{kSeller, 9, "half done"}), "MILESTONE_NOT_FOUND") << s;
    if (IsOver(situation) || !order.created_at) continue;
    const uint32_t other = current == 3 ? 1 : current + 1;
    EXPECT_EQ(OutcomeOf(situation, PostUpdate{kSeller, other, "half done"}), "NOT_THE_CURRENT_MILESTONE")
        << s;
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
    for (uint32_t milestone = 1; milestone <= 5; ++milestone) {
      if (milestone == order.current_milestone) continue;
      std::string delivering = ExpectedRow(situation)[3],
                  answering = delivering;  // ORDER_PLACING …, as for the current
      if (milestone > 3) {
        delivering = answering = "MILESTONE_NOT_FOUND";
      } else if (working && milestone < order.current_milestone) {
        delivering = answering = "MILESTONE_ALREADY_ACCEPTED";
      } else if (working) {
        delivering = "WORK_NOT_AUTHORIZED";
        answering = "NOT_THE_CURRENT_MILESTONE";
      }
      for (const bool final_delivery : {false, true})
        EXPECT_EQ(OutcomeOf(situation, DeliverMilestone{kSeller, milestone, final_delivery, "", ""}),
                  delivering)
            << s << " " << milestone;
      EXPECT_EQ(OutcomeOf(situation, RequestRevision{kBuyer, milestone, ""}), answering)
          << s << " " << milestone;
      for (int next = 0; next <= static_cast<int>(NextStep::kEndOrder); ++next)
        EXPECT_EQ(OutcomeOf(situation, AcceptMilestone{kBuyer, milestone, static_cast<NextStep>(next), {}}),
                  answering)
            << s << " " << milestone;
    }
  }
}

// What each reason claims, checked against the order and the milestone that the caller named (0: none).
bool TellsTheTruth(absl::string_view reason, const Order& order, uint32_t number) {
  const Milestone* named = order.FindMilestone(number ? number : order.current_milestone);
  const auto is = [named](MilestoneState state) { return named && named->state == state; };
  if (reason == "MILESTONE_NOT_FOUND") return named == nullptr;
  if (reason == "ORDER_PLACING") return order.state == OrderState::kPlacing;
  if (reason == "ORDER_PLACEMENT_FAILED") return order.state == OrderState::kPlacementFailed;
  if (reason == "ORDER_COMPLETED") return order.state == OrderState::kCompleted;
  if (reason == "MILESTONE_ALREADY_ACCEPTED") return is(MilestoneState::kAccepted);
  if (reason == "MILESTONE_ALREADY_DELIVERED") return is(MilestoneState::kDelivered);
  if (reason == "MILESTONE_NOT_DELIVERED")
    return is(MilestoneState::kActive) || is(MilestoneState::kRevisionRequested) ||
           is(MilestoneState::kAwaitingPayment);
  if (reason == "WORK_NOT_AUTHORIZED")
    return is(MilestoneState::kPending) || is(MilestoneState::kAwaitingPayment);
  if (reason == "NOT_THE_CURRENT_MILESTONE") return named && named->number > order.current_milestone;
  if (reason == "FINAL_DELIVERY_REQUIRED") return named && order.is_last(named->number);
  if (reason == "NOT_THE_LAST_MILESTONE") return named && !order.is_last(named->number);
  if (reason == "IS_THE_LAST_MILESTONE")
    return order.is_last(order.current_milestone) && order.current().state != MilestoneState::kAccepted;
  if (reason == "NEXT_MILESTONE_NOT_STARTABLE")
    return !order.is_last(order.current_milestone) && order.current().state != MilestoneState::kAccepted &&
           order.current().state != MilestoneState::kAwaitingPayment;
  if (reason == "MILESTONE_AWAITING_PAYMENT")
    return order.current().state == MilestoneState::kAwaitingPayment && !order.open_charge();
  if (reason == "PAYMENT_IN_PROGRESS") return order.open_charge() != nullptr;
  if (reason == "NO_PAYMENT_DUE") return order.current().state != MilestoneState::kAwaitingPayment;
  if (reason == "NO_ACCEPTED_MILESTONE")
    return !order.has_accepted() && !order.is_last(order.current_milestone);
  if (reason == "NEXT_MILESTONE_RUNNING")
    return order.has_accepted() && !order.is_last(order.current_milestone) &&
           (is(MilestoneState::kActive) || is(MilestoneState::kRevisionRequested) ||
            is(MilestoneState::kDelivered));
  if (reason == "REVISIONS_EXHAUSTED") return order.current().revisions_used >= 1;
  if (reason == "TOO_MANY_PAYMENT_ATTEMPTS") return order.charges.size() > 20;
  if (reason == "MEETING_NOT_INCLUDED") return !order.terms.milestones[order.current_milestone - 1].zoom;
  ADD_FAILURE() << "nobody said what " << reason << " claims";
  return false;
}

// 10: a refusal names what is, in every state, for every method and about every milestone.
TEST(EveryCell, RefusesWithATrueReason) {
  std::set<std::string> seen;
  for (int s = 0; s < kSituations; ++s) {
    const auto situation = static_cast<Situation>(s);
    const Order order = In(situation).order();
    const auto check = [&](uint32_t milestone, const OrderCommand& command) {
      const std::string outcome = OutcomeOf(situation, command);
      if (outcome.find('/') != std::string::npos) return;  // done
      EXPECT_TRUE(TellsTheTruth(outcome, order, milestone)) << s << " " << milestone << " " << outcome;
      seen.insert(outcome);
    };
    for (uint32_t milestone = 1; milestone <= 5; ++milestone) {
      for (const bool final_delivery : {false, true})
        for (const char* url : {"", "https://meet.example/1"})
          check(milestone, DeliverMilestone{kSeller, milestone, final_delivery, "", url});
      check(milestone, RequestRevision{kBuyer, milestone, ""});
      for (int next = 0; next <= static_cast<int>(NextStep::kEndOrder); ++next)
        check(milestone, AcceptMilestone{kBuyer, milestone, static_cast<NextStep>(next), {}});
    }
    check(0, StartNextMilestone{kBuyer, "", {}});
    check(0, EndOrder{kBuyer});
    check(0, RetryPayment{kBuyer, "pm", {}});
  }
  EXPECT_EQ(seen.size(), 21u) << "every reason was met";
}

// The order of a situation as if a gig's quote had led to it: PlaceGigOrder knows no other difference.
Order OfAGig(Situation situation) {
  Order order = In(situation).order();
  order.offer.reset();
  order.terms_hash = TermsHash(order.terms);
  order.quote_expires = kStart + 7 * kDay;
  return order;
}

std::string OutcomeOf(const Order& order, const OrderCommand& command) {
  const auto step = milepost::Run<OrderDomain>(&order, command, order.updated_at);
  if (step.ok()) return Whereabouts(step->next);
  const auto refusal = RefusalOf(step.status());
  return refusal ? std::string(RowOf(refusal->reason).name) : step.status().ToString();
}

// 6: the same quote once more, with the same payment method and with another, in time and after the quote's end.
TEST(EveryCell, OfPlaceGigOrder) {
  for (int s = 0; s < kSituations; ++s) {
    const auto situation = static_cast<Situation>(s);
    const Order order = OfAGig(situation);
    const bool placing = situation == Situation::kPlacing, failed = situation == Situation::kPlacementFailed;
    for (const bool expired : {false, true}) {
      for (const bool same : {false, true}) {
        PlaceGigOrder place = PlacingGig(MilestonesOf(3));
        place.payment_method = same ? "pm-visa" : "pm-new";
        if (expired) place.quote_expires = order.updated_at;
        EXPECT_EQ(OutcomeOf(order, place), failed    ? (expired ? "QUOTE_EXPIRED" : "PLACING/PENDING/1")
                                           : same    ? Whereabouts(order)
                                           : placing ? "ORDER_PLACING"
                                                     : "ORDER_ALREADY_PLACED")
            << s << (same ? " same" : " other") << (expired ? " expired" : "");
      }
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
      const auto trigger = column.substr(0, 6) == "Accept"    ? kTriggerOf<AcceptMilestone>
                           : column.substr(0, 7) == "Deliver" ? kTriggerOf<DeliverMilestone>
                           : column == "RequestRevision"      ? kTriggerOf<RequestRevision>
                           : column == "StartNext"            ? kTriggerOf<StartNextMilestone>
                           : column == "End"                  ? kTriggerOf<EndOrder>
                                                              : kTriggerOf<RetryPayment>;
      Facts facts = FactsOf(before);
      facts.Add(Fact::kFinalDelivery, column == "DeliverFinal");
      facts.Add(Fact::kDecideLater, column == "AcceptLater");
      facts.Add(Fact::kStartNext, column == "AcceptStart");
      facts.Add(Fact::kEndOrder, column == "AcceptEnd");
      const Rule* found = FindRule(trigger, &before, facts);
      ASSERT_NE(found, nullptr);
      const Rule& rule = *found;
      ASSERT_FALSE(rule.refuses());
      EXPECT_EQ(story.order().state, rule.to.value_or(before.state)) << s << column;
      EXPECT_EQ(story.order().completion_reason, rule.completion_reason) << s << column;
      std::vector<EventKind> promised;
      for (const EventKind kind : rule.events) {
        int times = 1;
        if (kind == kKindOf<MilestoneSkipped>)
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
    }
  }
}

TEST(Table, HasNamesAndNumbers) {
  for (const Rule& rule : Workflow()) {
    EXPECT_FALSE(NameOf(rule.trigger).empty());
    EXPECT_FALSE(rule.numbers.empty()) << NameOf(rule.trigger);
    EXPECT_TRUE(!rule.refuses() || (rule.events.empty() && !rule.to)) << NameOf(rule.trigger);
  }
  for (int fact = 0; fact <= static_cast<int>(Fact::kQuoteExpired); ++fact)
    EXPECT_FALSE(NameOf(static_cast<Fact>(fact)).empty());
}

// Whether the trigger can come at all: payments end while they are open, deadlines fall due while they are set.
bool CanCome(Trigger trigger, const Order& order) {
  for (const Trigger ends : {kTriggerOf<trigger::PaymentSucceeded>, kTriggerOf<trigger::PaymentDeclined>,
                             kTriggerOf<trigger::PaymentVoided>})
    if (trigger == ends) return order.open_charge() != nullptr;
  for (const DeadlineKind kind : kValuesOf<DeadlineKind>)
    if (trigger == TriggerOf(kind)) return FindDeadline(order.deadlines, kind) != nullptr;
  return true;
}

// What a caller can say that the trigger's rules ask about.
std::vector<Fact> SaidTo(Trigger trigger) {
  std::vector<Fact> said;
  for (int f = static_cast<int>(Fact::kNamesOther); f <= static_cast<int>(Fact::kQuoteExpired); ++f) {
    const auto fact = static_cast<Fact>(f);
    const auto asks = [&](const Rule& rule) {
      return rule.trigger == trigger && (rule.when.Has(fact) || rule.unless.Has(fact));
    };
    if (std::any_of(Workflow().begin(), Workflow().end(), asks)) said.push_back(fact);
  }
  return said;
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
    const Rule* rule = FindRule(trigger, order, facts);
    ASSERT_NE(rule, nullptr) << NameOf(trigger);
    reached[rule - Workflow().data()] = true;
  };
  for (const Trigger trigger : kTriggers) {
    const std::vector<Fact> askable = SaidTo(trigger);
    for (uint32_t said = 0; said < 1u << askable.size(); ++said) {
      Facts facts;
      for (size_t i = 0; i < askable.size(); ++i) facts.Add(askable[i], (said >> i) & 1);
      if (trigger == kTriggerOf<PlaceOrder> || trigger == kTriggerOf<PlaceGigOrder>)
        reach(trigger, nullptr, facts);
      for (const Order& order : orders)
        if (CanCome(trigger, order)) reach(trigger, &order, FactsOf(order) | facts);
    }
  }
  for (size_t i = 0; i < reached.size(); ++i)
    EXPECT_TRUE(reached[i]) << "rule " << i << ", " << NameOf(Workflow()[i].trigger);
}

// The commands that an action stands for: with each option that it lists, and with each that it does not.
struct Tries {
  std::vector<OrderCommand> listed, unlisted;
};

bool Allows(const std::optional<FieldUse>& use, bool set) {
  return !use || *use == FieldUse::kOptional || (*use == FieldUse::kRequired) == set;
}

Tries TriesOf(const NextAction& action, const Order& order) {
  Tries tries;
  const uint32_t current = order.current_milestone;
  const auto add = [&](bool listed, OrderCommand command) {
    (listed ? tries.listed : tries.unlisted).push_back(std::move(command));
  };
  switch (action.trigger) {
    case kTriggerOf<DeliverMilestone>:
      for (const bool final_delivery : {false, true})
        for (const char* url : {"", "https://meet.example/1"})
          add(Allows(action.final_delivery, final_delivery) && Allows(action.meeting_url, *url != '\0'),
              DeliverMilestone{kSeller, current, final_delivery, "done", url});
      break;
    case kTriggerOf<PostUpdate>:
      add(true, PostUpdate{kSeller, current, "half done"});
      break;
    case kTriggerOf<AcceptMilestone>:
      for (int n = 0; n <= static_cast<int>(NextStep::kEndOrder); ++n) {
        const auto next = static_cast<NextStep>(n);
        const bool listed = std::find(action.next.begin(), action.next.end(), next) != action.next.end();
        add(listed, AcceptMilestone{kBuyer, current, next, {}});
      }
      break;
    case kTriggerOf<PlaceGigOrder>: {
      PlaceGigOrder place = PlacingGig(order.terms);
      place.payment_method = "pm-new";
      place.quote_expires = order.quote_end();
      add(true, place);
      break;
    }
    case kTriggerOf<ResolveCharge>:
      add(true, CommandOf("Resolve", order, kOperator));
      break;
    default:
      add(true, CommandOf(action.trigger == kTriggerOf<RequestRevision>      ? "RequestRevision"
                          : action.trigger == kTriggerOf<StartNextMilestone> ? "StartNext"
                          : action.trigger == kTriggerOf<EndOrder>           ? "End"
                                                                             : "Retry",
                          order, kBuyer));
  }
  return tries;
}

void ExpectToHold(const NextAction& action, const Order& order) {
  const Tries tries = TriesOf(action, order);
  const bool has_options =
      action.trigger == kTriggerOf<AcceptMilestone> || action.trigger == kTriggerOf<DeliverMilestone>;
  for (const OrderCommand& command : tries.listed) {
    const std::string outcome = OutcomeOf(order, command);
    const bool done = outcome.find('/') != std::string::npos;
    EXPECT_EQ(done, !action.blocked_by) << outcome;
    if (action.blocked_by && !has_options) {
      EXPECT_EQ(outcome, RowOf(*action.blocked_by).name);
    }
  }
  for (const OrderCommand& command : tries.unlisted)
    EXPECT_EQ(OutcomeOf(order, command).find('/'), std::string::npos) << "it is not listed";
  const bool lists = !action.next.empty() || action.final_delivery || action.meeting_url;
  EXPECT_EQ(lists, !action.blocked_by && has_options) << "of what is blocked nothing is listed";
  EXPECT_TRUE(action.blocked_by || !tries.listed.empty());
}

void ExpectTheActionsToHold(const Order& order, absl::string_view which) {
  for (const NextAction& action : NextActions(order, order.updated_at)) {
    SCOPED_TRACE(absl::StrCat(which, " ", NameOf(action.trigger)));
    ExpectToHold(action, order);
  }
}

Order WithMeetings(Order order) {
  for (MilestoneTerms& terms : order.terms.milestones) terms.zoom = true;
  order.terms_hash = order.offer ? order.terms_hash : TermsHash(order.terms);
  return order;
}

// 11, W2: what NextActions lists is what succeeds, and nothing else is, in every situation.
TEST(NextActionsOf, AgreeWithDecideInEverySituation) {
  for (int s = 0; s < kSituations; ++s) {
    const auto situation = static_cast<Situation>(s);
    const std::string which = absl::StrCat("situation ", s);
    ExpectTheActionsToHold(In(situation).order(), which);
    ExpectTheActionsToHold(WithMeetings(In(situation).order()), which + " with meetings");
    ExpectTheActionsToHold(OfAGig(situation), which + " of a gig");
    ExpectTheActionsToHold(WithMeetings(OfAGig(situation)), which + " of a gig with meetings");
    Order endless = OfAGig(situation);
    endless.quote_expires.reset();
    ExpectTheActionsToHold(endless, which + " of a gig, from before quotes had an end");
  }
}

// The reason that blocks a delivery or an acceptance is the one that each call about the current milestone meets.
TEST(NextActionsOf, NameTheReasonThatBlocks) {
  for (int s = 0; s < kSituations; ++s) {
    const Order order = In(static_cast<Situation>(s)).order();
    for (const NextAction& action : NextActions(order, order.updated_at)) {
      if (!action.blocked_by) continue;
      const Actor& actor = action.actor == Party::kSeller ? kSeller : kBuyer;
      if (action.trigger == kTriggerOf<DeliverMilestone>) {
        EXPECT_EQ(
            OutcomeOf(order, CommandOf(order.is_last(order.current_milestone) ? "DeliverFinal" : "Deliver",
                                       order, actor)),
            RowOf(*action.blocked_by).name);
      } else if (action.trigger == kTriggerOf<AcceptMilestone>) {
        EXPECT_EQ(OutcomeOf(order, CommandOf("Accept", order, actor)), RowOf(*action.blocked_by).name);
      }
    }
  }
}

// 11: whatever runs or waits on the order stands with an action of one of its parties.
TEST(NextActionsOf, ShowEveryDeadlineThatRuns) {
  for (int s = 0; s < kSituations; ++s) {
    const Order order = In(static_cast<Situation>(s)).order();
    std::vector<Deadline> running = order.deadlines;
    if (order.noted_deadline) running.push_back(*order.noted_deadline);
    const std::vector<NextAction> actions = NextActions(order, order.updated_at);
    for (const Deadline& deadline : running) {
      EXPECT_TRUE(std::any_of(actions.begin(), actions.end(),
                              [&](const NextAction& action) {
                                return action.actor != Party::kOperator && action.deadline == deadline.due &&
                                       !action.at_deadline.empty();
                              }))
          << s << " " << NameOf(deadline.kind);
    }
  }
}

const NextAction& ActionOf(const std::vector<NextAction>& actions, Trigger trigger) {
  for (const NextAction& action : actions)
    if (action.trigger == trigger) return action;
  ADD_FAILURE() << "no " << NameOf(trigger);
  return actions.front();
}

std::vector<NextAction> ActionsIn(Situation situation) {
  const Order order = In(situation).order();
  return NextActions(order, order.updated_at);
}

TEST(NextActionsOf, TellTheReviewDeadlineAndWhatComesOfIt) {
  const std::vector<NextAction> actions = ActionsIn(Situation::kFirstDelivered);
  ASSERT_EQ(actions.size(), 8u);
  const NextAction& accept = ActionOf(actions, kTriggerOf<AcceptMilestone>);
  EXPECT_EQ(accept.actor, Party::kBuyer);
  EXPECT_EQ(accept.milestone, 1u);
  EXPECT_EQ(accept.deadline, kStart + 9 * kDay);
  EXPECT_EQ(accept.at_deadline,
            "milestone ACCEPTED and paid to the seller, order COMPLETED (REVIEW_TIMEOUT)");
  const NextAction& deliver = ActionOf(actions, kTriggerOf<DeliverMilestone>);
  EXPECT_EQ(deliver.blocked_by, Reason::kMilestoneAlreadyDelivered);
  EXPECT_FALSE(deliver.deadline.has_value());
}

TEST(NextActionsOf, TellEachStatesOwnDeadline) {
  const NextAction deliver = ActionOf(ActionsIn(Situation::kFirstActive), kTriggerOf<DeliverMilestone>);
  EXPECT_EQ(deliver.deadline, kStart + 4 * kDay);
  EXPECT_EQ(deliver.at_deadline, "the delivery is overdue");
  const std::vector<NextAction> next = ActionsIn(Situation::kAwaitingNext);
  const NextAction& start = ActionOf(next, kTriggerOf<StartNextMilestone>);
  EXPECT_EQ(start.milestone, 2u);
  EXPECT_EQ(start.at_deadline, "order COMPLETED (NEXT_NOT_STARTED)");
  EXPECT_EQ(ActionOf(next, kTriggerOf<EndOrder>).deadline, start.deadline);
  const NextAction retry = ActionOf(ActionsIn(Situation::kPaymentDeclined), kTriggerOf<RetryPayment>);
  EXPECT_EQ(retry.milestone, 2u);
  EXPECT_EQ(retry.at_deadline, "order COMPLETED (PAYMENT_GRACE_TIMEOUT)");
}

// A payment is open: nobody can do anything, and yet the grace time runs (A15), or is over and waits (A16).
TEST(NextActionsOf, TellTheGraceTimeWhileThePaymentIsOpen) {
  for (const Situation situation :
       {Situation::kPaymentOpen, Situation::kPaymentUnknown, Situation::kPaymentOpenGraceOver}) {
    const NextAction retry = ActionOf(ActionsIn(situation), kTriggerOf<RetryPayment>);
    EXPECT_EQ(retry.blocked_by, Reason::kPaymentInProgress);
    EXPECT_EQ(retry.deadline, kStart + 9 * kDay);
    EXPECT_EQ(retry.at_deadline, "if the open payment fails, order COMPLETED (PAYMENT_GRACE_TIMEOUT)");
  }
}

TEST(NextActionsOf, ListWhatAnAcceptanceAndADeliveryMaySay) {
  const auto next_in = [](Situation situation) {
    return ActionOf(ActionsIn(situation), kTriggerOf<AcceptMilestone>).next;
  };
  EXPECT_EQ(next_in(Situation::kFirstDelivered),
            (std::vector<NextStep>{NextStep::kUnset, NextStep::kStartNext, NextStep::kDecideLater,
                                   NextStep::kEndOrder}));
  EXPECT_EQ(next_in(Situation::kLastDelivered),
            (std::vector<NextStep>{NextStep::kUnset, NextStep::kEndOrder}));
  EXPECT_TRUE(next_in(Situation::kFirstActive).empty());
  const NextAction first = ActionOf(ActionsIn(Situation::kFirstActive), kTriggerOf<DeliverMilestone>);
  EXPECT_EQ(first.final_delivery, FieldUse::kForbidden);
  EXPECT_EQ(first.meeting_url, FieldUse::kForbidden);
  const Order meeting = WithMeetings(In(Situation::kLastActive).order());
  const NextAction last = ActionOf(NextActions(meeting, meeting.updated_at), kTriggerOf<DeliverMilestone>);
  EXPECT_EQ(last.final_delivery, FieldUse::kRequired);
  EXPECT_EQ(last.meeting_url, FieldUse::kOptional);
}

// 6: a quote can be used again until it ends; an offer is accepted again at OfferService.
TEST(NextActionsOf, OfferAGigsOrderThatIsNotPlacedItsQuoteAgain) {
  const Order failed = OfAGig(Situation::kPlacementFailed);
  const absl::Time end = *failed.quote_expires;
  const NextAction again = ActionOf(NextActions(failed, end - kMicrosecond), kTriggerOf<PlaceGigOrder>);
  EXPECT_EQ(again.actor, Party::kBuyer);
  EXPECT_FALSE(again.blocked_by);
  EXPECT_EQ(again.deadline, end);
  EXPECT_EQ(again.at_deadline, "the quote expires");
  const NextAction over = ActionOf(NextActions(failed, end), kTriggerOf<PlaceGigOrder>);
  EXPECT_EQ(over.blocked_by, Reason::kQuoteExpired);
  EXPECT_FALSE(over.deadline);
  const Order placing = OfAGig(Situation::kPlacing);
  EXPECT_EQ(ActionOf(NextActions(placing, kStart), kTriggerOf<PlaceGigOrder>).blocked_by,
            Reason::kOrderPlacing);
  for (const Order& order : {OfAGig(Situation::kFirstActive), In(Situation::kPlacementFailed).order()})
    for (const NextAction& action : NextActions(order, kStart))
      EXPECT_NE(action.trigger, kTriggerOf<PlaceGigOrder>) << Whereabouts(order);
}

// Its token has no end either, and is expired: PlaceGigOrder was shown as allowed, and refused.
TEST(NextActionsOf, OfferNoQuoteAgainThatIsFromBeforeQuotesHadAnEnd) {
  Order failed = OfAGig(Situation::kPlacementFailed);
  failed.quote_expires.reset();
  const NextAction over = ActionOf(NextActions(failed, failed.updated_at), kTriggerOf<PlaceGigOrder>);
  EXPECT_EQ(over.blocked_by, Reason::kQuoteExpired);
  EXPECT_FALSE(over.deadline);
  PlaceGigOrder place = PlacingGig(failed.terms);
  place.payment_method = "pm-new";
  EXPECT_EQ(OutcomeOf(failed, place), "QUOTE_EXPIRED") << "whatever end the token names";
}

}  // namespace
}  // namespace milepost::billing
