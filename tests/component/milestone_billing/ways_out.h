// The ways out of an order over the wire: requests to cancel, dispute and resolve, orders in the states in which these are made, and
// what they leave behind: money, deadlines, events with their notices, gauges.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "milepost/events/v1/event_feed.grpc.pb.h"
#include "tests/component/milestone_billing/fixture.h"

namespace milepost::billing {

namespace feed = ::milepost::events::v1;

inline constexpr absl::Duration kTick = absl::Microseconds(1);
inline constexpr absl::Duration kDay = absl::Hours(24);
inline constexpr v1::CancellationAnswer kAgree = v1::CANCELLATION_ANSWER_ACCEPT;
inline constexpr v1::CancellationAnswer kReject = v1::CANCELLATION_ANSWER_REJECT;

using Lines = std::vector<std::string>;

// The entries that the payment of 100.00 leaves, and what follows.
Lines PaidAnd(const Lines& more);

// Each with a request id of its own, and with a message where one is required.
v1::DeliverMilestoneRequest DeliveryOf(const std::string& order, int milestone, bool final_delivery = false);
v1::RequestRevisionRequest RevisionOf(const std::string& order, int milestone);
v1::AcceptMilestoneRequest ApprovalOf(const std::string& order, int milestone,
                                      v1::NextStep next = v1::NEXT_STEP_UNSPECIFIED);
v1::CancelLateMilestoneRequest LateCancellationOf(const std::string& order, int milestone);
// `seller_cents` 0: the field is absent.
v1::RequestCancellationRequest CancellationOf(const std::string& order, int64_t seller_cents = 0);
v1::AnswerCancellationRequest AnswerTo(const std::string& order, v1::CancellationAnswer answer);
v1::OpenDisputeRequest DisputeOf(const std::string& order, int milestone);
v1::WithdrawDisputeRequest WithdrawalOf(const std::string& order, int milestone);
v1::ResolveDisputeRequest ReleaseOf(const std::string& order, int milestone);
v1::ResolveDisputeRequest RefundOf(const std::string& order, int milestone);
v1::ResolveDisputeRequest SplitOf(const std::string& order, int milestone, int64_t seller_cents);

// The method that takes the request.
inline auto MethodOf(const v1::DeliverMilestoneRequest&) {
  return &v1::MilestoneBilling::Stub::DeliverMilestone;
}
inline auto MethodOf(const v1::RequestRevisionRequest&) {
  return &v1::MilestoneBilling::Stub::RequestRevision;
}
inline auto MethodOf(const v1::AcceptMilestoneRequest&) {
  return &v1::MilestoneBilling::Stub::AcceptMilestone;
}
inline auto MethodOf(const v1::CancelLateMilestoneRequest&) {
  return &v1::MilestoneBilling::Stub::CancelLateMilestone;
}
inline auto MethodOf(const v1::RequestCancellationRequest&) {
  return &v1::MilestoneBilling::Stub::RequestCancellation;
}
inline auto MethodOf(const v1::AnswerCancellationRequest&) {
  return &v1::MilestoneBilling::Stub::AnswerCancellation;
}
inline auto MethodOf(const v1::OpenDisputeRequest&) {
  return &v1::MilestoneBilling::Stub::OpenDispute;
}
inline auto MethodOf(const v1::WithdrawDisputeRequest&) {
  return &v1::MilestoneBilling::Stub::WithdrawDispute;
}
inline auto MethodOf(const v1::ResolveDisputeRequest&) {
  return &v1::MilestoneBilling::Stub::ResolveDispute;
}

// The step, by this actor.
template <class Request>
absl::StatusOr<v1::Order> Take(Client& client, const std::string& actor, const Request& request) {
  auto answer = client.Billing(actor, MethodOf(request), request);
  if (!answer.ok()) return answer.status();
  return answer->order();
}

// The metric's first sample, read from the database as the server reads it; a failure of the test where there is none.
double GaugeOf(const db::ConnectOptions& database, absl::Time now, const std::string& metric);

class WaysOutTest : public BillingTest {
 protected:
  // AuditOrder finds every order of the test consistent, for each of its readers (W1).
  void TearDown() override;

  template <class Request>
  absl::StatusOr<v1::Order> Take(const std::string& actor, const Request& request) {
    return billing::Take(*client_, actor, request);
  }
  // The step's order; it must not be refused.
  template <class Request>
  v1::Order Do(const std::string& actor, const Request& request) {
    return Must(Take(actor, request));
  }

  // Orders of three milestones: 100.00, 80.00 and 60.00, each of five days, each with one revision.
  v1::Order Active();
  v1::Order Delivered();
  v1::Order Revised();
  v1::Order AwaitingNext();
  v1::Order Declined();
  v1::Order Disputed(const std::string& by = kBuyer);
  // Milestone 2 is worked on; the first one is accepted and paid.
  v1::Order SecondActive();
  // The same of an offer, with milestones of seven days: 100.00 and 80.00.
  v1::Order OfOffer();

  // The clock alone goes on: nobody fires what is due.
  void AdvanceClockOnly(absl::Duration by);
  // One turn of the refunder: how many refunds it took.
  size_t Refund() { return Must(server_->refunder().Tick()); }
  // "DELIVERY PENDING", oldest first.
  Lines DeadlinesOf(const std::string& order);
  // The pending deadline of this kind; a failure of the test where there is none.
  absl::Time DueOf(const std::string& order, v1::DeadlineKind kind);

  // All events of the order that the actor is shown, or those of one type.
  std::vector<feed::Event> EventsOf(const std::string& order, const std::string& type = "",
                                    const std::string& actor = kOfferServiceActor);
  // Their types, from the first one of this type on.
  Lines TypesSince(const std::string& order, const std::string& type,
                   const std::string& actor = kOfferServiceActor);
  // The last event of this type. A failure of the test where there is none.
  feed::Event LastEvent(const std::string& order, const std::string& type);
  // Who is notified by the last event of this type, and that each is in English and in German.
  Lines ToldBy(const std::string& order, const std::string& type);
  double Gauge(const std::string& metric) { return GaugeOf(options_.database, client_->Now(), metric); }

  // The order is over: nothing in escrow, no deadline is pending, nothing may be done any more.
  void ExpectOver(const v1::Order& order, type::v1::CancellationReason reason);
  // The entries' balances, over all orders.
  void ExpectBalances(int64_t transit, int64_t suspense, int64_t clearing);
};

}  // namespace milepost::billing
