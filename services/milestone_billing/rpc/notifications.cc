#include "services/milestone_billing/rpc/notifications.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <variant>

#include "common/events/notification.h"

namespace milepost::billing {
namespace {

using events::NotificationText;

// clang-format off
// Of a payment that was given up without the provider's answer nobody can promise that nothing was charged: if money arrives,
// it is refunded (M9).
constexpr NotificationText kPlacementDeclinedToBuyer = {
    "The order was not placed: its first payment was declined, and nothing was charged. While the offer or the quote is valid "
    "you can retry, with the same or another payment method.",
    "Der Auftrag kam nicht zustande: Die erste Zahlung wurde abgelehnt, und es wurde nichts berechnet. Solange das Angebot "
    "oder das Preisangebot gilt, können Sie es noch einmal versuchen, mit demselben oder einem anderen Zahlungsmittel."};
constexpr NotificationText kPlacementFailedToBuyer = {
    "The order was not placed: its first payment failed. Should money arrive from it after all, it is refunded to you. While "
    "the offer or the quote is valid you can retry, with the same or another payment method.",
    "Der Auftrag kam nicht zustande: Die erste Zahlung schlug fehl. Sollte sie doch noch eingehen, wird sie Ihnen erstattet. "
    "Solange das Angebot oder das Preisangebot gilt, können Sie es noch einmal versuchen, mit demselben oder einem anderen "
    "Zahlungsmittel."};
constexpr NotificationText kFundedToBuyer = {
    "Milestone {milestone} is paid: {amount} were charged. The seller can work on it now.",
    "Meilenstein {milestone} ist bezahlt: {amount} wurden eingezogen. Der Anbieter kann jetzt daran arbeiten."};
constexpr NotificationText kWorkAuthorizedToSeller = {
    "Milestone {milestone} is paid. Please work on it and deliver it by {until}.",
    "Meilenstein {milestone} ist bezahlt. Bitte arbeiten Sie daran und liefern Sie ihn bis {until}."};
constexpr NotificationText kPaymentDeclinedToBuyer = {
    "The payment of milestone {milestone} was declined, and nothing was charged. While the order waits for it you can retry, "
    "with the same or another payment method.",
    "Die Zahlung von Meilenstein {milestone} wurde abgelehnt, und es wurde nichts berechnet. Solange der Auftrag darauf wartet, "
    "können Sie es noch einmal versuchen, mit demselben oder einem anderen Zahlungsmittel."};
constexpr NotificationText kPaymentFailedToBuyer = {
    "The payment of milestone {milestone} failed. Should money arrive from it after all, it is refunded to you. While the order "
    "waits for a payment you can retry, with the same or another payment method.",
    "Die Zahlung von Meilenstein {milestone} schlug fehl. Sollte sie doch noch eingehen, wird sie Ihnen erstattet. Solange der "
    "Auftrag auf eine Zahlung wartet, können Sie es noch einmal versuchen, mit demselben oder einem anderen Zahlungsmittel."};
constexpr NotificationText kDeliveredToBuyer = {
    "Milestone {milestone} was delivered. Please accept it or ask for a revision by {until}; after that it counts as "
    "accepted and the order is completed.",
    "Meilenstein {milestone} wurde geliefert. Bitte nehmen Sie ihn bis {until} an oder bitten Sie um eine Überarbeitung; "
    "danach gilt er als angenommen und der Auftrag ist abgeschlossen."};
constexpr NotificationText kFinallyDeliveredToBuyer = {
    "The complete project was delivered with milestone {milestone}. Please accept it or ask for a revision by {until}; "
    "after that it counts as accepted and the order is completed.",
    "Mit Meilenstein {milestone} wurde das gesamte Projekt geliefert. Bitte nehmen Sie es bis {until} an oder bitten Sie um "
    "eine Überarbeitung; danach gilt es als angenommen und der Auftrag ist abgeschlossen."};
constexpr NotificationText kRevisionRequestedToSeller = {
    "The buyer asks for a revision of milestone {milestone}. Please deliver it again by {until}.",
    "Der Käufer bittet um eine Überarbeitung von Meilenstein {milestone}. Bitte liefern Sie ihn bis {until} noch einmal."};
constexpr NotificationText kAcceptedToSeller = {
    "Milestone {milestone} was accepted. You have earned {amount}.",
    "Meilenstein {milestone} wurde angenommen. Sie haben {amount} verdient."};
constexpr NotificationText kAutoAcceptedToSeller = {
    "Nobody answered the delivery of milestone {milestone} in time: it counts as accepted and the order is completed. You "
    "have earned {amount}.",
    "Auf die Lieferung von Meilenstein {milestone} kam keine rechtzeitige Antwort: Er gilt als angenommen, der Auftrag ist "
    "abgeschlossen. Sie haben {amount} verdient."};
constexpr NotificationText kAutoAcceptedToBuyer = {
    "You have not answered the delivery of milestone {milestone} in time: it counts as accepted, its {amount} were released to "
    "the seller, and the order is completed. Nothing more will be charged.",
    "Sie haben auf die Lieferung von Meilenstein {milestone} nicht rechtzeitig geantwortet: Er gilt als angenommen, {amount} "
    "wurden für den Anbieter freigegeben und der Auftrag ist abgeschlossen. Es wird nichts weiter berechnet."};
constexpr NotificationText kEndedToBuyer = {
    "You have ended the order after milestone {milestone}. It is completed; nothing more will be charged.",
    "Sie haben den Auftrag nach Meilenstein {milestone} beendet. Er ist abgeschlossen; es wird nichts weiter berechnet."};
constexpr NotificationText kEndedToSeller = {
    "The buyer has ended the order. It is completed; please do not go on with further milestones, they will not be paid.",
    "Der Käufer hat den Auftrag beendet. Er ist abgeschlossen; bitte arbeiten Sie nicht an weiteren Meilensteinen, sie werden "
    "nicht bezahlt."};
constexpr NotificationText kAllAcceptedToSeller = {
    "Everything is accepted: the order is completed.",
    "Alles ist angenommen: Der Auftrag ist abgeschlossen."};
constexpr NotificationText kNextNotStartedToBuyer = {
    "You have not started the next milestone in time: the order is completed. Nothing more will be charged.",
    "Sie haben den nächsten Meilenstein nicht rechtzeitig begonnen: Der Auftrag ist abgeschlossen. Es wird nichts weiter "
    "berechnet."};
constexpr NotificationText kNextNotStartedToSeller = {
    "The buyer has not started the next milestone in time: the order is completed. Please do not go on with further "
    "milestones, they will not be paid.",
    "Der Käufer hat den nächsten Meilenstein nicht rechtzeitig begonnen: Der Auftrag ist abgeschlossen. Bitte arbeiten Sie "
    "nicht an weiteren Meilensteinen, sie werden nicht bezahlt."};
constexpr NotificationText kGraceTimeoutToBuyer = {
    "The next milestone was not paid in time: the order is completed. Nothing more will be charged.",
    "Der nächste Meilenstein wurde nicht rechtzeitig bezahlt: Der Auftrag ist abgeschlossen. Es wird nichts weiter berechnet."};
constexpr NotificationText kGraceTimeoutToSeller = {
    "The buyer has not paid the next milestone in time: the order is completed. Please do not go on with further milestones, "
    "they will not be paid.",
    "Der Käufer hat den nächsten Meilenstein nicht rechtzeitig bezahlt: Der Auftrag ist abgeschlossen. Bitte arbeiten Sie "
    "nicht an weiteren Meilensteinen, sie werden nicht bezahlt."};
constexpr NotificationText kLateRefundToBuyer = {
    "A payment that counted as failed went through after all. It does not count for the order; {amount} will be refunded to "
    "you.",
    "Eine Zahlung, die als gescheitert galt, ging doch noch ein. Sie zählt nicht für den Auftrag; {amount} werden Ihnen "
    "erstattet."};
constexpr NotificationText kRefundedToBuyer = {
    "A payment that counted as failed went through after all. It did not count for the order; {amount} were refunded to you.",
    "Eine Zahlung, die als gescheitert galt, ging doch noch ein. Sie zählte nicht für den Auftrag; {amount} wurden Ihnen "
    "erstattet."};
// clang-format on

// What a move is about: all its lines are of one amount, or its largest is.
Money AmountOf(const Move& move) {
  Money amount{0, move.currency};
  for (const Posting& posting : move.postings)
    amount.minor = std::max(amount.minor, std::abs(posting.amount_minor));
  return amount;
}

// A decision for each kind of event: a new one does not compile without.
class Teller {
 public:
  Teller(absl::string_view buyer, absl::string_view seller, events::v1::Event& out)
      : buyer_(buyer), seller_(seller), out_(out) {}

