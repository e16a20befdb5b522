#include "services/offer_service/clients/milestone_billing.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/rpc/reason_wire.h"
#include "common/rpc/status_map.h"
#include "common/rpc/wire.h"
#include "services/offer_service/clients/terms_wire.h"

namespace milepost::offers {
namespace {

absl::StatusOr<std::optional<ChargeId>> ChargeOf(const type::v1::PaymentOutcome& payment) {
  if (payment.charge().empty()) return std::optional<ChargeId>();
  MILEPOST_ASSIGN_OR_RETURN(const Uuid charge, rpc::IdIn(payment.charge(), "charges"));
  return std::optional<ChargeId>(charge);
}

RecordPlacement Refused(uint32_t attempt, const Refusal& refusal) {
  return {.attempt = attempt,
          .placed = false,
          .payment = PaymentState::kVoided,
          .reason = std::string(RowOf(refusal.reason).name)};
}

bool IsReused(const absl::Status& status) {
  const std::optional<Refusal> refusal = RefusalOf(status);
  return refusal && refusal->reason == Reason::kRequestIdReused;
}

}  // namespace

billing::v1::PlaceOrderRequest PlaceOrderRequestOf(const Offer& accepting) {
  const AcceptAttempt& attempt = *accepting.accept;
  billing::v1::PlaceOrderRequest request;
  request.set_offer(rpc::NameOf("offers", accepting.id.uuid()));
  request.set_attempt(attempt.number);
  *request.mutable_accept_until() = rpc::ToWire(attempt.accept_until);
  request.set_seller(accepting.seller);
  request.set_buyer(accepting.buyer);
  request.set_gig(rpc::NameOf("gigs", accepting.gig.uuid()));
  request.set_title(attempt.title);
  request.set_payment_method(attempt.payment_method);
  request.set_terms_hash(TermsHash(accepting.gig, accepting.terms));
  SetTerms(accepting.terms, request);
  request.set_request_id(
      DeriveUuid(accepting.id.uuid(), "place-order", absl::StrCat(attempt.number)).ToString());
  return request;
}

billing::v1::PlaceOrderRequest UnderItsOwnId(billing::v1::PlaceOrderRequest request) {
  const Uuid first = Uuid::Parse(request.request_id()).value_or(Uuid());
  request.set_request_id(DeriveUuid(first, "place-order-as", request.SerializeAsString()).ToString());
  return request;
}

absl::StatusOr<std::optional<RecordPlacement>> PlacementOf(uint32_t attempt,
                                                           const billing::v1::PlaceOrderResponse& response) {
  MILEPOST_ASSIGN_OR_RETURN(const std::optional<ChargeId> charge, ChargeOf(response.payment()));
  switch (response.placement()) {
    case billing::v1::PLACEMENT_STATE_OPEN:
      return std::optional<RecordPlacement>();
    case billing::v1::PLACEMENT_STATE_PLACED:
      return RecordPlacement{.attempt = attempt, .placed = true, .reason = "", .charge = charge};
    case billing::v1::PLACEMENT_STATE_FAILED: {
      const bool declined = response.payment().state() == type::v1::PAYMENT_STATE_DECLINED;
      return RecordPlacement{.attempt = attempt,
                             .placed = false,
                             .payment = declined ? PaymentState::kDeclined : PaymentState::kVoided,
                             .reason = rpc::WhyOf(response.payment()),
                             .charge = charge};
    }
    default:
      return absl::InternalError("PlaceOrder answered a placement that this release does not know");
  }
}

bool IsFinalRefusal(const absl::Status& status) {
  const std::optional<Refusal> refusal = RefusalOf(status);
  if (!refusal || rpc::OutcomeUnknown(status)) return false;
  switch (refusal->reason) {
    case Reason::
        kRequestIdReused:  // an earlier release of ours asked differently; its question may have been granted
    case Reason::kPaymentInProgress:
    case Reason::kOrderPlacing:
      return false;
    default:
      break;
  }
  return status.code() == absl::StatusCode::kFailedPrecondition ||
         status.code() == absl::StatusCode::kInvalidArgument;
}

rpc::Awaitable<std::optional<RecordPlacement>> MilestoneBillingClient::PlaceOrder(Offer accepting,
                                                                                  rpc::PeerCall call) {
  const uint32_t attempt = accepting.accept->number;
  const billing::v1::PlaceOrderRequest request = PlaceOrderRequestOf(accepting);
  auto asking = billing_.Call(&decltype(billing_)::Async::PlaceOrder, request, call);
  absl::StatusOr<billing::v1::PlaceOrderResponse> response = co_await std::move(asking);
  const bool asked_before = IsReused(response.status());
  if (asked_before) {
    auto asking_anew =
        billing_.Call(&decltype(billing_)::Async::PlaceOrder, UnderItsOwnId(request), std::move(call));
    response = co_await std::move(asking_anew);
  }
  if (response.ok()) co_return PlacementOf(attempt, *response);
  // What was asked before may have been granted: then no refusal of the same attempt is its end.
  if (asked_before || !IsFinalRefusal(response.status())) co_return response.status();
  co_return std::optional<RecordPlacement>(Refused(attempt, *RefusalOf(response.status())));
}

rpc::Awaitable<PreviewedPlacement> MilestoneBillingClient::PreviewPlacement(Offer accepting,
                                                                            rpc::PeerCall call) {
  const uint32_t attempt = accepting.accept->number;
  billing::v1::PlaceOrderRequest request = PlaceOrderRequestOf(accepting);
  request.set_validate_only(true);
  auto asking = billing_.Call(&decltype(billing_)::Async::PlaceOrder, std::move(request), std::move(call));
  absl::StatusOr<billing::v1::PlaceOrderResponse> response = co_await std::move(asking);
  PreviewedPlacement previewed;
  if (!response.ok()) {
    if (!IsFinalRefusal(response.status())) co_return response.status();
    previewed.placement = Refused(attempt, *RefusalOf(response.status()));
    co_return previewed;
  }
  MILEPOST_CO_ASSIGN(previewed.placement, PlacementOf(attempt, *response));
  if (response->has_preview()) previewed.money = std::move(*response->mutable_preview());
  co_return previewed;
}

}  // namespace milepost::offers
