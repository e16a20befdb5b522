// What OfferService is told of an order's end, for each way in which an order can end.
#include "services/milestone_billing/clients/offer_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "asio/co_spawn.hpp"
#include "asio/thread_pool.hpp"
#include "asio/use_future.hpp"
#include "tests/component/milestone_billing/fake_peers.h"
#include "tests/support/matchers.h"

namespace milepost::billing {
namespace {

using ::milepost::testing::IsOk;

class OfferClientTest : public ::testing::Test {
 protected:
  // What arrives when this end is reported.
  offers::v1::RecordOrderOutcomeRequest Told(OrderEnd end) {
    auto telling = client_.RecordOutcome(offer_, order_, std::move(end), {});
    EXPECT_THAT(asio::co_spawn(threads_, std::move(telling), asio::use_future).get(), IsOk());
    return peers_.offers().outcomes().back();
  }

  const OfferId offer_{*Uuid::Parse("0190a000-0000-7000-8000-000000000001")};
  const OrderId order_{*Uuid::Parse("0190a000-0000-7000-8000-000000000002")};

 private:
  FakePeers peers_;
  asio::thread_pool threads_{1};
  OfferClient client_{peers_.address()};
};

TEST_F(OfferClientTest, A19_AnEndIsToldWithItsReasons) {
  const auto ended = Told({.completion_reason = "ENDED_BY_BUYER", .cancellation_reason = ""});
  EXPECT_EQ(ended.name(), "offers/0190a000-0000-7000-8000-000000000001");
  EXPECT_EQ(ended.order(), "orders/0190a000-0000-7000-8000-000000000002");
  EXPECT_EQ(ended.outcome(), offers::v1::ORDER_OUTCOME_COMPLETED);
  EXPECT_EQ(ended.reason(), type::v1::COMPLETION_REASON_ENDED_BY_BUYER);
  EXPECT_EQ(ended.cancellation_reason(), type::v1::CANCELLATION_REASON_UNSPECIFIED);

  const auto after =
      Told({.completion_reason = "CANCELLED_AFTER_ACCEPTANCE", .cancellation_reason = "NON_DELIVERY"});
  EXPECT_EQ(after.outcome(), offers::v1::ORDER_OUTCOME_COMPLETED);
  EXPECT_EQ(after.reason(), type::v1::COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE);
  EXPECT_EQ(after.cancellation_reason(), type::v1::CANCELLATION_REASON_NON_DELIVERY);

  const auto cancelled =
      Told({.cancelled = true, .completion_reason = "", .cancellation_reason = "BY_OPERATOR"});
  EXPECT_EQ(cancelled.outcome(), offers::v1::ORDER_OUTCOME_CANCELLED);
  EXPECT_EQ(cancelled.reason(), type::v1::COMPLETION_REASON_UNSPECIFIED);
  EXPECT_EQ(cancelled.cancellation_reason(), type::v1::CANCELLATION_REASON_BY_OPERATOR);
}

TEST_F(OfferClientTest, AnOrdersEndHasOneRequestId) {
  const OrderEnd end{.cancelled = true, .completion_reason = "", .cancellation_reason = "AGREED"};
  const std::string first = Told(end).request_id();
  EXPECT_EQ(first, DeriveUuid(order_.uuid(), "outcome").ToString());
  EXPECT_EQ(Told(end).request_id(), first);
}

}  // namespace
}  // namespace milepost::billing
