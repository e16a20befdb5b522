#include "common/rpc/library_log.h"

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "common/core/stack.h"
#include "common/obs/log.h"
#include "google/protobuf/stubs/common.h"
#include "grpc/support/log.h"
#include "grpcpp/version_info.h"
#if MILEPOST_PROTOBUF_HAS_A_LOG
#include "google/protobuf/stubs/logging.h"
#endif
#if !MILEPOST_PROTOBUF_HAS_A_LOG || !MILEPOST_GRPC_HAS_A_LOG
#include "absl/log/globals.h"
#include "absl/log/initialize.h"
#include "absl/log/log_sink.h"
#include "absl/log/log_sink_registry.h"
#include "absl/strings/match.h"
#endif

namespace milepost::rpc {
namespace {

thread_local bool quiet = false;

void Say(obs::Level level, const char* library, absl::string_view detail, absl::string_view file, int line) {
  obs::Log(level, "library log")
      .With("library", library)
      .With("detail", detail)
      .With("file", file)
      .With("line", line);
}

#if MILEPOST_PROTOBUF_HAS_A_LOG

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

void FromProtobuf(google::protobuf::LogLevel level, const char* file, int line, const std::string& message) {
  if (!quiet) Say(LevelOf(level), "protobuf", message, file, line);
}

#endif
#if MILEPOST_GRPC_HAS_A_LOG

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

void FromGrpc(gpr_log_func_args* said) {
  Say(LevelOf(said->severity), "grpc", said->message, said->file, said->line);
}

#endif
#if !MILEPOST_PROTOBUF_HAS_A_LOG || !MILEPOST_GRPC_HAS_A_LOG

// What both libraries write through abseil's log.
class Sink final : public absl::LogSink {
 public:
  void Send(const absl::LogEntry& entry) override {
    const bool protobuf = absl::StrContains(entry.source_filename(), "google/protobuf/");
    if (quiet && protobuf) return;
    Say(LevelOf(entry.log_severity(), protobuf), protobuf ? "protobuf" : "grpc", entry.text_message(),
        entry.source_filename(), entry.source_line());
  }

 private:
  static obs::Level LevelOf(absl::LogSeverity severity, bool protobuf) {
    if (severity == absl::LogSeverity::kInfo) return obs::Level::kInfo;
    if (severity == absl::LogSeverity::kError && protobuf) return obs::Level::kError;
    return severity == absl::LogSeverity::kFatal ? obs::Level::kError : obs::Level::kWarn;
  }
};

// What ends the process goes to stderr as well: nobody waits for our log then.
void TakeAbseilsLog() {
  absl::InitializeLog();
  absl::SetStderrThreshold(absl::LogSeverityAtLeast::kFatal);
  absl::AddLogSink(new Sink);
}

#endif

void TakeLogs() {
#if MILEPOST_PROTOBUF_HAS_A_LOG
  google::protobuf::SetLogHandler(&FromProtobuf);
#endif
#if MILEPOST_GRPC_HAS_A_LOG
  gpr_set_log_function(&FromGrpc);
#endif
#if !MILEPOST_PROTOBUF_HAS_A_LOG || !MILEPOST_GRPC_HAS_A_LOG
  TakeAbseilsLog();
#endif
}

}  // namespace

void TakeLibraryLogs() {
  static const bool once = (TakeLogs(), true);
  static_cast<void>(once);
}

QuietLibraries::QuietLibraries() : outer_(std::exchange(quiet, true)) {}

QuietLibraries::~QuietLibraries() {
  quiet = outer_;
}

}  // namespace milepost::rpc
