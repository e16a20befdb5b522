// The two databases that the suite runs on, and what it looks at in them.
#pragma once

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "common/db/deadline_rows.h"
#include "common/db/mysql_store.h"
#include "common/db/mysql_timeline.h"
#include "common/db/timeline.h"
#include "tests/contract/account.h"
#include "tests/support/memory_store.h"

namespace milepost::contract {

// Where the frozen clock of every test begins.
inline const absl::Time kStart =
    absl::FromCivil(absl::CivilSecond(2026, 3, 1, 12, 0, 0), absl::UTCTimeZone());

// How many rows there are; "nothing was written" is that they are equal.
struct RowCounts {
  int64_t accounts = 0, events = 0, requests = 0, pending = 0, fired = 0, cleared = 0, frozen = 0;
  friend bool operator==(const RowCounts&, const RowCounts&) = default;
  friend std::ostream& operator<<(std::ostream& os, const RowCounts& c) {
    return os << c.accounts << " accounts, " << c.events << " events, " << c.requests << " requests, "
              << c.pending << " pending, " << c.fired << " fired, " << c.cleared << " cleared, " << c.frozen
              << " frozen";
  }
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::unique_ptr<db::Store<Account>> MakeStore() = 0;
  virtual std::unique_ptr<db::SnapshotSource<Account>> MakeSnapshots() = 0;
  virtual db::Timeline& timeline() = 0;
  virtual RowCounts Count() = 0;
  // All of one account's deadlines ever set, by number.
  virtual std::vector<db::DeadlineRow> DeadlinesOf(const Account::Id& id) = 0;
  // Of one account: "account.opened users/alice", in order, at their sequence from 1.
  virtual std::vector<std::string> EventsOf(const Account::Id& id) = 0;
};

enum class BackendKind { kMemory, kMySql };
std::unique_ptr<Backend> MakeBackend(BackendKind kind);

// A migrated schema of the private server with the clock frozen at kStart.
db::ConnectOptions NewAccountSchema();

}  // namespace milepost::contract
