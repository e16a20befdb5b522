#include "services/offer_service/store/offer_mapping.h"

#include "services/offer_service/store/offer_record.h"

namespace milepost::offers {
namespace {

// One by one: gcc 12 takes the alternatives of a list of variants for uninitialised.
db::Row ColumnsOf(const Offer& offer) {
  const Money total = Total(offer.terms);
  db::Row row;
  row.reserve(9);
  row.emplace_back(offer.seller);
  row.emplace_back(offer.buyer);
  row.emplace_back(offer.gig);
  row.emplace_back(offer.created_at);
  row.emplace_back(NameOf(offer.state));
  row.emplace_back(offer.expire_time);
  offer.accept ? row.emplace_back(offer.accept->started_at) : row.emplace_back();
  row.emplace_back(total.minor);
  row.emplace_back(total.currency.code());
  return row;
}

}  // namespace

db::Mapping<OfferDomain> OfferMapping() {
  db::Mapping<OfferDomain> mapping;
  mapping.table = "offers";
  mapping.aggregate_type = "offer";
  mapping.columns = {
      "seller",      "buyer",   "gig_id", "created_us", "state", "expire_us", "accepting_since_us",
      "total_minor", "currency"};
  mapping.values = ColumnsOf;
  mapping.encode = OfferToBody;
  mapping.decode = OfferFromBody;
  mapping.event_type = [](const OfferEvent& event) { return NameOf(event); };
  mapping.encode_event = OfferEventToPayload;
  return mapping;
}

}  // namespace milepost::offers
