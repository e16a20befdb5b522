#include "services/offer_service/store/offer_mapping.h"

#include "services/offer_service/store/offer_queries.h"
#include "services/offer_service/store/offer_record.h"

namespace milepost::offers {
namespace {

// The column `created_us`: a deleted offer sorts after every listed one.
absl::Time PlaceOf(const Offer& offer) {
  return offer.state == OfferState::kDeleted ? kUnlisted : offer.created_at;
}

db::Row ColumnsOf(const Offer& offer) {
  const Money total = Total(offer.terms);
  return db::MakeRow(offer.seller, offer.buyer, offer.gig, offer.conversation, PlaceOf(offer),
                     NameOf(offer.state), offer.expire_time,
                     offer.accept ? std::optional(offer.accept->started_at) : std::nullopt, total.minor,
                     total.currency.code());
}

}  // namespace

db::Mapping<OfferDomain> OfferMapping() {
  db::Mapping<OfferDomain> mapping;
  mapping.table = "offers";
  mapping.aggregate_type = "offer";
  mapping.columns = {"seller",      "buyer",   "gig_id",    "conversation",
                     "created_us",  "state",   "expire_us", "accepting_since_us",
                     "total_minor", "currency"};
  mapping.values = ColumnsOf;
  mapping.encode = OfferToBody;
  mapping.decode = OfferFromBody;
  mapping.event_type = [](const OfferEvent& event) { return NameOf(event); };
  mapping.encode_event = OfferEventToPayload;
  return mapping;
}

}  // namespace milepost::offers
