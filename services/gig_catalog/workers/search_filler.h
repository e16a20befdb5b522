// The search filler: sees to it that every gig has its row for the search. Lanes write these rows with each change; this worker
// writes those that no lane has written (store/search_filling.h). It walks over all gigs when a replica takes its lease, and
// again some time after each walk.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/core/stopwatch.h"
#include "common/db/connection.h"
#include "services/gig_catalog/store/search_filling.h"

namespace milepost::gig_catalog {

struct SearchFillerOptions {
  size_t page = 1000;  // gigs a Tick looks at
  // Between walks: longer than a rollout takes, whose old replicas know nothing of the table.
  absl::Duration rest = absl::Minutes(10);
  absl::Duration rest_after_nothing = absl::Hours(6);  // after a walk that wrote nothing
};

// Tick() belongs to one thread at a time (a db::Worker).
class SearchFiller {
 public:
  explicit SearchFiller(db::ConnectOptions database, SearchFillerOptions options = {})
      : options_(options), session_(std::move(database)), filling_(options.page) {}

  // Looks at a page of gigs and writes the rows that it lacks; returns how many. So a walk that writes nothing goes slowly, a page
  // a period of its worker.
  absl::StatusOr<size_t> Tick();
  // From any thread: a Tick from now on does nothing.
  void Stop() { stopping_ = true; }

 private:
  const SearchFillerOptions options_;
  db::Session session_;
  SearchFilling filling_;
  absl::Duration rest_;
  bool wrote_ = false;               // in this walk
  std::optional<Stopwatch> walked_;  // since the last walk ended; none: a walk is under way
  std::atomic<bool> stopping_{false};
};

}  // namespace milepost::gig_catalog
