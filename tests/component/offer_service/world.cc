#include "tests/component/offer_service/world.h"

#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/core/clock.h"
#include "common/core/id.h"
#include "common/db/migrations.h"
#include "common/rpc/status_map.h"
#include "common/rpc/wire.h"
#include "migrations/offer_service.h"
#include "tests/support/database.h"

namespace milepost::offers {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

void SetAmount(int64_t cents, google::type::Money& money) {
  money = rpc::ToWire(Money::Usd(cents));
}

template <class Response>
absl::StatusOr<v1::Offer> OfferIn(absl::StatusOr<Response> response) {
  if (!response.ok()) return response.status();
  return std::move(*response->mutable_offer());
}

template <class Request>
Request Verb(const std::string& name) {
  Request request;
  request.set_name(name);
  request.set_request_id(NewRequestId());
  return request;
}

}  // namespace

std::string NewRequestId() {
  return NewUuid(WallNow()).ToString();
}

db::ConnectOptions NewOfferSchema() {
  const db::ConnectOptions schema = testing::TestDatabase::Get().NewSchema();
  const db::MigrationSet migrations = migrations::offer_service();
  const absl::Status migrated = db::Migrate(schema, absl::MakeConstSpan(&migrations, 1));
  EXPECT_TRUE(migrated.ok()) << migrated;
  return schema;
}

std::vector<std::string> FlagsFor(const db::ConnectOptions& schema, const Peers& peers,
                                  const std::vector<std::string>& more) {
  std::vector<std::string> flags = testing::DatabaseFlags(schema);
  for (const std::string& flag :
       {absl::StrCat("--catalog=", peers.address()), absl::StrCat("--billing=", peers.address()),
        std::string("--worker_period=10ms"), std::string("--worker_lease=200ms"),
        std::string("--readiness_interval=10ms")})
    flags.push_back(flag);
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

void OfferClient::Prepare(grpc::ClientContext& context, const std::string& actor) const {
  if (!actor.empty()) context.AddMetadata("milepost-actor", actor);
  context.set_deadline(absl::ToChronoTime(WallNow() + call_time_));
}

absl::Status OfferClient::Failure(const grpc::Status& status) {
  return rpc::FromGrpc(status);
}

absl::StatusOr<v1::Offer> OfferClient::Create(const v1::Offer& offer, const std::string& actor,
                                              const std::string& request_id) {
  v1::CreateOfferRequest request;
  *request.mutable_offer() = offer;
  request.set_request_id(request_id);
  return OfferIn(Call(&Stub::CreateOffer, request, actor));
}

absl::StatusOr<v1::Offer> OfferClient::Get(const std::string& name, const std::string& actor) {
  v1::GetOfferRequest request;
  request.set_name(name);
  return OfferIn(Call(&Stub::GetOffer, request, actor));
}

absl::StatusOr<v1::Offer> OfferClient::Delete(const std::string& name, const std::string& actor,
                                              const std::string& request_id) {
  auto request = Verb<v1::DeleteOfferRequest>(name);
  request.set_request_id(request_id);
  return OfferIn(Call(&Stub::DeleteOffer, request, actor));
}

absl::StatusOr<v1::Offer> OfferClient::Send(const std::string& name, const std::string& actor) {
  return OfferIn(Call(&Stub::SendOffer, Verb<v1::SendOfferRequest>(name), actor));
}

absl::StatusOr<v1::Offer> OfferClient::Withdraw(const std::string& name, const std::string& actor) {
  return OfferIn(Call(&Stub::WithdrawOffer, Verb<v1::WithdrawOfferRequest>(name), actor));
}

absl::StatusOr<v1::Offer> OfferClient::Decline(const std::string& name, const std::string& actor) {
  return OfferIn(Call(&Stub::DeclineOffer, Verb<v1::DeclineOfferRequest>(name), actor));
}

v1::AcceptOfferRequest OfferClient::AcceptanceOf(const v1::Offer& offer, const std::string& request_id) {
  v1::AcceptOfferRequest request;
  request.set_name(offer.name());
  request.set_terms_hash(offer.terms_hash());
  request.set_payment_method("card-1");
  request.set_request_id(request_id);
  return request;
}

absl::StatusOr<v1::AcceptOfferResponse> OfferClient::Accept(const v1::Offer& offer,
                                                            const std::string& request_id) {
  return Call(&Stub::AcceptOffer, AcceptanceOf(offer, request_id), offer.buyer());
}

absl::StatusOr<v1::AcceptOfferResponse> OfferClient::PreviewAccept(const v1::Offer& offer,
                                                                   const std::string& request_id) {
  v1::AcceptOfferRequest request = AcceptanceOf(offer, request_id);
  request.set_validate_only(true);
  return Call(&Stub::AcceptOffer, request, offer.buyer());
}

std::vector<std::string> OfferClient::List(v1::ListOffersRequest request, const std::string& actor) {
  std::vector<std::string> names;
  request.set_page_size(2);
  for (int pages = 0; pages < 100; ++pages) {
    const auto page = Call(&Stub::ListOffers, request, actor);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) break;
    for (const v1::Offer& offer : page->offers()) names.push_back(offer.name());
    if (page->next_page_token().empty()) break;
    request.set_page_token(page->next_page_token());
  }
  return names;
}

