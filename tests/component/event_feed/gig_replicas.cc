#include "tests/component/event_feed/gig_replicas.h"

#include <gtest/gtest.h>

#include "common/core/clock.h"
#include "common/core/id.h"
#include "common/db/migrations.h"
#include "grpcpp/client_context.h"
#include "migrations/gig_catalog.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::gig_catalog {
namespace {

namespace v1 = ::milepost::catalog::v1;

db::ConnectOptions MigratedSchema() {
  const db::ConnectOptions options = testing::TestDatabase::Get().NewSchema();
  EXPECT_THAT(db::Migrate(options, {migrations::gig_catalog()}), testing::IsOk());
  return options;
}

std::vector<std::string> FlagsFor(const db::ConnectOptions& schema, const std::vector<std::string>& more) {
  std::vector<std::string> flags = testing::DatabaseFlags(schema);
  flags.insert(flags.end(), {"--readiness_interval=20ms", "--sequence_interval=5ms",
                             "--sequencer_lease=500ms", "--drain_time=2s"});
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

v1::Gig Content(const std::string& title) {
  v1::Gig gig;
  gig.set_title(title);
  gig.set_subcategory("business-plans");
  v1::GigPackage& basic = *gig.add_packages();
  basic.set_package(type::v1::PACKAGE_BASIC);
  basic.mutable_price()->set_currency_code("USD");
  basic.mutable_price()->set_units(150);
  basic.set_days(7);
  return gig;
}

std::string NewRequestId() {
  return NewUuid(WallNow()).ToString();
}

void Prepare(grpc::ClientContext& context) {
  context.AddMetadata("milepost-actor", kAnna);
  context.set_deadline(absl::ToChronoTime(WallNow() + absl::Seconds(5)));
}

}  // namespace

Replicas::Replicas(size_t count, std::vector<std::string> flags,
                   std::map<size_t, std::vector<std::string>> own)
    : schema_(MigratedSchema()) {
  for (size_t i = 0; i < count; ++i) {
    std::vector<std::string> all = flags;
    all.insert(all.end(), own[i].begin(), own[i].end());
    processes_.push_back(std::make_unique<testing::ServerProcess>("gig_catalog", FlagsFor(schema_, all)));
    EXPECT_THAT(processes_.back()->Start(), testing::IsOk()) << processes_.back()->log();
  }
}

std::string Replicas::NewGig(size_t replica) {
  grpc::ClientContext context;
  Prepare(context);
  v1::CreateGigRequest request;
  *request.mutable_gig() = Content("A business plan");
  request.set_request_id(NewRequestId());
  v1::CreateGigResponse response;
  const grpc::Status status =
      v1::GigCatalog::NewStub(at(replica).channel())->CreateGig(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.gig().name();
}

bool Replicas::Retitle(const std::string& gig, const std::string& title, const std::string& description,
                       size_t first) {
  v1::UpdateGigRequest request;
  request.mutable_gig()->set_name(gig);
  request.mutable_gig()->set_title(title);
  request.mutable_gig()->set_description(description);
  request.mutable_update_mask()->add_paths("title");
  request.mutable_update_mask()->add_paths("description");
  request.set_request_id(NewRequestId());
  const absl::Time until = WallNow() + absl::Minutes(1);
  for (size_t i = first; WallNow() < until; ++i) {
    grpc::ClientContext context;
    Prepare(context);
    v1::UpdateGigResponse response;
    const auto stub = v1::GigCatalog::NewStub(at(i % size()).channel());
    if (stub->UpdateGig(&context, request, &response).ok()) return true;
  }
  return false;
}

int64_t Replicas::CountEvents() const {
  return testing::CountOrDie(schema_, "SELECT COUNT(*) FROM events");
}

}  // namespace milepost::gig_catalog
