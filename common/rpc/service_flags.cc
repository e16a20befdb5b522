#include "common/rpc/service_flags.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/core/clock.h"
#include "common/core/environment.h"
#include "common/obs/log.h"
#include "common/obs/open_files.h"
#include "common/rpc/compression.h"
#include "common/rpc/library_log.h"
#include "common/rpc/signals.h"
#include "common/rpc/this_build.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/create_channel.h"

namespace milepost::rpc {
namespace {

constexpr absl::Duration kHealthTime = absl::Seconds(2);

obs::Level LevelNamed(absl::string_view name) {
  for (obs::Level level : {obs::Level::kDebug, obs::Level::kInfo, obs::Level::kWarn})
    if (obs::LevelName(level) == name) return level;
  return obs::Level::kError;
}

// The address at which a server that listens on `listen` is reached from its own machine.
std::string LocalAddress(absl::string_view listen) {
  const size_t colon = listen.rfind(':');
  const absl::string_view host = listen.substr(0, colon);
  if (host == "0.0.0.0" || host == "[::]" || host == "")
    return absl::StrCat("127.0.0.1", listen.substr(colon));
  return std::string(listen);
}

}  // namespace

ServiceFlags::ServiceFlags(absl::string_view service, absl::string_view purpose)
    : service_(service), flags_(service, purpose) {
  server.metrics = metrics_.get();
  metrics_->Add(ReadBuild);
  metrics_->Add([calls = calls_.get()](obs::Exposition& exposition) { calls->Read(exposition); });
  flags_.AddCommand("serve", "Takes calls until SIGTERM (or SIGINT, SIGHUP, SIGQUIT), then drains.");
  flags_.AddCommand("migrate", "Brings the database's schema to this version, then ends.");
  flags_.AddCommand("health", "Asks a running server whether it is SERVING; exit code 0 if so.");

  AddListenFlags();
  flags_.AddChoice("log_level", &log_level_, {"debug", "info", "warn", "error"},
                   "The lowest level that is logged.");

  flags_.AddDuration("drain_time", &server.drain_time, absl::ZeroDuration(), absl::Minutes(5),
                     "How long running calls may take after SIGTERM.");
  server.lame_duck_time = absl::Seconds(1);
  flags_.AddDuration(
      "lame_duck_time", &server.lame_duck_time, absl::ZeroDuration(), absl::Minutes(5),
      "The part of --drain_time in which new calls are still taken, while health already says NOT_SERVING.");
  flags_.AddCheck([this](absl::string_view) -> std::string {
    if (server.lame_duck_time == absl::ZeroDuration() || server.lame_duck_time < server.drain_time) return "";
    return absl::StrCat("--lame_duck_time: ", absl::FormatDuration(server.lame_duck_time),
                        " is not allowed with --drain_time=", absl::FormatDuration(server.drain_time),
                        "; give less: else running calls are cut off as soon as new ones are");
  });
  flags_.AddDuration("call_time_max", &call_time_max, absl::Milliseconds(1), absl::Minutes(10),
                     "The deadline of a call that has none or a later one.");
  flags_.AddInt("handler_threads", &handler_threads, 1, 64,
                "Threads on which handlers resume after waiting.");
  flags_.AddInt("max_message_bytes", &server.max_message_bytes, 1024, 64 << 20, "The largest request.");
  flags_.AddInt("max_concurrent_streams", &server.max_concurrent_streams, 1, 1'000'000,
                "Calls in flight on one connection; further ones wait at the client.");
  flags_.AddDuration("max_connection_age", &server.max_connection_age, absl::Seconds(1), absl::Hours(24 * 7),
                     "The age at which a connection is closed, so that clients spread over new replicas.");
  flags_.AddDuration(
      "max_connection_age_grace", &server.max_connection_age_grace, absl::ZeroDuration(), absl::Hours(1),
      "How long running calls may still take on a connection that has reached --max_connection_age.");
  flags_.AddCheck([this](absl::string_view) -> std::string {
    if (server.max_connection_age_grace >= call_time_max) return "";
    return absl::StrCat("--max_connection_age_grace: ", absl::FormatDuration(server.max_connection_age_grace),
                        " is not allowed with --call_time_max=", absl::FormatDuration(call_time_max),
                        "; give as much: else a call that has the time is cut off with its connection");
  });
  flags_.AddDuration("first_request_time_max", &server.first_request_time_max, absl::Milliseconds(100),
                     absl::Hours(1),
                     "How long a connection may take to finish its first request before it is closed.");
  flags_.AddDuration("keepalive_time", &server.keepalive_time, absl::Seconds(1), absl::Hours(2),
                     "How long a connection is idle before it is pinged.");
  flags_.AddDuration("keepalive_timeout", &server.keepalive_timeout, absl::Milliseconds(100),
                     absl::Minutes(5),
                     "How long the answer to the ping may take before the connection is closed.");
  flags_.AddDuration("readiness_interval", &server.readiness_interval, absl::Milliseconds(10),
                     absl::Minutes(1), "How often the server checks whether it is ready.");
  flags_.AddVariable("environment", &environment_, {"production", "development"},
                     "The environment of the server; unset = development. In production a server does not "
                     "start with a test feature (--test_clock, MILEPOST_FAILPOINT).");
  flags_.AddVariable("failpoint", &failpoint_, {},
                     "For tests: the point at which the process kills itself, <name>[:<n>].");
  flags_.AddCheck([this](absl::string_view) -> std::string {
    if (environment_ != "production" || failpoint_.empty()) return "";
    return absl::StrCat("MILEPOST_FAILPOINT: \"", failpoint_,
                        "\" is not allowed with MILEPOST_ENVIRONMENT=production; leave it unset");
  });

  flags_.AddText("address", &health_address_,
                 "For the command health: the server to ask; empty = --listen on this machine.");
  flags_.AddText(
      "health_service", &health_service_,
      "For the command health: the service to ask about; empty = the whole server, liveness = the process.");
}

void ServiceFlags::AddListenFlags() {
  flags_.AddAddress("listen", &server.listen, "Address and port to take calls on; port 0 = a free one.");
  flags_.AddBool(
      "accept_known_grpc_faults", &server.accept_known_grpc_faults,
      "Lets a server listen beyond this machine although its gRPC has publicly known faults, which the "
      "log lists.");
  flags_.AddAddress(
      "metrics_listen", &server.metrics_listen,
      "Address and port of the metrics, GET /metrics over HTTP; port 0 = a free one; empty = off.");
  flags_.AddText("port_file", &server.port_file, "A file that the bound port is written to.");
}

void ServiceFlags::AddTestClock() {
  flags_.AddChoice(
      "test_clock", &test_clock, {"off", "frozen", "offset"},
      "Registers TestClock, for tests and local runs only (refused with MILEPOST_ENVIRONMENT=production): "
      "frozen = a clock that stands still, offset = one that runs with an offset.");
}

std::string ServiceFlags::ParseOrExit(int argc, char** argv) {
  IgnoreStraySignals();
  std::string command = flags_.ParseOrExit(argc, argv);
  if (test_clock != "off" && InProduction()) {
    std::fprintf(
        stderr,
        "%s: --test_clock=%s with MILEPOST_ENVIRONMENT=production: whoever moves the clock moves money; "
        "refusing to run\n",
        service_.c_str(), test_clock.c_str());
    std::exit(2);
  }
  // The log has a thread of its own, the first of the process.
  if (command == "serve") BlockTerminationSignals();
  obs::StartLogging(service_, LevelNamed(log_level_));
  TakeLibraryLogs();
  if (command == "serve") {
    LogBuild();
    obs::RaiseOpenFiles();
  }
  if (command != "health") SayWhoIsIgnored();  // a probe asks every few seconds
  return command;
}

void ServiceFlags::SayWhoIsIgnored() const {
  const FlagSet::Strangers strangers = flags_.StrangersAmong(FlagSet::VariablesOfThisProcess());
  for (const std::string& variable : strangers.unknown)
    obs::Log(obs::Level::kWarn, "unknown MILEPOST_ variable").With("variable", variable);
  if (!strangers.service_links.empty()) {
    obs::Log(obs::Level::kInfo,
             "Kubernetes' variables for Services are ignored; enableServiceLinks: false spares them")
        .With("variables", absl::StrJoin(strangers.service_links, " "));
  }
}

int ServiceFlags::RunHealth() const {
  using grpc::health::v1::HealthCheckResponse;
  const std::string address = health_address_.empty() ? LocalAddress(server.listen) : health_address_;
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // http_proxy in the environment is meant for others
  RefuseCompression(arguments);
  const auto stub = grpc::health::v1::Health::NewStub(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(WallNow() + kHealthTime));
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(health_service_);
  HealthCheckResponse response;
  const grpc::Status status = stub->Check(&context, request, &response);
  if (!status.ok()) {
    std::printf("%s: %s\n", address.c_str(), status.error_message().c_str());
    return 2;
  }
  std::printf("%s: %s\n", address.c_str(),
              HealthCheckResponse::ServingStatus_Name(response.status()).c_str());
  return response.status() == HealthCheckResponse::SERVING ? 0 : 1;
}

}  // namespace milepost::rpc
