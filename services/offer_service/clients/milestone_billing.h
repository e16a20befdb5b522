// MilestoneBilling as OfferService sees it. Thread-safe; outlives its calls.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "common/rpc/client.h"
#include "milepost/billing/v1/milestone_billing.grpc.pb.h"
#include "services/offer_service/domain/commands.h"
#include "services/offer_service/domain/offer.h"

namespace milepost::offers {

class MilestoneBillingClient {
 public:
  explicit MilestoneBillingClient(rpc::PeerOptions options) : billing_(std::move(options)) {}

  // Asks for the order of an ACCEPTING offer's running attempt; the same question each time for the same attempt, so
  // it may be asked again whatever became of it before. Answers what is durable about the attempt, nothing while its
  // payment is open. An error means that nobody knows: ask again.
  rpc::Awaitable<std::optional<RecordPlacement>> PlaceOrder(Offer accepting, rpc::PeerCall call);

  // As rpc::PeerBase.
  void Cancel() { billing_.Cancel(); }

 private:
  rpc::Peer<billing::v1::MilestoneBilling> billing_;
};

// The parts of it that need no peer.

// What PlaceOrder is asked for this offer. Requires `accepting.accept`.
billing::v1::PlaceOrderRequest PlaceOrderRequestOf(const Offer& accepting);

// The same question under an id that is a function of all it says. Asked when the first id is answered REQUEST_ID_REUSED:
// an earlier release asked for the attempt in other words. Whatever the id, an attempt is placed once.
billing::v1::PlaceOrderRequest UnderItsOwnId(billing::v1::PlaceOrderRequest request);

// What an answer says about the attempt; nothing while it is open. An answer that makes no sense is an error.
absl::StatusOr<std::optional<RecordPlacement>> PlacementOf(uint32_t attempt,
                                                           const billing::v1::PlaceOrderResponse& response);

// Whether MilestoneBilling has refused the attempt for good: then nothing was charged and asking again would not help.
// Not so for its overload, its absence, what may pass (a payment that is running), and what our own request ids caused.
bool IsFinalRefusal(const absl::Status& status);

}  // namespace milepost::offers
