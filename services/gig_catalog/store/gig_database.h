// All that stands on the service's database: the lanes that write gigs, the pool that reads them, and the service's time.
// Thread-safe. Connects when something is first asked, and again after a loss.
#pragma once

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "common/db/lane.h"
#include "common/db/lease.h"
#include "common/db/mysql_store.h"
#include "common/db/mysql_timeline.h"
#include "common/db/reader.h"
#include "common/db/readiness.h"
#include "services/gig_catalog/domain/decide.h"
#include "services/gig_catalog/store/gig_lists.h"

namespace milepost::gig_catalog {

class GigDatabase {
 public:
  struct Options {
    std::optional<db::ClockMode> test_clock;  // none: the real time
    db::LaneOptions lanes;
    db::ReadPoolOptions reads;
  };

  GigDatabase(const db::ConnectOptions& connect, const Options& options);

  db::Lanes<GigDomain>& lanes() { return lanes_; }
  db::Reader<GigDomain>& reader() { return reader_; }
  db::ReadPool& reads() { return reads_; }
  GigLists& lists() { return lists_; }
  db::Timeline& timeline() { return timeline_; }
  db::Leases& leases() { return leases_; }

  // OK when the database answers, its schema is ours and the lanes move. Blocks for a few round trips.
  absl::Status CheckReady();

 private:
  using Table = db::AggregateTable<GigDomain>;

  const std::shared_ptr<const Table> table_;
  db::ReadPool reads_;
  db::Reader<GigDomain> reader_;
  GigLists lists_;
  db::MySqlTimeline timeline_;
  db::Leases leases_;
  db::Lanes<GigDomain> lanes_;
  db::Readiness readiness_;
};

}  // namespace milepost::gig_catalog
