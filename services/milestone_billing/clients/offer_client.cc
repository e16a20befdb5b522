#include "services/milestone_billing/clients/offer_client.h"

#include <utility>

#include "common/core/status_macros.h"
#include "common/rpc/reason_wire.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/clients/self.h"

namespace milepost::billing {

OfferClient::OfferClient(std::string address, rpc::Carrier* carrier)
    : peer_({.name = "services/offer-service",
             .address = std::move(address),
             .self = kSelf,
             .carrier = carrier}) {}

rpc::Awaitable<offers::v1::Offer> OfferClient::GetOffer(std::string offer, rpc::PeerCall call) {
  offers::v1::GetOfferRequest request;
  request.set_name(std::move(offer));
  auto asked = peer_.Call(&decltype(peer_)::Async::GetOffer, std::move(request), std::move(call));
  MILEPOST_CO_ASSIGN(offers::v1::GetOfferResponse response, co_await std::move(asked));
  co_return std::move(*response.mutable_offer());
}

asio::awaitable<absl::Status> OfferClient::RecordOutcome(OfferId offer, OrderId order, OrderEnd end,
                                                         rpc::PeerCall call) {
  offers::v1::RecordOrderOutcomeRequest request;
  request.set_name(rpc::NameOf("offers", offer.uuid()));
  request.set_order(rpc::NameOf("orders", order.uuid()));
  request.set_outcome(end.cancelled ? offers::v1::ORDER_OUTCOME_CANCELLED
                                    : offers::v1::ORDER_OUTCOME_COMPLETED);
  request.set_reason(rpc::CompletionReasonNamed(end.completion_reason));
  request.set_cancellation_reason(rpc::CancellationReasonNamed(end.cancellation_reason));
  request.set_request_id(DeriveUuid(order.uuid(), "outcome").ToString());
  auto told = peer_.Call(&decltype(peer_)::Async::RecordOrderOutcome, std::move(request), std::move(call));
  const absl::StatusOr<offers::v1::RecordOrderOutcomeResponse> response = co_await std::move(told);
  co_return response.status();
}

}  // namespace milepost::billing
