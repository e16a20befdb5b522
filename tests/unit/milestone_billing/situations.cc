#include "tests/unit/milestone_billing/situations.h"

#include <algorithm>
#include <functional>
#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace milepost::billing {

namespace {

// A milestone has 4 days and 1 revision, and they cost $150, $200 and $250; a share is $33.33.
constexpr Situation kSituations[] = {
    {"placing", "PLACING/PENDING/1", "place"},
    {"placement-failed", "PLACEMENT_FAILED/PENDING/1", "place decline"},

    {"1/active", "ACTIVE/ACTIVE/1 DELIVERY", "1"},
    {"1/active/asked-buyer-0", "ACTIVE/ACTIVE/1 DELIVERY CANCELLATION_ANSWER", "1 ask:buyer:0"},
    {"1/active/asked-buyer-share", "ACTIVE/ACTIVE/1 DELIVERY CANCELLATION_ANSWER", "1 ask:buyer:3333"},
    {"1/active/asked-seller-0", "ACTIVE/ACTIVE/1 DELIVERY CANCELLATION_ANSWER", "1 ask:seller:0"},
    {"1/active/asked-seller-share", "ACTIVE/ACTIVE/1 DELIVERY CANCELLATION_ANSWER", "1 ask:seller:3333"},
    {"1/active/asked-seller-all", "ACTIVE/ACTIVE/1 DELIVERY CANCELLATION_ANSWER", "1 ask:seller:15000"},
    {"1/active/rejected", "ACTIVE/ACTIVE/1 DELIVERY", "1 ask:buyer:0 reject:seller"},
    {"1/active/lapsed", "ACTIVE/ACTIVE/1 DELIVERY", "1 ask:seller:3333 wait:2"},
    {"1/active/dispute-withdrawn", "ACTIVE/ACTIVE/1 DELIVERY", "1 dispute:buyer withdraw:buyer"},
    {"1/active/disputes-used", "ACTIVE/ACTIVE/1 DELIVERY",
     "1 dispute:buyer withdraw:buyer dispute:buyer withdraw:buyer dispute:buyer withdraw:buyer "
     "dispute:seller withdraw:seller dispute:seller withdraw:seller dispute:seller withdraw:seller"},
    {"1/active/late", "ACTIVE/ACTIVE/1 LATE_CANCELLATION", "1 wait:4"},
    {"1/active/cancellable", "ACTIVE/ACTIVE/1 NON_DELIVERY", "1 wait:5"},
    {"1/active/cancellable/asked-seller-0", "ACTIVE/ACTIVE/1 NON_DELIVERY CANCELLATION_ANSWER",
     "1 wait:5 ask:seller:0"},
    {"1/delivered", "ACTIVE/DELIVERED/1 REVIEW", "1 deliver"},
    {"1/delivered/late", "ACTIVE/DELIVERED/1 REVIEW", "1 wait:4 deliver"},
    {"1/delivered/no-revisions", "ACTIVE/DELIVERED/1 REVIEW", "1 deliver revise deliver"},
    {"1/delivered/disputes-used", "ACTIVE/DELIVERED/1 REVIEW",
     "1 deliver dispute:buyer withdraw:buyer dispute:buyer withdraw:buyer dispute:buyer withdraw:buyer "
     "dispute:seller withdraw:seller dispute:seller withdraw:seller dispute:seller withdraw:seller"},
    {"1/delivered/asked-buyer-0", "ACTIVE/DELIVERED/1 REVIEW CANCELLATION_ANSWER", "1 deliver ask:buyer:0"},
    {"1/delivered/asked-buyer-share", "ACTIVE/DELIVERED/1 REVIEW CANCELLATION_ANSWER",
     "1 deliver ask:buyer:3333"},
    {"1/delivered/asked-seller-0", "ACTIVE/DELIVERED/1 REVIEW CANCELLATION_ANSWER", "1 deliver ask:seller:0"},
    {"1/delivered/asked-seller-share", "ACTIVE/DELIVERED/1 REVIEW CANCELLATION_ANSWER",
     "1 ask:seller:3333 deliver"},
    {"1/revision", "ACTIVE/REVISION_REQUESTED/1 DELIVERY", "1 deliver revise"},
    {"1/revision/asked-seller-share", "ACTIVE/REVISION_REQUESTED/1 DELIVERY CANCELLATION_ANSWER",
     "1 deliver revise ask:seller:3333"},
    {"1/revision/overdue", "ACTIVE/REVISION_REQUESTED/1 NON_DELIVERY", "1 deliver revise wait:3"},
    {"1/revision/alarmed", "ACTIVE/REVISION_REQUESTED/1 needs:OVERDUE_REVISION", "1 deliver revise wait:33"},
    {"1/revision/disputes-used", "ACTIVE/REVISION_REQUESTED/1 DELIVERY",
     "1 deliver revise dispute:buyer withdraw:buyer dispute:buyer withdraw:buyer dispute:buyer "
     "withdraw:buyer "
     "dispute:seller withdraw:seller dispute:seller withdraw:seller dispute:seller withdraw:seller"},
    {"1/next", "AWAITING_NEXT/ACCEPTED/1 NEXT_NOT_STARTED", "1 deliver accept"},
    {"1/next/released", "AWAITING_NEXT/ACCEPTED/1 NEXT_NOT_STARTED", "1 dispute:seller release"},
    {"1/next/accepted-in-dispute", "AWAITING_NEXT/ACCEPTED/1 NEXT_NOT_STARTED",
     "1 deliver dispute:buyer accept"},
    {"1/next/asked-buyer-0", "AWAITING_NEXT/ACCEPTED/1 NEXT_NOT_STARTED CANCELLATION_ANSWER",
     "1 deliver accept ask:buyer:0"},
    {"1/next/asked-seller-0", "AWAITING_NEXT/ACCEPTED/1 NEXT_NOT_STARTED CANCELLATION_ANSWER",
     "1 deliver accept ask:seller:0"},

    {"2/paying", "AWAITING_PAYMENT/AWAITING_PAYMENT/2 PAYMENT_GRACE", "1 deliver accept-start"},
    {"2/paying/unknown", "AWAITING_PAYMENT/AWAITING_PAYMENT/2 PAYMENT_GRACE",
     "1 deliver accept-start unknown"},
    {"2/paying/grace-over", "AWAITING_PAYMENT/AWAITING_PAYMENT/2 noted:PAYMENT_GRACE",
     "1 deliver accept-start wait:8"},
    {"2/declined", "AWAITING_PAYMENT/AWAITING_PAYMENT/2 PAYMENT_GRACE", "1 deliver accept-start decline"},
    {"2/declined/voided", "AWAITING_PAYMENT/AWAITING_PAYMENT/2 PAYMENT_GRACE", "1 deliver accept-start void"},
    {"2/declined/attempts-used", "AWAITING_PAYMENT/AWAITING_PAYMENT/2 PAYMENT_GRACE",
     "1 deliver accept-start decline retry-decline*19"},
    {"2/declined/asked-buyer-0", "AWAITING_PAYMENT/AWAITING_PAYMENT/2 PAYMENT_GRACE CANCELLATION_ANSWER",
     "1 deliver accept-start decline ask:buyer:0"},
    {"2/declined/asked-seller-0", "AWAITING_PAYMENT/AWAITING_PAYMENT/2 PAYMENT_GRACE CANCELLATION_ANSWER",
     "1 deliver accept-start decline ask:seller:0"},
    {"2/active", "ACTIVE/ACTIVE/2 DELIVERY", "2"},
    {"2/active/asked-buyer-0", "ACTIVE/ACTIVE/2 DELIVERY CANCELLATION_ANSWER", "2 ask:buyer:0"},
    {"2/active/asked-seller-share", "ACTIVE/ACTIVE/2 DELIVERY CANCELLATION_ANSWER", "2 ask:seller:3333"},
    {"2/active/cancellable", "ACTIVE/ACTIVE/2 NON_DELIVERY", "2 wait:5"},
    {"2/delivered", "ACTIVE/DELIVERED/2 REVIEW", "2 deliver"},
    {"2/revision", "ACTIVE/REVISION_REQUESTED/2 DELIVERY", "2 deliver revise"},
    {"2/next", "AWAITING_NEXT/ACCEPTED/2 NEXT_NOT_STARTED", "2 deliver accept"},

    {"3/paying", "AWAITING_PAYMENT/AWAITING_PAYMENT/3 PAYMENT_GRACE", "2 deliver accept start-next"},
    {"3/declined", "AWAITING_PAYMENT/AWAITING_PAYMENT/3 PAYMENT_GRACE",
     "2 deliver accept start-next decline"},
    {"3/active", "ACTIVE/ACTIVE/3 DELIVERY", "3"},
    {"3/active/late", "ACTIVE/ACTIVE/3 LATE_CANCELLATION", "3 wait:4"},
    {"3/active/cancellable", "ACTIVE/ACTIVE/3 NON_DELIVERY", "3 wait:5"},
    {"3/delivered", "ACTIVE/DELIVERED/3 REVIEW", "3 deliver"},
    {"3/delivered/asked-buyer-0", "ACTIVE/DELIVERED/3 REVIEW CANCELLATION_ANSWER", "3 deliver ask:buyer:0"},
    {"3/delivered/asked-seller-share", "ACTIVE/DELIVERED/3 REVIEW CANCELLATION_ANSWER",
     "3 deliver ask:seller:3333"},
    {"3/revision", "ACTIVE/REVISION_REQUESTED/3 DELIVERY", "3 deliver revise"},
    {"3/revision/alarmed", "ACTIVE/REVISION_REQUESTED/3 needs:OVERDUE_REVISION", "3 deliver revise wait:33"},

    {"1/disputed/active/by-buyer", "DISPUTED/DISPUTED/1 [DELIVERY] DISPUTE", "1 dispute:buyer"},
    {"1/disputed/active/by-seller", "DISPUTED/DISPUTED/1 [DELIVERY] DISPUTE", "1 dispute:seller"},
    {"1/disputed/active/by-buyer/late", "DISPUTED/DISPUTED/1 [LATE_CANCELLATION] DISPUTE",
     "1 wait:4 dispute:buyer"},
    {"1/disputed/active/by-buyer/cancellable", "DISPUTED/DISPUTED/1 [NON_DELIVERY] DISPUTE",
     "1 wait:5 dispute:buyer"},
    {"1/disputed/active/by-buyer/alarmed", "DISPUTED/DISPUTED/1 [DELIVERY] needs:UNRESOLVED_DISPUTE",
     "1 dispute:buyer wait:14"},
    {"1/disputed/delivered/by-buyer", "DISPUTED/DISPUTED/1 [REVIEW] DISPUTE", "1 deliver dispute:buyer"},
    {"1/disputed/delivered/by-seller", "DISPUTED/DISPUTED/1 [REVIEW] DISPUTE", "1 deliver dispute:seller"},
    {"1/disputed/delivered/by-buyer/third", "DISPUTED/DISPUTED/1 [REVIEW] DISPUTE",
     "1 deliver dispute:buyer withdraw:buyer dispute:buyer withdraw:buyer dispute:buyer"},
    {"1/disputed/delivered/by-buyer/asked-buyer-0-before",
     "DISPUTED/DISPUTED/1 [REVIEW] [CANCELLATION_ANSWER] DISPUTE", "1 deliver ask:buyer:0 dispute:buyer"},
    {"1/disputed/delivered/by-buyer/asked-buyer-share-before",
     "DISPUTED/DISPUTED/1 [REVIEW] [CANCELLATION_ANSWER] DISPUTE", "1 deliver ask:buyer:3333 dispute:buyer"},
    {"1/disputed/delivered/by-buyer/asked-seller-0-before",
     "DISPUTED/DISPUTED/1 [REVIEW] [CANCELLATION_ANSWER] DISPUTE", "1 deliver ask:seller:0 dispute:buyer"},
    {"1/disputed/delivered/by-buyer/asked-seller-share-before",
     "DISPUTED/DISPUTED/1 [REVIEW] [CANCELLATION_ANSWER] DISPUTE", "1 deliver ask:seller:3333 dispute:buyer"},
    {"1/disputed/delivered/by-buyer/asked-buyer-0",
     "DISPUTED/DISPUTED/1 [REVIEW] CANCELLATION_ANSWER DISPUTE", "1 deliver dispute:buyer ask:buyer:0"},
    {"1/disputed/delivered/by-buyer/asked-buyer-share",
     "DISPUTED/DISPUTED/1 [REVIEW] CANCELLATION_ANSWER DISPUTE", "1 deliver dispute:buyer ask:buyer:3333"},
    {"1/disputed/delivered/by-buyer/asked-seller-share",
     "DISPUTED/DISPUTED/1 [REVIEW] CANCELLATION_ANSWER DISPUTE", "1 deliver dispute:buyer ask:seller:3333"},
    {"1/disputed/revision/by-buyer", "DISPUTED/DISPUTED/1 [DELIVERY] DISPUTE",
     "1 deliver revise dispute:buyer"},
    {"1/disputed/revision/by-seller", "DISPUTED/DISPUTED/1 [DELIVERY] DISPUTE",
     "1 deliver revise dispute:seller"},
    {"1/disputed/revision/by-buyer/overdue", "DISPUTED/DISPUTED/1 [NON_DELIVERY] DISPUTE",
     "1 deliver revise wait:3 dispute:buyer"},
    {"1/disputed/revision/by-buyer/was-alarmed", "DISPUTED/DISPUTED/1 DISPUTE needs:OVERDUE_REVISION",
     "1 deliver revise wait:33 dispute:buyer"},
    {"1/disputed/revision/by-buyer/was-alarmed/alarmed", "DISPUTED/DISPUTED/1 needs:UNRESOLVED_DISPUTE",
     "1 deliver revise wait:33 dispute:buyer wait:14"},
    {"2/disputed/active/by-buyer", "DISPUTED/DISPUTED/2 [DELIVERY] DISPUTE", "2 dispute:buyer"},
    {"2/disputed/active/by-seller", "DISPUTED/DISPUTED/2 [DELIVERY] DISPUTE", "2 dispute:seller"},
    {"2/disputed/delivered/by-buyer", "DISPUTED/DISPUTED/2 [REVIEW] DISPUTE", "2 deliver dispute:buyer"},
    {"2/disputed/delivered/by-seller", "DISPUTED/DISPUTED/2 [REVIEW] DISPUTE", "2 deliver dispute:seller"},
    {"2/disputed/revision/by-buyer", "DISPUTED/DISPUTED/2 [DELIVERY] DISPUTE",
     "2 deliver revise dispute:buyer"},
    {"2/disputed/revision/by-seller", "DISPUTED/DISPUTED/2 [DELIVERY] DISPUTE",
     "2 deliver revise dispute:seller"},
    {"3/disputed/active/by-buyer", "DISPUTED/DISPUTED/3 [DELIVERY] DISPUTE", "3 dispute:buyer"},
    {"3/disputed/active/by-seller", "DISPUTED/DISPUTED/3 [DELIVERY] DISPUTE", "3 dispute:seller"},
    {"3/disputed/delivered/by-buyer", "DISPUTED/DISPUTED/3 [REVIEW] DISPUTE", "3 deliver dispute:buyer"},
    {"3/disputed/delivered/by-seller", "DISPUTED/DISPUTED/3 [REVIEW] DISPUTE", "3 deliver dispute:seller"},
    {"3/disputed/delivered/by-seller/asked-seller-0-before",
     "DISPUTED/DISPUTED/3 [REVIEW] [CANCELLATION_ANSWER] DISPUTE", "3 deliver ask:seller:0 dispute:seller"},
    {"3/disputed/delivered/by-seller/asked-buyer-share",
     "DISPUTED/DISPUTED/3 [REVIEW] CANCELLATION_ANSWER DISPUTE", "3 deliver dispute:seller ask:buyer:3333"},
    {"3/disputed/revision/by-buyer", "DISPUTED/DISPUTED/3 [DELIVERY] DISPUTE",
     "3 deliver revise dispute:buyer"},
    {"3/disputed/revision/by-seller", "DISPUTED/DISPUTED/3 [DELIVERY] DISPUTE",
     "3 deliver revise dispute:seller"},

    {"completed/all-accepted", "COMPLETED(ALL_ACCEPTED)/ACCEPTED/3", "3 deliver accept-unset"},
    {"completed/released", "COMPLETED(ALL_ACCEPTED)/ACCEPTED/3", "3 dispute:buyer release"},
    {"completed/accepted-in-dispute", "COMPLETED(ALL_ACCEPTED)/ACCEPTED/3",
     "3 deliver dispute:seller accept-unset"},
    {"completed/ended", "COMPLETED(ENDED_BY_BUYER)/ACCEPTED/1", "1 deliver accept-end"},
    {"completed/ended-unpaid", "COMPLETED(ENDED_BY_BUYER)/SKIPPED/2", "1 deliver accept-start decline end"},
    {"completed/review", "COMPLETED(REVIEW_TIMEOUT)/ACCEPTED/1", "1 deliver wait:8"},
    {"completed/next-not-started", "COMPLETED(NEXT_NOT_STARTED)/ACCEPTED/1", "1 deliver accept wait:8"},
    {"completed/payment-grace", "COMPLETED(PAYMENT_GRACE_TIMEOUT)/SKIPPED/2",
     "1 deliver accept-start decline wait:8"},
    {"completed/agreed", "COMPLETED(CANCELLED_AFTER_ACCEPTANCE,AGREED)/CANCELLED/2",
     "2 ask:buyer:0 agree:seller"},
    {"completed/agreed-share", "COMPLETED(CANCELLED_AFTER_ACCEPTANCE,AGREED)/CANCELLED/2",
     "2 deliver ask:seller:3333 agree:buyer"},
    {"completed/agreed-all", "COMPLETED(CANCELLED_AFTER_ACCEPTANCE,AGREED)/CANCELLED/2",
     "2 ask:seller:20000 agree:buyer"},
    {"completed/agreed-between", "COMPLETED(CANCELLED_AFTER_ACCEPTANCE,AGREED)/ACCEPTED/1",
     "1 deliver accept ask:seller:0 agree:buyer"},
    {"completed/agreed-unpaid", "COMPLETED(CANCELLED_AFTER_ACCEPTANCE,AGREED)/SKIPPED/2",
     "1 deliver accept-start decline ask:buyer:0 agree:seller"},
    {"completed/late", "COMPLETED(CANCELLED_AFTER_ACCEPTANCE,LATE_DELIVERY)/CANCELLED/2",
     "2 wait:5 cancel-late"},
    {"completed/non-delivery", "COMPLETED(CANCELLED_AFTER_ACCEPTANCE,NON_DELIVERY)/CANCELLED/2", "2 wait:34"},
    {"completed/by-operator", "COMPLETED(CANCELLED_AFTER_ACCEPTANCE,BY_OPERATOR)/CANCELLED/2",
     "2 ask:operator:0"},
    {"completed/by-operator-between", "COMPLETED(CANCELLED_AFTER_ACCEPTANCE,BY_OPERATOR)/ACCEPTED/1",
     "1 deliver accept ask:operator:0"},
    {"completed/dispute-refunded", "COMPLETED(CANCELLED_AFTER_ACCEPTANCE,DISPUTE_RESOLVED)/CANCELLED/2",
     "2 dispute:buyer refund"},
    {"completed/dispute-split", "COMPLETED(CANCELLED_AFTER_ACCEPTANCE,DISPUTE_RESOLVED)/CANCELLED/2",
     "2 dispute:seller split"},
    {"completed/refunded-by-seller", "COMPLETED(CANCELLED_AFTER_ACCEPTANCE,REFUNDED_BY_SELLER)/CANCELLED/2",
     "2 dispute:buyer ask:seller:0"},
    {"cancelled/agreed", "CANCELLED(AGREED)/CANCELLED/1", "1 ask:buyer:0 agree:seller"},
    {"cancelled/agreed-share", "CANCELLED(AGREED)/CANCELLED/1", "1 deliver ask:seller:3333 agree:buyer"},
    {"cancelled/agreed-all", "CANCELLED(AGREED)/CANCELLED/1", "1 ask:seller:15000 agree:buyer"},
    {"cancelled/agreed-in-dispute", "CANCELLED(AGREED)/CANCELLED/1",
     "1 deliver dispute:buyer ask:buyer:3333 agree:seller"},
    {"cancelled/late", "CANCELLED(LATE_DELIVERY)/CANCELLED/1", "1 wait:5 cancel-late"},
    {"cancelled/non-delivery", "CANCELLED(NON_DELIVERY)/CANCELLED/1", "1 wait:34"},
    {"cancelled/by-operator", "CANCELLED(BY_OPERATOR)/CANCELLED/1", "1 ask:operator:3333"},
    {"cancelled/dispute-refunded", "CANCELLED(DISPUTE_RESOLVED)/CANCELLED/1", "1 dispute:buyer refund"},
    {"cancelled/dispute-split", "CANCELLED(DISPUTE_RESOLVED)/CANCELLED/1",
     "1 deliver dispute:buyer wait:14 split"},
    {"cancelled/refunded-by-seller", "CANCELLED(REFUNDED_BY_SELLER)/CANCELLED/1",
     "1 dispute:buyer ask:seller:0"},
};

}  // namespace

