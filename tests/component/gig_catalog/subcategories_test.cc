// Subcategories over the wire: the shipped catalogue, what operators change, and what follows for the plans (S2, S21, A2, A9).
#include <cstdlib>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/db/lease.h"
#include "common/db/migrations.h"
#include "migrations/gig_catalog.h"
#include "services/gig_catalog/store/gig_body.h"
#include "services/gig_catalog/store/subcategory_body.h"
#include "tests/component/gig_catalog/catalog.h"
#include "tests/support/database.h"
#include "tests/support/event_watch.h"

namespace milepost::gig_catalog {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using type::v1::PACKAGE_BASIC;

const Caller& Olga() {
  static const Caller olga("operators/olga");
  return olga;
}

std::vector<v1::Subcategory> All(const Caller& caller = Olga()) {
  const auto response = caller.Read(&Stub::ListSubcategories, v1::ListSubcategoriesRequest());
  return {response.subcategories().begin(), response.subcategories().end()};
}

v1::Subcategory Find(const std::string& code) {
  for (const v1::Subcategory& each : All())
    if (each.code() == code) return each;
  ADD_FAILURE() << "no subcategory " << code;
  return {};
}

// A code that no other test uses, with plans above 100.00 USD and offers with milestones.
v1::CreateSubcategoryRequest NewSubcategory() {
  v1::CreateSubcategoryRequest request;
  v1::Subcategory& subcategory = *request.mutable_subcategory();
  subcategory.set_code(absl::StrCat("new-", NewRequestId().substr(24)));
  subcategory.set_display_name("New");
  subcategory.set_display_name_de("Neu");
  subcategory.set_milestone_plans(true);
  subcategory.set_milestone_offers(true);
  *subcategory.add_plan_thresholds() = Usd(10000);
  return request;
}

std::string CreateNew() {
  const auto request = NewSubcategory();
  return Olga().Do(&Stub::CreateSubcategory, request).subcategory().code();
}

v1::UpdateSubcategoryRequest WithPlans(const std::string& code, bool plans) {
  v1::UpdateSubcategoryRequest request;
  request.mutable_subcategory()->set_code(code);
  request.mutable_subcategory()->set_milestone_plans(plans);
  request.mutable_update_mask()->add_paths("milestone_plans");
  return request;
}

// A published gig in this subcategory, with a published plan.
std::string PublishGigIn(const Caller& seller, const std::string& code) {
  const std::string gig = CreateGigWithPlan(seller, 2);
  v1::UpdateGigRequest move;
  move.mutable_gig()->set_name(gig);
  move.mutable_gig()->set_subcategory(code);
  move.mutable_update_mask()->add_paths("subcategory");
  seller.Do(&Stub::UpdateGig, move);
  seller.Do(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig));
  seller.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  return gig;
}

v1::PreviewWorkflowResponse Preview(const Caller& buyer, const std::string& gig) {
  auto request = Of<v1::PreviewWorkflowRequest>(gig);
  request.set_package(PACKAGE_BASIC);
  return buyer.Read(&Stub::PreviewWorkflow, request);
}

v1::MilestonePlanState PlanStateOf(const Caller& caller, const std::string& gig) {
  return caller.Read(&Stub::GetGig, Of<v1::GetGigRequest>(gig)).gig().milestone_plan_state();
}

events::v1::WatchEventsRequest FromTheStart(std::vector<std::string> types, const std::string& seller = "") {
  events::v1::WatchEventsRequest request;
  request.set_from_position(0);
  for (std::string& type : types) request.mutable_filter()->add_types(std::move(type));
  request.mutable_filter()->set_seller(seller);
  return request;
}

