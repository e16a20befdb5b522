#include "tests/component/gig_catalog/catalog.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "common/db/migrations.h"
#include "migrations/gig_catalog.h"
#include "tests/support/database.h"

namespace milepost::gig_catalog {
namespace {

db::ConnectOptions MigratedSchema() {
  const db::ConnectOptions options = testing::TestDatabase::Get().NewSchema();
  const absl::Status migrated = db::Migrate(options, {migrations::gig_catalog()});
  EXPECT_THAT(migrated, testing::IsOk());
  return options;
}

std::vector<std::string> FlagsFor(const db::ConnectOptions& database) {
  std::vector<std::string> flags = testing::DatabaseFlags(database);
  flags.insert(flags.end(), {"--readiness_interval=20ms", "--test_clock=offset"});
  return flags;
}

}  // namespace

Server& Server::Get() {
  static Server server;
  return server;
}

Server::Server()
    : patience_(::setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "50", 0)),
      database_(MigratedSchema()),
      process_("gig_catalog", FlagsFor(database_)) {
  EXPECT_THAT(process_.Start(), testing::IsOk()) << process_.log();
  stub_ = v1::GigCatalog::NewStub(process_.channel());
}

Footprint Server::Written() const {
  const auto count = [&](const std::string& sql) { return testing::CountOrDie(database_, sql); };
  return {count("SELECT COUNT(*) FROM gigs"), count("SELECT COALESCE(SUM(sequence), 0) FROM gigs"),
          count("SELECT COUNT(*) FROM events"), count("SELECT COUNT(*) FROM requests")};
}

std::string NewRequestId() {
  return NewUuid(WallNow()).ToString();
}

Caller Caller::NewUser(absl::string_view who) {
  return Caller(absl::StrCat("users/", who, "-", NewRequestId().substr(24)));
}

void Caller::Prepare(grpc::ClientContext& context) const {
  if (!actor_.empty()) context.AddMetadata("milepost-actor", actor_);
  context.AddMetadata("accept-language", language_);
  context.set_deadline(absl::ToChronoTime(WallNow() + absl::Seconds(20)));
}

google::type::Money Usd(int64_t cents) {
  google::type::Money money;
  money.set_currency_code("USD");
  money.set_units(cents / 100);
  money.set_nanos(static_cast<int32_t>(cents % 100) * 10'000'000);
  return money;
}

v1::GigPackage PackageAt(type::v1::Package package, google::type::Money price, uint32_t days) {
  v1::GigPackage out;
  out.set_package(package);
  *out.mutable_price() = std::move(price);
  out.set_days(days);
  out.mutable_revisions()->set_count(2);
  return out;
}

v1::CreateGigRequest GigAt(google::type::Money basic) {
  v1::CreateGigRequest request;
  request.mutable_gig()->set_title("Business plan for your start-up");
  request.mutable_gig()->set_description("Market, numbers and a plan that a bank will read.");
  request.mutable_gig()->set_subcategory("business-plans");
  *request.mutable_gig()->add_packages() = PackageAt(type::v1::PACKAGE_BASIC, std::move(basic));
  return request;
}

v1::PlanMilestone MilestoneFor(std::vector<type::v1::Package> packages, std::string title) {
  v1::PlanMilestone milestone;
  milestone.set_title(std::move(title));
  milestone.set_description("What the buyer gets.");
  for (type::v1::Package package : packages) milestone.add_packages(package);
  return milestone;
}

std::string CreateGig(const Caller& seller, const v1::CreateGigRequest& request) {
  return seller.Do(&Stub::CreateGig, request).gig().name();
}

std::string CreateGigWithPlan(const Caller& seller, int milestones) {
  const std::string gig = CreateGig(seller);
  seller.Do(&Stub::StartMilestonePlan, FromScratch(gig));
  auto first = Of<v1::UpdateMilestoneRequest>(gig);
  first.set_milestone_number(1);
  *first.mutable_milestone() = MilestoneFor({type::v1::PACKAGE_BASIC}, "Step 1");
  seller.Do(&Stub::UpdateMilestone, first);
  for (int i = 2; i <= milestones; ++i)
    seller.Do(&Stub::AddMilestone,
              AddTo(gig, MilestoneFor({type::v1::PACKAGE_BASIC}, absl::StrCat("Step ", i))));
  return gig;
}

v1::AddMilestoneRequest AddTo(const std::string& gig, v1::PlanMilestone milestone) {
  auto request = Of<v1::AddMilestoneRequest>(gig);
  *request.mutable_milestone() = std::move(milestone);
  return request;
}

v1::StartMilestonePlanRequest FromScratch(const std::string& gig) {
  auto request = Of<v1::StartMilestonePlanRequest>(gig);
  request.mutable_scratch();
  return request;
}

}  // namespace milepost::gig_catalog