absl::Span<const Situation> Situations() {
  return kSituations;
}

const std::vector<StatePair>& PossibleStates() {
  static const std::vector<StatePair>& pairs =
      *new std::vector<StatePair>{{OrderState::kPlacing, MilestoneState::kPending},
                                  {OrderState::kPlacementFailed, MilestoneState::kPending},
                                  {OrderState::kActive, MilestoneState::kActive},
                                  {OrderState::kActive, MilestoneState::kDelivered},
                                  {OrderState::kActive, MilestoneState::kRevisionRequested},
                                  {OrderState::kAwaitingNext, MilestoneState::kAccepted},
                                  {OrderState::kAwaitingPayment, MilestoneState::kAwaitingPayment},
                                  {OrderState::kDisputed, MilestoneState::kDisputed},
                                  {OrderState::kCompleted, MilestoneState::kAccepted},
                                  {OrderState::kCompleted, MilestoneState::kSkipped},
                                  {OrderState::kCompleted, MilestoneState::kCancelled},
                                  {OrderState::kCancelled, MilestoneState::kCancelled}};
  return pairs;
}

namespace {

using PlainStep = std::function<absl::Status(Story&)>;

const std::map<absl::string_view, PlainStep>& PlainSteps() {
  const auto resolve = [](Story& story, DisputeOutcome outcome, int64_t cents) {
    return story.Do(
        ResolveDispute{kOperator, story.order().current_milestone, outcome, Money::Usd(cents), "seen it"});
  };
  static const auto& steps = *new std::map<absl::string_view, PlainStep>{
      {"place", [](Story& story) { return story.Place(MilestonesOf(3)); }},
      {"pay", [](Story& story) { return story.Pay(); }},
      {"decline", [](Story& story) { return story.Decline(); }},
      {"void", [](Story& story) { return story.Settle(Voided{}); }},
      {"unknown", [](Story& story) { return story.Settle(Unknown{story.now + absl::Minutes(1)}); }},
      {"retry-decline",
       [](Story& story) {
         EXPECT_DONE(story.Retry());
         return story.Decline();
       }},
      {"deliver", [](Story& story) { return story.Deliver(); }},
      {"revise", [](Story& story) { return story.Revise(); }},
      {"accept", [](Story& story) { return story.Accept(NextStep::kDecideLater); }},
      {"accept-unset", [](Story& story) { return story.Accept(); }},
      {"accept-start", [](Story& story) { return story.Accept(NextStep::kStartNext); }},
      {"accept-end", [](Story& story) { return story.Accept(NextStep::kEndOrder); }},
      {"start-next", [](Story& story) { return story.StartNext(); }},
      {"end", [](Story& story) { return story.End(); }},
      {"cancel-late",
       [](Story& story) {
         return story.Do(CancelLateMilestone{kBuyer, story.order().current_milestone, "too late"});
       }},
      {"release", [=](Story& story) { return resolve(story, DisputeOutcome::kReleased, 0); }},
      {"refund", [=](Story& story) { return resolve(story, DisputeOutcome::kRefunded, 0); }},
      {"split", [=](Story& story) { return resolve(story, DisputeOutcome::kSplit, 3333); }},
  };
  return steps;
}

const Actor& ActorNamed(absl::string_view party) {
  if (party == "buyer") return kBuyer;
  if (party == "seller") return kSeller;
  EXPECT_EQ(party, "operator");
  return kOperator;
}

// The steps that say more: "ask:buyer:3333".
absl::Status Say(Story& story, const std::vector<std::string>& words) {
  int64_t number = 0;
  EXPECT_TRUE(words.size() < 2 || absl::SimpleAtoi(words.back(), &number) || words.size() == 2);
  if (words[0] == "wait") {
    story.now += number * kDay;
    return story.Do(Tick{});
  }
  const Actor& actor = ActorNamed(words[1]);
  const uint32_t current = story.order().current_milestone;
  if (words[0] == "ask") return story.Do(RequestCancellation{actor, Money::Usd(number), "let us stop"});
  if (words[0] == "agree") return story.Do(AnswerCancellation{actor, true, "fine"});
  if (words[0] == "reject") return story.Do(AnswerCancellation{actor, false, "no"});
  if (words[0] == "dispute") return story.Do(OpenDispute{actor, current, "not what we agreed"});
  if (words[0] == "withdraw") return story.Do(WithdrawDispute{actor, current});
  return absl::InvalidArgumentError(absl::StrCat("what is ", absl::StrJoin(words, ":"), "?"));
}

absl::string_view WayTo(absl::string_view word) {
  if (word == "1") return "place pay";
  if (word == "2") return "1 deliver accept-start pay";
  if (word == "3") return "2 deliver accept-start pay";
  return "";
}

bool FitsPattern(absl::string_view name, absl::string_view pattern) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] == '*')
    return FitsPattern(name, pattern.substr(1)) || (!name.empty() && FitsPattern(name.substr(1), pattern));
  return !name.empty() && (pattern[0] == '?' || pattern[0] == name[0]) &&
         FitsPattern(name.substr(1), pattern.substr(1));
}

}  // namespace

