// Turns an offer that is being accepted into an order, or opens it again. Both the AcceptOffer call and, after a
// crash or a missing answer, the AcceptDriver use it.
#pragma once

#include <optional>

#include "asio/awaitable.hpp"
#include "services/offer_service/clients/milestone_billing.h"
#include "services/offer_service/domain/offer_domain.h"
#include "services/offer_service/workers/offer_access.h"

namespace milepost::offers {

// What accepting an offer would do (W3).
struct PreviewedAcceptance {
  Offer offer;  // as it would be afterwards
  std::optional<type::v1::MoneyPreview> money;
};

// Thread-safe; both references must outlive it and its coroutines.
class Placing {
 public:
  Placing(OfferAccess& offers, MilestoneBillingClient& billing) : offers_(offers), billing_(billing) {}

  // One try: calls MilestoneBilling, records the durable outcome of the attempt and returns the resulting offer.
  // Never an error, because the acceptance is saved (A29): if the payment is open, MilestoneBilling does not answer,
  // or the answer can't be recorded now, it returns the offer unchanged, and the caller must try again. Requires
  // `accepting.accept`.
  asio::awaitable<Offer> Drive(Offer accepting, rpc::PeerCall call);

  // What Drive would do at `now` if the payment provider took the money at once: asks MilestoneBilling, writes nothing.
  // Its refusals that pass, and its silence (PEER_UNAVAILABLE), are errors. Requires `accepting.accept`.
  rpc::Awaitable<PreviewedAcceptance> Preview(Offer accepting, absl::Time now, rpc::PeerCall call);

 private:
  OfferAccess& offers_;
  MilestoneBillingClient& billing_;
};

}  // namespace milepost::offers
