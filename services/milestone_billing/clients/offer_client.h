// MilestoneBilling's client of OfferService. Thread-safe.
#pragma once

#include <string>

#include "common/core/id.h"
#include "common/rpc/client.h"
#include "milepost/offers/v1/offer_service.grpc.pb.h"

namespace milepost::billing {

class OfferClient {
 public:
  // host:port, or a gRPC target. `carrier`: as rpc::PeerOptions.
  explicit OfferClient(std::string address, rpc::Carrier* carrier = nullptr);

  // Reads the offer as `call.actor` may see it. Refused with OFFER_NOT_FOUND or PEER_UNAVAILABLE.
  rpc::Awaitable<offers::v1::Offer> GetOffer(std::string offer, rpc::PeerCall call);

  // Reports that the offer's order is COMPLETED, for this reason ("ENDED_BY_BUYER"). Idempotent: its request id is a
  // function of the order. OK once OfferService has it; else its refusal, or PEER_UNAVAILABLE.
  asio::awaitable<absl::Status> RecordCompletion(OfferId offer, OrderId order, absl::string_view reason,
                                                 rpc::PeerCall call);

  // As rpc::PeerBase.
  void Cancel() { peer_.Cancel(); }

 private:
  rpc::Peer<offers::v1::OfferService> peer_;
};

}  // namespace milepost::billing
