// Paging of lists: page sizes and page tokens. Tokens are opaque to callers and bound to the filter they were made
// for. Another spelling of a token's bytes, or of its place, is refused with INVALID_PAGE_TOKEN.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "common/core/place.h"
#include "common/core/status_macros.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace milepost::rpc {

// The size of a page: 50 for 0, at most 1000.
size_t PageSize(int32_t asked);

// `filter` is the text of everything in the request but page_size and page_token; `last` the place of the
// last item of the page.
std::string PageToken(absl::string_view filter, absl::string_view last);
// The `last` that the token was made of; "" for no token. Refuses with INVALID_PAGE_TOKEN.
absl::StatusOr<std::string> PlaceOf(absl::string_view token, absl::string_view filter);

// The same for the place of an aggregate in a list by time.
using TimePlace = Place<Uuid>;
std::string PageTokenAt(absl::string_view filter, const TimePlace& last);
// Nothing for no token.
absl::StatusOr<std::optional<TimePlace>> TimePlaceOf(absl::string_view token, absl::string_view filter);
// The same with an id of its own type.
template <class Id>
std::string PageTokenAt(absl::string_view filter, const Place<Id>& last) {
  return PageTokenAt(filter, TimePlace{last.at, last.id.uuid()});
}
template <class Id>
absl::StatusOr<std::optional<Place<Id>>> PlaceIn(absl::string_view token, absl::string_view filter) {
  MILEPOST_ASSIGN_OR_RETURN(const std::optional<TimePlace> place, TimePlaceOf(token, filter));
  if (!place) return std::optional<Place<Id>>();
  return std::optional<Place<Id>>({place->at, Id(place->id)});
}

// The same for a place that is a number from 1 on; 0 for no token.
std::string PageTokenAt(absl::string_view filter, uint64_t last);
absl::StatusOr<uint64_t> NumberPlaceOf(absl::string_view token, absl::string_view filter);

// The largest page in bytes, whatever page size was requested: clients accept messages of 4 MiB.
inline constexpr size_t kPageBytesMax = 2 << 20;

// Fills one page of a response: at most `size` items, no more bytes than clients take, and at least one item where there is
// one.
template <class Item>
class PageWriter {
 public:
  // `items`, a field of the response, outlives this object.
  PageWriter(size_t size, google::protobuf::RepeatedPtrField<Item>* items) : size_(size), items_(*items) {}

  // Adds an item. False if the page is full: the next one begins with `item`.
  bool Add(Item item) {
    bytes_ += item.ByteSizeLong();
    if (written() == size_ || (bytes_ > kPageBytesMax && written() > 0)) return false;
    items_.Add(std::move(item));
    return true;
  }
  size_t written() const { return static_cast<size_t>(items_.size()); }

 private:
  const size_t size_;
  google::protobuf::RepeatedPtrField<Item>& items_;
  size_t bytes_ = 0;
};

// Writes a page out of `rows`, which hold one more than `size` where there is a next page. `to_wire` makes an item of a row,
// `place_of` its place (a number, or a Place). Answers the response's next_page_token: "" where this page is the last.
//
//   response.set_next_page_token(
//       rpc::WritePage(gigs, size, filter, response.mutable_gigs(), [&](const Gig& gig) { return ToWire(gig, viewer); },
//                      [](const Gig& gig) { return Place<GigId>{gig.created_at, gig.id}; }));
template <class Row, class Item, class ToWire, class PlaceOf>
std::string WritePage(const std::vector<Row>& rows, size_t size, absl::string_view filter,
                      google::protobuf::RepeatedPtrField<Item>* items, ToWire to_wire, PlaceOf place_of) {
  PageWriter<Item> page(size, items);
  for (const Row& row : rows)
    if (!page.Add(to_wire(row))) return PageTokenAt(filter, place_of(rows[page.written() - 1]));
  return "";
}

}  // namespace milepost::rpc
