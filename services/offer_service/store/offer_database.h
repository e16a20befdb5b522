// All that stands on the service's database: the lanes that write offers, the pool that reads them, the service's time
// and the workers' leases. Thread-safe. Connects when something is first asked, and again after a loss.
#pragma once

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "common/db/lane.h"
#include "common/db/lease.h"
#include "common/db/migrations.h"
#include "common/db/mysql_store.h"
#include "common/db/mysql_timeline.h"
#include "common/db/reader.h"
#include "common/db/readiness.h"
#include "services/offer_service/domain/offer_domain.h"

namespace milepost::offers {

class OfferDatabase {
 public:
  // `schema` is what the tables must have been migrated to; no test clock: the real time.
  OfferDatabase(const db::ConnectOptions& connect, const db::MigrationSet& schema,
                const std::optional<db::ClockMode>& test_clock, const db::LaneOptions& lanes = {},
                const db::ReadPoolOptions& reads = {});

  db::Lanes<OfferDomain>& lanes() { return lanes_; }
  db::Reader<OfferDomain>& reader() { return reader_; }
  db::ReadPool& reads() { return reads_; }
  db::Timeline& timeline() { return timeline_; }
  db::Leases& leases() { return leases_; }
  db::TestClockUse test_clock() const { return test_clock_; }
  const db::ConnectOptions& connect() const { return connect_; }

  // OK when the database answers, its schema is ours and the lanes move. Blocks for a few round trips.
  absl::Status CheckReady();

 private:
  using Table = db::AggregateTable<OfferDomain>;

  const db::ConnectOptions connect_;
  const db::TestClockUse test_clock_;
  const std::shared_ptr<const Table> table_;
  db::ReadPool reads_;
  db::Reader<OfferDomain> reader_;
  db::MySqlTimeline timeline_;
  db::Leases leases_;
  db::Lanes<OfferDomain> lanes_;
  db::Readiness readiness_;
};

}  // namespace milepost::offers
