#include "common/service/database_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace milepost::service {
namespace {

class DatabaseFlagsTest : public ::testing::Test {
 protected:
  DatabaseFlagsTest() {
    flags_.AddCommand("serve", "Takes calls.");
    database_.AddTo(flags_);
  }

  std::string Parse(const std::vector<std::string>& arguments) {
    const auto command = flags_.Parse(arguments, [](const char*) -> const char* { return nullptr; });
    return command.ok() ? *command : std::string(command.status().message());
  }

  DatabaseFlags database_{"orders"};
  rpc::FlagSet flags_{"program", "A purpose."};
};

TEST_F(DatabaseFlagsTest, DefaultsAreThoseOfTheParts) {
  ASSERT_EQ(Parse({}), "serve");
  EXPECT_EQ(database_.connect().schema, "orders");
  EXPECT_EQ(database_.connect().lock_wait, db::ConnectOptions().lock_wait);
  EXPECT_EQ(database_.connect().read_timeout, db::ConnectOptions().read_timeout);
  EXPECT_EQ(database_.lanes().lanes, db::LaneOptions().lanes);
  EXPECT_EQ(database_.lanes().batch_limit, db::LaneOptions().batch_limit);
  EXPECT_EQ(database_.lanes().queue_limit, db::LaneOptions().queue_limit);
  EXPECT_EQ(database_.lanes().stuck_after, db::LaneOptions().stuck_after);
  EXPECT_EQ(database_.lanes().retry.single_stall_max, db::LaneOptions().retry.single_stall_max);
  EXPECT_EQ(database_.reads().connections, db::ReadPoolOptions().connections);
  EXPECT_EQ(database_.reads().queue_limit, db::ReadPoolOptions().queue_limit);
}

TEST_F(DatabaseFlagsTest, ACertificateNeedsItsKey) {
  EXPECT_EQ(
      Parse({"--database_tls_cert_file=/dev/null"}),
      "--database_tls_key_file: \"\" is not allowed with --database_tls_cert_file; give both or neither");
  EXPECT_EQ(
      Parse({"--database_tls_cert_file=", "--database_tls_key_file=/dev/null"}),
      "--database_tls_cert_file: \"\" is not allowed with --database_tls_key_file; give both or neither");
}

TEST_F(DatabaseFlagsTest, EachReachesItsPart) {
  ASSERT_EQ(Parse({"--database_host=db", "--database_port=3307", "--database_schema=", "--lock_timeout=2s",
                   "--statement_timeout=9s", "--lanes=1", "--batch_limit=2", "--queue_limit=3",
                   "--read_connections=5", "--read_queue_limit=6"}),
            "serve");
  const db::ConnectOptions connect = database_.connect();
  EXPECT_EQ(connect.host, "db");
  EXPECT_EQ(connect.port, 3307);
  EXPECT_EQ(connect.schema, "orders");
  EXPECT_EQ(connect.lock_wait, absl::Seconds(2));
  EXPECT_EQ(connect.read_timeout, absl::Seconds(9));
  EXPECT_EQ(connect.write_timeout, absl::Seconds(9));
  EXPECT_EQ(database_.lanes().lanes, 1);
  EXPECT_EQ(database_.lanes().batch_limit, 2);
  EXPECT_EQ(database_.lanes().queue_limit, 3);
  EXPECT_EQ(database_.lanes().stuck_after, absl::Seconds(10));
  EXPECT_EQ(database_.reads().connections, 5);
  EXPECT_EQ(database_.reads().queue_limit, 6);
}

TEST_F(DatabaseFlagsTest, AStatementMayTakeLongerThanALockIsWaitedFor) {
  EXPECT_EQ(Parse({"--lock_timeout=15s"}),
            "--statement_timeout: 15s is not allowed with --lock_timeout=15s; give more: else a connection "
            "is given up "
            "while its statement waits for a row");
}

TEST_F(DatabaseFlagsTest, NoCertificateOfOursIsShownToAnybodyWhoAsks) {
  EXPECT_EQ(Parse({"--database_tls_cert_file=/dev/null", "--database_tls_key_file=/dev/null"}),
            "--database_tls_ca_file: \"\" is not allowed with --database_tls_cert_file; give the authority's "
            "file: else nobody would check whom the certificate is shown to");
}

TEST_F(DatabaseFlagsTest, TlsReachesTheConnection) {
  ASSERT_EQ(Parse({"--database_tls_ca_file=/dev/null", "--database_tls_cert_file=/proc/self/status",
                   "--database_tls_key_file=/proc/self/stat"}),
            "serve");
  EXPECT_EQ(database_.connect().tls_ca_file, "/dev/null");
  EXPECT_EQ(database_.connect().tls_cert_file, "/proc/self/status");
  EXPECT_EQ(database_.connect().tls_key_file, "/proc/self/stat");
}

}  // namespace
}  // namespace milepost::service
