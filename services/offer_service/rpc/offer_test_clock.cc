#include "services/offer_service/rpc/offer_test_clock.h"

#include <utility>
#include <variant>

#include "common/core/status_macros.h"
#include "common/rpc/wire.h"

namespace milepost::offers {
namespace {

using Clock = db::TestClock<OfferDomain>;
using Service = rpc::TestClockService;

absl::StatusOr<Service::Reading> Read(Clock& clock) {
  MILEPOST_ASSIGN_OR_RETURN(const db::Timeline::Reading reading, clock.Get());
  const bool frozen = reading.setting.mode == db::ClockMode::kFrozen;
  return Service::Reading{reading.now,
                          frozen ? Service::Mode::CLOCK_MODE_FROZEN : Service::Mode::CLOCK_MODE_OFFSET};
}

absl::StatusOr<Service::Advance> Advance(Clock& clock, const Service::Target& target) {
  const absl::Duration* by = std::get_if<absl::Duration>(&target);
  MILEPOST_ASSIGN_OR_RETURN(Clock::Advanced advanced,
                            by ? clock.AdvanceBy(*by) : clock.AdvanceTo(std::get<absl::Time>(target)));
  Service::Advance advance{advanced.now, {}};
  for (db::FiredOnTheWay& fired : advanced.fired)
    advance.fired.push_back({rpc::NameOf("offers", fired.aggregate), std::move(fired.kind), fired.due});
  return advance;
}

}  // namespace

Service::Clock ClockFunctions(Clock& clock) {
  return {[&clock] { return Read(clock); },
          [&clock](const Service::Target& target) { return Advance(clock, target); }};
}

}  // namespace milepost::offers
