#include "services/offer_service/rpc/offer_page.h"

#include "common/core/place.h"
#include "common/rpc/page.h"
#include "services/offer_service/rpc/offer_wire.h"

namespace milepost::offers {

void WritePage(const std::vector<Offer>& offers, size_t size, absl::string_view list, const Actor& viewer,
               v1::ListOffersResponse& response) {
  rpc::PageWriter<v1::Offer> page(size, response.mutable_offers());
  bool more = offers.size() > size;
  Place<OfferId> last;
  for (const Offer& offer : offers) {
    if (MaySee(offer, viewer) && !page.Add(ToWire(offer, viewer))) {
      more = true;
      break;
    }
    last = {offer.created_at, offer.id};
  }
  if (more) response.set_next_page_token(rpc::PageTokenAt(list, last));
}

}  // namespace milepost::offers
