#include "tests/component/milestone_billing/fixture.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/core/id.h"
#include "common/db/migrations.h"
#include "common/rpc/wire.h"
#include "google/protobuf/descriptor.h"
#include "migrations/milestone_billing.h"
#include "milepost/type/v1/rules.pb.h"
#include "services/milestone_billing/commands/audit_walk.h"
#include "services/milestone_billing/store/order_record.h"
#include "tests/support/database.h"
#include "tests/support/local_channel.h"

namespace milepost::billing {

namespace testing_v1 = milepost::testing::v1;

namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);

// Calls of the simulator's controls need no actor and must work.
template <class Request, class Response>
Response Control(testing_v1::PaymentSimulator::Stub& stub,
                 grpc::Status (testing_v1::PaymentSimulator::Stub::*method)(grpc::ClientContext*,
                                                                            const Request&, Response*),
                 const Request& request) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(WallNow() + kPatience));
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

// "escrow" for "escrow:0190…".
std::string WithoutCharge(const std::string& account) {
  return account.rfind("escrow:", 0) == 0 ? "escrow" : account;
}

}  // namespace

int64_t Cents(const google::type::Money& money) {
  return money.units() * 100 + money.nanos() / 10'000'000;
}

google::type::Money Usd(int64_t cents) {
  return rpc::ToWire(Money::Usd(cents));
}

std::string NewRequestId() {
  return NewUuid(WallNow()).ToString();
}

v1::NextAction ActionOf(const v1::Order& order, const std::string& method) {
  for (const v1::NextAction& action : order.next_actions())
    if (action.method() == method) return action;
  ADD_FAILURE() << "no next action " << method;
  return {};
}

namespace {

std::set<std::string> MethodsWith(bool (*wanted)(const google::protobuf::Descriptor& request)) {
  const auto* service = v1::GetOrderRequest::descriptor()->file()->FindServiceByName("MilestoneBilling");
  std::set<std::string> methods;
  for (int i = 0; i < service->method_count(); ++i)
    if (wanted(*service->method(i)->input_type())) methods.emplace(service->method(i)->name());
  return methods;
}

bool Changes(const google::protobuf::Descriptor& request) {
  return request.FindFieldByName("request_id") != nullptr;
}

}  // namespace

std::set<std::string> Mutations() {
  return MethodsWith(Changes);
}

std::set<std::string> StepsOfOrders() {
  return MethodsWith([](const google::protobuf::Descriptor& request) {
    const auto* name = request.FindFieldByName("name");
    if (!Changes(request) || !name) return false;
    return name->options().GetExtension(type::v1::rules).resource().rfind("orders/{order}", 0) == 0;
  });
}

std::string MilestoneName(const std::string& order, int number) {
  return absl::StrCat(order, "/milestones/", number);
}

Simulator& Simulator::Get() {
  static Simulator* const simulator = new Simulator;
  return *simulator;
}

Simulator::Simulator()
    : folder_("milepost_billing"),
      process_("payment_simulator",
               {"--journal=" + folder_.path() + "/journal", "--pending_queries=1", "--slow_delay=300ms"}) {
  const absl::Status started = process_.Start();
  if (!started.ok()) {
    std::fprintf(stderr, "the payment simulator does not start: %s\n", started.ToString().c_str());
    std::abort();
  }
  stub_ = testing_v1::PaymentSimulator::NewStub(process_.channel());
}

int64_t Simulator::Captures(const std::string& key_prefix) {
  testing_v1::SummarizeChargesRequest request;
  request.set_key_prefix(key_prefix);
  return Control(*stub_, &testing_v1::PaymentSimulator::Stub::SummarizeCharges, request).captures();
}

std::vector<testing_v1::ProviderCall> Simulator::Calls(const std::string& key_prefix) {
  testing_v1::ListCallsRequest request;
  request.set_key_prefix(key_prefix);
  request.set_page_size(1000);
  const auto response = Control(*stub_, &testing_v1::PaymentSimulator::Stub::ListCalls, request);
  return {response.calls().begin(), response.calls().end()};
}

int64_t Simulator::CallsOf(const std::string& key_prefix, testing_v1::ProviderMethod method) {
  const std::vector<testing_v1::ProviderCall> calls = Calls(key_prefix);
  return std::count_if(calls.begin(), calls.end(),
                       [&](const testing_v1::ProviderCall& call) { return call.method() == method; });
}

