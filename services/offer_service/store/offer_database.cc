#include "services/offer_service/store/offer_database.h"

#include "common/core/status_macros.h"
#include "services/offer_service/store/offer_mapping.h"

namespace milepost::offers {

OfferDatabase::OfferDatabase(const db::ConnectOptions& connect, const db::MigrationSet& schema,
                             const std::optional<db::ClockMode>& test_clock, const db::LaneOptions& lanes,
                             const db::ReadPoolOptions& reads)
    : connect_(connect),
      test_clock_(test_clock ? db::TestClockUse::kFollow : db::TestClockUse::kIgnore),
      table_(std::make_shared<const Table>(OfferMapping())),
      reads_(connect, reads),
      reader_(std::make_unique<db::MySqlSnapshots<OfferDomain>>(&reads_, table_, test_clock_)),
      timeline_(connect, table_->mapping().aggregate_type, test_clock_),
      leases_(connect),
      lanes_(lanes,
             [this] { return std::make_unique<db::MySqlStore<OfferDomain>>(connect_, table_, test_clock_); }),
      readiness_(connect, schema, test_clock) {}

absl::Status OfferDatabase::CheckReady() {
  MILEPOST_RETURN_IF_ERROR(readiness_.Check());
  return lanes_.CheckMoving();
}

}  // namespace milepost::offers