TEST(ShippedSubcategories, S2_A9_FiveWithPlansTwentyWithOffersThreeWithNeither) {
  std::vector<std::string> plans, offers, neither;
  for (const v1::Subcategory& each : All()) {
    if (each.code().starts_with("new-")) continue;
    EXPECT_FALSE(each.display_name().empty() || each.display_name_de().empty()) << each.code();
    ASSERT_EQ(each.plan_thresholds_size(), 1) << each.code();
    EXPECT_EQ(each.plan_thresholds(0).currency_code(), "USD");
    EXPECT_EQ(each.plan_thresholds(0).units(), 100);
    (each.milestone_plans() ? plans : each.milestone_offers() ? offers : neither).push_back(each.code());
    EXPECT_TRUE(each.milestone_offers() || !each.milestone_plans()) << each.code();
  }
  EXPECT_THAT(plans, UnorderedElementsAre("3d-product-animation", "business-plans", "desktop-applications",
                                          "producers-composers", "social-media-marketing"));
  EXPECT_THAT(offers, AllOf(SizeIs(20), IsSupersetOf({"logo-design", "website-development", "translation",
                                                      "voice-over", "search-engine-optimization"})));
  EXPECT_THAT(neither, UnorderedElementsAre("game-coaching", "greeting-videos", "tarot-reading"));
  EXPECT_EQ(Find("business-plans").display_name_de(), "Businesspläne");
}

// The migration writes bodies by hand.
TEST(ShippedSubcategories, AreStoredAsThisCodeWouldStoreThem) {
  auto connection = db::Connection::Open(Server::Get().database());
  ASSERT_THAT(connection, testing::IsOk());
  int seeded = 0;
  EXPECT_THAT((*connection)
                  ->Query("SELECT id, code, body FROM subcategories WHERE sequence = 0", db::Row{},
                          [&](const db::ResultRow& row) -> absl::Status {
                            const absl::StatusOr<Subcategory> read = DecodeSubcategory(row.Bytes(2));
                            EXPECT_THAT(read, testing::IsOk()) << row.Bytes(1);
                            if (!read.ok()) return read.status();
                            EXPECT_EQ(EncodeSubcategory(*read), row.Bytes(2)) << row.Bytes(1);
                            EXPECT_EQ(read->code, row.Bytes(1));
                            EXPECT_EQ(SubcategoryIdOf(read->code).uuid(), row.Id(0)) << row.Bytes(1);
                            ++seeded;
                            return absl::OkStatus();
                          }),
              testing::IsOk());
  EXPECT_GE(seeded, 27) << "a test may have changed one";
}

TEST(ChangingSubcategories, IsForOperators) {
  const std::string code = CreateNew();
  for (const char* actor : {"users/sara", "services/offer-service"}) {
    EXPECT_EQ(Caller(actor).Refused(&Stub::CreateSubcategory, NewSubcategory()).reason,
              Reason::kNotAnOperator)
        << actor;
    EXPECT_EQ(Caller(actor).Refused(&Stub::UpdateSubcategory, WithPlans(code, false)).reason,
              Reason::kNotAnOperator)
        << actor;
    EXPECT_THAT(All(Caller(actor)), SizeIs(Ge(29))) << "everybody reads them";
  }
}

TEST(ChangingSubcategories, CreatesOneThatGigsUseAtOnce) {
  v1::CreateSubcategoryRequest request = NewSubcategory();
  request.set_request_id(NewRequestId());
  request.set_validate_only(true);
  const Footprint before = Server::Get().Written();
  EXPECT_EQ(Olga().Read(&Stub::CreateSubcategory, request).subcategory().etag(), "1");
  EXPECT_EQ(Server::Get().Written(), before) << "validate_only wrote something";

  request.set_validate_only(false);
  const auto created = Olga().Read(&Stub::CreateSubcategory, request);
  EXPECT_FALSE(created.replayed());
  EXPECT_TRUE(Olga().Read(&Stub::CreateSubcategory, request).replayed());
  EXPECT_EQ(Find(request.subcategory().code()).display_name(), "New");
  v1::CreateSubcategoryRequest again = request;
  EXPECT_EQ(
      Olga().Do(&Stub::UpdateSubcategory, WithPlans(request.subcategory().code(), true)).subcategory().etag(),
      "1")
      << "nothing changed";
  again.clear_request_id();
  EXPECT_EQ(Olga().Refused(&Stub::CreateSubcategory, again).reason, Reason::kSubcategoryAlreadyExists);

  v1::CreateGigRequest gig = GigAt(Usd(10001));
  gig.mutable_gig()->set_subcategory(request.subcategory().code());
  const Caller sara = Caller::NewUser("sara");
  EXPECT_TRUE(sara.Do(&Stub::CreateGig, gig).gig().milestone_offers());
}