int64_t Simulator::Payouts(const std::string& key_prefix) {
  testing_v1::ListRefundsRequest request;
  request.set_key_prefix(key_prefix);
  request.set_page_size(1000);
  const auto response = Control(*stub_, &testing_v1::PaymentSimulator::Stub::ListRefunds, request);
  int64_t payouts = 0;
  for (const testing_v1::SimulatedRefund& refund : response.refunds()) payouts += refund.payouts();
  return payouts;
}

void Simulator::SetScript(const testing_v1::Script& script) {
  testing_v1::SetScriptRequest request;
  *request.mutable_script() = script;
  Control(*stub_, &testing_v1::PaymentSimulator::Stub::SetScript, request);
}

std::vector<testing_v1::SimulatedCharge> Simulator::Charges(const std::string& key_prefix) {
  testing_v1::ListChargesRequest request;
  request.set_key_prefix(key_prefix);
  request.set_page_size(1000);
  const auto response = Control(*stub_, &testing_v1::PaymentSimulator::Stub::ListCharges, request);
  return {response.charges().begin(), response.charges().end()};
}

void Simulator::Restart() {
  const absl::Status started = process_.Start();
  EXPECT_TRUE(started.ok()) << started;
}

void Simulator::Hold(const std::string& key_prefix, testing_v1::ProviderMethod method,
                     testing_v1::PausePoint point) {
  testing_v1::PauseAnswersRequest request;
  request.set_key_prefix(key_prefix);
  request.set_method(method);
  request.set_point(point);
  Control(*stub_, &testing_v1::PaymentSimulator::Stub::PauseAnswers, request);
}

void Simulator::Resume(const std::string& key_prefix) {
  testing_v1::ResumeAnswersRequest request;
  request.set_key_prefix(key_prefix);
  Control(*stub_, &testing_v1::PaymentSimulator::Stub::ResumeAnswers, request);
}

Client::Client(const std::shared_ptr<grpc::Channel>& channel)
    : billing_(v1::MilestoneBilling::NewStub(channel)),
      ledger_(v1::Ledger::NewStub(channel)),
      clock_(testing_v1::TestClock::NewStub(channel)) {}

absl::StatusOr<v1::QuoteOrderResponse> Client::Quote(const std::string& gig, v1::OrderType workflow,
                                                     const std::string& actor) {
  v1::QuoteOrderRequest request;
  request.mutable_gig_selection()->set_gig(gig);
  request.mutable_gig_selection()->set_package(type::v1::PACKAGE_STANDARD);
  request.mutable_gig_selection()->set_workflow(workflow);
  return Billing(actor, &v1::MilestoneBilling::Stub::QuoteOrder, request);
}

absl::StatusOr<v1::PlaceGigOrderResponse> Client::Place(const std::string& quote,
                                                        const std::string& payment_method,
                                                        const std::string& request_id,
                                                        const std::string& actor) {
  v1::PlaceGigOrderRequest request;
  request.set_quote(quote);
  request.set_payment_method(payment_method);
  request.set_request_id(request_id.empty() ? NewRequestId() : request_id);
  return Billing(actor, &v1::MilestoneBilling::Stub::PlaceGigOrder, request);
}

namespace {

// The order in the answer to a step.
template <class Response>
absl::StatusOr<v1::Order> OrderIn(absl::StatusOr<Response> response) {
  if (!response.ok()) return response.status();
  return response->order();
}

}  // namespace

absl::StatusOr<v1::Order> Client::Deliver(const std::string& order, int milestone, bool final_delivery,
                                          const std::string& request_id) {
  v1::DeliverMilestoneRequest request;
  request.set_name(MilestoneName(order, milestone));
  request.set_final_delivery(final_delivery);
  request.set_message("here it is");
  request.set_request_id(request_id.empty() ? NewRequestId() : request_id);
  return OrderIn(Billing(kSeller, &v1::MilestoneBilling::Stub::DeliverMilestone, request));
}

absl::StatusOr<v1::Order> Client::Accept(const std::string& order, int milestone, v1::NextStep next,
                                         const std::string& request_id) {
  v1::AcceptMilestoneRequest request;
  request.set_name(MilestoneName(order, milestone));
  request.set_next(next);
  request.set_request_id(request_id.empty() ? NewRequestId() : request_id);
  return OrderIn(Billing(kBuyer, &v1::MilestoneBilling::Stub::AcceptMilestone, request));
}

