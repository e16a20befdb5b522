#include "common/db/readiness.h"

#include "common/core/status_macros.h"
#include "common/db/mysql_timeline.h"
#include "common/db/server_check.h"

namespace milepost::db {
namespace {

// A database that does not answer soon is not ready.
ConnectOptions Impatient(ConnectOptions connect) {
  constexpr absl::Duration kPatience = absl::Seconds(2);
  connect.connect_timeout = kPatience;
  connect.read_timeout = kPatience;
  connect.write_timeout = kPatience;
  return connect;
}

}  // namespace

Readiness::Readiness(const ConnectOptions& connect, MigrationSet schema, std::optional<ClockMode> test_clock)
    : connect_(Impatient(connect)), schema_(schema), test_clock_(test_clock), session_(connect_) {}

absl::Status Readiness::Check() {
  const std::lock_guard lock(mutex_);
  MILEPOST_ASSIGN_OR_RETURN(Connection * connection, session_.Get());
  if (const absl::Status server = CheckServer(*connection); !server.ok()) {
    if (TroubleOf(server) == Trouble::kNotWritable) LeaveServer();
    return server;
  }
  MILEPOST_RETURN_IF_ERROR(CheckSchema(*connection, absl::MakeConstSpan(&schema_, 1)));
  if (test_clock_ && !clock_enabled_) MILEPOST_RETURN_IF_ERROR(EnableTestClock(connect_, *test_clock_));
  clock_enabled_ = true;
  return absl::OkStatus();
}

}  // namespace milepost::db
