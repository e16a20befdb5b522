// The plan reviewer: after a subcategory has changed, it walks over the published plans in it and has each suspended or restored
// as the rules now say (A2). Reads, quotes and commands go by the subcategory's new content from its commit on; this writes the
// change down and tells the sellers. Holds no locks: each plan is an ordinary command, and a repeated one changes nothing.
#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "asio/any_io_executor.hpp"
#include "common/db/connection.h"
#include "common/service/access.h"
#include "services/gig_catalog/domain/decide.h"
#include "services/gig_catalog/store/plan_reviews.h"

namespace milepost::gig_catalog {

// Tick() belongs to one thread at a time (a db::Worker).
class PlanReviewer {
 public:
  // Outlive this object. Its coroutines run on `executor`. It opens a connection of its own to `database`.
  PlanReviewer(asio::any_io_executor executor, service::Access<GigDomain>& gigs, db::ConnectOptions database)
      : executor_(std::move(executor)), gigs_(gigs), session_(std::move(database)) {}

  // Reviews the next batch of plans and saves how far it came. Returns 0 where no subcategory awaits a review, else one more
  // than the plans it looked at. A replica that takes over goes on there. Fails where the database does; the batch is then repeated.
  absl::StatusOr<size_t> Tick();

  // From any thread: a running Tick() begins no further commands and ends after its pending ones.
  void Stop() { stopping_ = true; }

 private:
  absl::Status ReviewAll(const std::vector<GigId>& gigs);

  const asio::any_io_executor executor_;
  service::Access<GigDomain>& gigs_;
  db::Session session_;
  std::atomic<bool> stopping_{false};
};

}  // namespace milepost::gig_catalog