absl::StatusOr<v1::Order> Client::StartNext(const std::string& order, const std::string& payment_method,
                                            const std::string& request_id) {
  v1::StartNextMilestoneRequest request;
  request.set_name(order);
  request.set_payment_method(payment_method);
  request.set_request_id(request_id.empty() ? NewRequestId() : request_id);
  return OrderIn(Billing(kBuyer, &v1::MilestoneBilling::Stub::StartNextMilestone, request));
}

absl::StatusOr<v1::Order> Client::End(const std::string& order, const std::string& request_id) {
  v1::EndOrderRequest request;
  request.set_name(order);
  request.set_request_id(request_id.empty() ? NewRequestId() : request_id);
  return OrderIn(Billing(kBuyer, &v1::MilestoneBilling::Stub::EndOrder, request));
}

absl::StatusOr<v1::Order> Client::Retry(const std::string& order, const std::string& payment_method,
                                        const std::string& request_id) {
  v1::RetryPaymentRequest request;
  request.set_name(order);
  request.set_payment_method(payment_method);
  request.set_request_id(request_id.empty() ? NewRequestId() : request_id);
  return OrderIn(Billing(kBuyer, &v1::MilestoneBilling::Stub::RetryPayment, request));
}

v1::ResolveChargeRequest ResolutionOf(const std::string& charge) {
  v1::ResolveChargeRequest request;
  request.set_name(charge);
  request.mutable_voided();
  request.set_evidence("the provider's statement of the day");
  request.set_request_id(NewRequestId());
  return request;
}

absl::StatusOr<v1::ResolveChargeResponse> Client::Resolve(const v1::ResolveChargeRequest& request,
                                                          const std::string& actor) {
  return Billing(actor, &v1::MilestoneBilling::Stub::ResolveCharge, request);
}

absl::StatusOr<v1::Order> Client::Get(const std::string& order, const std::string& actor) {
  v1::GetOrderRequest request;
  request.set_name(order);
  return OrderIn(Billing(actor, &v1::MilestoneBilling::Stub::GetOrder, request));
}

std::vector<v1::Charge> Client::Charges(const std::string& order, const std::string& actor) {
  v1::ListChargesRequest request;
  request.set_order(order);
  const auto response = Must(Billing(actor, &v1::MilestoneBilling::Stub::ListCharges, request));
  return {response.charges().begin(), response.charges().end()};
}

std::vector<v1::Deadline> Client::Deadlines(const std::string& order) {
  v1::ListDeadlinesRequest request;
  request.set_order(order);
  const auto response = Must(Billing(kBuyer, &v1::MilestoneBilling::Stub::ListDeadlines, request));
  return {response.deadlines().begin(), response.deadlines().end()};
}

int64_t Client::Balance(const std::string& account) {
  v1::GetBalanceRequest request;
  request.set_account(account);
  return Cents(Must(Call(kOperator, *ledger_, &v1::Ledger::Stub::GetBalance, request)).balance());
}

std::vector<std::string> Client::Entries(const std::string& order, const std::string& actor) {
  v1::ListEntriesRequest request;
  request.set_order(order);
  const auto response = Must(Call(actor, *ledger_, &v1::Ledger::Stub::ListEntries, request));
  std::vector<std::string> lines;
  for (const v1::Entry& entry : response.entries()) {
    const int64_t cents = entry.has_debit() ? Cents(entry.debit()) : -Cents(entry.credit());
    lines.push_back(absl::StrFormat("%s %s %+d", entry.move(), WithoutCharge(entry.account()), cents));
  }
  return lines;
}

bool Client::TrialBalanced() {
  return Must(Call(kOperator, *ledger_, &v1::Ledger::Stub::GetTrialBalance, v1::GetTrialBalanceRequest()))
      .balanced();
}

