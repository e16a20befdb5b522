// The money of cancelled milestones on its way back to the buyer: by the refunder against the provider that succeeds, does not answer,
// or refuses until the money is stranded (M5, M9); what each reader sees of it, and the gauges (W8).
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/component/milestone_billing/ways_out.h"
#include "tests/support/database.h"

namespace milepost::billing {
namespace {

using milepost::testing::v1::Script;
namespace testing_v1 = milepost::testing::v1;

constexpr absl::Duration kNeverDelivered = absl::Hours(35 * 24);  // 5 of work, 30 of patience

class CancelledMoneyTest : public WaysOutTest {
 protected:
  // An order that NON_DELIVERY cancelled, and whose provider refunds so.
  v1::Order NeverDelivered(const Script& script) {
    const std::string name = PlaceOrder({10000, 8000}, NewPaymentMethod(script)).name();
    client_->Advance(kNeverDelivered);
    const v1::Order order = Must(client_->Get(name));
    ExpectOver(order, type::v1::CANCELLATION_REASON_NON_DELIVERY);
    return order;
  }
  v1::RefundState RefundStateOf(const std::string& order, const std::string& actor = kBuyer) {
    return Must(client_->Get(order, actor)).milestones(0).cancellation().refund_state();
  }
  v1::Charge Charge(const std::string& order, const std::string& actor = kBuyer) {
    return client_->Charges(order, actor).at(0);
  }
};

TEST_F(CancelledMoneyTest, A27_M5_TheRefundOfANonDeliveryIsSettled) {
  const std::string name = NeverDelivered({}).name();
  EXPECT_EQ(RefundStateOf(name), v1::REFUND_STATE_PENDING);
  EXPECT_EQ(Gauge("milepost_refunds_pending"), 1);
  const v1::Charge pending = Charge(name);
  EXPECT_EQ(pending.state(), v1::CHARGE_STATE_SUCCEEDED) << "what was paid was paid";
  ASSERT_EQ(pending.refunds_size(), 1);
  EXPECT_EQ(pending.refunds(0).name(), pending.name() + "/refunds/1");
  EXPECT_EQ(Cents(pending.refunds(0).amount()), 10550);
  ExpectBalances(/*transit=*/10550, /*suspense=*/0, /*clearing=*/10550);
  EXPECT_EQ(Refund(), 1u);
  EXPECT_EQ(RefundStateOf(name), v1::REFUND_STATE_SUCCEEDED);
  EXPECT_FALSE(Charge(name).refunds(0).provider_reference().empty());
  EXPECT_TRUE(Charge(name).refunds(0).has_close_time());
  EXPECT_EQ(client_->Entries(name),
            (Lines{"M1 provider:clearing +10550", "M1 escrow -10000", "M1 revenue:buyer_fee -550",
                   "M5 escrow +10000", "M5 revenue:buyer_fee +550", "M5 refund:transit -10550",
                   "M5 refund:transit +10550", "M5 provider:clearing -10550"}));
  ExpectBalances(0, 0, 0);
  EXPECT_EQ(Gauge("milepost_refunds_pending"), 0);
  EXPECT_EQ(Simulator::Get().Payouts(name + "/"), 1);
  EXPECT_EQ(Refund(), 0u);
  EXPECT_EQ(Captures(name), 1);
}

TEST_F(CancelledMoneyTest, M5_ARefundWhoseOutcomeIsUnknownIsAskedForUnderTheSameKey) {
  Script script;
  script.mutable_refunds()->set_dropped_calls(5);
  script.mutable_refunds()->set_lost_answers(5);
  const std::string name = NeverDelivered(script).name();
  EXPECT_EQ(Refund(), 1u);
  EXPECT_TRUE(Charge(name).refunds(0).unknown());
  EXPECT_EQ(RefundStateOf(name), v1::REFUND_STATE_PENDING);
  ExpectBalances(10550, 0, 10550);
  EXPECT_EQ(Refund(), 0u) << "it is nobody's turn yet";
  for (int turn = 0; turn < 6 && RefundStateOf(name) == v1::REFUND_STATE_PENDING; ++turn) {
    client_->Advance(absl::Hours(2));
    EXPECT_EQ(Refund(), 1u);
  }
  EXPECT_EQ(RefundStateOf(name), v1::REFUND_STATE_SUCCEEDED);
  EXPECT_EQ(Charge(name).refunds_size(), 1) << "the same refund, not a second one";
  EXPECT_EQ(Simulator::Get().Payouts(name + "/"), 1);
  ExpectBalances(0, 0, 0);
}

TEST_F(CancelledMoneyTest, M5_ARefundThatIsPendingAtTheProviderIsAskedAboutUntilItEnds) {
  Script script;
  script.mutable_refunds()->set_pending_queries(1);
  const std::string name = NeverDelivered(script).name();
  EXPECT_EQ(Refund(), 1u);
  EXPECT_EQ(RefundStateOf(name), v1::REFUND_STATE_PENDING);
  EXPECT_FALSE(Charge(name).refunds(0).unknown());
  client_->Advance(absl::Hours(2));
  EXPECT_EQ(Refund(), 1u);
  EXPECT_EQ(RefundStateOf(name), v1::REFUND_STATE_SUCCEEDED);
  EXPECT_EQ(Simulator::Get().CallsOf(name + "/", testing_v1::PROVIDER_METHOD_REFUND), 1);
  ExpectBalances(0, 0, 0);
}

TEST_F(CancelledMoneyTest, M9_AfterFiveFailuresTheMoneyIsStranded) {
  Script script;
  script.mutable_refunds()->set_failure_reason("ACCOUNT_CLOSED");
  const std::string name = NeverDelivered(script).name();
  EXPECT_EQ(Gauge("milepost_charges_stranded"), 0);
  EXPECT_EQ(Refund(), 1u);
  EXPECT_EQ(RefundStateOf(name), v1::REFUND_STATE_PENDING) << "the next one";
  EXPECT_EQ(Gauge("milepost_charges_stranded"), 0);
  const absl::Duration waits[] = {absl::Hours(1), absl::Hours(6), kDay, 3 * kDay};
  for (int number = 2; number <= 5; ++number) {
    ASSERT_EQ(Charge(name).refunds_size(), number) << "a failed one is followed by another";
    ExpectBalances(10550, 0, 10550);
    client_->Advance(waits[number - 2] - kTick);
    EXPECT_EQ(Refund(), 0u) << number;
    client_->Advance(kTick);
    EXPECT_EQ(Refund(), 1u) << number;
    EXPECT_EQ(Charge(name, kOperator).refunds(number - 1).state(), v1::REFUND_STATE_FAILED);
    EXPECT_EQ(Charge(name, kOperator).refunds(number - 1).failure_reason(), "ACCOUNT_CLOSED");
  }
  EXPECT_EQ(RefundStateOf(name), v1::REFUND_STATE_FAILED);
  EXPECT_EQ(RefundStateOf(name, kSeller), v1::REFUND_STATE_UNSPECIFIED);
  ExpectBalances(/*transit=*/0, /*suspense=*/10550, /*clearing=*/10550);
  EXPECT_EQ(Gauge("milepost_charges_stranded"), 1);
  EXPECT_EQ(Gauge("milepost_refunds_pending"), 0);
  client_->Advance(30 * kDay);
  EXPECT_EQ(Refund(), 0u);
  EXPECT_EQ(Charge(name).refunds_size(), 5);
  EXPECT_EQ(Simulator::Get().Payouts(name + "/"), 0);
  const Lines entries = client_->Entries(name);
  EXPECT_EQ(Lines(entries.end() - 4, entries.end()),
            (Lines{"M9 suspense +10550", "M9 refund:transit -10550", "M5 refund:transit +10550",
                   "M5 suspense -10550"}));
  // The ledger's sums, as they are watched.
  for (const char* gauge : {"milepost_escrow_unexplained_orders", "milepost_escrow_negative_charges",
                            "milepost_ledger_unbalanced_moves", "milepost_ledger_sum_minor_units",
                            "milepost_active_milestones_unfunded", "milepost_escrow_held_minor_units",
                            "milepost_escrow_expected_minor_units"})
    EXPECT_EQ(Gauge(gauge), 0) << gauge;
}

// The third try succeeds: what failed before is told by nothing but its own state.
TEST_F(CancelledMoneyTest, M9_ARefundAfterAFailedOneSucceeds) {
  Script fails;
  fails.mutable_refunds()->set_failure_reason("BANK_CLOSED");
  const v1::Order order = NeverDelivered(fails);
  EXPECT_EQ(Refund(), 1u);
  Script works;
  works.set_key_prefix(order.name());
  Simulator::Get().SetScript(works);
  client_->Advance(absl::Hours(1));
  EXPECT_EQ(Refund(), 1u);
  EXPECT_EQ(RefundStateOf(order.name()), v1::REFUND_STATE_SUCCEEDED);
  EXPECT_EQ(Charge(order.name()).refunds_size(), 2);
  EXPECT_EQ(Simulator::Get().Payouts(order.name() + "/"), 1);
  ExpectBalances(0, 0, 0);
  EXPECT_EQ(Gauge("milepost_charges_stranded"), 0);
  EXPECT_THAT(EventsOf(order.name(), "refund.succeeded", kBuyer), SizeIs(1));
  EXPECT_THAT(EventsOf(order.name(), "refund.failed", kBuyer), IsEmpty());
  EXPECT_THAT(ToldBy(order.name(), "refund.succeeded"), ElementsAre(kBuyer));
}

TEST_F(CancelledMoneyTest, M5_TwoRefundersGiveBackOnce) {
  const std::string name = NeverDelivered({}).name();
  const std::unique_ptr<BillingServer> replica = NewReplica();
  EXPECT_EQ(TickBoth(server_->refunder(), replica->refunder()), 1u);
  EXPECT_EQ(Simulator::Get().Payouts(name + "/"), 1);
  ExpectBalances(0, 0, 0);
}

// The provider is slow: the lease ends, the other refunder asks again under the same key, and both are answered.
TEST_F(CancelledMoneyTest, M5_TwoRefundersAndASlowProviderGiveBackOnce) {
  options_.provider_timeout = absl::Seconds(20);
  options_.refunds.lease = options_.charging.lease = absl::Minutes(1);
  StartServer();
  const std::string name = NeverDelivered({}).name();
  const std::unique_ptr<BillingServer> replica = NewReplica();
  Simulator::Get().Hold(name, testing_v1::PROVIDER_METHOD_REFUND, testing_v1::PAUSE_POINT_BEFORE_ANSWERING);
  std::thread slow([&] { EXPECT_EQ(Must(server_->refunder().Tick()), 1u); });
  const absl::Time until = WallNow() + absl::Seconds(20);
  while (Simulator::Get().CallsOf(name + "/", testing_v1::PROVIDER_METHOD_REFUND) == 0 && WallNow() < until)
    std::this_thread::yield();
  Client other = NewClient();
  other.Advance(absl::Minutes(2));  // the lease is over
  EXPECT_EQ(Must(replica->refunder().Tick()), 1u);
  EXPECT_EQ(RefundStateOf(name), v1::REFUND_STATE_SUCCEEDED);
  Simulator::Get().Resume(name);
  slow.join();
  EXPECT_EQ(Simulator::Get().Payouts(name + "/"), 1);
  EXPECT_EQ(Charge(name).refunds_size(), 1);
  EXPECT_THAT(EventsOf(name, "refund.succeeded"), SizeIs(1));
  ExpectBalances(0, 0, 0);
}

TEST_F(CancelledMoneyTest, M5_TheSellerSeesWhereTheEscrowWentAndNotHowTheRefundGoes) {
  Script script;
  script.mutable_refunds()->set_failure_reason("ACCOUNT_CLOSED");
  const std::string name = NeverDelivered(script).name();
  EXPECT_EQ(Refund(), 1u);
  const Lines own = {"M1 provider:clearing +10550", "M1 escrow -10000",
                     "M1 revenue:buyer_fee -550",   "M5 escrow +10000",
                     "M5 revenue:buyer_fee +550",   "M5 refund:transit -10550"};
  const Lines tries = {"M5 refund:transit +10550", "M5 suspense -10550", "M9 suspense +10550",
                       "M9 refund:transit -10550"};
  Lines all = own;
  all.insert(all.end(), tries.begin(), tries.end());
  EXPECT_EQ(client_->Entries(name, kSeller), own);
  EXPECT_EQ(client_->Entries(name, kBuyer), all);
  EXPECT_EQ(client_->Entries(name, kOperator), all);
  EXPECT_EQ(Charge(name, kSeller).refunds_size(), 0);
  EXPECT_EQ(Charge(name, kBuyer).refunds(0).failure_reason(), "") << "for operators";
  for (const feed::Event& event : EventsOf(name, "", kSeller))
    EXPECT_EQ(event.type().rfind("refund.", 0), std::string::npos) << event.type();
}

// W8: the sums of funded, released and refunded, with a split among them.
TEST_F(CancelledMoneyTest, W8_TheGaugesExplainEveryEscrow) {
  const std::string split = Active().name(), held = Active().name();
  Do(kOperator, CancellationOf(split, 3333));
  Do(kBuyer, DisputeOf(held, 1));
  EXPECT_EQ(Gauge("milepost_escrow_held_minor_units"), 10000);
  EXPECT_EQ(Gauge("milepost_escrow_expected_minor_units"), 10000);
  EXPECT_EQ(Gauge("milepost_escrow_unexplained_orders"), 0);
  EXPECT_EQ(Gauge("milepost_active_milestones_unfunded"), 0);
  EXPECT_EQ(Gauge("milepost_orders_disputed"), 1);
  EXPECT_EQ(Gauge("milepost_refunds_pending"), 1);
  EXPECT_EQ(milepost::testing::CountOrDie(options_.database,
                                          "SELECT COUNT(*) FROM orders WHERE state = 'CANCELLED' AND"
                                          " funded_minor = released_minor + refunded_minor"),
            1);
}

}  // namespace
}  // namespace milepost::billing
