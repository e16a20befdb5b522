// All that stands on the service's database: the lanes that write gigs, the pool that reads them, and the service's time.
// Thread-safe. Connects when something is first asked, and again after a loss.
#pragma once

#include <memory>
#include <mutex>

#include "absl/status/status.h"
#include "common/db/lane.h"
#include "common/db/lease.h"
#include "common/db/migrations.h"
#include "common/db/mysql_store.h"
#include "common/db/mysql_timeline.h"
#include "common/db/reader.h"
#include "services/gig_catalog/domain/decide.h"
#include "services/gig_catalog/store/gig_lists.h"

namespace milepost::gig_catalog {

class GigDatabase {
 public:
  struct Options {
    db::TestClockUse test_clock = db::TestClockUse::kIgnore;
    db::LaneOptions lanes;
    db::ReadPoolOptions reads;
  };

  GigDatabase(const db::ConnectOptions& connect, const Options& options);

  db::Lanes<GigDomain>& lanes() { return lanes_; }
  db::Reader<GigDomain>& reader() { return reader_; }
  GigLists& lists() { return lists_; }
  db::Timeline& timeline() { return timeline_; }
  db::Leases& leases() { return leases_; }

  // OK when the database answers and its schema is ours. Blocks for a round trip.
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
  std::mutex ready_mutex_;
  db::Session ready_session_;  // guarded by ready_mutex_
};

}  // namespace milepost::gig_catalog
