#include "common/db/error.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace milepost::db {
namespace {

constexpr absl::string_view kTroublePayload = "milepost/database-trouble";

absl::StatusCode CodeOf(Trouble trouble) {
  switch (trouble) {
    case Trouble::kDuplicate:
    case Trouble::kDeadlock:
    case Trouble::kLockTimeout:
    case Trouble::kLocked:
      return absl::StatusCode::kAborted;
    case Trouble::kLost:
      return absl::StatusCode::kUnavailable;
    case Trouble::kRejected:
      return absl::StatusCode::kInternal;
  }
  return absl::StatusCode::kInternal;
}

}  // namespace

absl::Status DatabaseError(Trouble trouble, int code, absl::string_view message) {
  absl::Status status(CodeOf(trouble),
                      code == 0 ? std::string(message) : absl::StrCat("[", code, "] ", message));
  status.SetPayload(kTroublePayload,
                    absl::Cord(std::string(1, static_cast<char>('0' + static_cast<int>(trouble)))));
  return status;
}

Trouble TroubleOfCode(int code) {
  switch (code) {
    case 1062:  // ER_DUP_ENTRY
    case 1586:  // ER_DUP_ENTRY_WITH_KEY_NAME
      return Trouble::kDuplicate;
    case 1213:  // ER_LOCK_DEADLOCK, and Galera's certification failure
    case 1020:  // ER_CHECKREAD: the row changed since it was read
      return Trouble::kDeadlock;
    case 1205:  // ER_LOCK_WAIT_TIMEOUT
      return Trouble::kLockTimeout;
    case 3572:  // MySQL's ER_LOCK_NOWAIT; MariaDB says 1205 for it too
      return Trouble::kLocked;
    case 1040:  // ER_CON_COUNT_ERROR: too many connections
    case 1047:  // ER_UNKNOWN_COM_ERROR: a Galera node that is not (or no longer) part of the cluster
    case 1053:  // ER_SERVER_SHUTDOWN
    case 1129:  // ER_HOST_IS_BLOCKED
    case 1152:  // ER_ABORTING_CONNECTION
    case 1158:  // ER_NET_READ_ERROR …
    case 1159:
    case 1160:
    case 1161:  // … ER_NET_WRITE_INTERRUPTED
    case 1184:  // ER_NEW_ABORTING_CONNECTION
    case 1203:  // ER_TOO_MANY_USER_CONNECTIONS
    case 1290:  // ER_OPTION_PREVENTS_STATEMENT: read only after a failover
    case 1317:  // ER_QUERY_INTERRUPTED: KILL QUERY, or a shutdown under way
    case 1836:  // ER_READ_ONLY_MODE
    case 1927:  // ER_CONNECTION_KILLED
    case 3169:  // ER_SESSION_WAS_KILLED
    case 4031:  // ER_CLIENT_INTERACTION_TIMEOUT
      return Trouble::kLost;
    default:
      // 2000 … 2999 are the client library's own: no server, server gone, handshake, out of sync.
      return code >= 2000 && code < 3000 ? Trouble::kLost : Trouble::kRejected;
  }
}

std::optional<Trouble> TroubleOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kTroublePayload);
  if (!payload) return std::nullopt;
  return static_cast<Trouble>(std::string(*payload)[0] - '0');
}

bool IsBlocked(const absl::Status& status) {
  const std::optional<Trouble> trouble = TroubleOf(status);
  return trouble == Trouble::kLockTimeout || trouble == Trouble::kLocked;
}

bool IsConflict(const absl::Status& status) {
  const std::optional<Trouble> trouble = TroubleOf(status);
  return trouble == Trouble::kDuplicate || trouble == Trouble::kDeadlock || IsBlocked(status);
}

}  // namespace milepost::db
