#include "services/offer_service/domain/transitions.h"

namespace milepost::offers {
namespace {

using enum OfferState;

constexpr Transition Row(OfferState from, Trigger trigger, Party by, OfferState to,
                         absl::string_view events) {
  return {from, trigger, by, {to}, 1, events};
}

constexpr Transition kTable[] = {
    Row(kDraft, Trigger::kUpdate, Party::kSeller, kDraft, "offer.updated"),
    Row(kDraft, Trigger::kDelete, Party::kSeller, kDeleted, "offer.deleted"),
    Row(kDraft, Trigger::kSend, Party::kSeller, kSent, "offer.sent"),
    Row(kSent, Trigger::kWithdraw, Party::kSeller, kWithdrawn, "offer.withdrawn"),
    Row(kSent, Trigger::kDecline, Party::kBuyer, kDeclined, "offer.declined"),
    Row(kSent, Trigger::kExpiry, Party::kOurselves, kExpired, "offer.expired"),
    Row(kSent, Trigger::kAccept, Party::kBuyer, kAccepting, "offer.accept_started"),
    {kAccepting,
     Trigger::kPlacement,
     Party::kOurselves,
     {kAccepted, kSent, kExpired},
     3,
     "offer.accepted, offer.accept_failed, offer.expired"},
    Row(kAccepting, Trigger::kOrderOutcome, Party::kBilling, kAccepted,
        "offer.accepted, offer.order_completed, offer.order_cancelled"),
    Row(kAccepted, Trigger::kOrderOutcome, Party::kBilling, kAccepted,
        "offer.order_completed, offer.order_cancelled"),
};

}  // namespace

absl::Span<const Transition> Transitions() {
  return kTable;
}

const Transition* FindTransition(OfferState from, Trigger trigger) {
  for (const Transition& row : kTable)
    if (row.from == from && row.trigger == trigger) return &row;
  return nullptr;
}

Party PartyFor(Trigger trigger) {
  for (const Transition& row : kTable)
    if (row.trigger == trigger) return row.by;
  return Party::kOurselves;
}

}  // namespace milepost::offers
