#include "common/audit/read_snapshot.h"

#include "common/core/status_macros.h"

namespace milepost::audit {

absl::Status InSnapshot(db::Connection& connection, absl::FunctionRef<absl::Status()> read) {
  // Sessions are READ COMMITTED; this holds for the next transaction only.
  MILEPOST_RETURN_IF_ERROR(connection.Execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
  MILEPOST_RETURN_IF_ERROR(connection.Execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"));
  const absl::Status status = read();
  const absl::Status ended = connection.Execute("COMMIT");
  return status.ok() ? ended : status;
}

}  // namespace milepost::audit