TEST(ChangingSubcategories, RefusesBadInputWithAllItsViolations) {
  v1::CreateSubcategoryRequest request;
  request.mutable_subcategory()->set_code("Tarot Reading");
  *request.mutable_subcategory()->add_plan_thresholds() = Usd(-1);
  const Refusal refusal = Olga().Refused(&Stub::CreateSubcategory, request);
  EXPECT_EQ(refusal.reason, Reason::kInvalidFields);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : refusal.fields) fields.push_back(violation.field);
  EXPECT_THAT(fields, IsSupersetOf({"subcategory.code", "subcategory.display_name",
                                    "subcategory.display_name_de", "subcategory.plan_thresholds[0]"}));

  request = NewSubcategory();
  request.mutable_subcategory()->clear_plan_thresholds();
  EXPECT_EQ(Olga().Refused(&Stub::CreateSubcategory, request).reason, Reason::kInvalidFields) << "S3";
  google::type::Money euros = Usd(10000);
  euros.set_currency_code("EUR");
  *request.mutable_subcategory()->add_plan_thresholds() = euros;
  EXPECT_EQ(Olga().Refused(&Stub::CreateSubcategory, request).reason, Reason::kCurrencyNotEligible) << "A1";

  v1::UpdateSubcategoryRequest update = WithPlans("no-such", true);
  EXPECT_EQ(Olga().Refused(&Stub::UpdateSubcategory, update).reason, Reason::kSubcategoryNotFound);
  update.mutable_subcategory()->clear_code();
  EXPECT_EQ(Olga().Refused(&Stub::UpdateSubcategory, update).reason, Reason::kInvalidFields);
  update = WithPlans(CreateNew(), false);
  update.mutable_update_mask()->add_paths("code");
  EXPECT_EQ(Olga().Refused(&Stub::UpdateSubcategory, update).reason, Reason::kInvalidFields);
  update = WithPlans(update.subcategory().code(), false);
  update.set_etag("7");
  EXPECT_EQ(Olga().Refused(&Stub::UpdateSubcategory, update).reason, Reason::kEtagMismatch);
}

TEST(ChangingSubcategories, A2_EverythingGoesByTheChangeFromItsCommitOn) {
  const Caller sara = Caller::NewUser("sara"), ben = Caller::NewUser("ben");
  const std::string code = CreateNew();
  const std::string gig = PublishGigIn(sara, code);
  ASSERT_TRUE(Preview(ben, gig).milestones_available());
  testing::EventWatch follower(Server::Get().process().channel(), sara.actor(),
                               FromTheStart({"milestone_plan.suspended", "milestone_plan.restored"}));

  Olga().Do(&Stub::UpdateSubcategory, WithPlans(code, false));
  const v1::PreviewWorkflowResponse off = Preview(ben, gig);
  EXPECT_FALSE(off.milestones_available());
  EXPECT_EQ(off.milestones_unavailable_reason(), type::v1::REASON_PLAN_NOT_ACTIVE);
  EXPECT_EQ(PlanStateOf(ben, gig), v1::MILESTONE_PLAN_STATE_INELIGIBLE);
  auto publish = Of<v1::PublishMilestonePlanRequest>(gig);
  publish.set_request_id(NewRequestId());
  // Not Refused(), which looks at all rows: the reviewer writes meanwhile.
  EXPECT_TRUE(
      IsRefusal(sara.Call(&Stub::PublishMilestonePlan, publish).status(), Reason::kSubcategoryNotEligible));
  EXPECT_THAT(follower.Events(1), SizeIs(1)) << "the reviewer writes it down";
  EXPECT_EQ(testing::CountOrDie(Server::Get().database(),
                                absl::StrCat("SELECT COUNT(*) FROM gigs WHERE subcategory = '", code,
                                             "' AND plan_state = 'INELIGIBLE'")),
            1);

  Olga().Do(&Stub::UpdateSubcategory, WithPlans(code, true));
  EXPECT_TRUE(Preview(ben, gig).milestones_available());
  const std::vector<events::v1::Event> restored = follower.Events(1);
  ASSERT_THAT(restored, SizeIs(1));
  EXPECT_EQ(restored[0].type(), "milestone_plan.restored");
  ASSERT_EQ(restored[0].notifications_size(), 1);
  EXPECT_EQ(restored[0].notifications(0).recipient(), sara.actor());
}

