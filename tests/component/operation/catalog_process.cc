#include "tests/component/operation/catalog_process.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "common/db/migrations.h"
#include "common/rpc/status_map.h"
#include "common/rpc/wire.h"
#include "grpcpp/client_context.h"
#include "migrations/gig_catalog.h"
#include "tests/support/database.h"

namespace milepost::operation {
namespace {

std::vector<std::string> FlagsFor(const db::ConnectOptions& database, const std::vector<std::string>& more) {
  std::vector<std::string> flags = testing::DatabaseFlags(database);
  flags.emplace_back("--readiness_interval=20ms");
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

void Prepare(grpc::ClientContext& context, absl::Duration patience) {
  context.AddMetadata("milepost-actor", "users/alice");
  context.set_deadline(absl::ToChronoTime(WallNow() + patience));
}

absl::Status StatusOf(const grpc::Status& status) {
  return status.ok() ? absl::OkStatus() : rpc::FromGrpc(status);
}

}  // namespace

db::ConnectOptions NewCatalogSchema() {
  const db::ConnectOptions schema = testing::TestDatabase::Get().NewSchema();
  const absl::Status migrated = db::Migrate(schema, {migrations::gig_catalog()});
  EXPECT_TRUE(migrated.ok()) << migrated;
  return schema;
}

std::string NewRequestId() {
  return NewUuid(WallNow()).ToString();
}

CatalogProcess::CatalogProcess(const std::vector<std::string>& flags)
    : database_(NewCatalogSchema()), process_("gig_catalog", FlagsFor(database_, flags)) {
  const absl::Status started = process_.Start();
  EXPECT_TRUE(started.ok()) << started << "\n" << process_.log();
  stub_ = catalog_v1::GigCatalog::NewStub(process_.channel());
}

absl::StatusOr<std::string> CatalogProcess::Create(const std::string& title, const std::string& request_id) {
  grpc::ClientContext context;
  Prepare(context, absl::Seconds(20));
  catalog_v1::CreateGigRequest request;
  request.set_request_id(request_id.empty() ? NewRequestId() : request_id);
  request.mutable_gig()->set_title(title);
  request.mutable_gig()->set_subcategory("business-plans");
  catalog_v1::GigPackage& basic = *request.mutable_gig()->add_packages();
  basic.set_package(type::v1::PACKAGE_BASIC);
  *basic.mutable_price() = rpc::ToWire(Money::Usd(15000));
  basic.set_days(21);
  catalog_v1::CreateGigResponse response;
  const grpc::Status status = stub_->CreateGig(&context, request, &response);
  if (!status.ok()) return StatusOf(status);
  return response.gig().name();
}

absl::Status CatalogProcess::Get(const std::string& gig, absl::Duration patience) {
  grpc::ClientContext context;
  Prepare(context, patience);
  catalog_v1::GetGigRequest request;
  request.set_name(gig);
  catalog_v1::GetGigResponse response;
  return StatusOf(stub_->GetGig(&context, request, &response));
}

absl::Status CatalogProcess::Delete(const std::string& gig) {
  return StatusOf(TryDelete(gig));
}

grpc::Status CatalogProcess::TryDelete(const std::string& gig) {
  grpc::ClientContext context;
  Prepare(context, absl::Seconds(20));
  catalog_v1::DeleteGigRequest request;
  request.set_name(gig);
  request.set_request_id(NewRequestId());
  catalog_v1::DeleteGigResponse response;
  return stub_->DeleteGig(&context, request, &response);
}

}  // namespace milepost::operation
