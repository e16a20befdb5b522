#include "services/offer_service/store/offer_database.h"

#include "common/core/status_macros.h"
#include "services/offer_service/store/offer_mapping.h"

namespace milepost::offers {

OfferDatabase::OfferDatabase(const db::ConnectOptions& connect, const db::MigrationSet& schema,
                             db::TestClockUse test_clock, const db::LaneOptions& lanes,
                             const db::ReadPoolOptions& reads)
    : connect_(connect),
      schema_(schema),
      test_clock_(test_clock),
      table_(std::make_shared<const Table>(OfferMapping())),
      reads_(connect, reads),
      reader_(std::make_unique<db::MySqlSnapshots<OfferDomain>>(&reads_, table_, test_clock)),
      timeline_(connect, table_->mapping().aggregate_type, test_clock),
      leases_(connect),
      lanes_(lanes,
             [this] { return std::make_unique<db::MySqlStore<OfferDomain>>(connect_, table_, test_clock_); }),
      ready_session_(connect) {}

absl::Status OfferDatabase::CheckReady() {
  const std::lock_guard lock(ready_mutex_);
  MILEPOST_ASSIGN_OR_RETURN(db::Connection * connection, ready_session_.Get());
  return db::CheckSchema(*connection, absl::MakeConstSpan(&schema_, 1));
}

}  // namespace milepost::offers
