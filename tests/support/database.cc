#include "tests/support/database.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/core/clock.h"
#include "tests/support/die.h"
#include "tests/support/mariadb_server.h"
#include "tests/support/scratch_folder.h"

namespace milepost::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kPasswordFile[] = "MILEPOST_TEST_DATABASE_PASSWORD_FILE";

std::string Environment(const char* name, const char* otherwise) {
  const char* set = std::getenv(name);
  return set == nullptr ? otherwise : set;
}

// Of this program's server; removed at exit. The path of a socket has 107 bytes at most, so it lies in /tmp however deep
// the temporary folder is.
fs::path g_folder, g_socket_folder;
MariaDbServer* g_server = nullptr;

std::unique_ptr<db::Connection> OpenOrDie(const db::ConnectOptions& options) {
  absl::StatusOr<std::unique_ptr<db::Connection>> connection = db::Connection::Open(options);
  if (!connection.ok()) Die(connection.status().ToString());
  return *std::move(connection);
}

// The first column of every row.
std::vector<int64_t> NumbersOrDie(db::Connection& connection, const std::string& sql,
                                  const db::Row& parameters = {}) {
  std::vector<int64_t> numbers;
  const absl::Status status = connection.Query(sql, parameters, [&](const db::ResultRow& row) {
    numbers.push_back(row.Int64(0));
    return absl::OkStatus();
  });
  if (!status.ok()) Die(absl::StrCat(sql, ": ", status.ToString()));
  return numbers;
}

bool IsMariaDb(db::Connection& connection) {
  return NumbersOrDie(connection, "SELECT VERSION() LIKE '%MariaDB%'").at(0) == 1;
}

}  // namespace

TestDatabase& TestDatabase::Get() {
  static TestDatabase* const database = new TestDatabase;
  return *database;
}

TestDatabase::TestDatabase() {
  if (const char* set = std::getenv("MILEPOST_TEST_DATABASE")) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(set, absl::MaxSplits(':', 1));
    int port = 0;
    if (!absl::SimpleAtoi(parts.second, &port)) Die("MILEPOST_TEST_DATABASE wants host:port");
    server_.host = parts.first;
    server_.port = static_cast<uint16_t>(port);
    server_.user = Environment("MILEPOST_TEST_DATABASE_USER", "root");
    server_.tls_ca_file = Environment("MILEPOST_TEST_DATABASE_TLS_CA", "");
    if (const std::string file = Environment(kPasswordFile, ""); !file.empty())
      std::getline(std::ifstream(file), server_.password);
  } else {
    StartServer();
  }
}

bool TestDatabase::is_ours() const {
  return g_server != nullptr;
}

void TestDatabase::Kill() {
  g_server->Kill();
}

void TestDatabase::Start() {
  g_server->Start();
}

void TestDatabase::StartServer() {
  const std::string name = absl::StrCat("mpdb.", getpid());
  g_folder = fs::temp_directory_path() / name;
  g_socket_folder = fs::path("/tmp") / name;
  for (const fs::path& folder : {g_folder, g_socket_folder}) {
    RemoveLeftBehind(folder.parent_path(), "mpdb");
    fs::create_directory(folder);
  }
  g_server = new MariaDbServer(g_folder, g_socket_folder,
                               {"--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=2"});
  static const pid_t owner = getpid();
  std::atexit([] {
    if (getpid() != owner) return;  // a fork, as death tests make
    g_server->Kill();
    std::error_code ignored;
    fs::remove_all(g_folder, ignored);
    fs::remove_all(g_socket_folder, ignored);
  });
  g_server->Start();
  server_ = g_server->access();
}

db::ConnectOptions TestDatabase::NewSchema() {
  static std::atomic<int> count{0};
  db::ConnectOptions options = server_;
  options.schema = absl::StrCat("t", getpid(), "_", ++count);
  ExecuteOrDie(server_, absl::StrCat("CREATE DATABASE ", options.schema, " CHARACTER SET utf8mb4"));
  return options;
}

std::vector<uint64_t> SessionsOn(const std::string& schema, db::Connection& connection) {
  // MySQL's processlist shows statements' texts, and fails on one that has bytes in it; its threads show none. (A MariaDB
  // of ours keeps no performance_schema.)
  const std::vector<int64_t> sessions =
      NumbersOrDie(connection,
                   IsMariaDb(connection)
                       ? "SELECT id FROM information_schema.processlist WHERE db = ?"
                       : "SELECT processlist_id FROM performance_schema.threads WHERE processlist_db = ?",
                   {db::Value(schema)});
  return {sessions.begin(), sessions.end()};
}

