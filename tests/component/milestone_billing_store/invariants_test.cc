// W8: the walk over all orders finds what nobody but a hand in the database can do.
#include "services/milestone_billing/store/invariants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/db/migrations.h"
#include "migrations/milestone_billing.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::billing {
namespace {

using testing::IsOk;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr int kOrdersMax = 100'000;

class Invariants : public ::testing::Test {
 protected:
  Invariants() : schema_(testing::TestDatabase::Get().NewSchema()) {
    EXPECT_THAT(db::Migrate(schema_, {migrations::milestone_billing()}), IsOk());
    connection_ = *db::Connection::Open(schema_);
    Sql("CREATE TABLE numbers (n INT PRIMARY KEY) ENGINE=InnoDB");
    Sql("INSERT INTO numbers VALUES (1)");
    for (int rows = 1; rows < kOrdersMax; rows *= 2)
      Sql(absl::StrCat("INSERT INTO numbers SELECT n + ", rows, " FROM numbers"));
  }

  void Sql(const std::string& statement) {
    ASSERT_THAT(connection_->Execute(statement), IsOk()) << statement;
  }

  // Orders number `first` … `last`, each with one ACTIVE milestone of 100.00, charged and in escrow.
  void AddOrders(int first, int last, const std::string& currency = "USD") {
    const std::string numbers =
        absl::StrCat("(SELECT n AS i FROM numbers WHERE n BETWEEN ", first, " AND ", last, ") n");
    const std::string id = "CAST(LPAD(i, 16, '0') AS BINARY(16))";
    Sql(absl::StrCat(
        "INSERT INTO orders (id, sequence, updated_us, buyer, seller, gig_id, kind, state, current_milestone,"
        " milestone_state, currency, funded_minor, released_minor, refunded_minor, requested_us, body)"
        " SELECT ",
        id, ", 1, 1, 'users/b', 'users/s', ", id, ", 'MILESTONES', 'ACTIVE', 1, 'ACTIVE', '", currency,
        "', 10000, 0, 0, 1, '' FROM ", numbers));
    Sql(absl::StrCat(
        "INSERT INTO charges (id, order_id, milestone, slot, state, outcome_unknown, amount_minor, "
        "buyer_fee_minor,"
        " currency, payment_method, created_us, closed_us) SELECT ",
        id, ", ", id, ", 1, 1, 'SUCCEEDED', 0, 10000, 550, '", currency, "', 'pm', 1, 2 FROM ", numbers));
    for (const auto& [line, account, minor] :
         {std::tuple(1, "'provider:clearing'", 10550), std::tuple(2, "CONCAT('escrow:', i)", -10000),
          std::tuple(3, "'revenue:buyer_fee'", -550)})
      Sql(absl::StrCat(
          "INSERT INTO entries (order_id, sequence, line, move, account, amount_minor, currency, at_us) "
          "SELECT ",
          id, ", 2, ", line, ", 'M1', ", account, ", ", minor, ", '", currency, "', 2 FROM ", numbers));
  }

  // A whole walk in pages of `page`, from `begin` on.
  InvariantSums Walk(int page = 10, double begin = 0) {
    InvariantWalk walk(page, begin);
    while (walk.walked_at() == absl::InfinitePast()) {
      const absl::Status stepped = walk.Step(*connection_);
      if (!stepped.ok()) {
        ADD_FAILURE() << stepped;
        break;
      }
    }
    return walk.Shown();
  }

