// The service's background work, a thread each, one replica at a time: the sweeper expires offers, the accept driver ends
// acceptances that were left open. Both rest while the test clock is being advanced.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "asio/any_io_executor.hpp"
#include "common/db/sweeper.h"
#include "common/db/worker.h"
#include "services/offer_service/store/offer_database.h"
#include "services/offer_service/workers/accept_driver.h"

namespace milepost::offers {

struct OfferWorkersOptions {
  absl::Duration period = absl::Milliseconds(500);  // between looks that found nothing to do
  absl::Duration lease = absl::Seconds(10);         // how long after a replica's death another takes over
  AcceptDriverOptions accepts;
};

class OfferWorkers {
 public:
  // Starts at once. The references and what `executor` runs on outlive this object.
  OfferWorkers(OfferDatabase& database, Placing& placing, asio::any_io_executor executor,
               const OfferWorkersOptions& options);
  ~OfferWorkers() { Stop(); }

  // Nothing more is taken up. Returns at once.
  void AskToStop();
  // The same; waits for what is being done. May be called more than once.
  void Stop();

 private:
  db::Worker Start(const std::string& name, std::function<absl::StatusOr<size_t>()> tick);

  OfferDatabase& database_;
  const OfferWorkersOptions options_;
  db::Sweeper<OfferDomain> sweeper_;
  AcceptDriver driver_;
  db::Worker sweeping_;
  db::Worker driving_;
};

}  // namespace milepost::offers