TEST(ChangingSubcategories, TellsOperatorsAndServicesAlone) {
  const std::string code = CreateNew();
  Olga().Do(&Stub::UpdateSubcategory, WithPlans(code, false));
  const auto channel = Server::Get().process().channel();
  const auto types = [] { return std::vector<std::string>{"subcategory.created", "subcategory.updated"}; };
  for (const char* actor : {"operators/otto", "services/offer-service"}) {
    testing::EventWatch watch(channel, actor, FromTheStart(types()));
    bool seen = false;
    while (!seen && watch.Read())
      for (const events::v1::Event& event : watch.message().events()) {
        if (event.resource() != absl::StrCat("subcategories/", code)) continue;
        if (event.type() != "subcategory.updated") continue;
        seen = true;
        EXPECT_EQ(event.subcategory_updated().subcategory().code(), code);
        EXPECT_FALSE(event.subcategory_updated().subcategory().milestone_plans());
        EXPECT_EQ(event.actor(), "operators/olga");
        EXPECT_EQ(event.sequence(), 2u);
      }
    EXPECT_TRUE(seen) << actor;
  }
  events::v1::ListEventsRequest list;
  for (const std::string& type : types()) list.mutable_filter()->add_types(type);
  grpc::ClientContext context;
  context.AddMetadata("milepost-actor", "users/sara");
  events::v1::ListEventsResponse listed;
  ASSERT_TRUE(events::v1::EventFeed::NewStub(channel)->ListEvents(&context, list, &listed).ok());
  EXPECT_THAT(listed.events(), IsEmpty());
}

TEST(PlannedGig, W10_IsCheckedBeforeItExists) {
  const Caller sara = Caller::NewUser("sara");
  v1::CheckMilestoneEligibilityRequest request;
  request.mutable_planned_gig()->set_subcategory("logo-design");
  *request.mutable_planned_gig()->add_packages() = PackageAt(PACKAGE_BASIC, Usd(10000));
  const auto report = sara.Read(&Stub::CheckMilestoneEligibility, request);
  EXPECT_FALSE(report.eligible());
  std::map<std::string, v1::EligibilityRule> rules;
  for (const v1::EligibilityRule& rule : report.rules()) rules[rule.rule()] = rule;
  EXPECT_EQ(rules["S2"].reason(), type::v1::REASON_SUBCATEGORY_NOT_ELIGIBLE);
  EXPECT_EQ(rules["S2"].actual(), "logo-design");
  EXPECT_TRUE(rules["A1"].holds());
  EXPECT_EQ(rules["S3"].reason(), type::v1::REASON_PRICE_NOT_ELIGIBLE);
  EXPECT_EQ(rules["S3"].actual(), "100.00 USD");
  EXPECT_EQ(rules["S3"].required(), "more than 100.00 USD");

  request.mutable_planned_gig()->set_subcategory("business-plans");
  *request.mutable_planned_gig()->mutable_packages(0)->mutable_price() = Usd(10001);
  EXPECT_TRUE(sara.Read(&Stub::CheckMilestoneEligibility, request).eligible());
  request.mutable_planned_gig()->set_subcategory("no-such");
  EXPECT_EQ(sara.RefusedAsIs(&Stub::CheckMilestoneEligibility, request).reason, Reason::kSubcategoryUnknown);
  EXPECT_EQ(sara.RefusedAsIs(&Stub::CheckMilestoneEligibility, v1::CheckMilestoneEligibilityRequest()).reason,
            Reason::kInvalidFields)
      << "neither a gig nor a planned one";
}

