#include "common/db/lease.h"

#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "common/core/status_macros.h"

namespace milepost::db {

const char kLeasesTable[] =
    "CREATE TABLE IF NOT EXISTS leases (name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, "
    "owner BINARY(16) NOT NULL, until_us BIGINT NOT NULL, PRIMARY KEY (name)) ENGINE=InnoDB";

Leases::Leases(ConnectOptions options) : owner_(NewUuid(WallNow())), session_(std::move(options)) {}

absl::StatusOr<bool> Leases::Acquire(absl::string_view name, absl::Duration ttl) {
  static const std::string take =
      absl::StrCat("UPDATE leases SET owner = ?, until_us = ", kNowMicros,
                   " + ? WHERE name = ? AND (owner = ? OR ", "until_us < ", kNowMicros, ")");
  static const std::string make =
      absl::StrCat("INSERT IGNORE INTO leases (name, owner, until_us) VALUES (?, ?, ", kNowMicros, " + ?)");
  const int64_t ttl_us = absl::ToInt64Microseconds(ttl);
  std::lock_guard lock(mutex_);
  MILEPOST_ASSIGN_OR_RETURN(Connection * connection, session_.Get());
  const absl::StatusOr<uint64_t> taken = connection->Update(take, Row{owner_, ttl_us, name, owner_});
  if (IsConflict(taken.status())) return false;
  if (!taken.ok()) return taken.status();
  if (*taken == 1) return true;
  const absl::StatusOr<uint64_t> made = connection->Update(make, Row{name, owner_, ttl_us});
  if (IsConflict(made.status())) return false;
  if (!made.ok()) return made.status();
  return *made == 1;
}

absl::StatusOr<bool> Leases::HeldByOther(absl::string_view name) {
  static const std::string look =
      absl::StrCat("SELECT 1 FROM leases WHERE name = ? AND owner <> ? AND until_us >= ", kNowMicros);
  std::lock_guard lock(mutex_);
  MILEPOST_ASSIGN_OR_RETURN(Connection * connection, session_.Get());
  bool held = false;
  MILEPOST_RETURN_IF_ERROR(connection->Query(look, {Value(name), Value(owner_)}, [&](const ResultRow&) {
    held = true;
    return absl::OkStatus();
  }));
  return held;
}

absl::Status Leases::Release(absl::string_view name) {
  std::lock_guard lock(mutex_);
  MILEPOST_ASSIGN_OR_RETURN(Connection * connection, session_.Get());
  return connection->Update("UPDATE leases SET until_us = 0 WHERE name = ? AND owner = ?", Row{name, owner_})
      .status();
}

}  // namespace milepost::db
