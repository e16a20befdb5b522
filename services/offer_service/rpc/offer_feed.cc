#include "services/offer_service/rpc/offer_feed.h"

#include <string>
#include <variant>

#include "common/rpc/reason_wire.h"
#include "common/rpc/wire.h"
#include "milepost/events/v1/event.pb.h"
#include "services/offer_service/clients/terms_wire.h"
#include "services/offer_service/domain/events.h"
#include "services/offer_service/rpc/notifications.h"
#include "services/offer_service/rpc/offer_wire.h"
#include "services/offer_service/store/offer_record.h"

namespace milepost::offers {
namespace {

namespace pb = ::milepost::events::v1;
using events::Viewer;

// What a draft says; OfferCreated and OfferUpdated have the same fields.
template <class Draft>
void SetContent(const Draft& draft, pb::OfferContent& out) {
  out.set_buyer(draft.buyer);
  out.set_gig(rpc::NameOf("gigs", draft.gig.uuid()));
  out.set_conversation(draft.conversation);
  out.set_message(draft.message);
  SetTerms(draft.terms, out);
  if (draft.expire_time) *out.mutable_expire_time() = rpc::ToWire(*draft.expire_time);
}

std::string ChargeName(const std::optional<ChargeId>& charge) {
  return charge ? rpc::NameOf("charges", charge->uuid()) : "";
}

// Writes each kind of event into its place of the oneof.
class PayloadWriter {
 public:
  PayloadWriter(Viewer viewer, pb::Event& out) : viewer_(viewer), out_(out) {}

  void operator()(const OfferCreated& event) {
    SetContent(event, *out_.mutable_offer_created()->mutable_content());
  }
  void operator()(const OfferUpdated& event) {
    SetContent(event, *out_.mutable_offer_updated()->mutable_content());
  }
  void operator()(const OfferDeleted&) { out_.mutable_offer_deleted(); }
  void operator()(const OfferSent& event) {
    *out_.mutable_offer_sent()->mutable_expire_time() = rpc::ToWire(event.expire_time);
  }
  void operator()(const OfferWithdrawn&) { out_.mutable_offer_withdrawn(); }
  void operator()(const OfferDeclined& event) { out_.mutable_offer_declined()->set_message(event.message); }
  void operator()(const OfferExpired&) { out_.mutable_offer_expired(); }
  void operator()(const OfferAcceptStarted& event) {
    pb::OfferAcceptStarted& out = *out_.mutable_offer_accept_started();
    out.set_attempt(event.attempt.number);
    if (viewer_ != Viewer::kSeller) out.set_payment_method(event.attempt.payment_method);
    *out.mutable_accept_until_time() = rpc::ToWire(event.attempt.accept_until);
  }
  void operator()(const OfferAccepted& event) {
    pb::OfferAccepted& out = *out_.mutable_offer_accepted();
    out.set_order(rpc::NameOf("orders", event.order.uuid()));
    out.set_charge(ChargeName(event.charge));
  }
  void operator()(const OfferAcceptFailed& event) {
    pb::OfferAcceptFailed& out = *out_.mutable_offer_accept_failed();
    out.set_attempt(event.attempt);
    out.set_payment(ToWire(event.payment));
    const bool buyers_own = event.payment == PaymentState::kDeclined;
    if (!(buyers_own && viewer_ == Viewer::kSeller)) rpc::SetWhy(event.reason, out);
    out.set_charge(ChargeName(event.charge));
  }
  void operator()(const OfferOrderEnded& event) {
    const type::v1::CancellationReason cancellation = rpc::CancellationReasonNamed(event.cancellation_reason);
    if (event.outcome == OrderOutcome::kCancelled)
      return out_.mutable_offer_order_cancelled()->set_reason(cancellation);
    pb::OfferOrderCompleted& out = *out_.mutable_offer_order_completed();
    out.set_reason(rpc::CompletionReasonNamed(event.reason));
    out.set_cancellation_reason(cancellation);
  }

 private:
  const Viewer viewer_;
  pb::Event& out_;
};

absl::Status Show(const events::StoredEvent& stored, Viewer viewer, pb::Event& out) {
  // Not moved out of the StatusOr: gcc 16 then takes members of the variant for uninitialised.
  const absl::StatusOr<OfferEvent> event = OfferEventFromPayload(OfferId(stored.aggregate), stored.payload);
  if (!event.ok()) return event.status();
  std::visit(PayloadWriter(viewer, out), *event);
  Tell(*event, stored.buyer, stored.seller, out);
  return absl::OkStatus();
}

std::vector<std::string> Types() {
  std::vector<std::string> types =
      events::TypesOf<OfferEvent>([](const OfferEvent& event) { return NameOf(event); });
  // One kind of event has two names.
  types.emplace_back(OfferOrderEnded::kCancelled);
  return types;
}

}  // namespace

events::FeedSource OfferFeed() {
  return {.stream = {.table = "offers",
                     .seller_column = "seller",
                     .buyer_column = "buyer",
                     .audience = AudienceOf},
          .types = Types(),
          .show = Show};
}

}  // namespace milepost::offers
