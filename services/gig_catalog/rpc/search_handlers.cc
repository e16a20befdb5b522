#include "services/gig_catalog/rpc/search_handlers.h"

#include <optional>
#include <utility>

#include "common/core/status_macros.h"
#include "common/core/text.h"
#include "common/rpc/await.h"
#include "common/rpc/page.h"
#include "services/gig_catalog/rpc/gig_conversion.h"
#include "services/gig_catalog/rpc/search_conversion.h"

namespace milepost::gig_catalog {

void SearchHandlers::AddTo(rpc::Service& service) {
  service.Add(&SearchHandlers::SearchGigs, *this);
}

rpc::Awaitable<v1::SearchGigsResponse> SearchHandlers::SearchGigs(rpc::Call call,
                                                                  const v1::SearchGigsRequest& request) {
  MILEPOST_CO_ASSIGN(SearchQuery query, QueryOf(request));
  v1::SearchGigsResponse response;
  response.set_order(v1::SEARCH_ORDER_RELEVANCE);
  // Only of punctuation: there is no word that a gig could have.
  if (query.words.empty() && !IsBlank(request.query())) co_return response;
  query.limit = rpc::PageSize(request.page_size());
  using Found = absl::StatusOr<FoundGigs>;
  MILEPOST_CO_ASSIGN(const FoundGigs found, co_await rpc::Await<Found>([&](auto done) {
                       search_.Find(std::move(query), std::move(done));
                     }));
  response.set_order(ToWire(found.order));
  std::optional<SearchPlace> next = found.next;
  rpc::PageWriter<v1::Gig> page(found.gigs.size(), response.mutable_gigs());
  for (const FoundGig& each : found.gigs) {
    if (page.Add(ToWire(each.gig, each.subcategories, call.actor))) continue;
    next = found.gigs[page.written() - 1].place;
    break;
  }
  if (next) response.set_next_page_token(SearchPageToken(request, *next));
  co_return response;
}

}  // namespace milepost::gig_catalog
