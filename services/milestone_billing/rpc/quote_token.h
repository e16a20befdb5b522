// Encodes the quote that QuoteOrder hands out and PlaceGigOrder takes back (A28, W7) as an opaque token. Pure functions.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "milepost/billing/v1/order.pb.h"
#include "milepost/type/v1/terms.pb.h"

namespace milepost::billing {

// The content of a quote. The server trusts nothing in it: see protos/milepost/storage/v1/quote.proto.
struct Quote {
  std::string buyer;  // users/…
  GigId gig;
  type::v1::Package package = type::v1::PACKAGE_UNSPECIFIED;
  v1::OrderType workflow = v1::ORDER_TYPE_UNSPECIFIED;
  Uuid nonce;              // names the order, together with the buyer
  std::string terms_hash;  // of the terms that the buyer saw
  absl::Time expire_time;  // in whole microseconds
  friend bool operator==(const Quote&, const Quote&) = default;
};

// base64url, URL- and JSON-safe, below 500 characters. A changed character is noticed: the bytes carry their own digest.
std::string EncodeQuote(const Quote& quote);

// QUOTE_MALFORMED for any text that EncodeQuote can't have made, and for a quote that was made for another user. A
// token without an end, from an earlier release, has expired: its expire_time is the epoch.
absl::StatusOr<Quote> DecodeQuote(absl::string_view token, absl::string_view buyer);

}  // namespace milepost::billing
