// The crash rounds' judgement can fail: books that are in order pass, and each way of doctoring them is found and named.
#include "tests/torture/verdict.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace milepost::torture {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Uuid kOrder = DeriveUuid(Uuid(), "order"), kOffer = DeriveUuid(Uuid(), "offer"),
           kRequest = DeriveUuid(Uuid(), "request");
constexpr int64_t kFirst = 10000, kSecond = 20000, kFee = 550;

std::string Key(int milestone, int slot) {
  return absl::StrCat("orders/", kOrder.ToString(), "/milestones/", milestone, "/attempts/", slot);
}

// Milestone 1 paid and released, milestone 2 declined once, then paid and held.
OrderRow SoundOrder() {
  OrderRow order;
  order.id = kOrder;
  order.sequence = order.events = order.last_event = 9;
  order.state = "ACTIVE";
  order.offer = kOffer;
  order.offer_state = "ACCEPTED";
  order.offer_order_state = "RUNNING";
  order.funded_minor = kFirst + kSecond;
  order.released_minor = kFirst;
  order.escrow_minor = kSecond;
  order.captured_minor = kFirst + kSecond + 2 * kFee;
  order.attempts = {{1, 1, "SUCCEEDED", kFirst + kFee, kFirst, false},
                    {2, 1, "DECLINED", kSecond + kFee, kSecond, false},
                    {2, 2, "SUCCEEDED", kSecond + kFee, kSecond, false}};
  return order;
}

ProviderRows SoundProvider() {
  return {{{Key(1, 1), "SUCCEEDED", kFirst + kFee, 1},
           {Key(2, 1), "DECLINED", kSecond + kFee, 0},
           {Key(2, 2), "SUCCEEDED", kSecond + kFee, 1}},
          {}};
}

// The first attempt at milestone 2 was given up as VOIDED, took the money all the same, and gave it back.
OrderRow OrderWithALateSuccess() {
  OrderRow order = SoundOrder();
  order.attempts[1].state = "VOIDED";
  order.attempts[1].late_success = true;
  order.attempts[1].given_back_minor = kSecond + kFee;
  order.captured_minor += kSecond + kFee;
  order.paid_back_minor = kSecond + kFee;
  return order;
}
ProviderRows ProviderWithALateSuccess() {
  ProviderRows provider = SoundProvider();
  provider.charges[1] = {Key(2, 1), "SUCCEEDED", kSecond + kFee, 1};
  provider.refunds = {{Key(2, 1), kSecond + kFee, 1}};
  return provider;
}

// Milestone 2 was cancelled: the seller got a quarter of it, the buyer the rest with its share of the fee.
constexpr int64_t kRefunded = 15000, kFeeBack = 412;
OrderRow CancelledOrder() {
  OrderRow order = SoundOrder();
  order.state = order.offer_order_state = "COMPLETED";
  order.released_minor = kFirst + kSecond - kRefunded;
  order.refunded_minor = kRefunded;
  order.escrow_minor = 0;
  order.fees_back_minor = kFeeBack;
  order.attempts[2].given_back_minor = order.paid_back_minor = kRefunded + kFeeBack;
  return order;
}
ProviderRows ProviderOfTheCancelled() {
  ProviderRows provider = SoundProvider();
  provider.refunds = {{Key(2, 2), kRefunded + kFeeBack, 1}};
  return provider;
}

Acknowledged Acceptance() {
  return {"AcceptMilestone", kRequest, {absl::StrCat("orders/", kOrder.ToString()), 7, false}, {}};
}

TEST(CheckOrder, PassesOneThatIsInOrder) {
  EXPECT_THAT(CheckOrder(SoundOrder(), SoundProvider()), IsEmpty());
}

