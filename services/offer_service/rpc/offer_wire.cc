#include "services/offer_service/rpc/offer_wire.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/rpc/reason_wire.h"
#include "common/rpc/update_mask.h"
#include "common/rpc/wire.h"
#include "services/offer_service/clients/terms_wire.h"

namespace milepost::offers {
namespace {

type::v1::PaymentOutcome ToWire(const LastPayment& payment) {
  type::v1::PaymentOutcome wire;
  wire.set_state(ToWire(payment.state));
  rpc::SetWhy(payment.reason, wire);
  *wire.mutable_update_time() = rpc::ToWire(payment.at);
  if (payment.charge) wire.set_charge(rpc::NameOf("charges", payment.charge->uuid()));
  return wire;
}

v1::OfferOrderState OrderStateOf(const Offer& offer) {
  if (offer.state != OfferState::kAccepted) return v1::OFFER_ORDER_STATE_UNSPECIFIED;
  if (!offer.order_outcome) return v1::OFFER_ORDER_STATE_RUNNING;
  return *offer.order_outcome == OrderOutcome::kCompleted ? v1::OFFER_ORDER_STATE_COMPLETED
                                                          : v1::OFFER_ORDER_STATE_CANCELLED;
}

std::optional<absl::Time> ExpiryOf(const v1::Offer& offer) {
  return offer.has_expire_time() ? std::optional<absl::Time>(rpc::TimeOf(offer.expire_time())) : std::nullopt;
}

absl::StatusOr<GigId> GigIdOf(const v1::Offer& offer) {
  MILEPOST_ASSIGN_OR_RETURN(const Uuid gig, rpc::IdIn(offer.gig(), "gigs"));
  return GigId(gig);
}

// The fields that UpdateOffer may change. The terms are one of three fields: which one is given decides the order type.
constexpr absl::string_view kUpdatable[] = {"buyer",       "gig",      "conversation", "message",
                                            "expire_time", "one_time", "subscription", "milestones"};
constexpr absl::string_view kTermsFields[] = {"one_time", "subscription", "milestones"};

absl::string_view TermsFieldOf(const v1::Offer& offer) {
  switch (offer.terms_case()) {
    case v1::Offer::kOneTime:
      return "one_time";
    case v1::Offer::kSubscription:
      return "subscription";
    case v1::Offer::kMilestones:
      return "milestones";
    case v1::Offer::TERMS_NOT_SET:
      break;
  }
  return "";
}

void CheckMask(const google::protobuf::FieldMask& mask, const v1::Offer& offer,
               std::vector<FieldViolation>& violations) {
  rpc::CheckMask(mask, kUpdatable, violations);
  for (const std::string& path : mask.paths()) {
    const bool terms = std::count(std::begin(kTermsFields), std::end(kTermsFields), path) > 0;
    if (terms && path != TermsFieldOf(offer))
      violations.push_back({"update_mask", absl::StrCat("names ", path, ", which the offer does not carry")});
  }
}

// A completed order has a reason for it. A cancelled one has a reason for that, and so has one that is completed because it was
// cancelled after an acceptance (A19).
std::vector<FieldViolation> WrongReasons(const v1::RecordOrderOutcomeRequest& request, OrderOutcome outcome) {
  std::vector<FieldViolation> wrong;
  const bool completed = outcome == OrderOutcome::kCompleted;
  if (completed != (request.reason() != type::v1::COMPLETION_REASON_UNSPECIFIED))
    wrong.push_back({"reason", "must be set exactly where the outcome is ORDER_OUTCOME_COMPLETED"});
  const bool cancelled =
      !completed || request.reason() == type::v1::COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE;
  if (cancelled != (request.cancellation_reason() != type::v1::CANCELLATION_REASON_UNSPECIFIED))
    wrong.push_back({"cancellation_reason",
                     "must be set exactly where the outcome is ORDER_OUTCOME_CANCELLED, or "
                     "ORDER_OUTCOME_COMPLETED with COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE"});
  return wrong;
}

// The name inside an Offer has no rule of its own, because CreateOffer ignores it.
bool IsOfferName(absl::string_view name) {
  const absl::StatusOr<Uuid> id = rpc::IdIn(name, "offers");
  return id.ok() && name == rpc::NameOf("offers", *id);
}

}  // namespace

type::v1::PaymentState ToWire(PaymentState state) {
  return WireOf<type::v1::PaymentState>(state);
}

v1::Offer ToWire(const Offer& offer, const Actor& viewer) {
  v1::Offer wire;
  wire.set_name(rpc::NameOf("offers", offer.id.uuid()));
  wire.set_seller(offer.seller);
  wire.set_buyer(offer.buyer);
  wire.set_gig(rpc::NameOf("gigs", offer.gig.uuid()));
  wire.set_conversation(offer.conversation);
  wire.set_message(offer.message);
  wire.set_decline_message(offer.decline_message);
  SetTerms(offer.terms, wire);
  if (offer.expire_time) *wire.mutable_expire_time() = rpc::ToWire(*offer.expire_time);
  wire.set_state(WireOf<v1::OfferState>(offer.state));
  wire.set_terms_hash(TermsHash(offer.gig, offer.terms));
  if (offer.last_payment) *wire.mutable_last_payment() = ToWire(*offer.last_payment);
  const bool declined = offer.last_payment && offer.last_payment->state == PaymentState::kDeclined;
  if (declined && viewer.is_user() && viewer.name != offer.buyer) wire.mutable_last_payment()->clear_why();
  if (offer.accept_attempts > 0) wire.set_order(rpc::NameOf("orders", OrderOf(offer.id).uuid()));
  wire.set_order_state(OrderStateOf(offer));
  wire.set_order_reason(rpc::CompletionReasonNamed(offer.order_reason));
  wire.set_order_cancellation_reason(rpc::CancellationReasonNamed(offer.order_cancellation_reason));
  wire.set_etag(absl::StrCat(offer.sequence));
  *wire.mutable_create_time() = rpc::ToWire(offer.created_at);
  *wire.mutable_update_time() = rpc::ToWire(offer.updated_at);
  *wire.mutable_total() = rpc::ToWire(Total(offer.terms));
  return wire;
}

absl::StatusOr<OfferId> OfferIdOf(absl::string_view name) {
  MILEPOST_ASSIGN_OR_RETURN(const Uuid id, rpc::IdIn(name, "offers"));
  return OfferId(id);
}

absl::StatusOr<CreateOffer> CreationOf(const v1::Offer& offer, OfferId id, const Actor& seller) {
  std::vector<FieldViolation> violations;
  CheckTermsShape(offer, violations);
  if (!violations.empty()) return RefuseFields(std::move(violations));
  MILEPOST_ASSIGN_OR_RETURN(Terms terms, TermsOf(offer));
  MILEPOST_ASSIGN_OR_RETURN(const GigId gig, GigIdOf(offer));
  CreateOffer command;
  command.actor = seller;
  command.id = id;
  command.buyer = offer.buyer();
  command.conversation = offer.conversation();
  command.message = offer.message();
  command.terms = std::move(terms);
  command.expire_time = ExpiryOf(offer);
  command.for_gig = gig;
  return command;
}

absl::StatusOr<UpdateOffer> ChangeOf(const v1::UpdateOfferRequest& request, const Actor& seller) {
  const v1::Offer& offer = request.offer();
  const google::protobuf::FieldMask& mask = request.update_mask();
  const bool takes_terms = rpc::Updates(mask, TermsFieldOf(offer));
  std::vector<FieldViolation> violations;
  if (!IsOfferName(offer.name()))
    violations.push_back({"offer.name", "must be a resource name like offers/{offer}"});
  CheckMask(mask, offer, violations);
  if (takes_terms) CheckTermsShape(offer, violations);
  if (!violations.empty()) return RefuseFields(std::move(violations));
  UpdateOffer change{.actor = seller, .gig = AskedGig(), .policy = {}};
  if (rpc::Updates(mask, "buyer")) change.buyer = offer.buyer();
  if (rpc::Updates(mask, "conversation")) change.conversation = offer.conversation();
  if (rpc::Updates(mask, "message")) change.message = offer.message();
  if (rpc::Updates(mask, "expire_time")) change.expire_time = ExpiryOf(offer);
  if (rpc::Updates(mask, "gig")) {
    MILEPOST_ASSIGN_OR_RETURN(change.to_gig, GigIdOf(offer));
  }
  if (takes_terms) {
    MILEPOST_ASSIGN_OR_RETURN(change.terms, TermsOf(offer));
  }
  return change;
}

absl::StatusOr<RecordOrderOutcome> OrderOutcomeOf(const v1::RecordOrderOutcomeRequest& request,
                                                  const Actor& actor) {
  MILEPOST_ASSIGN_OR_RETURN(const Uuid order, rpc::IdIn(request.order(), "orders"));
  const std::optional<OrderOutcome> outcome = EnumFromWire<OrderOutcome>(request.outcome());
  if (!outcome) return RefuseFields({{"outcome", "is not one that this release knows"}});
  std::vector<FieldViolation> wrong = WrongReasons(request, *outcome);
  if (!wrong.empty()) return RefuseFields(std::move(wrong));
  return RecordOrderOutcome{actor, OrderId(order), *outcome, rpc::NameOf(request.reason()),
                            rpc::NameOf(request.cancellation_reason())};
}

}  // namespace milepost::offers
