#include "tests/support/tcp_database.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/database.h"
#include "tests/support/free_port.h"

namespace milepost::testing {
namespace {

std::vector<std::string> FlagsFor(int port, const std::optional<TcpDatabase::Tls>& tls) {
  std::vector<std::string> flags = {"--skip-networking=OFF", "--bind-address=127.0.0.1",
                                    absl::StrCat("--port=", port), "--innodb-buffer-pool-size=16M",
                                    "--innodb-flush-log-at-trx-commit=2"};
  if (tls)
    flags.insert(flags.end(), {absl::StrCat("--ssl-ca=", tls->authority_file),
                               absl::StrCat("--ssl-cert=", tls->shown.file),
                               absl::StrCat("--ssl-key=", tls->shown.key_file)});
  return flags;
}

}  // namespace

// The socket's folder is one of /tmp's, however deep the temporary folder is: its path must be short.
TcpDatabase::TcpDatabase(const std::optional<Tls>& tls)
    : folder_("mptcpdb"),
      socket_folder_("mptcpdb", "/tmp"),
      port_(PickPort()),
      server_(folder_.path(), socket_folder_.path(), FlagsFor(port_, tls)) {
  server_.Start();
}

db::ConnectOptions TcpDatabase::NewAccount(const std::string& require) {
  db::ConnectOptions account;
  account.host = "127.0.0.1";
  account.port = static_cast<uint16_t>(port_);
  account.user = absl::StrCat("account", ++accounts_);
  ExecuteOrDie(admin(), absl::StrCat("CREATE USER ", account.user, "@'%' REQUIRE ", require));
  ExecuteOrDie(admin(), absl::StrCat("GRANT ALL ON *.* TO ", account.user, "@'%'"));
  return account;
}

}  // namespace milepost::testing
