#include "tests/support/mariadb_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <latch>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/die.h"

namespace milepost::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kPoll{20};
constexpr int kReadyPolls = 1500;  // 30 s on a machine that is busy

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

}  // namespace

MariaDbServer::MariaDbServer(fs::path folder, const fs::path& socket_folder,
                             const std::vector<std::string>& flags)
    : folder_(std::move(folder)) {
  const fs::path kept = folder_ / "data";
  if (!fs::exists(kept)) fs::copy(Template(), kept, fs::copy_options::recursive);
  access_.socket = (socket_folder / "s").string();
  command_ = {ServerProgram(),
              "--no-defaults",
              "--datadir=" + kept.string(),
              "--socket=" + access_.socket,
              "--skip-networking",
              "--pid-file=" + (folder_ / "pid").string(),
              "--innodb-log-file-size=16M",
              "--max-connections=300",
              "--performance-schema=OFF"};
  command_.insert(command_.end(), flags.begin(), flags.end());
  if (IsRoot()) command_.push_back("--user=root");
}

MariaDbServer::~MariaDbServer() {
  Kill();
}

void MariaDbServer::Start() {
  Kill();
  fs::remove(access_.socket);  // of a server that was killed: nobody is there until this one is
  std::latch started(1);
  keeper_ = std::thread([&, command = command_, log = (folder_ / "log").string()] {
    const pid_t server = Launch(command, log);
    server_ = server;
    started.count_down();  // the caller may be gone from here on
    waitpid(server, nullptr, 0);
    server_ = 0;
  });
  started.wait();
  AwaitAnswer();
}

void MariaDbServer::AwaitAnswer() {
  for (int i = 0; i < kReadyPolls && running(); ++i) {
    if (fs::exists(access_.socket) && db::Connection::Open(access_).ok()) return;
    std::this_thread::sleep_for(kPoll);
  }
  Die(absl::StrCat("the server did not come up:\n", LastLines((folder_ / "log").string())));
}

void MariaDbServer::Kill() {
  if (const pid_t server = server_; server > 0) kill(server, SIGKILL);
  if (keeper_.joinable()) keeper_.join();
}

}  // namespace milepost::testing
