#include "tests/component/milestone_billing/ways_out.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/db/connection.h"
#include "common/obs/exposition.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/server/billing_gauges.h"
#include "tests/support/database.h"

namespace milepost::billing {

using Stub = v1::MilestoneBilling::Stub;

namespace {

template <class Request>
Request Named(const std::string& name) {
  Request request;
  request.set_name(name);
  request.set_request_id(NewRequestId());
  return request;
}

v1::ResolveDisputeRequest DecisionOn(const std::string& order, int milestone) {
  auto request = Named<v1::ResolveDisputeRequest>(MilestoneName(order, milestone));
  request.set_message("both had a point");
  return request;
}

}  // namespace

Lines PaidAnd(const Lines& more) {
  Lines lines = {"M1 provider:clearing +10550", "M1 escrow -10000", "M1 revenue:buyer_fee -550"};
  lines.insert(lines.end(), more.begin(), more.end());
  return lines;
}

v1::DeliverMilestoneRequest DeliveryOf(const std::string& order, int milestone, bool final_delivery) {
  auto request = Named<v1::DeliverMilestoneRequest>(MilestoneName(order, milestone));
  request.set_final_delivery(final_delivery);
  return request;
}

v1::RequestRevisionRequest RevisionOf(const std::string& order, int milestone) {
  auto request = Named<v1::RequestRevisionRequest>(MilestoneName(order, milestone));
  request.set_message("more colour");
  return request;
}

v1::AcceptMilestoneRequest ApprovalOf(const std::string& order, int milestone, v1::NextStep next) {
  auto request = Named<v1::AcceptMilestoneRequest>(MilestoneName(order, milestone));
  request.set_next(next);
  return request;
}

v1::CancelLateMilestoneRequest LateCancellationOf(const std::string& order, int milestone) {
  return Named<v1::CancelLateMilestoneRequest>(MilestoneName(order, milestone));
}

v1::RequestCancellationRequest CancellationOf(const std::string& order, int64_t seller_cents) {
  auto request = Named<v1::RequestCancellationRequest>(order);
  request.set_message("it does not work out");
  if (seller_cents > 0) *request.mutable_seller_amount() = Usd(seller_cents);
  return request;
}

v1::AnswerCancellationRequest AnswerTo(const std::string& order, v1::CancellationAnswer answer) {
  auto request = Named<v1::AnswerCancellationRequest>(order);
  request.set_answer(answer);
  return request;
}

v1::OpenDisputeRequest DisputeOf(const std::string& order, int milestone) {
  auto request = Named<v1::OpenDisputeRequest>(MilestoneName(order, milestone));
  request.set_message("this is not what was agreed");
  return request;
}

v1::WithdrawDisputeRequest WithdrawalOf(const std::string& order, int milestone) {
  return Named<v1::WithdrawDisputeRequest>(MilestoneName(order, milestone));
}

v1::ResolveDisputeRequest ReleaseOf(const std::string& order, int milestone) {
  v1::ResolveDisputeRequest request = DecisionOn(order, milestone);
  request.mutable_release();
  return request;
}

v1::ResolveDisputeRequest RefundOf(const std::string& order, int milestone) {
  v1::ResolveDisputeRequest request = DecisionOn(order, milestone);
  request.mutable_refund();
  return request;
}

v1::ResolveDisputeRequest SplitOf(const std::string& order, int milestone, int64_t seller_cents) {
  v1::ResolveDisputeRequest request = DecisionOn(order, milestone);
  *request.mutable_split()->mutable_seller_amount() = Usd(seller_cents);
  return request;
}

namespace {

// The metrics of one reading of each kind. A walk over all orders takes several.
std::vector<prometheus::MetricFamily> ReadGauges(const std::vector<service::Gauges::Question>& questions,
                                                 db::Connection& connection, absl::Time now) {
  obs::Exposition exposition;
  for (const service::Gauges::Question& ask : questions)
    EXPECT_THAT(ask(connection, now, exposition), IsOk());
  return exposition.Families();
}

std::optional<double> ValueIn(const std::vector<prometheus::MetricFamily>& families,
                              const std::string& metric) {
  for (const prometheus::MetricFamily& family : families)
    if (family.name == metric && !family.metric.empty()) return family.metric[0].gauge.value;
  return std::nullopt;
}

}  // namespace

double GaugeOf(const db::ConnectOptions& database, absl::Time now, const std::string& metric) {
  const auto connection = *db::Connection::Open(database);
  const std::vector<service::Gauges::Question> questions = BillingQuestions(/*page=*/1000);
  std::vector<prometheus::MetricFamily> families;
  for (int round = 0; round < 10; ++round) {
    families = ReadGauges(questions, *connection, now);
    if (std::isfinite(ValueIn(families, "milepost_invariants_age_seconds").value_or(0))) break;
  }
  const std::optional<double> value = ValueIn(families, metric);
  EXPECT_TRUE(value.has_value()) << "no metric " << metric;
  return value.value_or(-1);
}

void WaysOutTest::TearDown() {
  while (Must(server_->shell().Sweep()) > 0) continue;  // the audit is of what is written
  v1::ListOrdersRequest all;
  all.set_page_size(1000);
  const v1::ListOrdersResponse orders = Must(client_->Billing(kOperator, &Stub::ListOrders, all));
  for (const v1::Order& order : orders.orders()) {
    v1::AuditOrderRequest request;
    request.set_name(order.name());
    for (const std::string& reader : {order.buyer(), order.seller(), std::string(kOperator)}) {
      const auto audit = Must(client_->Billing(reader, &Stub::AuditOrder, request));
      EXPECT_TRUE(audit.consistent()) << reader << " " << audit.finding().text();
      EXPECT_EQ(Cents(audit.escrow()), Cents(order.totals().escrow_held()));
      EXPECT_EQ(Cents(audit.refunded()), Cents(order.totals().refunded()));
    }
  }
  EXPECT_TRUE(client_->TrialBalanced());
  BillingTest::TearDown();
}

v1::Order WaysOutTest::Active() {
  return PlaceOrder({10000, 8000, 6000});
}

v1::Order WaysOutTest::Delivered() {
  return Must(client_->Deliver(Active().name(), 1, false));
}

v1::Order WaysOutTest::Revised() {
  return Do(kBuyer, RevisionOf(Delivered().name(), 1));
}

v1::Order WaysOutTest::AwaitingNext() {
  return Must(client_->Accept(Delivered().name(), 1, v1::NEXT_STEP_DECIDE_LATER));
}

v1::Order WaysOutTest::Declined() {
  return Must(client_->StartNext(AwaitingNext().name(), "pm_declined"));
}

v1::Order WaysOutTest::Disputed(const std::string& by) {
  return Do(by, DisputeOf(Delivered().name(), 1));
}

v1::Order WaysOutTest::SecondActive() {
  return Must(client_->Accept(Delivered().name(), 1, v1::NEXT_STEP_START_NEXT));
}

v1::Order WaysOutTest::OfOffer() {
  return Must(PlaceOffer(BillingTest::AcceptanceOf(NewOffer({10000, 8000}), 1))).order();
}

void WaysOutTest::AdvanceClockOnly(absl::Duration by) {
  milepost::testing::ExecuteOrDie(
      options_.database,
      absl::StrCat("UPDATE test_clock SET value_us = value_us + ", absl::ToInt64Microseconds(by)));
}

Lines WaysOutTest::DeadlinesOf(const std::string& order) {
  Lines lines;
  for (const v1::Deadline& deadline : client_->Deadlines(order))
    lines.push_back(
        absl::StrCat(absl::StripPrefix(v1::DeadlineKind_Name(deadline.kind()), "DEADLINE_KIND_"), " ",
                     absl::StripPrefix(v1::DeadlineState_Name(deadline.state()), "DEADLINE_STATE_")));
  return lines;
}

absl::Time WaysOutTest::DueOf(const std::string& order, v1::DeadlineKind kind) {
  for (const v1::Deadline& deadline : client_->Deadlines(order))
    if (deadline.kind() == kind && deadline.state() == v1::DEADLINE_STATE_PENDING)
      return rpc::TimeOf(deadline.due_time());
  ADD_FAILURE() << "no pending " << v1::DeadlineKind_Name(kind);
  return absl::InfiniteFuture();
}

std::vector<feed::Event> WaysOutTest::EventsOf(const std::string& order, const std::string& type,
                                               const std::string& actor) {
  EXPECT_THAT(server_->shell().feed().Sequence(), IsOk());
  feed::ListEventsRequest request;
  request.mutable_filter()->set_resource(order);
  if (!type.empty()) request.mutable_filter()->add_types(type);
  const auto stub = feed::EventFeed::NewStub(channel());
  std::vector<feed::Event> events;
  for (feed::ListEventsResponse page;;) {
    page = Must(client_->Call(actor, *stub, &feed::EventFeed::Stub::ListEvents, request));
    events.insert(events.end(), page.events().begin(), page.events().end());
    if (page.position() >= page.end_position()) return events;
    request.set_from_position(page.position());
  }
}

Lines WaysOutTest::TypesSince(const std::string& order, const std::string& type, const std::string& actor) {
  Lines types;
  for (const feed::Event& event : EventsOf(order, "", actor))
    if (!types.empty() || event.type() == type) types.push_back(event.type());
  return types;
}

feed::Event WaysOutTest::LastEvent(const std::string& order, const std::string& type) {
  const std::vector<feed::Event> events = EventsOf(order, type);
  EXPECT_FALSE(events.empty()) << type;
  return events.empty() ? feed::Event() : events.back();
}

Lines WaysOutTest::ToldBy(const std::string& order, const std::string& type) {
  Lines recipients;
  const feed::Event event = LastEvent(order, type);
  for (const feed::Notification& notice : event.notifications()) {
    recipients.push_back(notice.recipient());
    EXPECT_FALSE(notice.text_en().empty()) << type;
    EXPECT_FALSE(notice.text_de().empty()) << type;
    EXPECT_NE(notice.text_en(), notice.text_de()) << type;
    for (const std::string& text : {notice.text_en(), notice.text_de()})
      EXPECT_EQ(text.find('{'), std::string::npos) << "a part was not filled: " << text;
  }
  return recipients;
}

void WaysOutTest::ExpectOver(const v1::Order& order, type::v1::CancellationReason reason) {
  const bool paid = order.milestones(0).state() == v1::MILESTONE_STATE_ACCEPTED;
  EXPECT_EQ(order.state(), paid ? v1::ORDER_STATE_COMPLETED : v1::ORDER_STATE_CANCELLED);
  EXPECT_EQ(order.completion_reason(), paid ? type::v1::COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE
                                            : type::v1::COMPLETION_REASON_UNSPECIFIED);
  EXPECT_EQ(order.cancellation_reason(), reason);
  EXPECT_EQ(Cents(order.totals().escrow_held()), 0);
  EXPECT_FALSE(order.work_authorized());
  EXPECT_FALSE(order.has_cancellation_request());
  EXPECT_EQ(order.operator_task(), v1::OPERATOR_TASK_UNSPECIFIED);
  for (const v1::NextAction& action : order.next_actions()) EXPECT_FALSE(action.allowed()) << action.method();
  for (const v1::Deadline& deadline : client_->Deadlines(order.name())) {
    EXPECT_NE(deadline.state(), v1::DEADLINE_STATE_PENDING) << v1::DeadlineKind_Name(deadline.kind());
    EXPECT_NE(deadline.state(), v1::DEADLINE_STATE_FROZEN) << v1::DeadlineKind_Name(deadline.kind());
  }
}

void WaysOutTest::ExpectBalances(int64_t transit, int64_t suspense, int64_t clearing) {
  EXPECT_EQ(client_->Balance("refund:transit"), transit);
  EXPECT_EQ(client_->Balance("suspense"), suspense);
  EXPECT_EQ(client_->Balance("provider:clearing"), clearing);
}

}  // namespace milepost::billing