TEST(CheckOrder, FindsAMilestoneThatWasChargedTwice) {
  OrderRow order = SoundOrder();
  order.attempts[1].state = "SUCCEEDED";
  auto provider = SoundProvider();
  provider.charges[1] = {Key(2, 1), "SUCCEEDED", kSecond + kFee, 1};
  EXPECT_THAT(CheckOrder(order, provider), Contains(HasSubstr("milestone 2 was charged twice")));
}

TEST(CheckOrder, FindsAKeyThatWasCapturedTwice) {
  auto provider = SoundProvider();
  provider.charges[0].captures = 2;
  EXPECT_THAT(CheckOrder(SoundOrder(), provider), Contains(HasSubstr("was captured 2 times")));
}

TEST(CheckOrder, FindsACaptureThatWasNeverBooked) {
  auto provider = SoundProvider();
  provider.charges[1] = {Key(2, 1), "SUCCEEDED", kSecond + kFee, 1};
  EXPECT_THAT(CheckOrder(SoundOrder(), provider),
              Contains(HasSubstr("is DECLINED, and the provider captured it")));
}

TEST(CheckOrder, FindsACaptureThatBillingKnowsNothingOf) {
  auto provider = SoundProvider();
  provider.charges.push_back({Key(3, 1), "SUCCEEDED", kFirst, 1});
  EXPECT_THAT(CheckOrder(SoundOrder(), provider), Contains(HasSubstr("of which billing knows nothing")));
}

TEST(CheckOrder, FindsAPaymentThatTheProviderNeverTook) {
  auto provider = SoundProvider();
  provider.charges.pop_back();
  EXPECT_THAT(CheckOrder(SoundOrder(), provider), Contains(HasSubstr("the provider captured nothing")));
}

TEST(CheckOrder, FindsAnotherAmountThanWasAskedFor) {
  auto provider = SoundProvider();
  provider.charges[0].amount_minor += 1;
  EXPECT_THAT(CheckOrder(SoundOrder(), provider), Contains(HasSubstr("and the provider captured 10551")));
}

TEST(CheckOrder, WantsMoneyThatCameTooLateGivenBackOnceAndWhole) {
  EXPECT_THAT(CheckOrder(OrderWithALateSuccess(), ProviderWithALateSuccess()), IsEmpty());
  OrderRow order = OrderWithALateSuccess();
  order.attempts[1].given_back_minor = order.paid_back_minor = 0;
  ProviderRows provider = ProviderWithALateSuccess();
  provider.refunds.clear();
  EXPECT_THAT(CheckOrder(order, provider), ElementsAre(HasSubstr("took money too late, and gave back 0")));
  EXPECT_THAT(CheckOrder(OrderWithALateSuccess(), provider),
              Contains(HasSubstr("the provider gave back 0, and billing has")));
  provider = ProviderWithALateSuccess();
  provider.refunds[0].payouts = 2;
  EXPECT_THAT(CheckOrder(OrderWithALateSuccess(), provider), Contains(HasSubstr("was paid out 2 times")));
}

TEST(CheckOrder, WantsTheBuyersPartOfACancelledMilestoneGivenBackOnce) {
  EXPECT_THAT(CheckOrder(CancelledOrder(), ProviderOfTheCancelled()), IsEmpty());
  // Nothing went back, at neither side.
  OrderRow order = CancelledOrder();
  order.attempts[2].given_back_minor = order.paid_back_minor = 0;
  ProviderRows provider = ProviderOfTheCancelled();
  provider.refunds.clear();
  EXPECT_THAT(CheckOrder(order, provider),
              ElementsAre(HasSubstr("cancelled were 15000 and 412 of the fee, and given back 0")));
  // Another amount than the order says.
  order = CancelledOrder();
  order.fees_back_minor -= 1;
  EXPECT_THAT(CheckOrder(order, ProviderOfTheCancelled()),
              ElementsAre(HasSubstr("15000 and 411 of the fee, and given back 15412")));
  // Under two keys, of which billing knows one.
  provider = ProviderOfTheCancelled();
  provider.refunds.push_back({Key(2, 2), 100, 1});
  EXPECT_THAT(CheckOrder(CancelledOrder(), provider), Contains(HasSubstr("was refunded twice")));
  // Of a charge that billing does not know.
  provider = ProviderOfTheCancelled();
  provider.refunds.push_back({Key(3, 1), 100, 1});
  EXPECT_THAT(CheckOrder(CancelledOrder(), provider),
              ElementsAre(HasSubstr("the provider gave back 15512, and the ledger has 15412")));
  // It is still on its way.
  order = CancelledOrder();
  order.under_way_minor = 7;
  EXPECT_THAT(CheckOrder(order, ProviderOfTheCancelled()),
              ElementsAre(HasSubstr("refund:transit and suspense hold 7")));
}

