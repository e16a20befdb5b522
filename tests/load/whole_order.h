// Whole orders, from the offer to the last payment, through all three services and the payment provider: what P4 counts.
//
// CreateOffer, SendOffer, AcceptOffer (which places and charges), then three milestones: deliver, accept and start the next;
// the last acceptance completes the order.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/load/traffic.h"

namespace milepost::load {

class WholeOrders {
 public:
  WholeOrders(const std::string& catalog, const std::string& offers, const std::string& billing);
  ~WholeOrders();

  // Publishes the gigs that the offers are for.
  absl::Status Prepare();
  // Callers that make one order after another. This object outlives them.
  std::vector<std::unique_ptr<Caller>> MakeCallers(int count);

 private:
  struct Stubs;
  struct Gig {
    std::string name, seller;
  };
  class OrderCaller;

  const std::string catalog_;
  std::vector<std::unique_ptr<Stubs>> stubs_;
  std::vector<Gig> gigs_;
};

}  // namespace milepost::load
