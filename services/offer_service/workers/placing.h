// Turns an offer that is being accepted into an order, or opens it again. The one function that drives an accept attempt,
// whoever calls it: the AcceptOffer call that started it, or the AcceptDriver after a crash or a silence.
#pragma once

#include "asio/awaitable.hpp"
#include "services/offer_service/clients/milestone_billing.h"
#include "services/offer_service/domain/offer_domain.h"
#include "services/offer_service/workers/offer_access.h"

namespace milepost::offers {

// Thread-safe; both references must outlive it and its coroutines.
class Placing {
 public:
  Placing(OfferAccess& offers, MilestoneBillingClient& billing) : offers_(offers), billing_(billing) {}

  // One try: asks MilestoneBilling, records what is durable about the attempt, answers the offer as it then stands. Never
  // an error, because the acceptance is saved (A29): while the payment is open, nobody answers, or the answer can't be
  // recorded just now, it answers the offer as it was given, and somebody must try again. Requires `accepting.accept`.
  asio::awaitable<Offer> Drive(Offer accepting, rpc::PeerCall call);

 private:
  OfferAccess& offers_;
  MilestoneBillingClient& billing_;
};

}  // namespace milepost::offers
