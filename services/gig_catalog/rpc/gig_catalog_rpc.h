// The RPC service GigCatalog: its methods are those of its handlers.
#pragma once

#include "common/rpc/service.h"
#include "services/gig_catalog/rpc/gig_access.h"
#include "services/gig_catalog/rpc/gig_handlers.h"
#include "services/gig_catalog/rpc/list_handlers.h"
#include "services/gig_catalog/rpc/plan_handlers.h"
#include "services/gig_catalog/rpc/search_handlers.h"
#include "services/gig_catalog/rpc/subcategory_handlers.h"
#include "services/gig_catalog/rpc/template_handlers.h"
#include "services/gig_catalog/rpc/workflow_handlers.h"

namespace milepost::gig_catalog {

// Thread-safe. The constructor's arguments must outlive it, and it must outlive the gRPC server.
class GigCatalogRpc final : public rpc::Service {
 public:
  GigCatalogRpc(rpc::HandlerPool& pool, const rpc::ServiceOptions& options, GigAccess& gigs, GigLists& lists,
                service::Access<SubcategoryDomain>& subcategories, service::Queries& queries,
                GigSearch& search);

 private:
  GigHandlers gigs_;
  ListHandlers lists_;
  PlanHandlers plans_;
  SearchHandlers search_;
  TemplateHandlers templates_;
  WorkflowHandlers workflows_;
  SubcategoryHandlers subcategories_;
};

}  // namespace milepost::gig_catalog