v1::RecordOrderOutcomeRequest OfferClient::OutcomeOf(const v1::Offer& offer, v1::OrderOutcome outcome) {
  auto request = Verb<v1::RecordOrderOutcomeRequest>(offer.name());
  const Uuid id = *rpc::IdIn(offer.name(), "offers");
  request.set_order(rpc::NameOf("orders", DeriveUuid(id, "order")));
  request.set_outcome(outcome);
  if (outcome == v1::ORDER_OUTCOME_COMPLETED) request.set_reason(type::v1::COMPLETION_REASON_ALL_ACCEPTED);
  if (outcome == v1::ORDER_OUTCOME_CANCELLED)
    request.set_cancellation_reason(type::v1::CANCELLATION_REASON_AGREED);
  return request;
}

absl::StatusOr<v1::Offer> OfferClient::RecordOutcome(const v1::Offer& offer, v1::OrderOutcome outcome,
                                                     const std::string& actor) {
  return OfferIn(Call(&Stub::RecordOrderOutcome, OutcomeOf(offer, outcome), actor));
}

testing::v1::AdvanceClockResponse OfferClient::Advance(absl::Duration by) {
  grpc::ClientContext context;
  Prepare(context, "operators/test");
  testing::v1::AdvanceClockRequest request;
  request.mutable_by()->set_seconds(absl::ToInt64Seconds(by));
  testing::v1::AdvanceClockResponse response;
  const grpc::Status status = clock_->AdvanceClock(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

v1::Offer OfferClient::Await(const v1::Offer& offer, v1::OfferState state) {
  const absl::Time until = WallNow() + kPatience;
  for (;;) {
    const absl::StatusOr<v1::Offer> now = Get(offer.name(), offer.seller());
    if (now.ok() && now->state() == state) return *now;
    if (WallNow() > until) {
      ADD_FAILURE() << "the offer is not " << v1::OfferState_Name(state) << ": "
                    << (now.ok() ? now->ShortDebugString() : now.status().ToString());
      return {};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::unique_ptr<Peers> OfferTest::peers_;
db::ConnectOptions OfferTest::schema_;
std::unique_ptr<testing::ServerProcess> OfferTest::server_;
std::unique_ptr<OfferClient> OfferTest::client_;

void OfferTest::SetUpTestSuite() {
  peers_ = std::make_unique<Peers>();
  schema_ = NewOfferSchema();
  server_ = std::make_unique<testing::ServerProcess>(
      "offer_service", FlagsFor(schema_, *peers_, {"--test_clock=offset", "--accept_patience=1m"}));
  const absl::Status started = server_->Start();
  ASSERT_TRUE(started.ok()) << started;
  client_ = std::make_unique<OfferClient>(server_->channel());
}

void OfferTest::TearDownTestSuite() {
  const absl::StatusOr<int> exit_code = server_->Terminate();
  EXPECT_EQ(exit_code.value_or(-1), 0) << server_->log();
  client_.reset();
  server_.reset();
  peers_.reset();
}

void OfferTest::SetUp() {
  ASSERT_NE(client_, nullptr) << "the server did not start";
  static int tests = 0;
  seller_ = absl::StrCat("users/seller-", ++tests);
  buyer_ = absl::StrCat("users/buyer-", tests);
  gig_ = peers_->catalog.AddGig(seller_);
  peers_->billing.Release();
  peers_->billing.Answer(Places());
  peers_->billing.Forget();
  peers_->catalog.FailWith(grpc::Status::OK);
}

v1::Offer OfferTest::GoodOffer(int milestones) {
  v1::Offer offer;
  offer.set_buyer(buyer_);
  offer.set_gig(gig_);
  offer.set_conversation("conversation-7");
  offer.set_message("As discussed");
  for (int i = 0; i < milestones; ++i) {
    v1::OfferMilestone& milestone = *offer.mutable_milestones()->add_milestones();
    milestone.set_title(absl::StrCat("Step ", i + 1));
    milestone.set_description("Twelve frames");
    milestone.set_days(5);
    SetAmount(10'000, *milestone.mutable_amount());
    milestone.mutable_revisions()->set_count(2);
  }
  if (milestones == 0) offer.mutable_milestones();
  return offer;
}

v1::Offer OfferTest::Draft() {
  const absl::StatusOr<v1::Offer> offer = client().Create(GoodOffer(), seller_);
  EXPECT_TRUE(offer.ok()) << offer.status();
  return offer.value_or(v1::Offer());
}

v1::Offer OfferTest::Sent() {
  const absl::StatusOr<v1::Offer> offer = client().Send(Draft().name(), seller_);
  EXPECT_TRUE(offer.ok()) << offer.status();
  return offer.value_or(v1::Offer());
}

std::string OfferTest::Written() {
  std::vector<int64_t> counts;
  for (const char* sql :
       {"SELECT COUNT(*) FROM offers", "SELECT COALESCE(SUM(sequence), 0) FROM offers",
        "SELECT COUNT(*) FROM events", "SELECT COUNT(*) FROM requests", "SELECT COUNT(*) FROM deadlines",
        "SELECT COALESCE(SUM(batch), 0) FROM lane_commits"})
    counts.push_back(testing::CountOrDie(schema_, sql));
  return absl::StrJoin(counts, " ");
}

}  // namespace milepost::offers