  const db::ConnectOptions schema_;
  std::unique_ptr<db::Connection> connection_;
};

TEST_F(Invariants, AnEmptyServiceIsInOrderW8) {
  const InvariantSums sums = Walk();
  EXPECT_TRUE(sums.escrow_held.empty());
  EXPECT_EQ(sums.unexplained_orders, 0);
}

TEST_F(Invariants, EveryOrderIsSummedOnceWhateverThePageW8) {
  AddOrders(1, 23);
  AddOrders(24, 25, "EUR");
  for (const int page : {1, 5, 23, 25, 26, 1000}) {
    const InvariantSums sums = Walk(page);
    EXPECT_THAT(sums.escrow_held, UnorderedElementsAre(Pair("USD", 230'000), Pair("EUR", 20'000))) << page;
    EXPECT_EQ(sums.escrow_expected, sums.escrow_held) << page;
    EXPECT_THAT(sums.entries_sum, UnorderedElementsAre(Pair("USD", 0), Pair("EUR", 0))) << page;
    EXPECT_THAT(sums.charges, UnorderedElementsAre(Pair("SUCCEEDED", 25))) << page;
    EXPECT_EQ(sums.unexplained_orders + sums.negative_escrows + sums.unfunded_active_milestones, 0) << page;
  }
}

// The fixture's numbers are put where an id has its time.
TEST_F(Invariants, AWalkThatBeginsInTheMiddleGoesRoundW8) {
  AddOrders(1, 23);
  Sql("UPDATE orders SET id = CONCAT(SUBSTR(id, 9, 8), SUBSTR(id, 1, 8))");
  Sql("UPDATE entries SET order_id = CONCAT(SUBSTR(order_id, 9, 8), SUBSTR(order_id, 1, 8))");
  Sql("UPDATE charges SET order_id = CONCAT(SUBSTR(order_id, 9, 8), SUBSTR(order_id, 1, 8))");
  for (const double begin : {0.0, 0.01, 0.3, 0.5, 0.999}) {
    for (const int page : {1, 5, 12, 23, 1000}) {
      const InvariantSums sums = Walk(page, begin);
      EXPECT_THAT(sums.escrow_held, UnorderedElementsAre(Pair("USD", 230'000))) << page << " " << begin;
      EXPECT_EQ(sums.escrow_expected, sums.escrow_held);
      EXPECT_THAT(sums.charges, UnorderedElementsAre(Pair("SUCCEEDED", 23)));
    }
  }
}

// A process that ended before its walk did left the orders behind that place unseen, whenever it was started again.
TEST_F(Invariants, OrdersAtTheEndAreNotSeenByProcessesThatDoNotLiveForAWalkW8) {
  AddOrders(1, 20);
  Sql("UPDATE orders SET id = CONCAT(SUBSTR(id, 9, 8), SUBSTR(id, 1, 8)), funded_minor = 10001 ORDER BY id "
      "DESC LIMIT 1");
  Sql("UPDATE orders SET id = CONCAT(SUBSTR(id, 9, 8), SUBSTR(id, 1, 8)) WHERE funded_minor = 10000");
  Sql("UPDATE entries SET order_id = CONCAT(SUBSTR(order_id, 9, 8), SUBSTR(order_id, 1, 8))");
  InvariantWalk walk(10, 0.9);
  ASSERT_THAT(walk.Step(*connection_), IsOk());
  EXPECT_EQ(walk.Shown().unexplained_orders, 1);
}

TEST_F(Invariants, SumsAreShownOnlyOfAWholeWalkW8) {
  AddOrders(1, 20);
  InvariantWalk walk(10);
  ASSERT_THAT(walk.Step(*connection_), IsOk());
  EXPECT_TRUE(walk.Shown().escrow_held.empty());
  EXPECT_TRUE(walk.Shown().escrow_expected.empty());
  EXPECT_TRUE(walk.Shown().entries_sum.empty());
  EXPECT_TRUE(walk.Shown().charges.empty());
  for (int i = 0; i < 2; ++i) ASSERT_THAT(walk.Step(*connection_), IsOk());
  EXPECT_EQ(walk.Shown().escrow_held.at("USD"), 200'000);
}

TEST_F(Invariants, FindsMovesOfWhichTheLinesCancelOutW8) {
  AddOrders(1, 20);
  Sql("UPDATE entries SET amount_minor = -600 WHERE account = 'revenue:buyer_fee' ORDER BY order_id LIMIT 1");
  Sql("UPDATE entries SET amount_minor = -500 WHERE account = 'revenue:buyer_fee' ORDER BY order_id DESC "
      "LIMIT 1");
  InvariantWalk walk(5);
  ASSERT_THAT(walk.Step(*connection_), IsOk());
  EXPECT_EQ(walk.Shown().unbalanced_moves, 1);  // in the middle of a walk
  const InvariantSums sums = Walk();
  EXPECT_THAT(sums.entries_sum, UnorderedElementsAre(Pair("USD", 0)));
  EXPECT_EQ(sums.unbalanced_moves, 2);
}

TEST_F(Invariants, FindsALostEntryW8) {
  AddOrders(1, 20);
  Sql("DELETE FROM entries WHERE account = 'escrow:7'");
  const InvariantSums sums = Walk();
  EXPECT_EQ(sums.unexplained_orders, 1);
  EXPECT_THAT(sums.entries_sum, UnorderedElementsAre(Pair("USD", 10'000)));
  EXPECT_EQ(sums.escrow_held.at("USD"), 190'000);
  EXPECT_EQ(sums.escrow_expected.at("USD"), 200'000);
}

TEST_F(Invariants, FindsDifferencesThatCancelOutW8) {
  AddOrders(1, 20);
  Sql("UPDATE entries SET amount_minor = -9000 WHERE account = 'escrow:7'");
  Sql("UPDATE entries SET amount_minor = -11000 WHERE account = 'escrow:8'");
  const InvariantSums sums = Walk();
  EXPECT_EQ(sums.escrow_held, sums.escrow_expected);
  EXPECT_EQ(sums.unexplained_orders, 2);
}

TEST_F(Invariants, FindsANegativeEscrowW8) {
  AddOrders(1, 20);
  Sql("UPDATE entries SET amount_minor = 1 WHERE account = 'escrow:7'");
  EXPECT_EQ(Walk().negative_escrows, 1);
}

TEST_F(Invariants, FindsAnActiveMilestoneWithoutItsChargeW8) {
  AddOrders(1, 20);
  Sql("UPDATE charges SET state = 'VOIDED' WHERE milestone = 1 LIMIT 3");
  const InvariantSums sums = Walk();
  EXPECT_EQ(sums.unfunded_active_milestones, 3);
  EXPECT_THAT(sums.charges, UnorderedElementsAre(Pair("SUCCEEDED", 17), Pair("VOIDED", 3)));
}

TEST_F(Invariants, FindsALateSuccessThatNoRefundGivesBackM9) {
  AddOrders(1, 20);
  EXPECT_EQ(Walk().stranded_charges, 0);
  Sql("UPDATE charges SET state = 'VOIDED', late_success_us = 1 ORDER BY order_id LIMIT 1");
  const auto add_refund = [&](int number, const std::string& state) {
    Sql(absl::StrCat("INSERT INTO refunds SELECT id, ", number, ", order_id, '", state,
                     "', 0, amount_minor, currency, 1, IF('", state, "' = 'PENDING', 1, NULL), IF('", state,
                     "' = 'PENDING', NULL, 1) FROM charges WHERE late_success_us = 1"));
  };
  EXPECT_EQ(Walk().stranded_charges, 1);
  add_refund(1, "FAILED");
  EXPECT_EQ(Walk().stranded_charges, 1);
  add_refund(2, "PENDING");
  EXPECT_EQ(Walk().stranded_charges, 0);
  Sql("UPDATE refunds SET state = 'FAILED', open_lease_us = NULL, closed_us = 1");
  EXPECT_EQ(Walk().stranded_charges, 1);
  add_refund(3, "SUCCEEDED");
  EXPECT_EQ(Walk().stranded_charges, 0);
}

// Also where it was no late success: a cancelled milestone's refunds have all failed.
TEST_F(Invariants, FindsAChargeWhoseRefundsHaveAllFailedM9) {
  AddOrders(1, 20);
  const auto add_refund = [&](int number, const std::string& state) {
    Sql(absl::StrCat("INSERT INTO refunds SELECT id, ", number, ", order_id, '", state,
                     "', 0, amount_minor, currency, 1, IF('", state, "' = 'PENDING', 1, NULL), IF('", state,
                     "' = 'PENDING', NULL, 1) FROM charges ORDER BY order_id LIMIT 2"));
  };
  EXPECT_EQ(Walk().stranded_charges, 0) << "not refunded, and not to be";
  add_refund(1, "PENDING");
  EXPECT_EQ(Walk().stranded_charges, 0);
  Sql("UPDATE refunds SET state = 'FAILED', open_lease_us = NULL, closed_us = 1");
  EXPECT_EQ(Walk().stranded_charges, 2);
  add_refund(2, "SUCCEEDED");
  EXPECT_EQ(Walk().stranded_charges, 0);
}

TEST_F(Invariants, AFaultIsShownAtOnceAndGoneAfterAWholeWalkWithoutItW8) {
  AddOrders(1, 20);
  InvariantWalk walk(10);
  const auto step = [&] { ASSERT_THAT(walk.Step(*connection_), IsOk()); };
  for (int i = 0; i < 3; ++i) step();  // 10, 10, the end
  EXPECT_EQ(walk.Shown().unexplained_orders, 0);
  Sql("UPDATE orders SET funded_minor = 10001 ORDER BY id LIMIT 1");
  step();
  EXPECT_EQ(walk.Shown().unexplained_orders, 1);
  Sql("UPDATE orders SET funded_minor = 10000 ORDER BY id LIMIT 1");
  for (int i = 0; i < 2; ++i) step();  // the end of the walk that saw it
  EXPECT_EQ(walk.Shown().unexplained_orders, 1);
  for (int i = 0; i < 3; ++i) step();
  EXPECT_EQ(walk.Shown().unexplained_orders, 0);
}

// A page costs what the page holds, among however many orders.
TEST_F(Invariants, APageReadsNoMoreThanItsRowsW8) {
  AddOrders(1, kOrdersMax);
  const auto read = [&] {
    int64_t rows = 0;
    const absl::Status asked = connection_->Query(
        "SHOW SESSION STATUS WHERE Variable_name IN ('Handler_read_next',"
        " 'Handler_read_rnd_next', 'Handler_read_key', 'Handler_read_first')",
        db::Row{}, [&](const db::ResultRow& row) {
          rows += std::stoll(row.Bytes(1));
          return absl::OkStatus();
        });
    EXPECT_THAT(asked, IsOk());
    return rows;
  };
  InvariantWalk walk(1000);
  const int64_t before = read();
  ASSERT_THAT(walk.Step(*connection_), IsOk());
  const int64_t rows = read() - before;
  EXPECT_GT(rows, 1000);
  // 1,000 orders with 3 entries and a charge each, in six statements; temporary tables count too.
  EXPECT_LT(rows, 35'000);
}

}  // namespace
}  // namespace milepost::billing
