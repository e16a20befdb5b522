#include "services/gig_catalog/store/gig_database.h"

#include "common/core/status_macros.h"
#include "migrations/gig_catalog.h"
#include "services/gig_catalog/store/gig_mapping.h"

namespace milepost::gig_catalog {

GigDatabase::GigDatabase(const db::ConnectOptions& connect, const Options& options)
    : table_(std::make_shared<const Table>(GigMapping())),
      reads_(connect, options.reads),
      reader_(std::make_unique<db::MySqlSnapshots<GigDomain>>(&reads_, table_, options.test_clock)),
      lists_(reads_),
      timeline_(connect, table_->mapping().aggregate_type, options.test_clock),
      leases_(connect),
      lanes_(options.lanes,
             [this, connect, test_clock = options.test_clock] {
               return std::make_unique<db::MySqlStore<GigDomain>>(connect, table_, test_clock);
             }),
      ready_session_(connect) {}

absl::Status GigDatabase::CheckReady() {
  const std::lock_guard lock(ready_mutex_);
  const absl::StatusOr<db::Connection*> connection = ready_session_.Get();
  if (!connection.ok()) return connection.status();
  return db::CheckSchema(**connection, {migrations::gig_catalog()});
}

}  // namespace milepost::gig_catalog