TEST(BatchGetGigs, AnswersEachNameOnce) {
  const Caller sara = Caller::NewUser("sara"), ben = Caller::NewUser("ben");
  const std::string shown = PublishGigIn(sara, "business-plans"), draft = CreateGig(sara);
  const std::string unknown = absl::StrCat("gigs/", NewRequestId());
  v1::BatchGetGigsRequest request;
  for (const std::string& name : {unknown, draft, shown}) request.add_names(name);
  const auto names = [](const v1::BatchGetGigsResponse& response) {
    std::vector<std::string> found;
    for (const v1::Gig& gig : response.gigs()) found.push_back(gig.name());
    return found;
  };
  const auto to_sara = sara.Read(&Stub::BatchGetGigs, request);
  EXPECT_THAT(names(to_sara), ElementsAre(draft, shown));
  EXPECT_THAT(to_sara.missing(), ElementsAre(unknown));
  const auto to_ben = ben.Read(&Stub::BatchGetGigs, request);
  EXPECT_THAT(names(to_ben), ElementsAre(shown));
  EXPECT_THAT(to_ben.missing(), ElementsAre(unknown, draft));
  const auto alone = ben.Read(&Stub::GetGig, Of<v1::GetGigRequest>(shown)).gig();
  EXPECT_EQ(alone.SerializeAsString(), to_ben.gigs(0).SerializeAsString()) << "as GetGig shows it";

  request.add_names(shown);
  EXPECT_EQ(ben.RefusedAsIs(&Stub::BatchGetGigs, request).reason, Reason::kInvalidFields) << "twice";
  EXPECT_EQ(ben.RefusedAsIs(&Stub::BatchGetGigs, v1::BatchGetGigsRequest()).reason, Reason::kInvalidFields);
}

// ---- a catalogue of their own

int64_t PlansThatAre(const db::ConnectOptions& options, const char* state) {
  return testing::CountOrDie(options,
                             absl::StrCat("SELECT COUNT(*) FROM gigs WHERE plan_state = '", state, "'"));
}

// A server whose plan reviewer does not work, because somebody else seems to hold its lease.
class WithoutReviewer {
 public:
  WithoutReviewer() : database_(testing::TestDatabase::Get().NewSchema()) {
    EXPECT_THAT(db::Migrate(database_, {migrations::gig_catalog()}), testing::IsOk());
    db::Leases other(database_);
    EXPECT_THAT(other.Acquire("plan_reviewer", absl::Hours(24)), testing::IsOk());
    server_ = std::make_unique<testing::ServerProcess>("gig_catalog", testing::DatabaseFlags(database_));
    EXPECT_THAT(server_->Start(), testing::IsOk()) << server_->log();
    stub_ = v1::GigCatalog::NewStub(server_->channel());
  }