TEST(CheckOrder, FindsStepsThatStayedOpen) {
  OrderRow order = SoundOrder();
  order.attempts[2].state = "OPEN";
  EXPECT_THAT(CheckOrder(order, SoundProvider()), Contains(HasSubstr("is still OPEN")));
  order = SoundOrder();
  order.state = "PLACING";
  EXPECT_THAT(CheckOrder(order, SoundProvider()), Contains(HasSubstr("it is still PLACING")));
}

TEST(CheckOrder, FindsALedgerThatDoesNotAgree) {
  OrderRow order = SoundOrder();
  order.unbalanced = {5};
  EXPECT_THAT(CheckOrder(order, SoundProvider()), ElementsAre(HasSubstr("event 5 don't sum to 0")));
  order = SoundOrder();
  order.escrow_minor = 0;
  EXPECT_THAT(CheckOrder(order, SoundProvider()), ElementsAre(HasSubstr("escrow holds 0")));
  order = SoundOrder();
  order.captured_minor -= kFee;
  EXPECT_THAT(CheckOrder(order, SoundProvider()), ElementsAre(HasSubstr("and the ledger has")));
  order = SoundOrder();
  order.funded_minor -= kFirst;
  EXPECT_THAT(CheckOrder(order, SoundProvider()), Contains(HasSubstr("its paid attempts come to 30000")));
}

TEST(CheckOrder, FindsMoneyThatAnOrderThatIsOverStillHolds) {
  for (const std::string state : {"COMPLETED", "CANCELLED"}) {
    OrderRow order = SoundOrder();
    order.state = order.offer_order_state = state;
    EXPECT_THAT(CheckOrder(order, SoundProvider()),
                ElementsAre(HasSubstr(absl::StrCat(state, ", and escrow holds 20000"))));
  }
}

TEST(CheckOrder, FindsAnEventThatIsMissing) {
  OrderRow order = SoundOrder();
  order.events = 8;
  EXPECT_THAT(CheckOrder(order, SoundProvider()),
              ElementsAre(HasSubstr("it is at 9, with 8 events up to 9")));
}

TEST(CheckOrder, FindsWhatTheAuditFound) {
  OrderRow order = SoundOrder();
  order.audit_finding = "part: AUDIT_PART_EVENT";
  EXPECT_THAT(CheckOrder(order, SoundProvider()),
              ElementsAre(HasSubstr("its audit found part: AUDIT_PART_EVENT")));
}

TEST(CheckOrder, FindsAnOfferThatSaysOtherwise) {
  OrderRow order = SoundOrder();
  order.offer_state = "SENT";
  EXPECT_THAT(CheckOrder(order, SoundProvider()), Contains(HasSubstr("it is ACTIVE, and offers/")));
  order = SoundOrder();
  order.offer_order_state = "COMPLETED";
  EXPECT_THAT(CheckOrder(order, SoundProvider()), ElementsAre(HasSubstr("says COMPLETED")));
  order = SoundOrder();
  order.offer_state = "";
  EXPECT_THAT(CheckOrder(order, SoundProvider()), Contains(HasSubstr("is not there")));
}

