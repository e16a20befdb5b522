// A server whose database is reached over TLS: its flags, its migrations, its lanes and its readers. What a session does
// and refuses is in tests/contract/tls_test.cc.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "milepost/catalog/v1/gig_catalog.grpc.pb.h"
#include "tests/e2e/platform.h"
#include "tests/e2e/stories/story.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/tcp_database.h"
#include "tests/support/tls.h"

namespace milepost::e2e {
namespace {

using testing::CertificateAuthority;
using testing::ServerProcess;

class DatabaseTls : public ::testing::Test {
 protected:
  DatabaseTls() {
    testing::ExecuteOrDie(database_.admin(), "CREATE DATABASE gig_catalog CHARACTER SET utf8mb4");
    account_.schema = "gig_catalog";
  }
  std::vector<std::string> FlagsTrusting(const CertificateAuthority& authority) const {
    db::ConnectOptions account = account_;
    account.tls_ca_file = authority.file();
    std::vector<std::string> flags = testing::DatabaseFlags(account);
    flags.push_back("--readiness_interval=20ms");
    return flags;
  }
  static int Migrate(const std::vector<std::string>& flags) {
    return RunProgram("gig_catalog", "migrate", flags);
  }

  const testing::ScratchFolder folder_{"tls"}, strangers_folder_{"tls"};
  CertificateAuthority ours_{folder_.path()}, strangers_{strangers_folder_.path()};
  testing::TcpDatabase database_{
      testing::TcpDatabase::Tls{ours_.file(), ours_.Issue("IP:127.0.0.1,DNS:localhost")}};
  db::ConnectOptions account_ = database_.NewAccount("SSL");
};

TEST_F(DatabaseTls, AServerMigratesAndServesOverIt) {
  const std::vector<std::string> flags = FlagsTrusting(ours_);
  ASSERT_EQ(Migrate(flags), 0);
  ServerProcess server("gig_catalog", flags);
  ASSERT_THAT(server.Start(), testing::IsOk());
  const auto stub = catalog::v1::GigCatalog::NewStub(server.channel());

  catalog::v1::CreateGigRequest create;
  create.set_request_id(NewRequestId());
  create.mutable_gig()->set_title("A gig");
  create.mutable_gig()->set_subcategory("business-plans");
  auto& basic = *create.mutable_gig()->add_packages();
  basic.set_package(type::v1::PACKAGE_BASIC);
  *basic.mutable_price() = Usd(15000);
  basic.set_days(21);
  grpc::ClientContext creating;
  creating.AddMetadata("milepost-actor", "users/sam");
  catalog::v1::CreateGigResponse created;
  const grpc::Status written = stub->CreateGig(&creating, create, &created);
  ASSERT_TRUE(written.ok()) << written.error_message();

  catalog::v1::GetGigRequest get;
  get.set_name(created.gig().name());
  grpc::ClientContext getting;
  getting.AddMetadata("milepost-actor", "users/sam");
  catalog::v1::GetGigResponse got;
  const grpc::Status read = stub->GetGig(&getting, get, &got);
  ASSERT_TRUE(read.ok()) << read.error_message();
  EXPECT_EQ(got.gig().title(), "A gig");
}

TEST_F(DatabaseTls, AServerThatTrustsAnotherAuthorityIsNotReadyAndSaysWhy) {
  ASSERT_EQ(Migrate(FlagsTrusting(ours_)), 0);
  const std::vector<std::string> flags = FlagsTrusting(strangers_);
  EXPECT_NE(Migrate(flags), 0);
  ServerProcess server("gig_catalog", flags);
  ASSERT_THAT(server.Spawn(), testing::IsOk());
  EXPECT_TRUE(Eventually([&] { return server.log().find("[2026]") != std::string::npos; })) << server.log();
  EXPECT_THAT(server.AwaitServing(absl::Milliseconds(500)),
              testing::StatusIs(absl::StatusCode::kDeadlineExceeded));
}

}  // namespace
}  // namespace milepost::e2e
