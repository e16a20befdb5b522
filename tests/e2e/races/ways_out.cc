#include "tests/e2e/races/ways_out.h"

#include "tests/support/matchers.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;

// One call of a step; the request has all but its id.
template <class Request, class Response>
Outcome Step(PlatformClient& client, const Person& caller,
             grpc::Status (MilestoneBilling::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
             Request request, const std::string& request_id) {
  request.set_request_id(request_id.empty() ? NewRequestId() : request_id);
  return OutcomeOf(client.Call(caller.actor, client.billing(), method, request));
}

template <class Request>
Request OfMilestone1(const std::string& order) {
  Request request;
  request.set_name(MilestoneName(order, 1));
  return request;
}

}  // namespace

Outcome CancelLate(PlatformClient& client, const Person& buyer, const std::string& order,
                   const std::string& request_id) {
  return Step(client, buyer, &MilestoneBilling::Stub::CancelLateMilestone,
              OfMilestone1<billing::v1::CancelLateMilestoneRequest>(order), request_id);
}

Outcome AskToCancel(PlatformClient& client, const Person& party, const std::string& order,
                    int64_t seller_cents, const std::string& request_id) {
  billing::v1::RequestCancellationRequest request;
  request.set_name(order);
  request.set_message("It does not work out.");
  if (seller_cents > 0) *request.mutable_seller_amount() = Usd(seller_cents);
  return Step(client, party, &MilestoneBilling::Stub::RequestCancellation, request, request_id);
}

Outcome AnswerCancellation(PlatformClient& client, const Person& party, const std::string& order,
                           billing::v1::CancellationAnswer answer, const std::string& request_id) {
  billing::v1::AnswerCancellationRequest request;
  request.set_name(order);
  request.set_answer(answer);
  return Step(client, party, &MilestoneBilling::Stub::AnswerCancellation, request, request_id);
}

Outcome OpenDispute(PlatformClient& client, const Person& party, const std::string& order,
                    const std::string& request_id) {
  auto request = OfMilestone1<billing::v1::OpenDisputeRequest>(order);
  request.set_message("This is not what was agreed.");
  return Step(client, party, &MilestoneBilling::Stub::OpenDispute, request, request_id);
}

Outcome WithdrawDispute(PlatformClient& client, const Person& party, const std::string& order,
                        const std::string& request_id) {
  return Step(client, party, &MilestoneBilling::Stub::WithdrawDispute,
              OfMilestone1<billing::v1::WithdrawDisputeRequest>(order), request_id);
}

Outcome ResolveDispute(PlatformClient& client, const Person& resolver, const std::string& order,
                       Decision decision, const std::string& request_id) {
  auto request = OfMilestone1<billing::v1::ResolveDisputeRequest>(order);
  request.set_message("Both had a point.");
  if (decision == Decision::kRelease) request.mutable_release();
  if (decision == Decision::kRefund) request.mutable_refund();
  if (decision == Decision::kSplit) *request.mutable_split()->mutable_seller_amount() = Usd(kShare);
  return Step(client, resolver, &MilestoneBilling::Stub::ResolveDispute, request, request_id);
}

std::string WaysOutRaces::CancellableOrder() {
  const std::string order = ActiveOrder();
  AdvanceClocks(DueTime(order, billing::v1::DEADLINE_KIND_DELIVERY) + absl::Hours(24) - BillingTime());
  return order;
}

std::string WaysOutRaces::DisputedOrder() {
  const std::string order = DeliveredOrder();
  EXPECT_TRUE(OpenDispute(client(0), bea_, order).ok);
  return order;
}

std::string WaysOutRaces::AskedOrder() {
  const std::string order = DeliveredOrder();
  EXPECT_TRUE(AskToCancel(client(1), bea_, order).ok);
  return order;
}

void WaysOutRaces::ExpectCancelled(const std::string& order, type::v1::CancellationReason reason) {
  const billing::v1::Order now = OrderNow(order);
  const bool paid = now.milestones(0).state() == billing::v1::MILESTONE_STATE_ACCEPTED;
  EXPECT_EQ(now.state(), paid ? billing::v1::ORDER_STATE_COMPLETED : billing::v1::ORDER_STATE_CANCELLED);
  EXPECT_EQ(now.cancellation_reason(), reason);
  EXPECT_TRUE(Eventually([&] {
    return OfferNow(now.offer()).order_state() ==
           (paid ? offers::v1::OFFER_ORDER_STATE_COMPLETED : offers::v1::OFFER_ORDER_STATE_CANCELLED);
  }));
  EXPECT_EQ(OfferNow(now.offer()).order_cancellation_reason(), reason);
}

}  // namespace milepost::e2e
