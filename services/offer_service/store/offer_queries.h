// Queries over many offers. They are snapshot reads that lock nothing; each returns ids, whose states the Reader then
// reads. Failures are DatabaseError()s.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "common/core/place.h"
#include "common/db/connection.h"
#include "services/offer_service/domain/offer.h"

namespace milepost::offers {

// What the column `created_us` of a deleted offer says: before every time, and so behind the end of every list.
inline const absl::Time kUnlisted = absl::UnixEpoch() - absl::Microseconds(1);

// Deleted offers are in no list.
struct OfferFilter {
  std::string seller = "";          // users/…; empty: of all sellers
  std::string buyer = "";           // users/…; empty: to all buyers
  std::string conversation = "";    // S19; empty: of any, or of none
  std::optional<OfferState> state;  // at the time of the query; unset: any
  bool drafts = true;               // false: without drafts, which are not their buyers'
};

using OfferPlace = Place<OfferId>;

// By the time of creation, newest first, at most `limit`, from the one after `after` on (unset: from the newest). An offer past its expiry counts as EXPIRED whether or not that was written yet.
absl::StatusOr<std::vector<OfferId>> FindOffers(db::Connection& connection, const OfferFilter& filter,
                                                const std::optional<OfferPlace>& after, absl::Time now,
                                                size_t limit);

// The offers whose acceptance is under way since `until` or before, longest first, at most `limit`, after `after` (unset:
// from the first).
absl::StatusOr<std::vector<OfferPlace>> FindAccepting(db::Connection& connection,
                                                      const std::optional<OfferPlace>& after,
                                                      absl::Time until, size_t limit);

}  // namespace milepost::offers
