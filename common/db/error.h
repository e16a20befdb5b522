// The kinds of database error that callers must distinguish.
//
// Lanes and readers turn these statuses into refusals. One that gets past them, by an early return, carries a refusal
// all the same (DATABASE_UNAVAILABLE for a loss, RESOURCE_BUSY for a row that somebody holds), so that the error map
// never reports an outage as a bug of ours.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace milepost::db {

enum class Trouble {
  kDuplicate,    // 1062: someone else wrote this key first; the same work, run again, sees the winner
  kDeadlock,     // 1213, or a cluster's certification conflict: undone by the server; run again
  kLockTimeout,  // 1205: a row stayed locked for the session's lock wait; only the statement was undone
  kLocked,       // a row is locked, and it was asked not to wait for it
  kLost,  // the connection is lost, or the server is stopping; the last statement may or may not have been executed
  kRejected,     // the server, or something on the way to it, refused; running it again would not help
  kNotWritable,  // the server is read-only, as a demoted primary is: a loss, but the statement was not executed
};

// `code` is the server's or the connector's error number, 0 where there is none.
absl::Status DatabaseError(Trouble trouble, int code, absl::string_view message);

// Which trouble a connector's error number means.
Trouble TroubleOfCode(int code);

// What DatabaseError() put in; nothing for an OK status, a refusal or an error of another kind.
std::optional<Trouble> TroubleOf(const absl::Status& status);
// Whether the connection can't be used any more: kLost or kNotWritable.
bool IsLost(const absl::Status& status);
// Whether another transaction holds a row that is needed.
bool IsBlocked(const absl::Status& status);   // kLockTimeout or kLocked
bool IsConflict(const absl::Status& status);  // kDuplicate, kDeadlock, kLockTimeout or kLocked

// The answer of a service when a read fails in the database: DATABASE_UNAVAILABLE for a lost connection; refusals and
// errors of other kinds pass unchanged.
absl::Status ReadFailure(const absl::Status& status);

}  // namespace milepost::db
