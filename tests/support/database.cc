#include "tests/support/database.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
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

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "test database: %s\n", why.c_str());
  std::abort();
}

// Of this program's server; removed at exit. The path of a socket has 107 bytes at most, so it lies in /tmp however deep
// the temporary folder is.
fs::path g_folder, g_socket_folder;
MariaDbServer* g_server = nullptr;

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
  absl::StatusOr<std::unique_ptr<db::Connection>> connection = db::Connection::Open(options);
  if (!connection.ok()) Die(connection.status().ToString());
  if (absl::Status status = (*connection)->Execute(sql); !status.ok())
    Die(absl::StrCat(sql, ": ", status.ToString()));
}

int64_t CountOrDie(const db::ConnectOptions& options, const std::string& sql) {
  absl::StatusOr<std::unique_ptr<db::Connection>> connection = db::Connection::Open(options);
  if (!connection.ok()) Die(connection.status().ToString());
  std::optional<int64_t> number;
  const absl::Status status = (*connection)->Query(sql, db::Row{}, [&](const db::ResultRow& row) {
    if (!number) number = row.Int64(0);
    return absl::OkStatus();
  });
  if (!status.ok()) Die(absl::StrCat(sql, ": ", status.ToString()));
  if (!number) Die(absl::StrCat(sql, ": no row"));
  return *number;
}

}  // namespace milepost::testing
