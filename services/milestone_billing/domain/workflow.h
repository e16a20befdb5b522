// The workflow of an order as data (W11): one list of rules that OrderDomain::Decide and Fire run,
// NextActions reads, GetWorkflowDefinition serves and the documentation prints.
//
// Within a trigger the rules stand in order of precedence: the first one that matches decides. These change no state
// and are not in the list: ticks, leases of attempts and refunds, outcomes that leave one open, rechecks of ended
// attempts that found nothing new, and the relay's receipt.
#pragma once

#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/core/reason.h"
#include "services/milestone_billing/domain/commands.h"
#include "services/milestone_billing/domain/enum_set.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/domain/order.h"

namespace milepost::billing {

// The conditions of a rule besides the states: facts about the order and about the request.
enum class Fact {
  kLastMilestone,          // the current milestone is the order's last
  kAcceptedMilestone,      // at least one milestone is accepted
  kPaymentOpen,            // an attempt is OPEN
  kAttemptsLeft,           // the milestone to pay may have another attempt
  kRevisionsLeft,          // of the current milestone
  kGraceNoted,             // A16: the grace time ended while the attempt was OPEN
  kMeetingMilestone,       // A21: the current milestone includes a video meeting
  kNamesOther,             // the caller names a milestone that is not the current one
  kNamesUnfunded,          // … or one that is not paid for
  kNamesAccepted,          // … or one before the current, accepted
  kNamesUnknown,           // … or one that the order does not have
  kNamesMeeting,           // the caller names a place to meet
  kFinalDelivery,          // final_delivery = true
  kDecideLater,            // next = DECIDE_LATER, said explicitly
  kStartNext,              // next = START_NEXT
  kEndOrder,               // next = END_ORDER
  kAttemptKnown,           // PlaceOrder's attempt number was seen before
  kWindowPassed,           // PlaceOrder's accept_until has come
  kNamesClosed,            // the caller names a payment attempt that has ended
  kSaysSucceeded,          // an operator says that the money was taken
  kRefundTriesLeft,        // the refund that failed may be followed by another
  kNamesOtherMethod,       // another payment method than that of the attempt to place the order
  kQuoteExpired,           // the quote has ended
  kMoneyHeld,              // the current milestone is paid and neither accepted nor cancelled
  kCancellable,            // A20: the current milestone is late enough for the buyer to cancel it
  kDeliveryTimed,          // deliveries of the order have deadlines: it is of edition 1 or later
  kCancellationRequested,  // a request to cancel waits for its answer
  kOwnRequest,             // … and the caller made it
  kDisputesLeft,           // the caller may open a dispute about the current milestone (again)
  kOwnDispute,             // the caller opened the current milestone's dispute
  kAgrees,                 // the caller agrees to the request to cancel
  kNothingForSeller,       // the caller gives the seller nothing
  kTooMuchForSeller,       // … or more than there is to give
  kNamesOtherCurrency,     // … or an amount in another currency than the order's
  kReleases,               // an operator releases a disputed milestone
  kLateMoney,              // the refund returns money that came too late (M9)
};

// One line each: all of them shall fit on a screen.
// clang-format off
constexpr EnumEntry EntryOf(Fact fact) {
  const int number = static_cast<int>(fact) + 1;  // never stored
  switch (fact) {
    case Fact::kLastMilestone: return {"LAST_MILESTONE", number};
    case Fact::kAcceptedMilestone: return {"ACCEPTED_MILESTONE", number};
    case Fact::kPaymentOpen: return {"PAYMENT_OPEN", number};
    case Fact::kAttemptsLeft: return {"ATTEMPTS_LEFT", number};
    case Fact::kRevisionsLeft: return {"REVISIONS_LEFT", number};
    case Fact::kGraceNoted: return {"GRACE_NOTED", number};
    case Fact::kMeetingMilestone: return {"MEETING_MILESTONE", number};
    case Fact::kNamesOther: return {"NAMES_OTHER", number};
    case Fact::kNamesUnfunded: return {"NAMES_UNFUNDED", number};
    case Fact::kNamesAccepted: return {"NAMES_ACCEPTED", number};
    case Fact::kNamesUnknown: return {"NAMES_UNKNOWN", number};
    case Fact::kNamesMeeting: return {"NAMES_MEETING", number};
    case Fact::kFinalDelivery: return {"FINAL_DELIVERY", number};
    case Fact::kDecideLater: return {"DECIDE_LATER", number};
    case Fact::kStartNext: return {"START_NEXT", number};
    case Fact::kEndOrder: return {"END_ORDER", number};
    case Fact::kAttemptKnown: return {"ATTEMPT_KNOWN", number};
    case Fact::kWindowPassed: return {"WINDOW_PASSED", number};
    case Fact::kNamesClosed: return {"NAMES_CLOSED", number};
    case Fact::kSaysSucceeded: return {"SAYS_SUCCEEDED", number};
    case Fact::kRefundTriesLeft: return {"REFUND_TRIES_LEFT", number};
    case Fact::kNamesOtherMethod: return {"NAMES_OTHER_METHOD", number};
    case Fact::kQuoteExpired: return {"QUOTE_EXPIRED", number};
    case Fact::kMoneyHeld: return {"MONEY_HELD", number};
    case Fact::kCancellable: return {"CANCELLABLE", number};
    case Fact::kDeliveryTimed: return {"DELIVERY_TIMED", number};
    case Fact::kCancellationRequested: return {"CANCELLATION_REQUESTED", number};
    case Fact::kOwnRequest: return {"OWN_REQUEST", number};
    case Fact::kDisputesLeft: return {"DISPUTES_LEFT", number};
    case Fact::kOwnDispute: return {"OWN_DISPUTE", number};
    case Fact::kAgrees: return {"AGREES", number};
    case Fact::kNothingForSeller: return {"NOTHING_FOR_SELLER", number};
    case Fact::kTooMuchForSeller: return {"TOO_MUCH_FOR_SELLER", number};
    case Fact::kNamesOtherCurrency: return {"NAMES_OTHER_CURRENCY", number};
    case Fact::kReleases: return {"RELEASES", number};
    case Fact::kLateMoney: return {"LATE_MONEY", number};
  }
  return {};
}
// clang-format on
using Facts = EnumSet<Fact>;

struct Rule {
  Trigger trigger{};
  EnumSet<Party> by = EnumSet<Party>::All();  // of the trigger's parties, those that it is for
  // The order states in which the rule applies. An empty set means: there is no order yet.
  EnumSet<OrderState> from;
  EnumSet<MilestoneState> milestone = EnumSet<MilestoneState>::All();  // of the current milestone
  Facts when;                                                          // all of them hold
  Facts unless;                                                        // none of them holds

