// One of our servers as a real process over a real socket, for component and end-to-end tests: started,
// killed at any moment, stopped in order, started again on the same port.
//
//   ServerProcess simulator("payment_simulator", {"--journal=" + folder + "/journal"});
//   ASSERT_TRUE(simulator.Start().ok());
//   auto stub = PaymentProvider::NewStub(simulator.channel());
//   simulator.Kill();                     // as kill -9
//   ASSERT_TRUE(simulator.Start().ok());  // the same port and flags; the channel finds it again
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "tests/support/scratch_folder.h"

namespace milepost::testing {

// `program` itself where it is a path, else the program of that name beside the test program (build/<preset>/bin).
std::string ProgramPath(const std::string& program);

// Not thread-safe, except channel() and address() once it was started. The process dies with this object, and
// with the thread that started it (PR_SET_PDEATHSIG), so a test that crashes leaves none behind.
class ServerProcess {
 public:
  // The program is the one that ProgramPath() finds. It is run as
  // `<program> serve --listen=127.0.0.1:<port> --port_file=… <flags…>`; flags come last and so override.
  // `environment` entries ("NAME=value") are added to the test's own.
  explicit ServerProcess(std::string program, std::vector<std::string> flags = {},
                         std::vector<std::string> environment = {});
  ~ServerProcess();  // Kill()
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Spawn() and AwaitServing(). The error carries the end of the process's log.
  absl::Status Start(absl::Duration patience = absl::Seconds(20));

  // Only starts the process and waits for its port: it takes calls but need not be ready (its database may be
  // down).
  absl::Status Spawn(absl::Duration patience = absl::Seconds(20));
  // Until the health service says SERVING for the server as a whole. DEADLINE_EXCEEDED when it doesn't in
  // time, ABORTED when the process ends.
  absl::Status AwaitServing(absl::Duration patience = absl::Seconds(20));

  // SIGKILL, and waits until the process is gone. Nothing to do when it does not run.
  void Kill();
  // SIGTERM, and waits; the exit code, or 128 + the signal that ended it. DEADLINE_EXCEEDED when it still
  // runs after `patience`; then it goes on running.
  absl::StatusOr<int> Terminate(absl::Duration patience = absl::Seconds(20));
  // SIGSTOP and SIGCONT: a process that hangs, with its sockets open.
  void Freeze();
  void Thaw();

  // For the next Spawn().
  void set_program(const std::string& program) { program_ = ProgramPath(program); }
  void set_flags(std::vector<std::string> flags) { flags_ = std::move(flags); }
  void set_environment(std::vector<std::string> entries) { environment_ = std::move(entries); }
  // Where it writes to, in place of a file that goes with this object: for who reads it after the program has ended.
  void set_log_file(std::string path) { log_file_ = std::move(path); }

  bool running();
  pid_t pid() const { return pid_; }
  // Chosen at the first Spawn(), the same ever after.
  int port() const { return port_; }
  std::string address() const;  // "127.0.0.1:<port>"
  // One channel for the life of this object, with short reconnect pauses so that it finds a restarted process
  // at once; null before the first Spawn().
  std::shared_ptr<grpc::Channel> channel() const { return channel_; }
  // Everything the processes wrote to stdout and stderr, since the first Spawn().
  std::string log() const;

 private:
  std::vector<std::string> Arguments() const;
  absl::Status Exec();
  absl::Status AwaitPort(absl::Time until);
  // Whether it ended by then; collects its exit code.
  bool AwaitExit(absl::Time until);
  std::string LogTail() const;

  std::string program_;
  std::vector<std::string> flags_;
  std::vector<std::string> environment_;
  const ScratchFolder scratch_;
  const std::string folder_;  // of the port file and, unless told otherwise, of the log
  std::string log_file_;
  std::shared_ptr<grpc::Channel> channel_;
  pid_t pid_ = -1;      // -1: not running
  int pid_file_ = -1;   // pidfd of it
  int exit_code_ = -1;  // of the last that ended
  int port_ = 0;
};

}  // namespace milepost::testing