  void operator()(const OrderPlacementStarted&) const {}  // the buyer's own step; what comes of it is told
  void operator()(const OrderPlacementFailed& event) const {
    // Without a charge the acceptance of an offer came too late: OfferService tells that.
    if (!event.charge) return;
    const bool declined = event.failure == PlacementFailure::kPaymentDeclined;
    ToBuyer(declined ? kPlacementDeclinedToBuyer : kPlacementFailedToBuyer, {});
  }
  void operator()(const OrderCreated&) const {}             // milestone.funded and work_authorized say more
  void operator()(const MilestonePaymentStarted&) const {}  // what comes of it is told
  void operator()(const MilestoneFunded& event) const {
    const Money charged{event.amount.minor + event.buyer_fee_minor, event.amount.currency};
    ToBuyer(kFundedToBuyer, {.milestone = event.milestone, .amount = charged});
  }
  void operator()(const MilestoneWorkAuthorized& event) const {
    ToSeller(kWorkAuthorizedToSeller, {.milestone = event.milestone, .until = event.due_at});
  }
  void operator()(const MilestonePaymentFailed& event) const {
    ToBuyer(event.decline_reason ? kPaymentDeclinedToBuyer : kPaymentFailedToBuyer,
            {.milestone = event.milestone});
  }
  void operator()(const MilestoneDelivered& event) const {
    ToBuyer(event.final_delivery ? kFinallyDeliveredToBuyer : kDeliveredToBuyer,
            {.milestone = event.milestone, .until = event.review_due});
  }
  void operator()(const MilestoneRevisionRequested& event) const {
    ToSeller(kRevisionRequestedToSeller, {.milestone = event.milestone, .until = event.due_at});
  }
  void operator()(const MilestoneAccepted& event) const {
    ToSeller(kAcceptedToSeller, {.milestone = event.release.milestone, .amount = EarnedIn(event.release)});
  }
  void operator()(const MilestoneAutoAccepted& event) const {
    const Release& release = event.release;
    ToSeller(kAutoAcceptedToSeller, {.milestone = release.milestone, .amount = EarnedIn(release)});
    ToBuyer(kAutoAcceptedToBuyer, {.milestone = release.milestone, .amount = release.amount});
  }
  void operator()(const MilestoneSkipped&) const {}  // the order's end says so
  void operator()(const OrderEnded& event) const { ToBuyer(kEndedToBuyer, {.milestone = event.milestone}); }
  void operator()(const SellerNotified& event) const {
    events::Notify(event.seller, kEndedToSeller, {}, out_);
  }
  void operator()(const OrderCompleted& event) const {
    switch (event.reason) {
      case CompletionReason::kAllAccepted:
        return ToSeller(kAllAcceptedToSeller, {});
      case CompletionReason::kEndedByBuyer:   // order.ended and seller.notified
      case CompletionReason::kReviewTimeout:  // milestone.auto_accepted
        return;
      case CompletionReason::kNextNotStarted:
        ToBuyer(kNextNotStartedToBuyer, {});
        return ToSeller(kNextNotStartedToSeller, {});
      case CompletionReason::kPaymentGraceTimeout:
        ToBuyer(kGraceTimeoutToBuyer, {});
        return ToSeller(kGraceTimeoutToSeller, {});
    }
  }
  // How open payments and refunds are pursued is nobody's business but ours.
  void operator()(const DeadlineNoted&) const {}
  void operator()(const ChargeLeased&) const {}
  void operator()(const ChargeUndecided&) const {}
  void operator()(const ChargeSucceededLate&) const {}  // its refund.started says more
  void operator()(const OrderOutcomeRecorded&) const {}
  void operator()(const ChargeResolved&) const {}
  void operator()(const ChargeRecheckSet&) const {}
  void operator()(const RefundStarted& event) const {
    if (event.number == 1)
      ToBuyer(kLateRefundToBuyer, {.amount = event.amount});  // the later ones try the same again
  }
  void operator()(const ChargeLateRefunded& event) const {
    ToBuyer(kRefundedToBuyer, {.amount = AmountOf(event.move)});
  }
  void operator()(const RefundFailed&) const {}
  void operator()(const RefundLeased&) const {}
  void operator()(const RefundUndecided&) const {}

 private:
  static Money EarnedIn(const Release& release) {
    return {release.amount.minor - release.commission_minor, release.amount.currency};
  }
  void ToBuyer(const NotificationText& text, const events::TextParts& parts) const {
    events::Notify(buyer_, text, parts, out_);
  }
  void ToSeller(const NotificationText& text, const events::TextParts& parts) const {
    events::Notify(seller_, text, parts, out_);
  }

  const absl::string_view buyer_, seller_;
  events::v1::Event& out_;
};

}  // namespace

void Tell(const OrderEvent& event, absl::string_view buyer, absl::string_view seller,
          events::v1::Event& out) {
  std::visit(Teller(buyer, seller, out), event);
}

}  // namespace milepost::billing
