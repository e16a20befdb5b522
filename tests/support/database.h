// A private MariaDB for a test program, and fresh schemas in it.
//
// The server is started at first use and dies with the program, crashes included. It listens on a unix socket
// only; its data folder is a copy of one that was initialised once and is kept under the temporary folder (TMPDIR).
// Works as root and as any other user. With MILEPOST_TEST_DATABASE=host:port (user root, no password) that
// server is used instead: the suites also pass on an Oracle MySQL.
#pragma once

#include <string>
#include <vector>

#include "common/db/connection.h"

namespace milepost::testing {

class TestDatabase {
 public:
  // The one of this program. Dies (with a message) where no server can be started: a test without its
  // database has nothing to say. Thread-safe.
  static TestDatabase& Get();

  // How to connect, without a schema.
  const db::ConnectOptions& server() const { return server_; }
  // Makes an empty schema with a name of its own and says how to connect to it. Thread-safe.
  db::ConnectOptions NewSchema();

  // Whether the server is this program's own, so that it may be killed. Not the one of MILEPOST_TEST_DATABASE.
  bool is_ours() const { return !command_.empty(); }
  // As kill -9 and a start after it: every connection breaks, nobody is at the socket until Start(), what was committed is
  // still there. Start() returns once the server answers. One thread at a time; only where is_ours().
  void Kill();
  void Start();

 private:
  TestDatabase();
  void Prepare();

  db::ConnectOptions server_;
  std::vector<std::string> command_;  // that starts the server; empty: it is not ours
};

// Runs one statement on a connection of its own; dies when it fails.
void ExecuteOrDie(const db::ConnectOptions& options, const std::string& sql);
// The first column of the first row, as a number; dies when there is none.
int64_t CountOrDie(const db::ConnectOptions& options, const std::string& sql);

}  // namespace milepost::testing
