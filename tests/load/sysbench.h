// The database's own benchmark, as Debian ships it: `sysbench oltp_write_only`, 16 threads, one table of 100,000 rows (P1b).
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/connection.h"

namespace milepost::load {

// Makes and fills its table, in a schema of its own. `database` is reached by its socket.
absl::Status PrepareSysbench(const db::ConnectOptions& database);
// Transactions a second.
absl::StatusOr<double> RunSysbench(const db::ConnectOptions& database, absl::Duration time);

}  // namespace milepost::load
