// Connects the RPC service TestClock to a service's test clock (common/db/test_clock.h).
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "common/core/status_macros.h"
#include "common/db/test_clock.h"
#include "common/rpc/test_clock_service.h"
#include "common/rpc/wire.h"

namespace milepost::service {

// The clock of D's aggregates, which are named `collection`/{id}. `clock` outlives the returned functions.
template <class D>
rpc::TestClockService::Clock ClockFunctions(db::TestClock<D>& clock, std::string collection) {
  using Service = rpc::TestClockService;
  Service::Clock functions;
  functions.read = [&clock]() -> absl::StatusOr<Service::Reading> {
    MILEPOST_ASSIGN_OR_RETURN(const db::Timeline::Reading reading, clock.Get());
    const bool frozen = reading.setting.mode == db::ClockMode::kFrozen;
    return Service::Reading{reading.now,
                            frozen ? Service::Mode::CLOCK_MODE_FROZEN : Service::Mode::CLOCK_MODE_OFFSET};
  };
  functions.advance = [&clock, collection = std::move(collection)](
                          const Service::Target& target) -> absl::StatusOr<Service::Advance> {
    const auto* by = std::get_if<absl::Duration>(&target);
    auto advancing = by ? clock.AdvanceBy(*by) : clock.AdvanceTo(std::get<absl::Time>(target));
    MILEPOST_ASSIGN_OR_RETURN(typename db::TestClock<D>::Advanced advanced, std::move(advancing));
    Service::Advance advance{advanced.now, {}};
    for (db::FiredOnTheWay& fired : advanced.fired)
      advance.fired.push_back({rpc::NameOf(collection, fired.aggregate), std::move(fired.kind), fired.due});
    return advance;
  };
  return functions;
}

}  // namespace milepost::service
