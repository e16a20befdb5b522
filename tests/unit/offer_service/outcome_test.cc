// RecordOrderOutcome between the wire and the domain: which reasons go with which outcome (A19).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/rpc/wire.h"
#include "services/offer_service/rpc/offer_wire.h"
#include "tests/unit/offer_service/offers.h"

namespace milepost::offers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using type::v1::CANCELLATION_REASON_AGREED;
using type::v1::CANCELLATION_REASON_UNSPECIFIED;
using type::v1::COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE;
using type::v1::COMPLETION_REASON_ENDED_BY_BUYER;
using type::v1::COMPLETION_REASON_UNSPECIFIED;

v1::RecordOrderOutcomeRequest RequestOf(v1::OrderOutcome outcome, type::v1::CompletionReason reason,
                                        type::v1::CancellationReason cancellation_reason) {
  v1::RecordOrderOutcomeRequest request;
  request.set_order(rpc::NameOf("orders", OrderOf(kOfferId).uuid()));
  request.set_outcome(outcome);
  request.set_reason(reason);
  request.set_cancellation_reason(cancellation_reason);
  return request;
}

// The fields that are refused.
std::vector<std::string> Refused(v1::OrderOutcome outcome, type::v1::CompletionReason reason,
                                 type::v1::CancellationReason cancellation_reason) {
  const auto command = OrderOutcomeOf(RequestOf(outcome, reason, cancellation_reason), kBilling);
  if (command.ok()) return {};
  EXPECT_EQ(ReasonOf(command.status()), "INVALID_FIELDS");
  const Refusal refusal = RefusalOf(command.status()).value_or(Refusal());
  std::vector<std::string> fields;
  for (const FieldViolation& violation : refusal.fields) fields.push_back(violation.field);
  return fields;
}

TEST(OrderOutcomeWire, ACommandHasTheReasonsByName) {
  const auto command =
      OrderOutcomeOf(RequestOf(v1::ORDER_OUTCOME_COMPLETED, COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE,
                               CANCELLATION_REASON_AGREED),
                     kBilling);
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->actor, kBilling);
  EXPECT_EQ(command->order, OrderOf(kOfferId));
  EXPECT_EQ(command->outcome, OrderOutcome::kCompleted);
  EXPECT_EQ(command->reason, "CANCELLED_AFTER_ACCEPTANCE");
  EXPECT_EQ(command->cancellation_reason, "AGREED");
}

TEST(OrderOutcomeWire, ReasonsGoWithTheirOutcomeAlone) {
  const auto none = COMPLETION_REASON_UNSPECIFIED;
  const auto ended = COMPLETION_REASON_ENDED_BY_BUYER;
  const auto cancelled = COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE;
  const auto no_why = CANCELLATION_REASON_UNSPECIFIED;
  const auto why = CANCELLATION_REASON_AGREED;
  const auto reason = ElementsAre("reason");
  const auto cancellation = ElementsAre("cancellation_reason");
  const auto both = ElementsAre("reason", "cancellation_reason");
  EXPECT_THAT(Refused(v1::ORDER_OUTCOME_COMPLETED, none, no_why), reason);
  EXPECT_THAT(Refused(v1::ORDER_OUTCOME_COMPLETED, none, why), both);
  EXPECT_THAT(Refused(v1::ORDER_OUTCOME_COMPLETED, ended, no_why), IsEmpty());
  EXPECT_THAT(Refused(v1::ORDER_OUTCOME_COMPLETED, ended, why), cancellation);
  EXPECT_THAT(Refused(v1::ORDER_OUTCOME_COMPLETED, cancelled, no_why), cancellation);
  EXPECT_THAT(Refused(v1::ORDER_OUTCOME_COMPLETED, cancelled, why), IsEmpty());
  EXPECT_THAT(Refused(v1::ORDER_OUTCOME_CANCELLED, none, no_why), cancellation);
  EXPECT_THAT(Refused(v1::ORDER_OUTCOME_CANCELLED, none, why), IsEmpty());
  EXPECT_THAT(Refused(v1::ORDER_OUTCOME_CANCELLED, ended, no_why), both);
  EXPECT_THAT(Refused(v1::ORDER_OUTCOME_CANCELLED, ended, why), reason);
  EXPECT_THAT(Refused(v1::ORDER_OUTCOME_CANCELLED, cancelled, no_why), both);
  EXPECT_THAT(Refused(v1::ORDER_OUTCOME_CANCELLED, cancelled, why), reason);
}

TEST(OrderOutcomeWire, AnOfferShowsWhyItsOrderEnded) {
  const Offer accepted = InState(OfferState::kAccepted);
  const auto shown = [&](const RecordOrderOutcome& command) {
    return ToWire(After(&accepted, command, kStart), kSeller);
  };
  EXPECT_EQ(ToWire(accepted, kSeller).order_cancellation_reason(), CANCELLATION_REASON_UNSPECIFIED);
  EXPECT_EQ(shown(Ended()).order_cancellation_reason(), CANCELLATION_REASON_UNSPECIFIED);
  const v1::Offer cancelled = shown(Ended(OrderOutcome::kCancelled));
  EXPECT_EQ(cancelled.order_state(), v1::OFFER_ORDER_STATE_CANCELLED);
  EXPECT_EQ(cancelled.order_reason(), COMPLETION_REASON_UNSPECIFIED);
  EXPECT_EQ(cancelled.order_cancellation_reason(), CANCELLATION_REASON_AGREED);
  const v1::Offer completed = shown(EndedByCancellation());
  EXPECT_EQ(completed.order_state(), v1::OFFER_ORDER_STATE_COMPLETED);
  EXPECT_EQ(completed.order_reason(), COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE);
  EXPECT_EQ(completed.order_cancellation_reason(), type::v1::CANCELLATION_REASON_LATE_DELIVERY);
}

}  // namespace
}  // namespace milepost::offers
