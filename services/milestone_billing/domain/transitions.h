// The workflow of an order as data (W11): one list of rules that OrderDomain::Decide and Fire run,
// NextActions reads, GetWorkflowDefinition serves and the documentation prints.
//
// Within a trigger the rules stand in order of precedence: the first one that matches decides. Not in the
// list, because they move no state: ticks, leases of attempts and refunds, outcomes that leave one open,
// questions about attempts that ended and found nothing new, and the relay's receipt.
#pragma once

#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/core/reason.h"
#include "services/milestone_billing/domain/enum_set.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/domain/order.h"

namespace milepost::billing {

enum class Party { kBuyer, kSeller, kOperator, kOfferService, kSystem };

// What moves an order: the methods that parties call, the outcomes of its payment attempts, its deadlines.
enum class Trigger {
  kPlaceOrder,
  kPlaceGigOrder,
  kDeliverMilestone,
  kRequestRevision,
  kAcceptMilestone,
  kStartNextMilestone,
  kEndOrder,
  kRetryPayment,
  kResolveCharge,
  kPaymentSucceeded,  // of the OPEN attempt
  kPaymentDeclined,
  kPaymentVoided,
  kPaymentSucceededLate,  // of a closed one (M9)
  kRefundSucceeded,
  kRefundFailed,
  kReviewDue,
  kNextNotStartedDue,
  kPaymentGraceDue,
};

// What a rule may ask beside the states: about the order, and about what the caller said.
enum class Fact {
  kLastMilestone,      // the current milestone is the order's last
  kAcceptedMilestone,  // at least one milestone is accepted
  kPaymentOpen,        // an attempt is OPEN
  kAttemptsLeft,       // the milestone to pay may have another attempt
  kRevisionsLeft,      // of the current milestone
  kGraceNoted,         // A16: the grace time ended while the attempt was OPEN
  kMeetingMilestone,   // A21: the current milestone includes a video meeting
  kNamesOther,         // the caller names a milestone that is not the current one
  kNamesUnfunded,      // … or one that is not paid for
  kNamesAccepted,      // … or one before the current, accepted
  kNamesUnknown,       // … or one that the order does not have
  kNamesMeeting,       // the caller names a place to meet
  kFinalDelivery,      // final_delivery = true
  kDecideLater,        // next = DECIDE_LATER, said explicitly
  kStartNext,          // next = START_NEXT
  kEndOrder,           // next = END_ORDER
  kAttemptKnown,       // PlaceOrder's attempt number was seen before
  kWindowPassed,       // PlaceOrder's accept_until has come
  kNamesClosed,        // the caller names a payment attempt that has ended
  kSaysSucceeded,      // an operator says that the money was taken
  kRefundTriesLeft,    // the refund that failed may be followed by another
  kNamesOtherMethod,   // another payment method than that of the attempt to place the order
  kQuoteExpired,       // the quote has ended
};
using Facts = EnumSet<Fact>;

// UPPER_SNAKE, the methods as the contract names them ("AcceptMilestone", "REVIEW", "BUYER").
absl::string_view NameOf(Party party);
absl::string_view NameOf(Trigger trigger);
absl::string_view NameOf(Fact fact);

struct Rule {
  Trigger trigger = Trigger::kPlaceOrder;
  // Where it applies. An empty set of order states means: there is no order yet.
  EnumSet<OrderState> from;
  EnumSet<MilestoneState> milestone = EnumSet<MilestoneState>::All();  // of the current milestone
  Facts when;                                                          // all of them hold
  Facts unless;                                                        // none of them holds

  // Either a refusal …
  std::optional<Reason> refusal;
  // … or what happens. A state that is unset stays as it is.
  std::optional<OrderState> to;
  std::optional<MilestoneState> milestone_to;  // of the milestone that is current afterwards
  std::optional<CompletionReason> completion_reason;
  std::vector<EventKind>
      events;  // in this order; kMilestoneSkipped stands for one for each milestone not started
  std::optional<DeadlineKind> sets;
  std::optional<DeadlineKind> clears;
  absl::string_view money;    // the move of DOMAIN §3, or empty
  absl::string_view numbers;  // the domain rules behind it: "S33 A10"

  bool refuses() const { return refusal.has_value(); }
};

// All rules, triggers in their enum's order.
const std::vector<Rule>& Workflow();

// For whom a trigger is.
Party PartyOf(Trigger trigger);
// What a deadline triggers when it falls due.
Trigger TriggerOf(DeadlineKind kind);

// What is known of an order without a caller and a clock: the facts down to kMeetingMilestone.
Facts FactsOf(const Order& order);

// The rule that decides. `order` is null where there is none yet. Every trigger has one in every state in
// which it can come; its absence is a bug and aborts.
const Rule& RuleFor(Trigger trigger, const Order* order, Facts facts);

// Whether the workflow knows what to do about everything that may be asked of an order which stands like this: every method
// of its parties, and its deadline. So of every order that Decide and Fire made; a stored one of which it does not is damaged,
// and RuleFor would abort.
bool IsInWorkflow(const Order& order);

// The milestone that a payment started now would pay for.
uint32_t MilestoneToPay(const Order& order);

}  // namespace milepost::billing
