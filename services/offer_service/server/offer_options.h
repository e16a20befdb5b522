// The settings of OfferService. Plain values; offer_flags.h reads them from the command line.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "common/rpc/client.h"
#include "common/service/options.h"
#include "services/offer_service/domain/terms.h"
#include "services/offer_service/workers/accept_driver.h"

namespace milepost::offers {

struct OfferOptions : service::Options {
  OfferOptions() {
    sweep_interval = absl::Milliseconds(500);
    worker_lease = absl::Seconds(10);
  }

  rpc::PeerOptions catalog{.name = "services/gig-catalog", .address = "", .self = kOfferServiceActor};
  rpc::PeerOptions billing{.name = "services/milestone-billing", .address = "", .self = kOfferServiceActor};
  TermsPolicy policy;
  int64_t floor_cents = 0;      // of a milestone offer's total (A8); 0: none
  AcceptDriverOptions accepts;  // looks as often as the sweeper does
};

}  // namespace milepost::offers