testing_v1::AdvanceClockResponse Client::Advance(absl::Duration by) {
  testing_v1::AdvanceClockRequest request;
  const int64_t ns = absl::ToInt64Nanoseconds(by);
  request.mutable_by()->set_seconds(ns / 1'000'000'000);
  request.mutable_by()->set_nanos(static_cast<int32_t>(ns % 1'000'000'000));
  return Must(Call(kOperator, *clock_, &testing_v1::TestClock::Stub::AdvanceClock, request));
}

absl::Time Client::Now() {
  return rpc::TimeOf(
      Must(Call(kOperator, *clock_, &testing_v1::TestClock::Stub::GetClock, testing_v1::GetClockRequest()))
          .now());
}

BillingTest::BillingTest() {
  options_.database = milepost::testing::TestDatabase::Get().NewSchema();
  options_.test_clock = db::ClockMode::kFrozen;
  options_.catalog = peers_.address();
  options_.offers = peers_.address();
  options_.provider = Simulator::Get().address();
  const absl::Status migrated = db::Migrate(options_.database, {migrations::milestone_billing()});
  EXPECT_TRUE(migrated.ok()) << migrated;
  StartServer();
}

BillingTest::~BillingTest() {
  StopServer();
}

void BillingTest::TearDown() {
  db::Session session(options_.database);
  const absl::StatusOr<AuditTally> tally = AuditAll(
      session, OrderAuditor(), /*page_size=*/100,
      [](const OrderAudit& audit) {
        ADD_FAILURE() << audit.order.ToString() << " "
                      << audit::TextOf(*audit.discrepancy, audit::ValuesShown::kYes);
      },
      [](const AuditTally&) {});
  ASSERT_THAT(tally, IsOk());
  EXPECT_TRUE(tally->balanced());
  EXPECT_EQ(tally->unchained, 0u);
}

void BillingTest::StartServer() {
  StopServer();
  server_ = std::make_unique<BillingServer>(options_);
  const absl::Status ready = server_->shell().CheckReady();
  ASSERT_TRUE(ready.ok()) << ready;
  rpc::ServerOptions listen;
  listen.listen = "127.0.0.1:0";
  rpc_server_ = std::make_unique<rpc::Server>(listen);
  server_->shell().AddTo(*rpc_server_);
  const absl::StatusOr<int> port = rpc_server_->Start();
  ASSERT_TRUE(port.ok()) << port.status();
  client_ = std::make_unique<Client>(NewClient());
}

void BillingTest::StopServer() {
  client_.reset();
  if (rpc_server_) rpc_server_->Drain();
  rpc_server_.reset();
  server_.reset();
}

std::shared_ptr<grpc::Channel> BillingTest::channel() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return testing::LocalChannel(absl::StrCat("127.0.0.1:", rpc_server_->port()), arguments);
}

catalog::v1::PreviewWorkflowResponse BillingTest::GigOf(const std::string& name,
                                                        const std::vector<int64_t>& cents) {
  catalog::v1::PreviewWorkflowResponse gig;
  gig.set_gig(name);
  gig.set_seller(kSeller);
  gig.set_title("A business plan");
  int64_t price = 0;
  for (const int64_t each : cents) price += each;
  *gig.mutable_price() = Usd(price);
  gig.set_days(10);
  gig.mutable_revisions()->set_count(1);
  gig.set_milestones_available(true);
  gig.set_plan_version(3);
  gig.set_payments_enabled(true);
  for (const int64_t each : cents) {
    catalog::v1::WorkflowStep& step = *gig.add_steps();
    step.set_number(static_cast<uint32_t>(gig.steps_size()));
    step.set_title(absl::StrCat("Part ", gig.steps_size()));
    step.set_description("What part this is");
    *step.mutable_amount() = Usd(each);
    step.set_days(5);
    step.mutable_revisions()->set_count(1);
    step.add_substeps("Draft");
  }
  return gig;
}

std::string BillingTest::NewGig(const std::vector<int64_t>& cents) {
  const std::string name = rpc::NameOf("gigs", NewUuid(WallNow()));
  peers_.catalog().Set(GigOf(name, cents));
  return name;
}

v1::Order BillingTest::PlaceOrder(const std::vector<int64_t>& cents, const std::string& payment_method) {
  const v1::QuoteOrderResponse quote = Must(client_->Quote(NewGig(cents), v1::ORDER_TYPE_MILESTONES));
  return Must(client_->Place(quote.quote(), payment_method)).order();
}

offers::v1::Offer BillingTest::NewOffer(const std::vector<int64_t>& cents) {
  offers::v1::Offer offer;
  offer.set_name(rpc::NameOf("offers", NewUuid(WallNow())));
  offer.set_seller(kSeller);
  offer.set_buyer(kBuyer);
  offer.set_gig(rpc::NameOf("gigs", NewUuid(WallNow())));
  offer.set_state(offers::v1::OFFER_STATE_SENT);
  offer.set_terms_hash("the-offers-own-hash");
  for (const int64_t each : cents) {
    offers::v1::OfferMilestone& milestone = *offer.mutable_milestones()->add_milestones();
    milestone.set_title(absl::StrCat("Step ", offer.milestones().milestones_size()));
    milestone.set_days(7);
    *milestone.mutable_amount() = Usd(each);
  }
  peers_.offers().Set(offer);
  return offer;
}

v1::PlaceOrderRequest BillingTest::AcceptanceOf(const offers::v1::Offer& offer, uint32_t attempt,
                                                const std::string& payment_method) {
  v1::PlaceOrderRequest request;
  request.set_offer(offer.name());
  request.set_attempt(attempt);
  *request.mutable_accept_until() = rpc::ToWire(client_->Now() + absl::Minutes(15));
  request.set_seller(offer.seller());
  request.set_buyer(offer.buyer());
  request.set_gig(offer.gig());
  request.set_title("A website");
  request.set_payment_method(payment_method);
  request.set_terms_hash(offer.terms_hash());
  *request.mutable_milestones() = offer.milestones();
  request.set_request_id(NewRequestId());
  return request;
}

absl::StatusOr<v1::PlaceOrderResponse> BillingTest::PlaceOffer(const v1::PlaceOrderRequest& request) {
  return client_->Billing(kOfferServiceActor, &v1::MilestoneBilling::Stub::PlaceOrder, request);
}

v1::Order BillingTest::StartSecond(const std::string& payment_method) {
  const v1::Order order = PlaceOrder({5000, 5000, 5000});
  Must(client_->Deliver(order.name(), 1, false));
  Must(client_->Accept(order.name(), 1, v1::NEXT_STEP_DECIDE_LATER));
  return Must(client_->StartNext(order.name(), payment_method));
}

std::string BillingTest::NewPaymentMethod(testing_v1::Script script) {
  script.set_payment_method("pm_" + NewRequestId());
  Simulator::Get().SetScript(script);
  return script.payment_method();
}

std::string BillingTest::SqlIdOf(const std::string& order) {
  return absl::StrCat("UNHEX(REPLACE('", order.substr(7), "', '-', ''))");
}

absl::Status BillingTest::ChangeStored(const std::string& name, const std::function<void(Order&)>& change) {
  const auto connection = *db::Connection::Open(options_.database);
  std::string body;
  EXPECT_THAT(connection->Query(absl::StrCat("SELECT body FROM orders WHERE id = ", SqlIdOf(name)), db::Row{},
                                [&](const db::ResultRow& row) {
                                  body = row.Bytes(0);
                                  return absl::OkStatus();
                                }),
              IsOk());
  Order order = *DecodeOrder(body);
  change(order);
  body = EncodeOrder(order);
  const std::string update = absl::StrCat("UPDATE orders SET body = ? WHERE id = ", SqlIdOf(name));
  EXPECT_THAT(connection->Update(update, db::Row{body}).status(), IsOk());
  return DecodeOrder(body).status();
}

std::vector<int64_t> BillingTest::Footprint() {
  std::vector<int64_t> counts;
  for (const char* counting :
       {"SELECT COUNT(*) FROM orders", "SELECT COALESCE(SUM(sequence), 0) FROM orders",
        "SELECT COUNT(*) FROM events", "SELECT COUNT(*) FROM charges", "SELECT COUNT(*) FROM entries",
        "SELECT COUNT(*) FROM deadlines", "SELECT COUNT(*) FROM requests",
        "SELECT COUNT(*) FROM charge_questions", "SELECT COUNT(*) FROM refunds"})
    counts.push_back(milepost::testing::CountOrDie(options_.database, counting));
  return counts;
}

void BillingTest::ExpectSettled(const v1::Order& order) {
  EXPECT_EQ(order.state(), v1::ORDER_STATE_COMPLETED);
  EXPECT_EQ(Cents(order.totals().escrow_held()), 0);
  EXPECT_EQ(
      milepost::testing::CountOrDie(options_.database,
                                    "SELECT COALESCE(SUM(amount_minor), 0) FROM entries WHERE account LIKE "
                                    "'escrow:%'"),
      0);
  EXPECT_TRUE(client_->TrialBalanced());
}

}  // namespace milepost::billing
