#include "services/gig_catalog/rpc/subcategory_handlers.h"

#include <utility>
#include <vector>

#include "common/core/status_macros.h"
#include "common/service/access_bodies.h"
#include "services/gig_catalog/rpc/subcategory_conversion.h"
#include "services/gig_catalog/store/subcategory_mapping.h"

namespace milepost::gig_catalog {
namespace {

using rpc::Awaitable;
using rpc::Call;

template <class Response>
Response WithSubcategory(const db::Answer<SubcategoryDomain>& changed) {
  Response response;
  *response.mutable_subcategory() = ToWire(changed.state);
  response.set_replayed(changed.replayed);
  return response;
}

}  // namespace

void SubcategoryHandlers::AddTo(rpc::Service& service) {
  service.Add(&SubcategoryHandlers::ListSubcategories, *this);
  service.Add(&SubcategoryHandlers::CreateSubcategory, *this);
  service.Add(&SubcategoryHandlers::UpdateSubcategory, *this);
}

Awaitable<v1::ListSubcategoriesResponse> SubcategoryHandlers::ListSubcategories(
    Call, const v1::ListSubcategoriesRequest&) {
  auto listing = queries_.Run<std::vector<Subcategory>>(gig_catalog::ListSubcategories);
  MILEPOST_CO_ASSIGN(const std::vector<Subcategory> subcategories, co_await std::move(listing));
  v1::ListSubcategoriesResponse response;
  for (const Subcategory& subcategory : subcategories) *response.add_subcategories() = ToWire(subcategory);
  co_return response;
}

Awaitable<v1::CreateSubcategoryResponse> SubcategoryHandlers::CreateSubcategory(
    Call call, const v1::CreateSubcategoryRequest& request) {
  MILEPOST_CO_ASSIGN(gig_catalog::CreateSubcategory command, CommandOf(request));
  const SubcategoryId id = SubcategoryIdOf(command.code);
  auto creating = subcategories_.Take(call, id, std::move(command), HashUuid(call.actor.name));
  MILEPOST_CO_ASSIGN(const db::Answer<SubcategoryDomain> created, co_await std::move(creating));
  co_return WithSubcategory<v1::CreateSubcategoryResponse>(created);
}

Awaitable<v1::UpdateSubcategoryResponse> SubcategoryHandlers::UpdateSubcategory(
    Call call, const v1::UpdateSubcategoryRequest& request) {
  MILEPOST_CO_ASSIGN(gig_catalog::UpdateSubcategory command, CommandOf(request));
  const SubcategoryId id = SubcategoryIdOf(request.subcategory().code());
  auto changing = subcategories_.Take(call, id, std::move(command), id.uuid());
  MILEPOST_CO_ASSIGN(const db::Answer<SubcategoryDomain> changed, co_await std::move(changing));
  co_return WithSubcategory<v1::UpdateSubcategoryResponse>(changed);
}

}  // namespace milepost::gig_catalog

template class milepost::service::Access<milepost::gig_catalog::SubcategoryDomain>;
