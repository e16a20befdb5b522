// Schema migrations: numbered SQL files, embedded in the binary with their SHA-256 (cmake/migrations.cmake),
// applied forward only by `<service> migrate`.
//
// DDL commits implicitly, so a migration can stop half way: every statement in one can be run again (IF NOT
// EXISTS …). One runner at a time, by a lease; replicas of a service check the schema and are not ready on an
// older one.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/db/connection.h"

namespace milepost::db {

struct Migration {
  int number = 0;
  absl::string_view name;
  absl::string_view sha256;  // of the file, hex
  absl::string_view sql;     // statements, each ending with a semicolon at the end of a line
};

struct MigrationSet {
  std::string component;  // whose: "common", "gig_catalog"
  absl::Span<const Migration> steps;
};

// Brings the schema up to the common migrations and then to these. Waits up to a minute for another runner; holds the
// lease, extended every third of `lease_time`, until it is done, and leaves it for so long where it is killed.
// Fails with FAILED_PRECONDITION, changing nothing, when a migration that was applied has another content by
// now; with a DatabaseError() where a statement fails: mend and run again.
absl::Status Migrate(const ConnectOptions& options, absl::Span<const MigrationSet> sets,
                     absl::Duration lease_time = absl::Minutes(1));

// OK when the common migrations and these are all applied, unchanged. A schema that is ahead of us is fine, as in a
// rolling upgrade. FAILED_PRECONDITION names the missing migration; a DatabaseError() means that the schema can't be
// read.
absl::Status CheckSchema(Connection& connection, absl::Span<const MigrationSet> sets);

// The statements of a migration, without comments.
std::vector<std::string> StatementsOf(absl::string_view sql);

}  // namespace milepost::db