void Play(Story& story, absl::string_view script) {
  for (const absl::string_view word : absl::StrSplit(script, ' ', absl::SkipEmpty())) {
    const std::vector<absl::string_view> repeated = absl::StrSplit(word, '*');
    int times = 1;
    EXPECT_TRUE(repeated.size() == 1 || absl::SimpleAtoi(repeated[1], &times)) << word;
    for (int i = 0; i < times; ++i) {
      const auto plain = PlainSteps().find(repeated[0]);
      if (!WayTo(word).empty())
        Play(story, WayTo(word));
      else if (plain != PlainSteps().end())
        EXPECT_DONE(plain->second(story)) << word << " of " << script;
      else
        EXPECT_DONE(Say(story, absl::StrSplit(word, ':'))) << word << " of " << script;
    }
  }
}

const Story& StoryOf(const Situation& situation) {
  static auto& told = *new std::map<absl::string_view, Story>();
  const auto [found, is_new] = told.try_emplace(situation.name);
  if (is_new) Play(found->second, situation.script);
  return found->second;
}

const Story& StoryOf(absl::string_view name) {
  for (const Situation& situation : Situations())
    if (situation.name == name) return StoryOf(situation);
  ADD_FAILURE() << "no situation " << name;
  return StoryOf(Situations().front());
}