void AwaitLockWait(const db::ConnectOptions& schema) {
  const std::unique_ptr<db::Connection> connection = OpenOrDie(schema);
  // MySQL's innodb_trx shows statements' texts, and fails on one that has bytes in it.
  const char* const waiting =
      IsMariaDb(*connection)
          ? "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
          : "SELECT COUNT(*) FROM performance_schema.data_lock_waits waits JOIN "
            "performance_schema.data_locks locks "
            "ON locks.engine_lock_id = waits.requesting_engine_lock_id WHERE locks.object_schema = "
            "DATABASE()";
  const absl::Time until = WallNow() + absl::Minutes(1);
  do {
    if (WallNow() > until) Die("no statement waits for a row");
    // MariaDB renews that table only when nobody has read it for 100 ms: asked more often, it never changes.
    std::this_thread::sleep_for(std::chrono::milliseconds(120));
  } while (NumbersOrDie(*connection, waiting).at(0) == 0);
}

int64_t RowsRead(const db::ConnectOptions& schema) {
  const std::unique_ptr<db::Connection> connection = OpenOrDie(schema);
  return NumbersOrDie(*connection,
                      IsMariaDb(*connection)
                          ? "SELECT CAST(SUM(variable_value) AS SIGNED) FROM "
                            "information_schema.global_status WHERE variable_name LIKE 'HANDLER_READ%' AND "
                            "variable_name NOT IN ('HANDLER_READ_RETRY', 'HANDLER_READ_RND_DELETED')"
                          : "SELECT CAST(COALESCE(SUM(count_fetch), 0) AS SIGNED) FROM "
                            "performance_schema.table_io_waits_summary_by_table WHERE object_schema = "
                            "DATABASE()")
      .at(0);
}

db::ConnectOptions AccountOn(const db::ConnectOptions& schema) {
  static std::atomic<int> made{0};
  db::ConnectOptions account = schema;
  account.user = absl::StrCat("service", getpid(), "_", ++made);
  account.password = "";
  const std::string name = absl::StrCat("'", account.user, "'@'%'");
  ExecuteOrDie(schema, absl::StrCat("CREATE USER ", name));
  ExecuteOrDie(schema, absl::StrCat("GRANT ALL ON ", schema.schema, ".* TO ", name));
  return account;
}

GlobalSetting::GlobalSetting(db::Connection& connection, std::string name, const std::string& value)
    : connection_(connection), name_(std::move(name)) {
  const absl::Status read = connection_.Query("SHOW GLOBAL VARIABLES WHERE Variable_name = ?", db::Row{name_},
                                              [&](const db::ResultRow& row) {
                                                before_ = row.Bytes(1);
                                                return absl::OkStatus();
                                              });
  const absl::Status set = connection_.Execute(absl::StrCat("SET GLOBAL ", name_, " = ", value));
  if (!read.ok() || !set.ok()) Die(absl::StrCat(name_, ": ", read.message(), set.message()));
}

GlobalSetting::~GlobalSetting() {
  // Numbers as they are, everything else as a text.
  const bool is_number = !before_.empty() && before_.find_first_not_of("0123456789.") == std::string::npos;
  const absl::Status set = connection_.Execute(
      absl::StrCat("SET GLOBAL ", name_, " = ", is_number ? before_ : absl::StrCat("'", before_, "'")));
  if (!set.ok()) Die(absl::StrCat(name_, ": ", set.message()));
}

std::vector<std::string> DatabaseFlags(const db::ConnectOptions& schema) {
  std::vector<std::string> flags = {
      absl::StrCat("--database_socket=", schema.socket), absl::StrCat("--database_host=", schema.host),
      absl::StrCat("--database_port=", schema.port), absl::StrCat("--database_user=", schema.user),
      absl::StrCat("--database_schema=", schema.schema)};
  if (!schema.tls_ca_file.empty())
    flags.push_back(absl::StrCat("--database_tls_ca_file=", schema.tls_ca_file));
  if (!schema.password.empty())
    flags.push_back(absl::StrCat("--database_password_file=", Environment(kPasswordFile, "")));
  return flags;
}

void ExecuteOrDie(const db::ConnectOptions& options, const std::string& sql) {
  if (absl::Status status = OpenOrDie(options)->Execute(sql); !status.ok())
    Die(absl::StrCat(sql, ": ", status.ToString()));
}

int64_t CountOrDie(const db::ConnectOptions& options, const std::string& sql) {
  const std::vector<int64_t> numbers = NumbersOrDie(*OpenOrDie(options), sql);
  if (numbers.empty()) Die(absl::StrCat(sql, ": no row"));
  return numbers.front();
}

}  // namespace milepost::testing
