#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/e2e/stories/order_steps.h"
#include "tests/torture/acts.h"

namespace milepost::torture {
namespace {

using billing::v1::MilestoneBilling;
using billing::v1::Order;
using Platform = e2e::PlatformClient;

constexpr char kOperator[] = "operators/torture";

void Remember(Client& client, const Order& order) {
  const OrderView view = ViewOf(order);
  if (IsRunning(view))
    client.market().orders.Put(view);
  else
    client.market().orders.Remove(view.name);
}

void LookAtOrder(Client& client, const OrderView& order) {
  billing::v1::GetOrderRequest request;
  request.set_name(order.name);
  const auto now =
      client.Read("GetOrder", order.buyer, &Platform::billing, &MilestoneBilling::Stub::GetOrder, request);
  if (now) Remember(client, now->order());
}

// One step of an order; whoever is refused looks where it stands.
template <class Request, class Response>
void Step(Client& client, const OrderView& order, const std::string& actor, const std::string& method,
          grpc::Status (MilestoneBilling::Stub::*call)(grpc::ClientContext*, const Request&, Response*),
          const Request& request) {
  const std::optional<Response> answer = client.Command(method, actor, &Platform::billing, call, request);
  answer ? Remember(client, answer->order()) : LookAtOrder(client, order);
}

void Deliver(Client& client, const OrderView& order) {
  billing::v1::DeliverMilestoneRequest request;
  request.set_name(e2e::MilestoneName(order.name, order.current));
  request.set_final_delivery(order.current == order.last);
  request.set_message("Please have a look.");
  Step(client, order, order.seller, "DeliverMilestone", &MilestoneBilling::Stub::DeliverMilestone, request);
}

void Post(Client& client, const OrderView& order) {
  billing::v1::PostUpdateRequest request;
  request.set_name(e2e::MilestoneName(order.name, order.current));
  request.set_message("The first half is done.");
  Step(client, order, order.seller, "PostUpdate", &MilestoneBilling::Stub::PostUpdate, request);
}

void Revise(Client& client, const OrderView& order) {
  billing::v1::RequestRevisionRequest request;
  request.set_name(e2e::MilestoneName(order.name, order.current));
  request.set_message("Brighter, please.");
  Step(client, order, order.buyer, "RequestRevision", &MilestoneBilling::Stub::RequestRevision, request);
}

void Accept(Client& client, const OrderView& order) {
  billing::v1::AcceptMilestoneRequest request;
  request.set_name(e2e::MilestoneName(order.name, order.current));
  const int drawn = client.Below(100);
  if (order.current == order.last) {
    if (drawn < 30) request.set_next(billing::v1::NEXT_STEP_END_ORDER);
  } else {
    request.set_next(drawn < 60   ? billing::v1::NEXT_STEP_START_NEXT
                     : drawn < 85 ? billing::v1::NEXT_STEP_DECIDE_LATER
                                  : billing::v1::NEXT_STEP_END_ORDER);
  }
  Step(client, order, order.buyer, "AcceptMilestone", &MilestoneBilling::Stub::AcceptMilestone, request);
}

void StartNext(Client& client, const OrderView& order) {
  billing::v1::StartNextMilestoneRequest request;
  request.set_name(order.name);
  if (client.InHundred(70)) request.set_payment_method(SomePaymentMethod(client));
  if (client.InHundred(25)) request.set_payment_method("pm_declined");  // the buyer will have to retry
  Step(client, order, order.buyer, "StartNextMilestone", &MilestoneBilling::Stub::StartNextMilestone,
       request);
}

void Retry(Client& client, const OrderView& order) {
  billing::v1::RetryPaymentRequest request;
  request.set_name(order.name);
  request.set_payment_method(SomePaymentMethod(client));
  Step(client, order, order.buyer, "RetryPayment", &MilestoneBilling::Stub::RetryPayment, request);
}

void End(Client& client, const OrderView& order) {
  billing::v1::EndOrderRequest request;
  request.set_name(order.name);
  Step(client, order, order.buyer, "EndOrder", &MilestoneBilling::Stub::EndOrder, request);
}

// An operator gives up on a payment whose outcome nobody knows (A16). Often it succeeds after all: then the money has to go
// back (M9).
void Resolve(Client& client, const OrderView& order) {
  billing::v1::ListChargesRequest list;
  list.set_order(order.name);
  const auto charges =
      client.Read("ListCharges", kOperator, &Platform::billing, &MilestoneBilling::Stub::ListCharges, list);
  if (!charges || charges->charges().empty()) return;
  const billing::v1::Charge& last = *charges->charges().rbegin();
  if (last.state() != billing::v1::CHARGE_STATE_OPEN) return LookAtOrder(client, order);
  billing::v1::ResolveChargeRequest request;
  request.set_name(last.name());
  request.set_evidence("The provider's desk knows nothing of it.");
  client.InHundred(50) ? (void)request.mutable_voided() : (void)request.mutable_declined();
  Step(client, order, kOperator, "ResolveCharge", &MilestoneBilling::Stub::ResolveCharge, request);
}

const std::string& OneOfBoth(Client& client, const OrderView& order) {
  return client.InHundred(50) ? order.buyer : order.seller;
}

const std::string& NameOf(billing::v1::Party party, const OrderView& order) {
  return party == billing::v1::PARTY_BUYER ? order.buyer : order.seller;
}

// A20.
void CancelLate(Client& client, const OrderView& order) {
  billing::v1::CancelLateMilestoneRequest request;
  request.set_name(e2e::MilestoneName(order.name, order.current));
  request.set_message("I can't wait any longer.");
  Step(client, order, order.buyer, "CancelLateMilestone", &MilestoneBilling::Stub::CancelLateMilestone,
       request);
}

// Of what is held, or nothing; M5 or M6, if it comes to that.
void RequestCancellation(Client& client, const OrderView& order, const std::string& actor, bool with_share) {
  billing::v1::RequestCancellationRequest request;
  request.set_name(order.name);
  request.set_message("This leads nowhere.");
  if (with_share && order.held_minor > 0)
    *request.mutable_seller_amount() = e2e::Usd(client.Below(static_cast<int>(order.held_minor) + 1));
  Step(client, order, actor, "RequestCancellation", &MilestoneBilling::Stub::RequestCancellation, request);
}

void AskToCancel(Client& client, const OrderView& order) {
  RequestCancellation(client, order, OneOfBoth(client, order), client.InHundred(70));
}

void CancelAsOperator(Client& client, const OrderView& order) {
  RequestCancellation(client, order, kOperator, client.InHundred(50));
}

// In a dispute it needs nobody's consent.
void GiveAllBack(Client& client, const OrderView& order) {
  RequestCancellation(client, order, order.seller, /*with_share=*/false);
}

void Answer(Client& client, const OrderView& order) {
  billing::v1::AnswerCancellationRequest request;
  request.set_name(order.name);
  request.set_answer(client.InHundred(50) ? billing::v1::CANCELLATION_ANSWER_ACCEPT
                                          : billing::v1::CANCELLATION_ANSWER_REJECT);
  const bool buyer_asked = order.asked_by == billing::v1::PARTY_BUYER;
  const std::string& other = buyer_asked ? order.seller : order.buyer;
  Step(client, order, other, "AnswerCancellation", &MilestoneBilling::Stub::AnswerCancellation, request);
}

void OpenDispute(Client& client, const OrderView& order) {
  billing::v1::OpenDisputeRequest request;
  request.set_name(e2e::MilestoneName(order.name, order.current));
  request.set_message("This is not what we agreed on.");
  const std::string& actor = OneOfBoth(client, order);
  Step(client, order, actor, "OpenDispute", &MilestoneBilling::Stub::OpenDispute, request);
}

void WithdrawDispute(Client& client, const OrderView& order) {
  billing::v1::WithdrawDisputeRequest request;
  request.set_name(e2e::MilestoneName(order.name, order.current));
  const std::string& actor = NameOf(order.disputed_by, order);
  Step(client, order, actor, "WithdrawDispute", &MilestoneBilling::Stub::WithdrawDispute, request);
}

// M2, M5 or M6.
void DecideDispute(Client& client, const OrderView& order) {
  billing::v1::ResolveDisputeRequest request;
  request.set_name(e2e::MilestoneName(order.name, order.current));
  request.set_message("Decided by what both have shown.");
  const int drawn = client.Below(3);
  if (drawn == 0) request.mutable_release();
  if (drawn == 1) request.mutable_refund();
  if (drawn == 2)
    *request.mutable_split()->mutable_seller_amount() =
        e2e::Usd(1 + client.Below(static_cast<int>(std::max<int64_t>(order.held_minor - 1, 1))));
  Step(client, order, kOperator, "ResolveDispute", &MilestoneBilling::Stub::ResolveDispute, request);
}

// The only acceptance that a dispute leaves: nothing is started or ended with it.
void AcceptDisputed(Client& client, const OrderView& order) {
  billing::v1::AcceptMilestoneRequest request;
  request.set_name(e2e::MilestoneName(order.name, order.current));
  Step(client, order, order.buyer, "AcceptMilestone", &MilestoneBilling::Stub::AcceptMilestone, request);
}

// Whatever state it is in: mostly refused, and a refusal leaves no trace.
void StepBlindly(Client& client, const OrderView& order) {
  static constexpr void (*kSteps[])(Client&, const OrderView&) = {
      Deliver,    Post,        Revise, Accept,      StartNext,       Retry,         End,
      CancelLate, AskToCancel, Answer, OpenDispute, WithdrawDispute, DecideDispute, AcceptDisputed};
  kSteps[client.Below(std::size(kSteps))](client, order);
}

// Sometimes leaves the usual way: by a cancellation, an answer to one, or a dispute. False: it did not.
bool TryWayOut(Client& client, const OrderView& order) {
  const int drawn = client.Below(100);
  if (order.asked_by != billing::v1::PARTY_UNSPECIFIED && drawn < 40) return Answer(client, order), true;
  if (order.cancellable && drawn < 70) return CancelLate(client, order), true;
  if (drawn >= 95) return AskToCancel(client, order), true;
  if (drawn >= 94) return CancelAsOperator(client, order), true;
  if (drawn >= 88 && order.state == billing::v1::ORDER_STATE_ACTIVE) return OpenDispute(client, order), true;
  return false;
}

void SettleDispute(Client& client, const OrderView& order) {
  const int drawn = client.Below(100);
  if (drawn < 35) return DecideDispute(client, order);
  if (drawn < 55) return WithdrawDispute(client, order);
  if (drawn < 62) return AcceptDisputed(client, order);
  if (drawn < 70) return GiveAllBack(client, order);
  return drawn < 80 ? Post(client, order) : LookAtOrder(client, order);
}

void StepSensibly(Client& client, const OrderView& order) {
  switch (order.state) {
    case billing::v1::ORDER_STATE_ACTIVE:
      if (TryWayOut(client, order)) return;
      if (client.InHundred(15)) return Post(client, order);
      if (order.milestone != billing::v1::MILESTONE_STATE_DELIVERED) return Deliver(client, order);
      if (order.revisions_left && client.InHundred(20)) return Revise(client, order);
      return Accept(client, order);
    case billing::v1::ORDER_STATE_DISPUTED:
      if (!TryWayOut(client, order)) SettleDispute(client, order);
      return;
    case billing::v1::ORDER_STATE_AWAITING_NEXT:
      if (TryWayOut(client, order)) return;
      return client.InHundred(75) ? StartNext(client, order) : End(client, order);
    case billing::v1::ORDER_STATE_AWAITING_PAYMENT:
      if (order.payment_open)
        return client.InHundred(60) ? Resolve(client, order) : LookAtOrder(client, order);
      return client.InHundred(80) ? Retry(client, order) : End(client, order);
    case billing::v1::ORDER_STATE_PLACING:
      return client.InHundred(60) ? Resolve(client, order) : LookAtOrder(client, order);
    default:
      return LookAtOrder(client, order);
  }
}

}  // namespace

void OrderGig(Client& client) {
  const std::optional<GigView> gig = client.market().gigs.Pick(client.random());
  if (!gig) return;
  const std::string buyer = SomeBuyer(client);
  billing::v1::QuoteOrderRequest ask;
  ask.mutable_gig_selection()->set_gig(gig->name);
  ask.mutable_gig_selection()->set_package(type::v1::PACKAGE_BASIC);
  ask.mutable_gig_selection()->set_workflow(gig->has_plan ? billing::v1::ORDER_TYPE_MILESTONES
                                                          : billing::v1::ORDER_TYPE_ONE_TIME);
  const auto quote =
      client.Read("QuoteOrder", buyer, &Platform::billing, &MilestoneBilling::Stub::QuoteOrder, ask);
  if (!quote) return;
  billing::v1::PlaceGigOrderRequest place;
  place.set_quote(quote->quote());
  place.set_payment_method(SomePaymentMethod(client));
  const auto placed = client.Command("PlaceGigOrder", buyer, &Platform::billing,
                                     &MilestoneBilling::Stub::PlaceGigOrder, place);
  if (placed) Remember(client, placed->order());
}

void StepOrder(Client& client) {
  const std::optional<OrderView> order = client.market().orders.Pick(client.random());
  if (!order) return OrderGig(client);
  // The client that placed an offer's order knows its name only.
  if (order->last == 0) return LookAtOrder(client, *order);
  if (client.InHundred(5)) return StepBlindly(client, *order);
  StepSensibly(client, *order);
}

}  // namespace milepost::torture
