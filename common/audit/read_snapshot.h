// Runs reads in one read-only transaction: all its statements see the database as it was when it began.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "common/db/connection.h"

namespace milepost::audit {

// Runs `read` in such a transaction, on a connection that is in no transaction. Holds no locks. Fails with what
// `read` returns, or with a DatabaseError().
absl::Status InSnapshot(db::Connection& connection, absl::FunctionRef<absl::Status()> read);

}  // namespace milepost::audit
