#include "services/gig_catalog/store/gig_mapping.h"

#include "services/gig_catalog/store/gig_body.h"
#include "services/gig_catalog/store/search_row.h"
#include "services/gig_catalog/store/subcategory_mapping.h"

namespace milepost::gig_catalog {
namespace {

// NULL until the BASIC package has a price.
std::optional<int64_t> BasicPrice(const Gig& gig) {
  const Package* basic = gig.package(Tier::kBasic);
  if (!basic || !basic->price) return std::nullopt;
  return basic->price->minor;
}

std::optional<std::string> BasicCurrency(const Gig& gig) {
  const Package* basic = gig.package(Tier::kBasic);
  if (!basic || !basic->price) return std::nullopt;
  return std::string(basic->price->currency.code());
}

}  // namespace

db::Mapping<GigDomain> GigMapping() {
  db::Mapping<GigDomain> mapping;
  mapping.table = "gigs";
  mapping.aggregate_type = "gig";
  mapping.columns = {"seller",      "state",          "subcategory", "plan_state",
                     "basic_price", "basic_currency", "created_us"};
  mapping.values = [](const Gig& gig) {
    return db::MakeRow(gig.seller, NameOf(gig.state), gig.subcategory, NameOf(gig.plan.state),
                       BasicPrice(gig), BasicCurrency(gig), gig.created_at);
  };
  mapping.encode = EncodeGig;
  mapping.decode = DecodeGig;
  mapping.event_type = EventType;
  mapping.encode_event = EncodeEvent;
  mapping.read_facts = ReadFacts;
  mapping.side_tables = {SearchTable()};
  return mapping;
}

}  // namespace milepost::gig_catalog
