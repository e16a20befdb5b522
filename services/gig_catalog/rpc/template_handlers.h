// The handler of the RPC that lists the templates of milestone plans.
#pragma once

#include "common/rpc/service.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"

namespace milepost::gig_catalog {

// Thread-safe.
class TemplateHandlers {
 public:
  // Registers its handler with the service.
  void AddTo(rpc::Service& service);

 private:
  rpc::Awaitable<catalog::v1::ListMilestoneTemplatesResponse> ListMilestoneTemplates(
      rpc::Call call, const catalog::v1::ListMilestoneTemplatesRequest& request);
};

}  // namespace milepost::gig_catalog