Order OfAGig(Order order) {
  order.offer.reset();
  order.terms_hash = TermsHash(order.terms);
  order.quote_expires = kStart + 7 * kDay;
  return order;
}

bool Fits(absl::string_view name, absl::string_view patterns) {
  bool fits = false;
  for (const absl::string_view pattern : absl::StrSplit(patterns, ' ', absl::SkipEmpty())) {
    if (pattern[0] != '!')
      fits = fits || FitsPattern(name, pattern);
    else if (FitsPattern(name, pattern.substr(1)))
      return false;
  }
  return fits;
}

std::string Whereabouts(const Order& order) {
  std::string where(NameOf(order.state));
  std::vector<absl::string_view> reasons;
  if (order.completion_reason) reasons.push_back(NameOf(*order.completion_reason));
  if (order.cancellation_reason) reasons.push_back(NameOf(*order.cancellation_reason));
  if (!reasons.empty()) absl::StrAppend(&where, "(", absl::StrJoin(reasons, ","), ")");
  absl::StrAppend(&where, "/", NameOf(order.current().state), "/", order.current_milestone);
  std::vector<Deadline> deadlines = order.deadlines;
  std::sort(deadlines.begin(), deadlines.end(),
            [](const Deadline& a, const Deadline& b) { return a.kind < b.kind; });
  for (const Deadline& deadline : deadlines)
    absl::StrAppend(&where, deadline.frozen() ? " [" : " ", NameOf(deadline.kind),
                    deadline.frozen() ? "]" : "");
  if (order.noted_deadline) absl::StrAppend(&where, " noted:", NameOf(order.noted_deadline->kind));
  if (order.operator_task) absl::StrAppend(&where, " needs:", NameOf(*order.operator_task));
  return where;
}

}  // namespace milepost::billing
