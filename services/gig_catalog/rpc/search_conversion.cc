#include "services/gig_catalog/rpc/search_conversion.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/core/clock.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/rpc/page.h"
#include "common/rpc/wire.h"
#include "services/gig_catalog/domain/words.h"

namespace milepost::gig_catalog {
namespace {

using Request = catalog::v1::SearchGigsRequest;

std::string PriceText(const google::type::Money& price) {
  return absl::StrCat(price.currency_code(), " ", price.units(), " ", price.nanos());
}

// All that a page token is bound to. A query is one line.
std::string FilterOf(const Request& request) {
  return absl::StrCat("search\n", request.query(), "\n", request.subcategory(), "\n",
                      request.has_min_price() ? PriceText(request.min_price()) : "", "\n",
                      request.has_max_price() ? PriceText(request.max_price()) : "", "\n",
                      request.milestones_available());
}

// A place as a page token has it: order, words in the title, instant, gig.
std::string PlaceText(const SearchPlace& place) {
  return absl::StrCat(NameOf(place.order), "/", place.in_title, "/", ToMicros(place.created_at), "/",
                      place.gig.ToString());
}

absl::StatusOr<std::optional<SearchPlace>> PlaceIn(const Request& request) {
  MILEPOST_ASSIGN_OR_RETURN(const std::string text, rpc::PlaceOf(request.page_token(), FilterOf(request)));
  if (text.empty()) return std::optional<SearchPlace>();
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '/');
  SearchPlace place;
  int64_t at_us = 0;
  if (parts.size() != 4 || !absl::SimpleAtoi(parts[1], &place.in_title) ||
      !absl::SimpleAtoi(parts[2], &at_us))
    return Refuse(Reason::kInvalidPageToken);
  const std::optional<SearchOrder> order = EnumFromName<SearchOrder>(parts[0]);
  const absl::StatusOr<Uuid> gig = Uuid::Parse(parts[3]);
  if (!order || !gig.ok()) return Refuse(Reason::kInvalidPageToken);
  place.order = *order;
  place.created_at = FromMicros(at_us);
  place.gig = GigId(*gig);
  // One spelling a place.
  if (PlaceText(place) != text) return Refuse(Reason::kInvalidPageToken);
  return std::optional<SearchPlace>(place);
}

// Nothing where no price is given.
absl::StatusOr<std::optional<PriceRange>> PriceIn(const Request& request) {
  std::vector<FieldViolation> violations;
  rpc::OneCurrency currency("the price range");
  std::optional<PriceRange> range;
  const auto limit = [&](const google::type::Money& price, const char* field, int64_t PriceRange::*end) {
    const absl::StatusOr<Money> money = rpc::MoneyOf(price);
    if (!money.ok()) {
      violations.push_back({field, std::string(money.status().message())});
      return;
    }
    currency.Check(price, field, violations);
    if (!range) range = PriceRange{.currency = money->currency};
    (*range).*end = money->minor;
  };
  if (request.has_min_price()) limit(request.min_price(), "min_price", &PriceRange::min);
  if (request.has_max_price()) limit(request.max_price(), "max_price", &PriceRange::max);
  if (range && violations.empty() && range->min > range->max)
    violations.push_back({"max_price", "must not be below min_price"});
  if (!violations.empty()) return RefuseFields(std::move(violations));
  return range;
}

}  // namespace

absl::StatusOr<SearchQuery> QueryOf(const Request& request) {
  SearchQuery query;
  MILEPOST_ASSIGN_OR_RETURN(query.price, PriceIn(request));
  MILEPOST_ASSIGN_OR_RETURN(query.after, PlaceIn(request));
  query.words = WordsOf(request.query());
  query.subcategory = request.subcategory();
  query.milestones_available = request.milestones_available();
  return query;
}

std::string SearchPageToken(const Request& request, const SearchPlace& last) {
  return rpc::PageToken(FilterOf(request), PlaceText(last));
}

catalog::v1::SearchOrder ToWire(SearchOrder order) {
  return WireOf<catalog::v1::SearchOrder>(order);
}

}  // namespace milepost::gig_catalog