TEST(CheckOrder, WantsItsOfferToKnowThatItWasCancelled) {
  OrderRow order = CancelledOrder();
  order.state = "CANCELLED";
  EXPECT_THAT(CheckOrder(order, ProviderOfTheCancelled()), ElementsAre(HasSubstr("says COMPLETED")));
  order.offer_order_state = "RUNNING";
  EXPECT_THAT(CheckOrder(order, ProviderOfTheCancelled()), ElementsAre(HasSubstr("says RUNNING")));
  order.offer_order_state = "CANCELLED";
  EXPECT_THAT(CheckOrder(order, ProviderOfTheCancelled()), IsEmpty());
}

TEST(CheckEnd, WantsTheEndThatWasTold) {
  const OrderEnd told = {"COMPLETED", kRefunded, kFeeBack};
  EXPECT_THAT(CheckEnd(CancelledOrder(), told), IsEmpty());
  OrderRow order = CancelledOrder();
  order.state = "DISPUTED";
  EXPECT_THAT(CheckEnd(order, told), ElementsAre(HasSubstr("told to be COMPLETED: it is DISPUTED")));
  EXPECT_THAT(CheckEnd(CancelledOrder(), {"COMPLETED", 0, kFeeBack}),
              ElementsAre(HasSubstr("told was a refund of 0, and it is 15000")));
  EXPECT_THAT(CheckEnd(CancelledOrder(), {"COMPLETED", kRefunded, 0}),
              ElementsAre(HasSubstr("told were 0 of the fee back, and it is 412")));
}

TEST(CheckOffer, WantsAPlacedOrderOfAnAcceptedOneOnly) {
  EXPECT_THAT(CheckOffer({kOffer, "ACCEPTED", "ACTIVE"}), IsEmpty());
  EXPECT_THAT(CheckOffer({kOffer, "SENT", "PLACEMENT_FAILED"}), IsEmpty());
  EXPECT_THAT(CheckOffer({kOffer, "ACCEPTED", ""}), ElementsAre(HasSubstr("its order is not there")));
  EXPECT_THAT(CheckOffer({kOffer, "WITHDRAWN", "ACTIVE"}), ElementsAre(HasSubstr("its order ACTIVE")));
}

TEST(CheckReplay, WantsTheFirstOutcomeAtOrAfterItsState) {
  const Acknowledged command = Acceptance();
  const std::string& order = command.told.resource;
  EXPECT_THAT(CheckReplay(command, {grpc::Status::OK, "", {order, 7, true}}), IsEmpty());
  EXPECT_THAT(CheckReplay(command, {grpc::Status::OK, "", {order, 12, true}}), IsEmpty());
  EXPECT_THAT(CheckReplay(command, {grpc::Status::OK, "", {order, 6, true}}),
              ElementsAre(HasSubstr("went back to etag 6")));
  EXPECT_THAT(CheckReplay(command, {grpc::Status::OK, "", {order, 8, false}}),
              ElementsAre(HasSubstr("taken for a new command")));
  EXPECT_THAT(CheckReplay(command, {grpc::Status::OK, "", {"orders/another", 8, true}}),
              ElementsAre(HasSubstr("answered with orders/another")));
  EXPECT_THAT(CheckReplay(command, {{grpc::StatusCode::NOT_FOUND, "No such order"}, "ORDER_NOT_FOUND", {}}),
              ElementsAre(HasSubstr("ORDER_NOT_FOUND")));
}

TEST(CheckReplay, WantsTheSameEndOfAnOrderThatIsOver) {
  Acknowledged command = Acceptance();
  const std::string& order = command.told.resource;
  const OrderEnd end = {"CANCELLED", kRefunded, kFeeBack};
  EXPECT_THAT(CheckReplay(command, {grpc::Status::OK, "", {order, 8, true, end}}), IsEmpty());
  command.told.end = end;
  EXPECT_THAT(CheckReplay(command, {grpc::Status::OK, "", {order, 8, true, end}}), IsEmpty());
  EXPECT_THAT(CheckReplay(command, {grpc::Status::OK, "", {order, 8, true}}),
              ElementsAre(HasSubstr("which was CANCELLED, has another end")));
  EXPECT_THAT(CheckReplay(command, {grpc::Status::OK, "", {order, 8, true, OrderEnd{"CANCELLED", 0, 0}}}),
              ElementsAre(HasSubstr("has another end")));
}

