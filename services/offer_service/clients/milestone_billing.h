// OfferService's client of MilestoneBilling. Thread-safe; outlives its calls.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "common/rpc/client.h"
#include "milepost/billing/v1/milestone_billing.grpc.pb.h"
#include "services/offer_service/domain/commands.h"
#include "services/offer_service/domain/offer.h"

namespace milepost::offers {

// What placing an order would do (W3).
struct PreviewedPlacement {
  std::optional<RecordPlacement> placement;     // unset where it would be left open
  std::optional<type::v1::MoneyPreview> money;  // where an attempt would be started
};

class MilestoneBillingClient {
 public:
  explicit MilestoneBillingClient(rpc::PeerOptions options) : billing_(std::move(options)) {}

  // Places the order of an ACCEPTING offer's running attempt. The request is the same each time for the same attempt,
  // so it may always be repeated. Returns the durable outcome of the attempt, nothing while its payment is open.
  // After an error the outcome is unknown: call it again.
  rpc::Awaitable<std::optional<RecordPlacement>> PlaceOrder(Offer accepting, rpc::PeerCall call);

  // What PlaceOrder would answer if the payment provider took the money at once, with the effect on money. Nothing is
  // written or charged. An error says that MilestoneBilling can't tell now, or that PlaceOrder would have no answer yet.
  rpc::Awaitable<PreviewedPlacement> PreviewPlacement(Offer accepting, rpc::PeerCall call);

  // As rpc::PeerBase.
  void Cancel() { billing_.Cancel(); }

 private:
  rpc::Peer<billing::v1::MilestoneBilling> billing_;
};

// The parts of the client that need no peer.

// The PlaceOrder request for this offer. Requires `accepting.accept`.
billing::v1::PlaceOrderRequest PlaceOrderRequestOf(const Offer& accepting);

// The same request under an id that is a function of its whole content. Sent after REQUEST_ID_REUSED for the first
// id: an earlier release sent other content for the attempt. Whatever the id, an attempt is placed once.
billing::v1::PlaceOrderRequest UnderItsOwnId(billing::v1::PlaceOrderRequest request);

// The outcome of the attempt in an answer; nothing while it is open. An inconsistent answer is an error.
absl::StatusOr<std::optional<RecordPlacement>> PlacementOf(uint32_t attempt,
                                                           const billing::v1::PlaceOrderResponse& response);

// Whether MilestoneBilling has refused the attempt for good: then nothing was charged and a repetition would not
// help. False for overload, unavailability, temporary states (a running payment), and refusals that our own request
// ids caused.
bool IsFinalRefusal(const absl::Status& status);

}  // namespace milepost::offers
