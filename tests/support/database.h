// A private MariaDB for a test program, and fresh schemas in it.
//
// The server (mariadb_server.h) is started at first use and dies with the program. With
// MILEPOST_TEST_DATABASE=host:port that server is used instead, as root without a password, or as
// MILEPOST_TEST_DATABASE_USER, _PASSWORD_FILE and _TLS_CA say: the suites also pass on an Oracle MySQL.
#pragma once

#include <cstdint>
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
  bool is_ours() const;
  // As MariaDbServer's. Only where is_ours().
  void Kill();
  void Start();

 private:
  TestDatabase();
  void StartServer();

  db::ConnectOptions server_;
};

// The sessions that are on this schema, as KILL takes them; `connection` is asked, which is on another. Dies when it fails.
std::vector<uint64_t> SessionsOn(const std::string& schema, db::Connection& connection);
// Until a statement waits for a row of this schema that another has locked (on a MariaDB, which is this program's own: of any
// schema). Dies when a minute passes without.
void AwaitLockWait(const db::ConnectOptions& schema);
// How many rows statements have read of this schema's tables so far. A MariaDB counts for the whole server, which is this
// program's own, and what the question itself reads, too: some, and the same each time.
int64_t RowsRead(const db::ConnectOptions& schema);

// The same way to the schema for an account that may do everything there and nothing to the server, as a service's is: made
// now.
db::ConnectOptions AccountOn(const db::ConnectOptions& schema);

// A global variable of the server, until the end of this object. `connection` outlives it: while it lasts, the server may let
// nobody else in.
class GlobalSetting {
 public:
  GlobalSetting(db::Connection& connection, std::string name, const std::string& value);
  ~GlobalSetting();
  GlobalSetting(const GlobalSetting&) = delete;
  GlobalSetting& operator=(const GlobalSetting&) = delete;

 private:
  db::Connection& connection_;
  const std::string name_;
  std::string before_;
};

// The flags that make one of our servers use this schema; the password goes by a file.
std::vector<std::string> DatabaseFlags(const db::ConnectOptions& schema);

// Runs one statement on a connection of its own; dies when it fails.
void ExecuteOrDie(const db::ConnectOptions& options, const std::string& sql);
// The first column of the first row, as a number; dies when there is none.
int64_t CountOrDie(const db::ConnectOptions& options, const std::string& sql);

}  // namespace milepost::testing
