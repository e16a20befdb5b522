// The rules. Each reads as a list: who may, in which state, the guards in order of precedence, then the
// events.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "services/offer_service/domain/offer_domain.h"

namespace milepost::offers {
namespace {

using Events = std::vector<OfferEvent>;

absl::Status CheckActor(const Offer& offer, Trigger trigger, const Actor& actor) {
  switch (PartyFor(trigger)) {
    case Party::kSeller:
      return actor.name == offer.seller ? absl::OkStatus() : Refuse(Reason::kNotTheSeller);
    case Party::kBuyer:
      return actor.name == offer.buyer ? absl::OkStatus() : Refuse(Reason::kNotTheBuyer);
    case Party::kBilling:
      return actor.name == kBillingActor
                 ? absl::OkStatus()
                 : Refuse(Reason::kNotAPeerService, {{"service", std::string(kBillingActor)}});
    case Party::kOurselves:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

// Why a (state, trigger) that the table does not list is refused; always with the current state.
absl::Status RefuseState(const Offer& offer, Trigger trigger) {
  const std::string state(NameOf(offer.state));
  if (trigger == Trigger::kUpdate || trigger == Trigger::kDelete || trigger == Trigger::kSend)
    return Refuse(Reason::kOfferNotDraft, {{"state", state}});
  if (trigger == Trigger::kOrderOutcome) return Refuse(Reason::kOfferNotAccepted, {{"state", state}});
  if (offer.state == OfferState::kAccepting) return Refuse(Reason::kAcceptInProgress, {{"state", state}});
  if (offer.state == OfferState::kExpired)
    return Refuse(
        Reason::kOfferExpired,
        {{"state", state},
         {"expire_time", absl::FormatTime(absl::RFC3339_full, *offer.expire_time, absl::UTCTimeZone())}});
  return Refuse(Reason::kOfferNotSent, {{"state", state}});
}

// The facts, if they are about this gig. The handler asked before the command came to its turn: an update may have come in
// between, and the facts of one gig say nothing about another.
absl::StatusOr<GigFacts> FactsAbout(GigId gig, const AskedGig& asked) {
  if (!asked.ok() || asked->id == gig) return asked;
  return Refuse(Reason::kEtagMismatch);
}

absl::Status CheckOwner(const GigFacts& gig, const std::string& seller) {
  return gig.seller == seller ? absl::OkStatus() : Refuse(Reason::kNotTheGigOwner);  // S19
}

// An offer may be prepared for a gig in any state but this; see CheckPublished.
absl::Status CheckNotDeleted(const GigFacts& gig) {
  return gig.state == GigState::kDeleted ? Refuse(Reason::kGigDeleted) : absl::OkStatus();
}

absl::Status CheckPublished(const GigFacts& gig) {
  if (gig.state == GigState::kPublished) return absl::OkStatus();
  return Refuse(Reason::kGigNotPublished, {{"state", std::string(NameOf(gig.state))}});
}

absl::Status CheckOrderType(const GigFacts& gig, const Terms& terms) {
  if (!HasMilestones(terms) || gig.milestone_offers_allowed) return absl::OkStatus();
  return Refuse(Reason::kSubcategoryNotEligible, {{"subcategory", gig.subcategory}});  // S21, A9
}

// What a sent offer must be, and still be when it is accepted: for a published gig of its seller, by the rules of today.
absl::StatusOr<GigFacts> CheckOrderable(const Offer& offer, const AskedGig& asked,
                                        const TermsPolicy& policy) {
  MILEPOST_ASSIGN_OR_RETURN(GigFacts gig, FactsAbout(offer.gig, asked));
  MILEPOST_RETURN_IF_ERROR(CheckOwner(gig, offer.seller));
  MILEPOST_RETURN_IF_ERROR(CheckPublished(gig));
  MILEPOST_RETURN_IF_ERROR(CheckOrderType(gig, offer.terms));
  MILEPOST_RETURN_IF_ERROR(CheckTerms(offer.terms, policy));
  return gig;
}

absl::Status CheckBilled(const Terms& terms) {
  if (!std::holds_alternative<SubscriptionTerms>(terms)) return absl::OkStatus();
  return Refuse(Reason::kOrderTypeNotBilledYet, {{"type", "SUBSCRIPTION"}});
}

absl::StatusOr<Events> DecideOn(const Offer*, const Tick&, absl::Time) {
  return Events();
}

absl::StatusOr<Events> DecideOn(const Offer* offer, const CreateOffer& command, absl::Time) {
  if (offer) return absl::InternalError("an offer with this fresh id exists");
  if (!command.actor.is_user()) return Refuse(Reason::kNotAUser);
  const std::string& seller = command.actor.name;
  if (command.buyer == seller) return Refuse(Reason::kBuyerIsSeller);  // A25
  MILEPOST_ASSIGN_OR_RETURN(const GigFacts gig, FactsAbout(command.for_gig, command.gig));
  MILEPOST_RETURN_IF_ERROR(CheckOwner(gig, seller));
  MILEPOST_RETURN_IF_ERROR(CheckNotDeleted(gig));
  MILEPOST_RETURN_IF_ERROR(CheckOrderType(gig, command.terms));
  MILEPOST_RETURN_IF_ERROR(CheckTerms(command.terms, command.policy));
  return Events{OfferCreated{command.id, seller, command.buyer, gig.id, command.conversation, command.message,
                             command.terms, command.expire_time}};
}

absl::StatusOr<Events> DecideOn(const Offer* offer, const UpdateOffer& command, absl::Time) {
  MILEPOST_RETURN_IF_ERROR(OfferDomain::CheckMay(offer, Trigger::kUpdate, command.actor));
  const OfferUpdated before{offer->buyer,   offer->gig,   offer->conversation,
                            offer->message, offer->terms, offer->expire_time};
  const OfferUpdated after{command.buyer.value_or(before.buyer),
                           command.to_gig.value_or(before.gig),
                           command.conversation.value_or(before.conversation),
                           command.message.value_or(before.message),
                           command.terms.value_or(before.terms),
                           command.expire_time.value_or(before.expire_time)};
  if (after.buyer == offer->seller) return Refuse(Reason::kBuyerIsSeller);
  MILEPOST_ASSIGN_OR_RETURN(const GigFacts gig, FactsAbout(after.gig, command.gig));
  MILEPOST_RETURN_IF_ERROR(CheckOwner(gig, offer->seller));
  MILEPOST_RETURN_IF_ERROR(CheckNotDeleted(gig));
  MILEPOST_RETURN_IF_ERROR(CheckOrderType(gig, after.terms));
  MILEPOST_RETURN_IF_ERROR(CheckTerms(after.terms, command.policy));
  if (after == before) return Events();
  return Events{after};
}

absl::StatusOr<Events> DecideOn(const Offer* offer, const DeleteOffer& command, absl::Time) {
  MILEPOST_RETURN_IF_ERROR(OfferDomain::CheckMay(offer, Trigger::kDelete, command.actor));
  return Events{OfferDeleted{}};
}

absl::StatusOr<Events> DecideOn(const Offer* offer, const SendOffer& command, absl::Time now) {
  MILEPOST_RETURN_IF_ERROR(OfferDomain::CheckMay(offer, Trigger::kSend, command.actor));
  MILEPOST_RETURN_IF_ERROR(CheckOrderable(*offer, command.gig, command.policy).status());
  const absl::Time expire_time = offer->expire_time.value_or(now + DefaultExpiry());
  if (expire_time <= now) return Refuse(Reason::kExpiryInThePast);
  return Events{OfferSent{expire_time}};
}

absl::StatusOr<Events> DecideOn(const Offer* offer, const WithdrawOffer& command, absl::Time) {
  MILEPOST_RETURN_IF_ERROR(OfferDomain::CheckMay(offer, Trigger::kWithdraw, command.actor));
  return Events{OfferWithdrawn{}};
}

absl::StatusOr<Events> DecideOn(const Offer* offer, const DeclineOffer& command, absl::Time) {
  MILEPOST_RETURN_IF_ERROR(OfferDomain::CheckMay(offer, Trigger::kDecline, command.actor));
  return Events{OfferDeclined{command.message}};
}

absl::StatusOr<Events> DecideOn(const Offer* offer, const AcceptOffer& command, absl::Time now) {
  MILEPOST_RETURN_IF_ERROR(OfferDomain::CheckMay(offer, Trigger::kAccept, command.actor));
  if (command.terms_hash != TermsHash(offer->gig, offer->terms)) return Refuse(Reason::kTermsChanged);  // A28
  MILEPOST_RETURN_IF_ERROR(CheckBilled(offer->terms));
  MILEPOST_ASSIGN_OR_RETURN(const GigFacts gig, CheckOrderable(*offer, command.gig, command.policy));
  return Events{OfferAcceptStarted{AcceptAttempt{.number = offer->accept_attempts + 1,
                                                 .payment_method = command.payment_method,
                                                 .title = gig.title,
                                                 .actor = command.actor,
                                                 .request = command.request,
                                                 .started_at = now,
                                                 .accept_until = now + AcceptWindow()}}};
}

// What a buyer is told of an attempt that failed: that the buyer came too late is not so where our clock says otherwise.
std::string FailureReason(const AcceptAttempt& attempt, const RecordPlacement& command, absl::Time now) {
  const bool too_late_there = command.reason == kAcceptWindowPassed;
  return too_late_there && now + ClockTolerance() < attempt.accept_until ? kClocksApart : command.reason;
}

// An answer about an attempt that is no longer the running one is late, and changes nothing.
absl::StatusOr<Events> DecideOn(const Offer* offer, const RecordPlacement& command, absl::Time now) {
  if (!offer) return Refuse(Reason::kOfferNotFound);
  if (!FindTransition(offer->state, Trigger::kPlacement) || offer->accept->number != command.attempt)
    return Events();
  if (command.placed) return Events{OfferAccepted{OrderOf(offer->id), command.charge}};
  Events events = {OfferAcceptFailed{command.attempt, command.payment,
                                     FailureReason(*offer->accept, command, now), command.charge}};
  if (*offer->expire_time <= now) events.push_back(OfferExpired{});
  return events;
}

// Refused because the order has ended in another way.
absl::Status RefuseEnded(const Offer& offer) {
  const bool completed = offer.order_outcome == OrderOutcome::kCompleted;
  Details details;
  if (completed) details.emplace_back("completion_reason", offer.order_reason);
  if (!offer.order_cancellation_reason.empty())
    details.emplace_back("cancellation_reason", offer.order_cancellation_reason);
  return Refuse(completed ? Reason::kOrderCompleted : Reason::kOrderCancelled, std::move(details));
}

absl::StatusOr<Events> DecideOn(const Offer* offer, const RecordOrderOutcome& command, absl::Time) {
  MILEPOST_RETURN_IF_ERROR(OfferDomain::CheckMay(offer, Trigger::kOrderOutcome, command.actor));
  if (command.order != OrderOf(offer->id)) return Refuse(Reason::kOrderNotFound);
  if (offer->order_outcome == command.outcome) return Events();
  if (offer->order_outcome) return RefuseEnded(*offer);
  Events events;
  if (offer->state == OfferState::kAccepting) events.push_back(OfferAccepted{command.order, std::nullopt});
  events.push_back(OfferOrderEnded{command.outcome, command.reason, command.cancellation_reason});
  return events;
}

}  // namespace

absl::Status OfferDomain::CheckMay(const Offer* offer, Trigger trigger, const Actor& actor) {
  if (!offer || !MaySee(*offer, actor)) return Refuse(Reason::kOfferNotFound);
  MILEPOST_RETURN_IF_ERROR(CheckActor(*offer, trigger, actor));
  return FindTransition(offer->state, trigger) ? absl::OkStatus() : RefuseState(*offer, trigger);
}

absl::StatusOr<std::vector<OfferEvent>> OfferDomain::Decide(const Offer* offer, const OfferCommand& command,
                                                            absl::Time now) {
  return std::visit([&](const auto& asked) { return DecideOn(offer, asked, now); }, command);
}

std::vector<OfferEvent> OfferDomain::Fire(const Offer&, const OfferDeadline&) {
  return {OfferExpired{}};
}

absl::string_view OfferDomain::DeadlineName(OfferDeadlineKind) {
  return "EXPIRY";
}

}  // namespace milepost::offers
