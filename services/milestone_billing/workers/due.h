// One turn of a worker that calls the provider: reads a page of due items and handles them concurrently.
#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "asio/any_io_executor.hpp"
#include "asio/co_spawn.hpp"
#include "asio/use_future.hpp"
#include "common/core/status_macros.h"
#include "services/milestone_billing/workers/due_page.h"
#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

// `list` reads at most kDuePage items due at an instant, after an offset; `take` returns whether it handled an item.
// Returns how many were handled, when all have ended. Fails as `list` does.
template <class Item, class Take>
absl::StatusOr<size_t> TakeDue(asio::any_io_executor executor, Queries& queries,
                               absl::StatusOr<std::vector<Item>> (*list)(db::Connection&, absl::Time, int,
                                                                         int),
                               DuePage& page, Take take) {
  struct Due {
    std::vector<Item> items;
    absl::Time now;
  };
  auto finding = queries.RunAt<Due>(
      [list, offset = page.offset()](db::Connection& connection, absl::Time now) -> absl::StatusOr<Due> {
        MILEPOST_ASSIGN_OR_RETURN(std::vector<Item> items, list(connection, now, kDuePage, offset));
        return Due{std::move(items), now};
      });
  MILEPOST_ASSIGN_OR_RETURN(const Due due,
                            asio::co_spawn(executor, std::move(finding), asio::use_future).get());
  std::vector<std::future<bool>> taking;
  taking.reserve(due.items.size());
  for (const Item& item : due.items)
    taking.push_back(asio::co_spawn(executor, take(item, due.now), asio::use_future));
  size_t taken = 0;
  for (std::future<bool>& one : taking) taken += one.get();
  page.Took(due.items.size(), taken);
  return taken;
}

}  // namespace milepost::billing
