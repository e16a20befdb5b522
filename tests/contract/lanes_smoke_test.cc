#include <gtest/gtest.h>

#include <future>

#include "common/db/lane.h"
#include "common/db/memory_store.h"
#include "common/db/reader.h"
#include "tests/contract/account.h"
#include "tests/support/matchers.h"
namespace milepost::contract {
using namespace milepost::testing;
TEST(Smoke, OneCommand) {
  db::MemoryDatabase<Account> database;
  db::Lanes<Account> lanes({}, [&] { return std::make_unique<db::MemoryStore<Account>>(&database); });
  db::Reader<Account> reader(std::make_unique<db::MemorySnapshots<Account>>(&database));
  db::MemoryTimeline<Account> timeline(&database);
  std::promise<absl::StatusOr<db::Answer<Account>>> p;
  auto id = AccountNumbered("1");
  lanes.Submit({id, Account::Open{id, "1"}, Actor{ActorKind::kUser, "users/a"}, "Open"},
               [&](absl::StatusOr<db::Answer<Account>> a) { p.set_value(std::move(a)); });
  EXPECT_THAT(p.get_future().get(), IsOk());
  reader.Get(id, [&](auto got) {
    ASSERT_THAT(got, IsOk());
    EXPECT_EQ((*got)->state.number, "1");
  });
  reader.Preview({id, Account::Withdraw{5}, Actor{}, "W"},
                 [&](auto got) { EXPECT_THAT(got, RefusedWith(kOverdrawn)); });
}
}  // namespace milepost::contract
