#include "tests/support/server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/support/local_channel.h"

namespace milepost::testing {

std::string ProgramPath(const std::string& program) {
  if (absl::StrContains(program, '/')) return program;
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / program).string();
}

namespace {

using grpc::health::v1::HealthCheckResponse;

constexpr absl::Duration kPollInterval = absl::Milliseconds(2);

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 10);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 10);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
  // Not shared with other channels of the test: their reconnect pauses would count for this one.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return LocalChannel(address, arguments);
}

}  // namespace

ServerProcess::ServerProcess(std::string program, std::vector<std::string> flags,
                             std::vector<std::string> environment)
    : program_(ProgramPath(program)),
      flags_(std::move(flags)),
      environment_(std::move(environment)),
      scratch_("milepost_server"),
      folder_(scratch_.path()),
      log_file_(folder_ + "/log") {}

ServerProcess::~ServerProcess() {
  Kill();
}

absl::Status ServerProcess::Start(absl::Duration patience) {
  const absl::Time until = absl::Now() + patience;
  if (absl::Status status = Spawn(patience); !status.ok()) return status;
  return AwaitServing(until - absl::Now());
}

absl::Status ServerProcess::Spawn(absl::Duration patience) {
  if (running()) return absl::FailedPreconditionError(absl::StrCat(program_, " is running already"));
  std::filesystem::remove(folder_ + "/port");
  if (absl::Status status = Exec(); !status.ok()) return status;
  return AwaitPort(absl::Now() + patience);
}

std::vector<std::string> ServerProcess::Arguments() const {
  std::vector<std::string> arguments = {program_, "serve", absl::StrCat("--listen=127.0.0.1:", port_),
                                        absl::StrCat("--port_file=", folder_, "/port")};
  arguments.insert(arguments.end(), flags_.begin(), flags_.end());
  return arguments;
}

absl::Status ServerProcess::Exec() {
  // Everything that allocates comes before the fork: afterwards only async-signal-safe calls are allowed,
  // because other threads of the test may hold locks.
  std::vector<std::string> arguments = Arguments();
  std::vector<std::string> environment(environment_);
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(environment);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return absl::ErrnoToStatus(errno, "fork");
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const int output = ::open(log_file_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  pid_ = child;
  pid_file_ = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (pid_file_ < 0) std::abort();
  return absl::OkStatus();
}

absl::Status ServerProcess::AwaitPort(absl::Time until) {
  while (true) {
    const std::string text = ReadFile(folder_ + "/port");
    const int port = std::atoi(text.c_str());
    // A port without its end of line may be half-written.
    if (port > 0 && absl::EndsWith(text, "\n")) {
      port_ = port;
      if (!channel_) channel_ = MakeChannel(address());
      return absl::OkStatus();
    }
    if (AwaitExit(std::min(until, absl::Now() + kPollInterval)))
      return absl::AbortedError(absl::StrCat(program_, " ended with ", exit_code_, ":\n", LogTail()));
    if (absl::Now() >= until)
      return absl::DeadlineExceededError(absl::StrCat(program_, " opened no port:\n", LogTail()));
  }
}

absl::Status ServerProcess::AwaitServing(absl::Duration patience) {
  const absl::Time until = absl::Now() + patience;
  const auto health = grpc::health::v1::Health::NewStub(channel());
  while (true) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(std::min(until, absl::Now() + absl::Seconds(1))));
    context.set_wait_for_ready(true);
    HealthCheckResponse response;
    const grpc::Status status = health->Check(&context, {}, &response);
    if (status.ok() && response.status() == HealthCheckResponse::SERVING) return absl::OkStatus();
    if (AwaitExit(absl::Now() + kPollInterval))
      return absl::AbortedError(absl::StrCat(program_, " ended with ", exit_code_, ":\n", LogTail()));
    if (absl::Now() >= until)
      return absl::DeadlineExceededError(
          absl::StrCat(program_, " is not SERVING: ", status.error_message(), "\n", LogTail()));
  }
}

bool ServerProcess::AwaitExit(absl::Time until) {
  if (pid_ < 0) return true;
  pollfd exited{.fd = pid_file_, .events = POLLIN};
  const int64_t wait_ms = std::max<int64_t>(0, absl::ToInt64Milliseconds(until - absl::Now()));
  if (::poll(&exited, 1, static_cast<int>(wait_ms)) <= 0) return false;
  int status = 0;
  ::waitpid(pid_, &status, 0);
  exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  ::close(std::exchange(pid_file_, -1));
  pid_ = -1;
  return true;
}

void ServerProcess::Kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  while (!AwaitExit(absl::Now() + absl::Minutes(1))) continue;
}

absl::StatusOr<int> ServerProcess::Terminate(absl::Duration patience) {
  if (pid_ < 0) return absl::FailedPreconditionError(absl::StrCat(program_, " is not running"));
  ::kill(pid_, SIGTERM);
  if (!AwaitExit(absl::Now() + patience))
    return absl::DeadlineExceededError(absl::StrCat(program_, " still runs:\n", LogTail()));
  return exit_code_;
}

void ServerProcess::Freeze() {
  if (pid_ > 0) ::kill(pid_, SIGSTOP);
}

void ServerProcess::Thaw() {
  if (pid_ > 0) ::kill(pid_, SIGCONT);
}

bool ServerProcess::running() {
  return !AwaitExit(absl::InfinitePast());
}

std::string ServerProcess::address() const {
  return absl::StrCat("127.0.0.1:", port_);
}

std::string ServerProcess::log() const {
  return ReadFile(log_file_);
}

std::string ServerProcess::LogTail() const {
  constexpr size_t kTailBytes = 4096;
  const std::string all = log();
  return all.size() <= kTailBytes ? all : all.substr(all.size() - kTailBytes);
}

}  // namespace milepost::testing
