// W2: what next_actions lists is what succeeds, in every situation; with the deadline that ends the time for it, and what comes of
// that (W5).
#include "services/milestone_billing/domain/next_actions.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/unit/milestone_billing/cells.h"

namespace milepost::billing {
namespace {

constexpr Trigger kAccept = kTriggerOf<AcceptMilestone>, kDeliver = kTriggerOf<DeliverMilestone>;
constexpr Trigger kRetry = kTriggerOf<RetryPayment>, kPlaceAgain = kTriggerOf<PlaceGigOrder>;
constexpr Trigger kAskToCancel = kTriggerOf<RequestCancellation>,
                  kAnswerCancellation = kTriggerOf<AnswerCancellation>;
constexpr Trigger kResolve = kTriggerOf<ResolveDispute>;

bool Allows(const std::optional<FieldUse>& use, bool set) {
  return !use || *use == FieldUse::kOptional || (*use == FieldUse::kRequired) == set;
}

// Whether the action lists the choices that the command makes.
bool Lists(const NextAction& action, const OrderCommand& command) {
  if (const auto* accept = std::get_if<AcceptMilestone>(&command))
    return std::find(action.next.begin(), action.next.end(), accept->next) != action.next.end();
  if (const auto* deliver = std::get_if<DeliverMilestone>(&command))
    return Allows(action.final_delivery, deliver->final_delivery) &&
           Allows(action.meeting_url, !deliver->meeting_url.empty());
  if (const auto* request = std::get_if<RequestCancellation>(&command)) {
    const Money said = request->seller_amount;
    return said.minor == 0 ||
           (action.seller_amount_max && said.currency == action.seller_amount_max->currency &&
            said.minor <= action.seller_amount_max->minor);
  }
  return true;
}

// What no action shows, and the message of the method in the contract does: a split leaves something to the buyer; a payment is of
// the whole amount.
bool IsUnlisted(const Call& call) {
  return call.name == "ResolveDispute split of all by OPERATOR" ||
         call.name == "ResolveDispute split of too much by OPERATOR" ||
         call.name == "ResolveDispute split in euros by OPERATOR" ||
         call.name == "ResolveCharge succeeded with another amount by OPERATOR";
}

// An allowed action is one whose listed calls all succeed, and no others; of a blocked one, the call that has the best chance is
// refused with its reason.
void ExpectToHold(const NextAction& action, const Order& order) {
  const bool has_options =
      action.trigger == kAccept || action.trigger == kDeliver || action.trigger == kAskToCancel;
  int tried = 0, best = 0;
  for (const Call& call : Calls()) {
    if (call.method != NameOf(action.trigger) || call.by != action.actor || IsUnlisted(call)) continue;
    const OrderCommand command = call.command(order, ActorOf(call.by));
    const std::string outcome = OutcomeOf(order, command, order.updated_at);
    if (action.blocked_by) {
      EXPECT_FALSE(IsDone(outcome)) << call.name;
      best += outcome == RowOf(*action.blocked_by).name;
    } else {
      EXPECT_EQ(IsDone(outcome), Lists(action, command)) << call.name << ": " << outcome;
    }
    ++tried;
  }
  EXPECT_GT(tried, 0) << "no call tries it";
  if (action.blocked_by && !has_options) {
    EXPECT_EQ(best, tried);
  } else if (action.blocked_by) {
    EXPECT_GT(best, 0) << RowOf(*action.blocked_by).name;
  }
  const bool lists =
      !action.next.empty() || action.final_delivery || action.meeting_url || action.seller_amount_max;
  EXPECT_EQ(lists, !action.blocked_by && has_options) << "of what is blocked nothing is listed";
}

// The same quote again, with another payment method, until it ends.
void ExpectPlaceAgainToHold(const NextAction& action, const Order& order) {
  PlaceGigOrder place = PlacingGig(order.terms);
  place.payment_method = "pm-new";
  place.quote_expires = order.quote_end();
  const std::string outcome = OutcomeOf(order, place, order.updated_at);
  if (action.blocked_by)
    EXPECT_EQ(outcome, RowOf(*action.blocked_by).name);
  else
    EXPECT_TRUE(IsDone(outcome)) << outcome;
}

void ExpectTheActionsToHold(const Order& order, absl::string_view which) {
  for (const NextAction& action : NextActions(order, order.updated_at)) {
    SCOPED_TRACE(absl::StrCat(which, " ", NameOf(action.trigger), " by ", NameOf(action.actor)));
    if (action.trigger == kPlaceAgain)
      ExpectPlaceAgainToHold(action, order);
    else
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
  for (const Situation& situation : Situations()) {
    const Order& order = StoryOf(situation).order();
    const std::string which(situation.name);
    ExpectTheActionsToHold(order, which);
    ExpectTheActionsToHold(WithMeetings(order), which + " with meetings");
    ExpectTheActionsToHold(OfAGig(order), which + " of a gig");
    Order endless = OfAGig(order);
    endless.quote_expires.reset();
    ExpectTheActionsToHold(endless, which + " of a gig, from before quotes had an end");
  }
}

// Every method of every party, allowed or not.
TEST(NextActionsOf, AreOfEveryPartysMethods) {
  for (const Situation& situation : Situations()) {
    std::vector<std::pair<Trigger, Party>> listed, all;
    const Order& order = StoryOf(situation).order();
    for (const NextAction& action : NextActions(order, order.updated_at))
      listed.push_back({action.trigger, action.actor});
    for (const Trigger trigger : kTriggers)
      for (const Party party : {Party::kBuyer, Party::kSeller, Party::kOperator})
        if (PartiesOf(trigger).Has(party) && trigger != kPlaceAgain) all.push_back({trigger, party});
    EXPECT_EQ(listed, all) << situation.name;
  }
}

NextAction ActionOf(const Order& order, Trigger trigger, std::optional<Party> by = std::nullopt) {
  for (NextAction& action : NextActions(order, order.updated_at))
    if (action.trigger == trigger && (!by || action.actor == *by)) return action;
  ADD_FAILURE() << "no " << NameOf(trigger);
  return {};
}

NextAction ActionIn(absl::string_view situation, Trigger trigger, std::optional<Party> by = std::nullopt) {
  return ActionOf(OrderIn(situation), trigger, by);
}

// 11: what runs or waits on the order stands with the action of the party that it waits for; if that is the party whose own request or
// dispute it is, with one of the other's.
TEST(NextActionsOf, ShowEveryDeadlineThatRuns) {
  for (const Situation& situation : Situations()) {
    const Order& order = StoryOf(situation).order();
    std::vector<Deadline> running = order.deadlines;
    if (order.noted_deadline) running.push_back(*order.noted_deadline);
    std::erase_if(running, [](const Deadline& deadline) { return deadline.frozen(); });
    const std::vector<NextAction> actions = NextActions(order, order.updated_at);
    for (const Deadline& deadline : running) {
      const bool operators = deadline.kind == DeadlineKind::kDispute;
      EXPECT_TRUE(std::any_of(actions.begin(), actions.end(),
                              [&](const NextAction& action) {
                                return (action.actor == Party::kOperator) == operators &&
                                       action.deadline == deadline.due && !action.at_deadline.empty();
                              }))
          << situation.name << " " << NameOf(deadline.kind);
    }
    for (const NextAction& action : actions) {
      EXPECT_EQ(action.deadline.has_value(), !action.at_deadline.empty())
          << situation.name << " " << NameOf(action.trigger);
      EXPECT_TRUE(!action.deadline ||
                  std::any_of(running.begin(), running.end(),
                              [&](const Deadline& deadline) { return deadline.due == action.deadline; }))
          << situation.name << " " << NameOf(action.trigger) << ": a deadline that does not run";
    }
  }
}

TEST(NextActionsOf, TellTheReviewDeadlineAndWhatComesOfIt) {
  const Order& order = OrderIn("1/delivered");
  const absl::Time due = kStart + 8 * kDay;
  const NextAction accept = ActionOf(order, kAccept);
  EXPECT_EQ(accept.actor, Party::kBuyer);
  EXPECT_EQ(accept.milestone, 1u);
  EXPECT_EQ(accept.deadline, due);
  EXPECT_EQ(accept.at_deadline,
            "milestone ACCEPTED and paid to the seller, order COMPLETED (REVIEW_TIMEOUT)");
  const NextAction deliver = ActionOf(order, kDeliver);
  EXPECT_EQ(deliver.blocked_by, Reason::kMilestoneAlreadyDelivered);
  EXPECT_FALSE(deliver.deadline.has_value());
}

TEST(NextActionsOf, TellEachStatesOwnDeadline) {
  const NextAction deliver = ActionIn("1/active", kDeliver);
  EXPECT_EQ(deliver.deadline, kStart + 4 * kDay);
  EXPECT_EQ(deliver.at_deadline, "the delivery is late");
  const NextAction start = ActionIn("1/next", kTriggerOf<StartNextMilestone>);
  EXPECT_EQ(start.milestone, 2u);
  EXPECT_EQ(start.at_deadline, "order COMPLETED (NEXT_NOT_STARTED)");
  EXPECT_EQ(ActionIn("1/next", kTriggerOf<EndOrder>).deadline, start.deadline);
  const NextAction retry = ActionIn("2/declined", kRetry);
  EXPECT_EQ(retry.milestone, 2u);
  EXPECT_EQ(retry.at_deadline, "order COMPLETED (PAYMENT_GRACE_TIMEOUT)");
}

// A20, A27: the stages of a delivery that does not come.
TEST(NextActionsOf, TellWhatComesOfALateDelivery) {
  const NextAction late = ActionIn("1/active/late", kDeliver);
  EXPECT_EQ(late.blocked_by, std::nullopt);
  EXPECT_EQ(late.deadline, kStart + 5 * kDay);
  EXPECT_EQ(late.at_deadline, "the buyer may cancel the milestone");
  EXPECT_EQ(ActionIn("1/active/late", kTriggerOf<CancelLateMilestone>).blocked_by, Reason::kMilestoneNotLate);
  const NextAction cancel = ActionIn("1/active/cancellable", kTriggerOf<CancelLateMilestone>);
  EXPECT_EQ(cancel.blocked_by, std::nullopt);
  EXPECT_EQ(cancel.deadline, kStart + 34 * kDay);
  EXPECT_EQ(cancel.at_deadline,
            "milestone CANCELLED and refunded to the buyer, order CANCELLED (NON_DELIVERY)");
  EXPECT_EQ(ActionIn("1/active/cancellable", kDeliver).at_deadline, cancel.at_deadline);
  EXPECT_EQ(ActionIn("2/active/cancellable", kDeliver).at_deadline,
            "milestone CANCELLED and refunded to the buyer, order COMPLETED (NON_DELIVERY)");
  const NextAction revision = ActionIn("1/revision/overdue", kDeliver);
  EXPECT_EQ(revision.deadline, kStart + 33 * kDay);
  EXPECT_EQ(revision.at_deadline, "an operator is called");
  EXPECT_EQ(ActionIn("1/revision/alarmed", kDeliver).deadline, std::nullopt);
}

// A payment is open: nobody can do anything, and yet the grace time runs (A15), or is over and waits (A16).
TEST(NextActionsOf, TellTheGraceTimeWhileThePaymentIsOpen) {
  for (const char* situation : {"2/paying", "2/paying/unknown", "2/paying/grace-over"}) {
    const NextAction retry = ActionIn(situation, kRetry);
    EXPECT_EQ(retry.blocked_by, Reason::kPaymentInProgress);
    EXPECT_EQ(retry.deadline, kStart + 8 * kDay);
    EXPECT_EQ(retry.at_deadline, "if the open payment fails, order COMPLETED (PAYMENT_GRACE_TIMEOUT)");
  }
}

TEST(NextActionsOf, ListWhatAnAcceptanceAndADeliveryMaySay) {
  using Steps = std::vector<NextStep>;
  const auto next_in = [](absl::string_view situation) { return ActionIn(situation, kAccept).next; };
  EXPECT_EQ(next_in("1/delivered"),
            (Steps{NextStep::kUnset, NextStep::kStartNext, NextStep::kDecideLater, NextStep::kEndOrder}));
  EXPECT_EQ(next_in("3/delivered"), (Steps{NextStep::kUnset, NextStep::kEndOrder}));
  EXPECT_EQ(next_in("1/disputed/active/by-seller"), (Steps{NextStep::kUnset, NextStep::kDecideLater}));
  EXPECT_EQ(next_in("3/disputed/delivered/by-buyer"), (Steps{NextStep::kUnset, NextStep::kEndOrder}));
  EXPECT_TRUE(next_in("1/active").empty());
  const NextAction first = ActionIn("1/active", kDeliver);
  EXPECT_EQ(first.final_delivery, FieldUse::kForbidden);
  EXPECT_EQ(first.meeting_url, FieldUse::kForbidden);
  const NextAction last = ActionOf(WithMeetings(OrderIn("3/active")), kDeliver);
  EXPECT_EQ(last.final_delivery, FieldUse::kRequired);
  EXPECT_EQ(last.meeting_url, FieldUse::kOptional);
}

// A19: the most that the seller can be given: what is held; in a dispute with a request pending, the seller can only give all back.
TEST(NextActionsOf, TellTheMostThatACancellationMayGiveTheSeller) {
  const auto most = [](absl::string_view situation, Party by) {
    const NextAction ask = ActionIn(situation, kAskToCancel, by);
    return ask.seller_amount_max ? ask.seller_amount_max->minor : -1;
  };
  EXPECT_EQ(most("1/active", Party::kBuyer), 15000);
  EXPECT_EQ(most("2/delivered", Party::kSeller), 20000);
  EXPECT_EQ(most("3/disputed/active/by-buyer", Party::kOperator), 25000);
  EXPECT_EQ(most("1/disputed/delivered/by-buyer", Party::kSeller), 15000);
  EXPECT_EQ(most("1/next", Party::kBuyer), 0);
  EXPECT_EQ(most("2/declined", Party::kOperator), 0);
  EXPECT_EQ(most("1/active/asked-buyer-0", Party::kBuyer), -1) << "it waits for its answer";
  EXPECT_EQ(most("1/active/asked-buyer-0", Party::kOperator), 15000);
  const absl::string_view disputed = "1/disputed/delivered/by-buyer/asked-buyer-share";
  EXPECT_EQ(most(disputed, Party::kBuyer), -1);
  EXPECT_EQ(most(disputed, Party::kSeller), 0);
}

// A19: the answer of the one who was asked has the 48 hours; everything else has its own deadline.
TEST(NextActionsOf, TellUntilWhenARequestIsAnswered) {
  const absl::string_view asked = "1/delivered/asked-buyer-0";
  const NextAction answer = ActionIn(asked, kAnswerCancellation, Party::kSeller);
  EXPECT_EQ(answer.blocked_by, std::nullopt);
  EXPECT_EQ(answer.deadline, kStart + 2 * kDay);
  EXPECT_EQ(answer.at_deadline, "the request to cancel lapses");
  EXPECT_EQ(ActionIn(asked, kAnswerCancellation, Party::kBuyer).blocked_by, Reason::kOwnCancellationRequest);
  const NextAction accept = ActionIn(asked, kAccept);
  EXPECT_EQ(accept.deadline, kStart + 8 * kDay);
  EXPECT_EQ(accept.at_deadline,
            "milestone ACCEPTED and paid to the seller, order COMPLETED (REVIEW_TIMEOUT)");
  const NextAction frozen =
      ActionIn("1/disputed/delivered/by-buyer/asked-buyer-0-before", kAnswerCancellation, Party::kSeller);
  EXPECT_EQ(frozen.blocked_by, std::nullopt);
  EXPECT_EQ(frozen.deadline, kStart + 14 * kDay) << "its own stands still; the dispute's runs";
}

// §4: in a dispute, the time until an operator is called is everybody's.
TEST(NextActionsOf, TellUntilWhenADisputeIsOpen) {
  const absl::string_view disputed = "1/disputed/delivered/by-seller";
  for (const auto& [trigger, by] : {std::pair(kAccept, Party::kBuyer), std::pair(kResolve, Party::kOperator),
                                    std::pair(kTriggerOf<WithdrawDispute>, Party::kSeller)}) {
    const NextAction action = ActionIn(disputed, trigger, by);
    EXPECT_EQ(action.blocked_by, std::nullopt) << NameOf(trigger);
    EXPECT_EQ(action.deadline, kStart + 14 * kDay) << NameOf(trigger);
    EXPECT_EQ(action.at_deadline, "an operator is called") << NameOf(trigger);
  }
  EXPECT_EQ(ActionIn(disputed, kTriggerOf<WithdrawDispute>, Party::kBuyer).blocked_by,
            Reason::kNotYourDispute);
}

// 6: a quote can be used again until it ends; an offer is accepted again at OfferService.
TEST(NextActionsOf, OfferAGigsOrderThatIsNotPlacedItsQuoteAgain) {
  const Order failed = OfAGig(OrderIn("placement-failed"));
  const absl::Time end = *failed.quote_expires;
  const auto again_at = [&failed](absl::Time now) {
    for (NextAction& action : NextActions(failed, now))
      if (action.trigger == kPlaceAgain) return action;
    return NextAction{};
  };
  const NextAction again = again_at(end - kMicrosecond);
  EXPECT_EQ(again.actor, Party::kBuyer);
  EXPECT_FALSE(again.blocked_by);
  EXPECT_EQ(again.deadline, end);
  EXPECT_EQ(again.at_deadline, "the quote expires");
  const NextAction over = again_at(end);
  EXPECT_EQ(over.blocked_by, Reason::kQuoteExpired);
  EXPECT_FALSE(over.deadline);
  EXPECT_EQ(ActionOf(OfAGig(OrderIn("placing")), kPlaceAgain).blocked_by, Reason::kOrderPlacing);
  for (const Order& order : {OfAGig(OrderIn("1/active")), OrderIn("placement-failed")})
    for (const NextAction& action : NextActions(order, kStart))
      EXPECT_NE(action.trigger, kPlaceAgain) << Whereabouts(order);
}

// Its token has no end either, and is expired: PlaceGigOrder was shown as allowed, and refused.
TEST(NextActionsOf, OfferNoQuoteAgainThatIsFromBeforeQuotesHadAnEnd) {
  Order failed = OfAGig(OrderIn("placement-failed"));
  failed.quote_expires.reset();
  const NextAction over = ActionOf(failed, kPlaceAgain);
  EXPECT_EQ(over.blocked_by, Reason::kQuoteExpired);
  EXPECT_FALSE(over.deadline);
  PlaceGigOrder place = PlacingGig(failed.terms);
  place.payment_method = "pm-new";
  EXPECT_EQ(OutcomeOf(failed, place, failed.updated_at), "QUOTE_EXPIRED") << "whatever end the token names";
}

// Orders whose deadlines stand by hand: a main one, and the answer to a request to cancel, which is due earlier.
Order WithTwoDeadlines() {
  Order order = OrderIn("1/next");
  order.cancellation_request = CancellationRequest{Party::kSeller, 0, "let us stop", order.updated_at};
  order.SetDeadline(DeadlineKind::kCancellationAnswer, order.updated_at + 2 * kDay);
  return order;
}

void Freeze(Order& order, DeadlineKind kind) {
  for (Deadline& deadline : order.deadlines)
    if (deadline.kind == kind) deadline.left = deadline.due - order.updated_at;
}

constexpr Trigger kStartNext = kTriggerOf<StartNextMilestone>, kEnd = kTriggerOf<EndOrder>;

TEST(NextActionsOfSeveralDeadlines, EachIsShownWithTheActionThatWaitsForItAndTheMainOneWithAllOthers) {
  const Order order = WithTwoDeadlines();
  const NextAction start = ActionOf(order, kStartNext);
  ASSERT_EQ(start.blocked_by, std::nullopt);
  EXPECT_EQ(start.deadline, order.updated_at + 8 * kDay);
  EXPECT_EQ(start.at_deadline, "order COMPLETED (NEXT_NOT_STARTED)");
  EXPECT_EQ(ActionOf(order, kAnswerCancellation, Party::kBuyer).deadline, order.updated_at + 2 * kDay);
  EXPECT_EQ(ActionOf(order, kEnd).deadline, order.updated_at + 8 * kDay)
      << "for it none waits: the main one, which ends the order, though another is due earlier";
  Order turned = order;
  std::reverse(turned.deadlines.begin(), turned.deadlines.end());
  EXPECT_EQ(NextActions(turned, turned.updated_at), NextActions(order, order.updated_at))
      << "the order in which they were set does not matter";
}

TEST(NextActionsOfSeveralDeadlines, AFrozenOneIsNotShownAndTheOtherIs) {
  Order order = WithTwoDeadlines();
  Freeze(order, DeadlineKind::kCancellationAnswer);
  for (const Trigger trigger : {kStartNext, kEnd, kTriggerOf<PostUpdate>, kAnswerCancellation}) {
    const NextAction action = ActionOf(order, trigger);
    ASSERT_EQ(action.blocked_by, std::nullopt) << NameOf(trigger);
    EXPECT_EQ(action.deadline, order.updated_at + 8 * kDay) << NameOf(trigger);
    EXPECT_EQ(action.at_deadline, "order COMPLETED (NEXT_NOT_STARTED)") << NameOf(trigger);
  }
}

TEST(NextActionsOfSeveralDeadlines, WhereItsOwnIsFrozenTheEarliestThatRunsIsShown) {
  Order order = WithTwoDeadlines();
  Freeze(order, DeadlineKind::kNextNotStarted);
  EXPECT_EQ(ActionOf(order, kStartNext).deadline, order.updated_at + 2 * kDay);
  EXPECT_EQ(ActionOf(order, kEnd).deadline, order.updated_at + 2 * kDay);
}

TEST(NextActionsOfSeveralDeadlines, WhereAllAreFrozenThereIsNoneUntilTheyAreThawed) {
  Order order = WithTwoDeadlines();
  FreezeDeadlines(order.deadlines, order.updated_at);
  for (const NextAction& action : NextActions(order, order.updated_at)) {
    EXPECT_EQ(action.deadline, std::nullopt) << NameOf(action.trigger);
    EXPECT_EQ(action.at_deadline, "") << NameOf(action.trigger);
  }
  EXPECT_EQ(AsOf<OrderDomain>(order, order.updated_at + 1000 * kDay), order) << "nothing falls due";
  ThawDeadlines(order.deadlines, order.updated_at + 30 * kDay);
  EXPECT_EQ(ActionOf(order, kStartNext).deadline, order.updated_at + 38 * kDay);
  EXPECT_EQ(ActionOf(order, kAnswerCancellation, Party::kBuyer).deadline, order.updated_at + 32 * kDay);
}

TEST(NextActionsOfSeveralDeadlines, ABlockedActionShowsItsOwnOnly) {
  Order order = OrderIn("2/paying");  // RetryPayment is blocked, and its time runs
  ASSERT_EQ(order.deadlines.size(), 1u);
  const absl::Time grace = order.deadlines[0].due;
  order.SetDeadline(DeadlineKind::kCancellationAnswer, grace - kDay);
  const NextAction retry = ActionOf(order, kRetry);
  EXPECT_EQ(retry.blocked_by, Reason::kPaymentInProgress);
  EXPECT_EQ(retry.deadline, grace);
  EXPECT_EQ(ActionOf(order, kStartNext).deadline, std::nullopt);
  Freeze(order, DeadlineKind::kPaymentGrace);
  EXPECT_EQ(ActionOf(order, kRetry).deadline, std::nullopt);
}

}  // namespace
}  // namespace milepost::billing
