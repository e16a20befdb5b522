// Runs queries over many aggregates on the database's columns, as awaitables.
#pragma once

#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/core/status_macros.h"
#include "common/db/common_tables.h"
#include "common/db/connection.h"
#include "common/db/error.h"
#include "common/db/read_pool.h"
#include "common/rpc/await.h"
#include "common/rpc/awaitable.h"

namespace milepost::service {

// Thread-safe.
class Queries {
 public:
  // `pool` outlives this object and every call to it.
  Queries(db::ReadPool& pool, db::TestClockUse clock) : pool_(pool), clock_(clock) {}

  // Runs `query` on a connection of the pool; twice where the first was lost. DATABASE_UNAVAILABLE, OVERLOADED, or what
  // `query` fails with.
  template <class T>
  rpc::Awaitable<T> Run(std::function<absl::StatusOr<T>(db::Connection&)> query) {
    auto asking =
        rpc::Await<absl::StatusOr<T>>([&](auto done) { pool_.Run<T>(std::move(query), std::move(done)); });
    absl::StatusOr<T> answer = co_await std::move(asking);
    if (!answer.ok()) co_return db::ReadFailure(answer.status());
    co_return answer;
  }

  // The same, with the service's time when the query began.
  template <class T>
  rpc::Awaitable<T> RunAt(std::function<absl::StatusOr<T>(db::Connection&, absl::Time)> query) {
    return Run<T>(
        [clock = clock_, query = std::move(query)](db::Connection& connection) -> absl::StatusOr<T> {
          MILEPOST_ASSIGN_OR_RETURN(const absl::Time now, db::ServiceNow(connection, clock));
          return query(connection, now);
        });
  }

 private:
  db::ReadPool& pool_;
  const db::TestClockUse clock_;
};

}  // namespace milepost::service
