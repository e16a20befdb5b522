// The handlers of the RPCs on subcategories.
#pragma once

#include "common/rpc/service.h"
#include "common/service/access.h"
#include "common/service/queries.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "services/gig_catalog/domain/subcategory.h"

namespace milepost::gig_catalog {

// Thread-safe. The constructor's arguments must outlive it.
class SubcategoryHandlers {
 public:
  SubcategoryHandlers(service::Access<SubcategoryDomain>& subcategories, service::Queries& queries)
      : subcategories_(subcategories), queries_(queries) {}

  // Registers its handlers with the service.
  void AddTo(rpc::Service& service);

 private:
  rpc::Awaitable<catalog::v1::ListSubcategoriesResponse> ListSubcategories(
      rpc::Call call, const catalog::v1::ListSubcategoriesRequest& request);
  rpc::Awaitable<catalog::v1::CreateSubcategoryResponse> CreateSubcategory(
      rpc::Call call, const catalog::v1::CreateSubcategoryRequest& request);
  rpc::Awaitable<catalog::v1::UpdateSubcategoryResponse> UpdateSubcategory(
      rpc::Call call, const catalog::v1::UpdateSubcategoryRequest& request);

  service::Access<SubcategoryDomain>& subcategories_;
  service::Queries& queries_;
};

}  // namespace milepost::gig_catalog

extern template class milepost::service::Access<milepost::gig_catalog::SubcategoryDomain>;
