#include "services/gig_catalog/rpc/gig_catalog_rpc.h"

namespace milepost::gig_catalog {

GigCatalogRpc::GigCatalogRpc(rpc::HandlerPool& pool, const rpc::ServiceOptions& options, GigAccess& gigs,
                             GigLists& lists, service::Access<SubcategoryDomain>& subcategories,
                             service::Queries& queries, GigSearch& search)
    : Service("milepost.catalog.v1.GigCatalog", pool, options),
      gigs_(gigs),
      lists_(lists),
      plans_(gigs),
      search_(search),
      workflows_(gigs, queries),
      subcategories_(subcategories, queries) {
  gigs_.AddTo(*this);
  lists_.AddTo(*this);
  plans_.AddTo(*this);
  search_.AddTo(*this);
  templates_.AddTo(*this);
  workflows_.AddTo(*this);
  subcategories_.AddTo(*this);
}

}  // namespace milepost::gig_catalog
