#include "common/db/error.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"

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
    case Trouble::kNotWritable:
      return absl::StatusCode::kUnavailable;
    case Trouble::kRejected:
      return absl::StatusCode::kInternal;
  }
  return absl::StatusCode::kInternal;
}

// The refusal that a caller gets for it by default; nothing for a bug of ours.
std::optional<Reason> ReasonOf(Trouble trouble) {
  switch (trouble) {
    case Trouble::kLost:
    case Trouble::kNotWritable:
      return Reason::kDatabaseUnavailable;
    case Trouble::kDeadlock:
    case Trouble::kLockTimeout:
    case Trouble::kLocked:
      return Reason::kResourceBusy;
    case Trouble::kDuplicate:
    case Trouble::kRejected:
      break;
  }
  return std::nullopt;
}

}  // namespace

absl::Status DatabaseError(Trouble trouble, int code, absl::string_view message) {
  absl::Status status(CodeOf(trouble),
                      code == 0 ? std::string(message) : absl::StrCat("[", code, "] ", message));
  status.SetPayload(kTroublePayload,
                    absl::Cord(std::string(1, static_cast<char>('0' + static_cast<int>(trouble)))));
  if (const std::optional<Reason> reason = ReasonOf(trouble)) {
    Refuse(*reason).ForEachPayload(
        [&status](absl::string_view type, const absl::Cord& payload) { status.SetPayload(type, payload); });
  }
  return status;
}

Trouble TroubleOfCode(int code) {
  switch (code) {
    case 1062:  // ER_DUP_ENTRY
    case 1586:  // ER_DUP_ENTRY_WITH_KEY_NAME
      return Trouble::kDuplicate;
    case 1213:  // ER_LOCK_DEADLOCK, and Galera's certification failure
    case 3101:  // ER_TRANSACTION_ROLLBACK_DURING_COMMIT: a replication group's
    case 1020:  // ER_CHECKREAD: the row changed since it was read
      return Trouble::kDeadlock;
    case 1205:  // ER_LOCK_WAIT_TIMEOUT
      return Trouble::kLockTimeout;
    case 3572:  // MySQL's ER_LOCK_NOWAIT; MariaDB says 1205 for it too
      return Trouble::kLocked;
    case 1021:  // ER_DISK_FULL
    case 1040:  // ER_CON_COUNT_ERROR: too many connections
    case 1041:  // ER_OUT_OF_RESOURCES
    case 1047:  // ER_UNKNOWN_COM_ERROR: a Galera node that is not (or no longer) part of the cluster
    case 1053:  // ER_SERVER_SHUTDOWN
    case 1114:  // ER_RECORD_FILE_FULL: no room in the tablespace, or on its disk
    case 1129:  // ER_HOST_IS_BLOCKED
    case 1135:  // ER_CANT_CREATE_THREAD
    case 1152:  // ER_ABORTING_CONNECTION
    case 1158:  // ER_NET_READ_ERROR …
    case 1159:
    case 1160:
    case 1161:  // … ER_NET_WRITE_INTERRUPTED
    case 1184:  // ER_NEW_ABORTING_CONNECTION
    case 1203:  // ER_TOO_MANY_USER_CONNECTIONS
    case 1206:  // ER_LOCK_TABLE_FULL
    case 1226:  // ER_USER_LIMIT_REACHED: MAX_QUERIES_PER_HOUR and its like
    case 1317:  // ER_QUERY_INTERRUPTED: KILL QUERY, or a shutdown under way
    case 1461:  // ER_MAX_PREPARED_STMT_COUNT_REACHED: a session that ends frees its statements
    case 1820:  // ER_MUST_CHANGE_PASSWORD: the account's password has expired
    case 1927:  // ER_CONNECTION_KILLED
    case 1969:  // ER_STATEMENT_TIMEOUT, MariaDB's max_statement_time
    case 3024:  // ER_QUERY_TIMEOUT, MySQL's max_execution_time
    case 3032:  // ER_SERVER_OFFLINE_MODE
    case 3100:  // ER_RUN_HOOK_ERROR: a member that its replication group has lost
    case 3169:  // ER_SESSION_WAS_KILLED
    case 4031:  // ER_CLIENT_INTERACTION_TIMEOUT
      return Trouble::kLost;
    case 1036:  // ER_OPEN_AS_READONLY
    case 1207:  // ER_READ_ONLY_TRANSACTION
    case 1290:  // ER_OPTION_PREVENTS_STATEMENT: read_only, super_read_only after a failover
    case 1792:  // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
    case 1836:  // ER_READ_ONLY_MODE
    case 1874:  // ER_INNODB_READ_ONLY
    case 1881:  // ER_INNODB_FORCED_RECOVERY
      return Trouble::kNotWritable;
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

bool IsLost(const absl::Status& status) {
  const std::optional<Trouble> trouble = TroubleOf(status);
  return trouble == Trouble::kLost || trouble == Trouble::kNotWritable;
}

bool IsBlocked(const absl::Status& status) {
  const std::optional<Trouble> trouble = TroubleOf(status);
  return trouble == Trouble::kLockTimeout || trouble == Trouble::kLocked;
}

bool IsConflict(const absl::Status& status) {
  const std::optional<Trouble> trouble = TroubleOf(status);
  return trouble == Trouble::kDuplicate || trouble == Trouble::kDeadlock || IsBlocked(status);
}

absl::Status ReadFailure(const absl::Status& status) {
  return IsLost(status) || IsConflict(status) ? Refuse(Reason::kDatabaseUnavailable) : status;
}

}  // namespace milepost::db
