// The server of OfferService, which main.cc runs: its own parts in the shell of a service.
#pragma once

#include "common/service/shell.h"
#include "services/offer_service/domain/offer_domain.h"
#include "services/offer_service/server/offer_options.h"

namespace milepost::offers {

// Thread-safe after construction. Outlives the drain of the server that its shell was added to.
class OfferServer {
 public:
  // Connects when it is first used.
  explicit OfferServer(const OfferOptions& options);

  service::AnyShell& shell() { return shell_; }

 private:
  service::Shell<OfferDomain> shell_;
};

}  // namespace milepost::offers
