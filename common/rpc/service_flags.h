// The settings and the three commands that all our servers share, under the same names.
//
//   int main(int argc, char** argv) {
//     ServiceFlags shared("gig-catalog", "Gigs and their milestone plans.");
//     shared.flags().AddText("catalog_file", &file, "…");
//     const std::string command = shared.ParseOrExit(argc, argv);   // logging runs from here on
//     if (command == "health") return shared.RunHealth();
//     if (command == "migrate") return …;
//     rpc::Server server(shared.server);
#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/obs/metrics_page.h"
#include "common/rpc/call_metrics.h"
#include "common/rpc/flags.h"
#include "common/rpc/server.h"
#include "common/rpc/service.h"

namespace milepost::rpc {

class ServiceFlags {
 public:
  ServiceFlags(absl::string_view service, absl::string_view purpose);

  // The flags, to add settings that only this service has.
  FlagSet& flags() { return flags_; }
  // --test_clock, for a server that has a clock to move.
  void AddTestClock();
  // Reads everything, starts the log, answers the command: "serve", "migrate" or "health".
  std::string ParseOrExit(int argc, char** argv);
  // The command `health`: asks a running server (--address, else --listen on this machine) whether it is
  // SERVING. Prints one line; the exit code: 0 SERVING, 1 not serving, 2 not reachable.
  int RunHealth() const;

  ServiceOptions service() const { return {.call_time_max = call_time_max, .calls = calls_.get()}; }
  // The metrics page at --metrics_listen, from Server::Start() to the end of its drain. Functions added to it must
  // live as long.
  obs::MetricsPage& metrics() const { return *metrics_; }
  // Whether metrics are shown.
  bool shows_metrics() const { return !server.metrics_listen.empty(); }

  ServerOptions server;
  std::string test_clock =
      "off";  // "off", "frozen", "offset"; anything but off registers the TestClock service
  absl::Duration call_time_max = absl::Seconds(60);
  int handler_threads = 2;

 private:
  void AddListenFlags();
  // Logs the MILEPOST_ environment variables that are not settings of this server.
  void SayWhoIsIgnored() const;

  const std::unique_ptr<CallMetrics> calls_ = std::make_unique<CallMetrics>();
  const std::unique_ptr<obs::MetricsPage> metrics_ = std::make_unique<obs::MetricsPage>();
  const std::string service_;
  FlagSet flags_;
  std::string log_level_ = "info";
  std::string environment_;  // InProduction() reads it where it is used
  std::string failpoint_;    // so does Failpoint()
  std::string health_address_;
  std::string health_service_;
};

}  // namespace milepost::rpc