  // Either a refusal …
  std::optional<Reason> refusal;
  // … or what happens. A state that is unset stays as it is.
  std::optional<OrderState> to;
  std::optional<CompletionReason> completion_reason;
  std::optional<CancellationReason> cancellation_reason;
  std::vector<EventKind> events;  // in this order; see Events
  std::optional<DeadlineKind> sets;
  absl::string_view money;    // the move of DOMAIN §3, or empty
  absl::string_view numbers;  // the domain rules behind it: "S33 A10"

  bool refuses() const { return refusal.has_value(); }
};

// The kinds of these events, for Rule::events. An event that can't be made from a rule's cause does not compile. A kind stands for
// as many events as its Made makes: milestone.skipped for one for each milestone that is not started, refund.started,
// cancellation.voided and dispute.resolved for one where there is something to refund, to void or to resolve.
template <class... Event>
std::vector<EventKind> Events() {
  static_assert((requires(const Cause& cause) { Event::Made(cause); } && ...));
  return {kKindOf<Event>...};
}

// All rules, triggers in their enum's order.
const std::vector<Rule>& Workflow();
// Those of one trigger.
absl::Span<const Rule> RulesOf(Trigger trigger);

// The facts of an order that need neither a caller nor a clock.
Facts FactsOf(const Order& order);
// Those that depend on which party calls.
Facts FactsOf(const Order& order, Party by);

// The rule that decides. `by`: the party that calls; not needed where the trigger has one party. `order` is null if there is none yet. Every trigger has a rule in every state in which it
// can occur: a null result is a bug or a damaged order (NoRule reports it).
const Rule* FindRule(Trigger trigger, const Order* order, Facts facts,
                     std::optional<Party> by = std::nullopt);
// The bug that is reported where FindRule found none.
absl::Status NoRule(Trigger trigger, const Order* order);

// The milestone that a payment started now would pay for.
uint32_t MilestoneToPay(const Order& order);

}  // namespace milepost::billing
