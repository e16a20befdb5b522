// A private MariaDB that is reached over TCP, with TLS or without: for tests of the way to the database.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/db/connection.h"
#include "tests/support/mariadb_server.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/tls.h"

namespace milepost::testing {

// Runs from its construction to its end. Listens on a port of 127.0.0.1 that it chooses, and on its unix socket.
class TcpDatabase {
 public:
  struct Tls {
    std::string authority_file;  // whose certificates it takes from clients
    Certificate shown;
  };
  // Without `tls` it offers none.
  explicit TcpDatabase(const std::optional<Tls>& tls);

  // By the socket, as root.
  const db::ConnectOptions& admin() const { return server_.access(); }
  // By TCP, as an account without a password that may do everything. `require` is what MariaDB's CREATE USER takes:
  // "NONE", "SSL", "X509". Without TLS options: those are the test's.
  db::ConnectOptions NewAccount(const std::string& require);

 private:
  const ScratchFolder folder_, socket_folder_;
  const int port_;
  MariaDbServer server_;
  int accounts_ = 0;
};

}  // namespace milepost::testing
