#include "services/gig_catalog/store/gig_database.h"

#include "common/core/status_macros.h"
#include "migrations/gig_catalog.h"
#include "services/gig_catalog/store/gig_mapping.h"

namespace milepost::gig_catalog {
namespace {

db::TestClockUse UseOf(const std::optional<db::ClockMode>& test_clock) {
  return test_clock ? db::TestClockUse::kFollow : db::TestClockUse::kIgnore;
}

}  // namespace

GigDatabase::GigDatabase(const db::ConnectOptions& connect, const Options& options)
    : table_(std::make_shared<const Table>(GigMapping())),
      reads_(connect, options.reads),
      reader_(std::make_unique<db::MySqlSnapshots<GigDomain>>(&reads_, table_, UseOf(options.test_clock))),
      lists_(reads_),
      timeline_(connect, table_->mapping().aggregate_type, UseOf(options.test_clock)),
      leases_(connect),
      lanes_(options.lanes,
             [this, connect, test_clock = UseOf(options.test_clock)] {
               return std::make_unique<db::MySqlStore<GigDomain>>(connect, table_, test_clock);
             }),
      readiness_(connect, migrations::gig_catalog(), options.test_clock) {}

absl::Status GigDatabase::CheckReady() {
  MILEPOST_RETURN_IF_ERROR(readiness_.Check());
  return lanes_.CheckMoving();
}

}  // namespace milepost::gig_catalog