  template <class Request, class Response>
  Response Call(const std::string& actor,
                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                Request request) {
    if constexpr (requires { request.set_request_id(""); }) request.set_request_id(NewRequestId());
    grpc::ClientContext context;
    context.AddMetadata("milepost-actor", actor);
    Response response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  const db::ConnectOptions& database() const { return database_; }
  Stub& stub() { return *stub_; }

 private:
  const db::ConnectOptions database_;
  std::unique_ptr<testing::ServerProcess> server_;
  std::unique_ptr<Stub> stub_;
};

// A published gig with a published plan of two milestones; returns its name.
std::string PublishGigOn(WithoutReviewer& catalog, const std::string& seller) {
  const std::string gig = catalog.Call(seller, &Stub::CreateGig, GigAt(Usd(15000))).gig().name();
  catalog.Call(seller, &Stub::StartMilestonePlan, FromScratch(gig));
  auto first = Of<v1::UpdateMilestoneRequest>(gig);
  first.set_milestone_number(1);
  *first.mutable_milestone() = MilestoneFor({PACKAGE_BASIC}, "Step 1");
  catalog.Call(seller, &Stub::UpdateMilestone, first);
  catalog.Call(seller, &Stub::AddMilestone, AddTo(gig, MilestoneFor({PACKAGE_BASIC}, "Step 2")));
  catalog.Call(seller, &Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig));
  catalog.Call(seller, &Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  return gig;
}

TEST(SubcategoriesWithoutReviewer, A2_EveryReadGoesByTheChangeBeforeItIsWrittenDown) {
  WithoutReviewer catalog;
  const std::string sara = "users/sara", ben = "users/ben";
  const std::string gig = PublishGigOn(catalog, sara);
  v1::SearchGigsRequest search;
  search.set_milestones_available(true);
  v1::ListGigsRequest list;
  list.set_seller(sara);
  v1::BatchGetGigsRequest batch;
  batch.add_names(gig);
  auto preview = Of<v1::PreviewWorkflowRequest>(gig);
  preview.set_package(PACKAGE_BASIC);
  const auto expect = [&](bool available) {
    const auto state = available ? v1::MILESTONE_PLAN_STATE_ACTIVE : v1::MILESTONE_PLAN_STATE_INELIGIBLE;
    EXPECT_EQ(PlansThatAre(catalog.database(), "ACTIVE"), 1) << "nothing is written down";
    EXPECT_EQ(catalog.Call(ben, &Stub::SearchGigs, search).gigs_size(), available ? 1 : 0);
    EXPECT_EQ(catalog.Call(ben, &Stub::GetGig, Of<v1::GetGigRequest>(gig)).gig().milestone_plan_state(),
              state);
    EXPECT_EQ(catalog.Call(ben, &Stub::ListGigs, list).gigs(0).milestone_plan_state(), state);
    EXPECT_EQ(catalog.Call(ben, &Stub::BatchGetGigs, batch).gigs(0).milestone_plan_state(), state);
    EXPECT_EQ(catalog.Call(ben, &Stub::PreviewWorkflow, preview).milestones_available(), available);
    EXPECT_EQ(
        catalog.Call(ben, &Stub::CheckMilestoneEligibility, Of<v1::CheckMilestoneEligibilityRequest>(gig))
            .eligible(),
        available);
  };
  expect(true);
  catalog.Call("operators/olga", &Stub::UpdateSubcategory, WithPlans("business-plans", false));
  expect(false);
  catalog.Call("operators/olga", &Stub::UpdateSubcategory, WithPlans("business-plans", true));
  expect(true);
}

// A replay is answered by the gig as it is now, with the flags of the subcategory in which it is now.
TEST(SubcategoriesWithoutReviewer, AReplayedCreationHasTheFlagsOfThePresentSubcategory) {
  WithoutReviewer catalog;
  v1::CreateGigRequest create = GigAt(Usd(15000));
  create.mutable_gig()->set_subcategory("tarot-reading");
  create.set_request_id(NewRequestId());
  const auto again = [&] {
    grpc::ClientContext context;
    context.AddMetadata("milepost-actor", "users/sara");
    v1::CreateGigResponse response;
    EXPECT_TRUE(catalog.stub().CreateGig(&context, create, &response).ok());
    return response;
  };
  const v1::CreateGigResponse created = again();
  EXPECT_FALSE(created.gig().milestone_offers());
  v1::UpdateGigRequest move;
  move.mutable_gig()->set_name(created.gig().name());
  move.mutable_gig()->set_subcategory("logo-design");
  move.mutable_update_mask()->add_paths("subcategory");
  catalog.Call("users/sara", &Stub::UpdateGig, move);
  const v1::CreateGigResponse replay = again();
  EXPECT_TRUE(replay.replayed());
  EXPECT_TRUE(replay.gig().milestone_offers());
}

int PlansToReview() {
  const char* const asked = std::getenv("MILEPOST_PLANS");  // 100000, by hand
  int plans = 2'000;
  if (asked != nullptr && !absl::SimpleAtoi(asked, &plans)) ADD_FAILURE() << "MILEPOST_PLANS=" << asked;
  return plans;
}

// `count` published gigs of one seller, each with an ACTIVE plan, in business-plans.
void FillWithPlans(const db::ConnectOptions& options, int count) {
  Gig gig;
  gig.seller = "users/busy";
  gig.state = GigState::kPublished;
  gig.subcategory = "business-plans";
  gig.title = "A plan";
  gig.packages[Tier::kBasic] = Package{Money::Usd(15'000), 20, {}};
  Milestone milestone;
  milestone.title = milestone.description = "Work";
  milestone.packages[Tier::kBasic] = {};
  gig.plan.state = PlanState::kActive;
  gig.plan.draft.milestones = {milestone, milestone};
  gig.plan.published = PublishedPlan{1, absl::UnixEpoch(), gig.plan.draft};
  std::string body;
  for (unsigned char byte : EncodeGig(gig)) absl::StrAppend(&body, absl::Hex(byte, absl::kZeroPad2));
  testing::ExecuteOrDie(
      options,
      absl::StrCat(
          "INSERT INTO gigs (id, sequence, updated_us, seller, state, subcategory, plan_state, "
          "basic_price, basic_currency, created_us, body) SELECT UNHEX(LEFT(SHA2(n, 256), 32)), 5, n, '",
          gig.seller, "', 'PUBLISHED', '", gig.subcategory, "', 'ACTIVE', 15000, 'USD', n, UNHEX('", body,
          "') FROM (WITH RECURSIVE d (x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM d WHERE x < 9) SELECT "
          "a.x + 10 * b.x + 100 * c.x + 1000 * e.x + 10000 * f.x + 1 AS n FROM d a, d b, d c, d e, d f) "
          "numbers WHERE n <= ",
          count));
}

// The reviewer is killed on the way: each plan is suspended once all the same, and restored once.
TEST(PlanReviewer, FollowsAChangeThroughThousandsOfPlans) {
  const int plans = PlansToReview();
  const absl::Duration patience = absl::Seconds(60) + plans * absl::Milliseconds(2);
  const db::ConnectOptions database = testing::TestDatabase::Get().NewSchema();
  ASSERT_THAT(db::Migrate(database, {migrations::gig_catalog()}), testing::IsOk());
  FillWithPlans(database, plans);
  testing::ServerProcess server("gig_catalog", testing::DatabaseFlags(database));
  ASSERT_THAT(server.Start(), testing::IsOk()) << server.log();
  const auto change = [&](bool on) {
    v1::UpdateSubcategoryRequest request = WithPlans("business-plans", on);
    request.set_request_id(NewRequestId());
    grpc::ClientContext context;
    context.AddMetadata("milepost-actor", "operators/olga");
    v1::UpdateSubcategoryResponse response;
    const grpc::Status status =
        v1::GigCatalog::NewStub(server.channel())->UpdateSubcategory(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  };
  const auto follow = [&](const char* type, size_t count) {
    testing::EventWatch watch(server.channel(), "operators/olga", FromTheStart({type}), patience);
    return watch.Events(count).size();
  };

  change(false);
  EXPECT_GE(follow("milestone_plan.suspended", 1), 1u);
  server.Kill();
  ASSERT_THAT(server.Start(), testing::IsOk()) << server.log();
  EXPECT_EQ(follow("milestone_plan.suspended", plans), static_cast<size_t>(plans));
  EXPECT_EQ(PlansThatAre(database, "INELIGIBLE"), plans);

  change(true);
  EXPECT_EQ(follow("milestone_plan.restored", plans), static_cast<size_t>(plans));
  EXPECT_EQ(PlansThatAre(database, "ACTIVE"), plans);
  EXPECT_EQ(testing::CountOrDie(database, "SELECT COUNT(*) FROM events WHERE type LIKE 'milestone_plan.%'"),
            2 * plans);
}

}  // namespace
}  // namespace milepost::gig_catalog
