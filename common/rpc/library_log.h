// Turns the log lines of protobuf and gRPC into lines of our log. By themselves they write to stderr, each in its own form.
#pragma once

namespace milepost::rpc {

// Takes over their lines from now on. Idempotent; called once, when the log is started.
void TakeLibraryLogs();

// Suppresses protobuf's log lines on this thread while it lives; the caller reports the error.
class QuietLibraries {
 public:
  QuietLibraries();
  ~QuietLibraries();
  QuietLibraries(const QuietLibraries&) = delete;
  QuietLibraries& operator=(const QuietLibraries&) = delete;

 private:
  const bool outer_;
};

}  // namespace milepost::rpc