TEST(CheckSequences, FindsWhatIsGoneAndWhatWentBack) {
  const absl::flat_hash_map<Uuid, uint64_t> told = {{kOrder, 7}};
  EXPECT_THAT(CheckSequences(Victim::kBilling, told, {{kOrder, 7}, {kOffer, 1}}), IsEmpty());
  EXPECT_THAT(CheckSequences(Victim::kBilling, told, {{kOffer, 9}}),
              ElementsAre(HasSubstr("it is not there")));
  EXPECT_THAT(CheckSequences(Victim::kBilling, told, {{kOrder, 6}}), ElementsAre(HasSubstr("it is at 6")));
}

TEST(CheckRequests, FindsAForgottenOneAndARefusedOneThatIsRemembered) {
  const std::vector<Promise> promises = {{kRequest, kOrder, 7}};
  EXPECT_THAT(CheckRequests(Victim::kBilling, promises, {}, {{kRequest, kOrder, 6}}), IsEmpty());
  EXPECT_THAT(CheckRequests(Victim::kBilling, promises, {}, {}),
              ElementsAre(HasSubstr("it is not remembered")));
  EXPECT_THAT(CheckRequests(Victim::kBilling, promises, {}, {{kRequest, kOffer, 6}}),
              ElementsAre(HasSubstr("it is remembered with")));
  EXPECT_THAT(CheckRequests(Victim::kBilling, promises, {}, {{kRequest, kOrder, 8}}),
              ElementsAre(HasSubstr("later state 8")));
  EXPECT_THAT(CheckRequests(Victim::kBilling, {}, {kRequest}, {{kRequest, kOrder, 6}}),
              ElementsAre(HasSubstr("was refused, and is remembered")));
}

TEST(CheckStream, WantsEveryEventAtOnePosition) {
  EXPECT_THAT(CheckStream(Victim::kOffers, {12, 12, 13}), IsEmpty());
  EXPECT_THAT(CheckStream(Victim::kOffers, {12, 11, 12}), ElementsAre(HasSubstr("it has 11 of 12 events")));
  EXPECT_THAT(CheckStream(Victim::kOffers, {12, 12, 14}), ElementsAre(HasSubstr("its next position is 14")));
}

TEST(CheckTotals, HoldsTheLedgerToTheProvider) {
  const Totals sound = {.captured_at_provider_minor = 500,
                        .provider_captures = 2,
                        .provider_succeeded = 2,
                        .captured_in_ledger_minor = 500,
                        .paid_back_at_provider_minor = 70,
                        .paid_back_in_ledger_minor = 70,
                        .trial_balance_is_zero = true};
  EXPECT_THAT(CheckTotals(sound), IsEmpty());
  Totals doctored = sound;
  doctored.provider_captures = 3;
  EXPECT_THAT(CheckTotals(doctored), ElementsAre(HasSubstr("3 times under 2")));
  doctored = sound;
  doctored.captured_in_ledger_minor = 400;
  EXPECT_THAT(CheckTotals(doctored), ElementsAre(HasSubstr("provider:clearing got 400")));
  doctored = sound;
  doctored.paid_back_at_provider_minor = 140;
  EXPECT_THAT(CheckTotals(doctored), ElementsAre(HasSubstr("gave back 140, and provider:clearing paid 70")));
  doctored = sound;
  doctored.trial_balance_is_zero = false;
  EXPECT_THAT(CheckTotals(doctored), ElementsAre(HasSubstr("trial balance")));
}

}  // namespace
}  // namespace milepost::torture
