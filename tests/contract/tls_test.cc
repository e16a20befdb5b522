// TLS to the database, with real servers and real certificates: with an authority configured there is an encrypted session
// with the server that was meant, or none.
#include "tests/support/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/db/connection.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/tcp_database.h"

namespace milepost::db {
namespace {

using testing::CertificateAuthority;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using testing::ScratchFolder;
using testing::TcpDatabase;

constexpr char kOurHost[] = "IP:127.0.0.1,DNS:localhost";

// The session's cipher; empty where it is not encrypted.
std::string Cipher(Connection& connection) {
  std::string cipher;
  EXPECT_THAT(connection.Query("SHOW SESSION STATUS LIKE 'Ssl_cipher'", Row{},
                               [&](const ResultRow& row) {
                                 cipher = row.Bytes(1);
                                 return absl::OkStatus();
                               }),
              IsOk());
  return cipher;
}

void ExpectEncrypted(const ConnectOptions& options) {
  const auto connection = Connection::Open(options);
  ASSERT_THAT(connection, IsOk());
  EXPECT_THAT(Cipher(**connection), Not(IsEmpty()));
}

// Refused before anything was sent that is not for everybody: as an outage, with a reason that says TLS.
void ExpectRefused(const ConnectOptions& options) {
  const absl::Status status = Connection::Open(options).status();
  EXPECT_TRUE(IsLost(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("[2026]")) << "CR_SSL_CONNECTION_ERROR";
}

ConnectOptions Trusting(const CertificateAuthority& authority, ConnectOptions options) {
  options.tls_ca_file = authority.file();
  return options;
}

class Tls : public ::testing::Test {
 protected:
  // A MariaDB that shows a certificate of `ours_` for these names.
  std::unique_ptr<TcpDatabase> ServerNamed(const std::string& names) {
    return std::make_unique<TcpDatabase>(TcpDatabase::Tls{ours_.file(), ours_.Issue(names)});
  }

  const ScratchFolder folder_{"tls"}, strangers_folder_{"tls"};
  CertificateAuthority ours_{folder_.path()}, strangers_{strangers_folder_.path()};
};

TEST_F(Tls, TheRightServerIsSpokenToEncrypted) {
  const auto server = ServerNamed(kOurHost);
  const ConnectOptions account = server->NewAccount("SSL");
  ExpectEncrypted(Trusting(ours_, account));
  ConnectOptions by_name = Trusting(ours_, account);
  by_name.host = "localhost";
  ExpectEncrypted(by_name);
  ExpectEncrypted(Trusting(ours_, server->admin()));  // a unix socket is localhost's
  EXPECT_TRUE(IsLost(Connection::Open(account).status()))
      << "the account wants TLS, and without an authority is none";

  // Without an authority nothing is encrypted: so it was this setting that did it.
  const auto plain = Connection::Open(server->NewAccount("NONE"));
  ASSERT_THAT(plain, IsOk());
  EXPECT_THAT(Cipher(**plain), IsEmpty());
}

TEST_F(Tls, ACertificateOfAnotherAuthorityIsRefused) {
  const auto server = ServerNamed(kOurHost);
  ExpectRefused(Trusting(strangers_, server->NewAccount("NONE")));
}

TEST_F(Tls, ACertificateForAnotherHostIsRefused) {
  const auto server = ServerNamed("IP:127.0.0.2,DNS:database.example");
  ExpectRefused(Trusting(ours_, server->NewAccount("NONE")));
}

TEST_F(Tls, ACertificateForAnotherHostIsRefusedByNameToo) {
  const auto server = ServerNamed("IP:127.0.0.2,DNS:database.example");
  ConnectOptions by_name = Trusting(ours_, server->NewAccount("NONE"));
  by_name.host = "localhost";
  ExpectRefused(by_name);
}

// decisions/0034: libmariadb since 3.4 compares no certificate with an address of this machine.
TEST_F(Tls, AServerAtAnAddressOfThisMachineMustBeLocalhost) {
  const auto localhost = ServerNamed("DNS:localhost");
  ExpectEncrypted(Trusting(ours_, localhost->NewAccount("SSL")));
  const auto address = ServerNamed("IP:127.0.0.1");
  ExpectRefused(Trusting(ours_, address->NewAccount("NONE")));
}

// Whoever sits between us and the server could pretend just that.
TEST_F(Tls, AServerThatOffersNoTlsIsRefused) {
  TcpDatabase server(std::nullopt);
  const ConnectOptions account = server.NewAccount("NONE");
  ASSERT_THAT(Connection::Open(account), IsOk());
  ExpectRefused(Trusting(ours_, account));
}

TEST_F(Tls, AnAuthorityThatCanNotBeReadIsRefused) {
  const auto server = ServerNamed(kOurHost);
  ConnectOptions account = server->NewAccount("NONE");
  account.tls_ca_file = absl::StrCat(folder_.path(), "/no-such-file.pem");
  ExpectRefused(account);
}

TEST_F(Tls, OurOwnCertificateIsShownToAServerThatWantsOne) {
  const auto server = ServerNamed(kOurHost);
  ConnectOptions account = Trusting(ours_, server->NewAccount("X509"));
  EXPECT_TRUE(IsLost(Connection::Open(account).status())) << "it shows none";
  const testing::Certificate shown = ours_.Issue("DNS:milepost");
  account.tls_cert_file = shown.file;
  account.tls_key_file = shown.key_file;
  ExpectEncrypted(account);
}

// A Session that lost its connection opens the next one by the same rule.
TEST_F(Tls, ASessionStaysEncryptedAfterALoss) {
  const auto server = ServerNamed(kOurHost);
  Session session(Trusting(ours_, server->NewAccount("SSL")));
  for (int opened = 0; opened < 2; ++opened) {
    const absl::StatusOr<Connection*> connection = session.Get();
    ASSERT_THAT(connection, IsOk());
    EXPECT_THAT(Cipher(**connection), Not(IsEmpty()));
    testing::ExecuteOrDie(server->admin(), absl::StrCat("KILL ", *(*connection)->SessionId()));
    EXPECT_TRUE(IsLost((*connection)->Execute("SELECT 1")));
  }
}

// The server that the tests were given, where it speaks TLS: ./dev test --database=mysql, an Oracle MySQL whose accounts
// log in by caching_sha2_password. Its cases are there only then.
class GivenServer : public Tls, public ::testing::WithParamInterface<const char*> {
 protected:
  GivenServer() : server_(testing::TestDatabase::Get().server()) {}
  ~GivenServer() override {
    for (const std::string& account : accounts_)
      testing::ExecuteOrDie(server_, absl::StrCat("DROP USER ", account));
  }
  ConnectOptions NewAccount(const std::string& require) {
    ConnectOptions account = server_;
    account.user = absl::StrCat("tls", getpid(), "_", accounts_.size());
    account.password = "a secret";
    accounts_.push_back(account.user);
    testing::ExecuteOrDie(
        server_, absl::StrCat("CREATE USER ", account.user, " IDENTIFIED WITH caching_sha2_password BY '",
                              account.password, "' REQUIRE ", require));
    return account;
  }

  const ConnectOptions server_;
  std::vector<std::string> accounts_;
};

TEST_P(GivenServer, IsSpokenToEncryptedWhetherItRemembersThePasswordOrNot) {
  const ConnectOptions account = NewAccount("SSL");
  ExpectEncrypted(account);  // the whole password went over
  ExpectEncrypted(account);  // and now its hash is in the server's cache
  testing::ExecuteOrDie(server_, "FLUSH PRIVILEGES");
  ExpectEncrypted(account);
  ConnectOptions wrong = account;
  wrong.password = "another";
  EXPECT_THAT(std::string(Connection::Open(wrong).status().message()), HasSubstr("[1045]"));
}

TEST_P(GivenServer, IsRefusedWithACertificateOfAnotherAuthority) {
  ExpectRefused(Trusting(strangers_, server_));
}

// Then the password goes under the server's own key, which the client asks for.
TEST_P(GivenServer, TakesAPasswordWithoutTlsToo) {
  ConnectOptions account = NewAccount("NONE");
  account.tls_ca_file.clear();
  const auto connection = Connection::Open(account);
  ASSERT_THAT(connection, IsOk());
  EXPECT_THAT(Cipher(**connection), IsEmpty());
}

std::vector<const char*> GivenServers() {
  if (std::getenv("MILEPOST_TEST_DATABASE_TLS_CA") == nullptr) return {};
  return {std::getenv("MILEPOST_TEST_DATABASE")};
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GivenServer);
INSTANTIATE_TEST_SUITE_P(Each, GivenServer, ::testing::ValuesIn(GivenServers()));

}  // namespace
}  // namespace milepost::db
