// MilestoneBilling's client of OfferService. Thread-safe.
#pragma once

#include <string>

#include "common/core/id.h"
#include "common/rpc/client.h"
#include "milepost/offers/v1/offer_service.grpc.pb.h"

namespace milepost::billing {

// How an order ended. The names are those of the contract's enums without their prefix; empty = none.
struct OrderEnd {
  bool cancelled = false;           // CANCELLED, else COMPLETED
  std::string completion_reason;    // exactly where COMPLETED ("ENDED_BY_BUYER")
  std::string cancellation_reason;  // where CANCELLED, or COMPLETED (CANCELLED_AFTER_ACCEPTANCE) ("AGREED")
};

class OfferClient {
 public:
  // host:port, or a gRPC target. `carrier`: as rpc::PeerOptions.
  explicit OfferClient(std::string address, rpc::Carrier* carrier = nullptr);

  // Reads the offer as `call.actor` may see it. Refused with OFFER_NOT_FOUND or PEER_UNAVAILABLE.
  rpc::Awaitable<offers::v1::Offer> GetOffer(std::string offer, rpc::PeerCall call);

  // Reports how the offer's order ended. Idempotent: its request id is a function of the order. OK once OfferService has
  // it; else its refusal, or PEER_UNAVAILABLE.
  asio::awaitable<absl::Status> RecordOutcome(OfferId offer, OrderId order, OrderEnd end, rpc::PeerCall call);

  // As rpc::PeerBase.
  void Cancel() { peer_.Cancel(); }

 private:
  rpc::Peer<offers::v1::OfferService> peer_;
};

}  // namespace milepost::billing
