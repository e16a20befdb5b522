#include "tests/support/database.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/support/scratch_folder.h"

namespace milepost::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kPoll{20};
constexpr int kReadyPolls = 1500;  // 30 s on a machine that is busy

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "test database: %s\n", why.c_str());
  std::abort();
}

bool IsRoot() {
  return geteuid() == 0;
}

std::string Program(const char* environment, const std::vector<std::string>& places) {
  if (const char* set = std::getenv(environment)) return set;
  for (const std::string& place : places)
    if (access(place.c_str(), X_OK) == 0) return place;
  Die(absl::StrCat("none of ", absl::StrJoin(places, ", "), " is installed (or set ", environment, ")"));
}

std::string ServerProgram() {
  return Program("MILEPOST_MARIADBD",
                 {"/usr/sbin/mariadbd", "/usr/local/sbin/mariadbd", "/usr/bin/mariadbd"});
}

// Starts a program whose output goes to `log` and that the kernel kills with the thread that started it.
pid_t Launch(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) Die("fork failed");
  if (child > 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  execv(argv[0], argv.data());
  _exit(127);
}

std::string LastLines(const std::string& file) {
  std::ifstream in(file);
  const std::string all((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  return all.substr(all.size() > 2000 ? all.size() - 2000 : 0);
}

void RunToEnd(const std::vector<std::string>& command, const std::string& log) {
  int status = 0;
  waitpid(Launch(command, log), &status, 0);
  if (status != 0) Die(absl::StrCat(command[0], " failed:\n", LastLines(log)));
}

// An initialised, empty data folder; made once a user and machine, guarded by a file lock.
fs::path Template() {
  const fs::path base = fs::temp_directory_path() / absl::StrCat("milepost-mariadb-", geteuid());
  fs::create_directories(base);
  const fs::path made = base / "template";
  const int lock = open((base / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0 || flock(lock, LOCK_EX) != 0) Die("can't lock the template folder");
  if (!fs::exists(made)) {
    const fs::path making = base / "making";
    fs::remove_all(making);
    std::vector<std::string> command = {
        Program("MILEPOST_MARIADB_INSTALL_DB",
                {"/usr/bin/mariadb-install-db", "/usr/local/bin/mariadb-install-db"}),
        "--no-defaults",
        "--datadir=" + making.string(),
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--innodb-log-file-size=16M"};
    if (IsRoot()) command.push_back("--user=root");
    RunToEnd(command, (base / "install.log").string());
    fs::rename(making, made);
  }
  close(lock);
  return made;
}

// Of this program's server; removed at exit. The path of a socket has 107 bytes at most, so it lies in /tmp however deep
// the temporary folder is.
fs::path g_folder, g_socket_folder;
std::atomic<pid_t> g_server{-1};  // of this program's server; -1: none runs

void KillServer() {
  const pid_t server = g_server.exchange(-1);
  if (server < 0) return;
  kill(server, SIGKILL);
  waitpid(server, nullptr, 0);
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
  } else {
    Prepare();
    Start();
  }
}

void TestDatabase::Prepare() {
  const std::string name = absl::StrCat("mpdb.", getpid());
  g_folder = fs::temp_directory_path() / name;
  g_socket_folder = fs::path("/tmp") / name;
  for (const fs::path& folder : {g_folder, g_socket_folder}) {
    RemoveLeftBehind(folder.parent_path(), "mpdb");
    fs::create_directory(folder);
  }
  fs::copy(Template(), g_folder / "data", fs::copy_options::recursive);
  server_.socket = (g_socket_folder / "s").string();
  command_ = {ServerProgram(),
              "--no-defaults",
              "--datadir=" + (g_folder / "data").string(),
              "--socket=" + server_.socket,
              "--skip-networking",
              "--pid-file=" + (g_folder / "pid").string(),
              "--innodb-log-file-size=16M",
              "--innodb-buffer-pool-size=64M",
              "--innodb-flush-log-at-trx-commit=2",
              "--max-connections=300",
              "--performance-schema=OFF"};
  if (IsRoot()) command_.push_back("--user=root");
  static const pid_t owner = getpid();
  std::atexit([] {
    if (getpid() != owner) return;  // a fork, as death tests make
    KillServer();
    std::error_code ignored;
    fs::remove_all(g_folder, ignored);
    fs::remove_all(g_socket_folder, ignored);
  });
}

void TestDatabase::Kill() {
  KillServer();
}

void TestDatabase::Start() {
  // Started from a thread that lives as long as the program: the kernel's death signal follows the thread.
  std::atomic<bool> started{false};
  std::thread([&] {
    g_server = Launch(command_, (g_folder / "log").string());
    started = true;
    for (;;) pause();
  }).detach();
  while (!started) std::this_thread::yield();
  for (int i = 0; i < kReadyPolls; ++i) {
    if (db::Connection::Open(server_).ok()) return;
    if (waitpid(g_server, nullptr, WNOHANG) != 0) break;
    std::this_thread::sleep_for(kPoll);
  }
  Die(absl::StrCat("the server did not come up:\n", LastLines((g_folder / "log").string())));
}

db::ConnectOptions TestDatabase::NewSchema() {
  static std::atomic<int> count{0};
  db::ConnectOptions options = server_;
  options.schema = absl::StrCat("t", getpid(), "_", ++count);
  ExecuteOrDie(server_, absl::StrCat("CREATE DATABASE ", options.schema, " CHARACTER SET utf8mb4"));
  return options;
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
