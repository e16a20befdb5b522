// What the libraries have to say, as lines of our log: protobuf and gRPC would write to stderr in forms of their own.
#pragma once

namespace milepost::rpc {

// From here on. Idempotent; called once, when the log is started.
void TakeLibraryLogs();

// While one lives, protobuf is not heard on this thread: for bytes whose faults somebody else is told of.
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
