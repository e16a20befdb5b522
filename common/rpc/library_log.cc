#include "common/rpc/library_log.h"

#include <utility>

#include "common/obs/log.h"
#include "google/protobuf/stubs/logging.h"
#include "grpc/support/log.h"

namespace milepost::rpc {
namespace {

thread_local bool quiet = false;

obs::Level LevelOf(google::protobuf::LogLevel level) {
  switch (level) {
    case google::protobuf::LOGLEVEL_INFO:
      return obs::Level::kInfo;
    case google::protobuf::LOGLEVEL_WARNING:
      return obs::Level::kWarn;
    default:
      return obs::Level::kError;
  }
}

obs::Level LevelOf(gpr_log_severity severity) {
  switch (severity) {
    case GPR_LOG_SEVERITY_DEBUG:
      return obs::Level::kDebug;
    case GPR_LOG_SEVERITY_INFO:
      return obs::Level::kInfo;
    default:
      return obs::Level::kWarn;  // gRPC logs many things as errors and goes on
  }
}

void FromProtobuf(google::protobuf::LogLevel level, const char* file, int line, const std::string& message) {
  if (quiet) return;
  obs::Log(LevelOf(level), "library log")
      .With("library", "protobuf")
      .With("detail", message)
      .With("file", file)
      .With("line", line);
}

void FromGrpc(gpr_log_func_args* said) {
  obs::Log(LevelOf(said->severity), "library log")
      .With("library", "grpc")
      .With("detail", said->message)
      .With("file", said->file)
      .With("line", said->line);
}

}  // namespace

void TakeLibraryLogs() {
  google::protobuf::SetLogHandler(&FromProtobuf);
  gpr_set_log_function(&FromGrpc);
}

QuietLibraries::QuietLibraries() : outer_(std::exchange(quiet, true)) {}

QuietLibraries::~QuietLibraries() {
  quiet = outer_;
}

}  // namespace milepost::rpc
