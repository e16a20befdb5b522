// Wrong settings stop every server's start with one line and exit code 2; secrets appear nowhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/component/operation/catalog_process.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::operation {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Output {
  std::string text;  // stdout and stderr
  int exit_code = -1;
};

// `command` runs in the folder of the servers.
Output OutputOf(const std::string& command) {
  Output output;
  FILE* const pipe = popen(absl::StrCat("cd '", MILEPOST_BIN, "' && ", command, " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer;
  while (const size_t got = fread(buffer.data(), 1, buffer.size(), pipe))
    output.text.append(buffer.data(), got);
  const int status = pclose(pipe);
  output.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return output;
}

// That the command ends with exit code 2 and this one line.
void Stops(const std::string& command, const std::string& line) {
  const Output output = OutputOf(command);
  EXPECT_EQ(output.exit_code, 2) << command;
  EXPECT_EQ(output.text, line + "\n") << command;
}

TEST(Settings, AWrongValueStopsTheStartWithOneLine) {
  Stops("./gig_catalog --lanes=0", "gig-catalog: --lanes: \"0\" is not allowed; give 1 to 64");
  Stops("./offer_service --queue_limit=many",
        "offer-service: --queue_limit: \"many\" is not allowed; give 1 to 1000000");
  Stops("./milestone_billing --drain_time=8",
        "milestone-billing: --drain_time: \"8\" is not allowed; give 0 to 5m");
  Stops("./gig_catalog --listen=9000",
        "gig-catalog: --listen: \"9000\" is not allowed; give address:port with a port of 0 to 65535");
  Stops("./gig_catalog --metrics_listen=on",
        "gig-catalog: --metrics_listen: \"on\" is not allowed; give address:port with a port of 0 to 65535, "
        "or nothing");
  Stops("./gig_catalog --log_level=loud",
        "gig-catalog: --log_level: \"loud\" is not allowed; give one of debug, info, warn, error");
  Stops("./payment_simulator --test_clock=offset",
        "payment-simulator: --test_clock: there is no such flag; see --help");
  Stops("./gig_catalog --lans=1", "gig-catalog: --lans: there is no such flag; see --help");
  Stops("./gig_catalog dance", "gig-catalog: \"dance\" is not a command; give serve, migrate, health");
  Stops("MILEPOST_BATCH_LIMIT=-1 ./gig_catalog migrate",
        "gig-catalog: MILEPOST_BATCH_LIMIT: \"-1\" is not allowed; give 1 to 4096");
  Stops("./gig_catalog --database_password_file=/nowhere",
        "gig-catalog: --database_password_file: \"/nowhere\" is not allowed; give a file that can be read");
}

// "prod" ran with all that production refuses.
TEST(Settings, AMisspeltEnvironmentWasNotProduction) {
  for (const char* value : {"prod", "Production", "staging", ""}) {
    Stops(absl::StrCat("MILEPOST_ENVIRONMENT='", value, "' ./gig_catalog migrate"),
          absl::StrCat("gig-catalog: MILEPOST_ENVIRONMENT: \"", value,
                       "\" is not allowed; give one of production, development"));
  }
  Stops("./gig_catalog --environment=development",
        "gig-catalog: --environment: is not taken from the command line; the environment says "
        "MILEPOST_ENVIRONMENT");
  // Nobody is there to be asked: that far it came.
  EXPECT_THAT(OutputOf("MILEPOST_ENVIRONMENT=development ./gig_catalog health --address=127.0.0.1:1").text,
              HasSubstr("127.0.0.1:1: "));
}

TEST(Settings, AFailpointInProductionStopsTheStartAndNotTheFirstCommit) {
  for (const char* server : {"gig_catalog", "offer_service", "milestone_billing", "payment_simulator"}) {
    const Output output = OutputOf(absl::StrCat(
        "MILEPOST_ENVIRONMENT=production MILEPOST_FAILPOINT=before_commit ./", server, " migrate"));
    EXPECT_EQ(output.exit_code, 2);
    EXPECT_THAT(output.text,
                ::testing::EndsWith(": MILEPOST_FAILPOINT: \"before_commit\" is not allowed with "
                                    "MILEPOST_ENVIRONMENT=production; leave it unset\n"));
  }
}

TEST(Settings, SettingsThatDoNotFitTogetherStopItToo) {
  Stops("./gig_catalog --lock_timeout=15s",
        "gig-catalog: --statement_timeout: 15s is not allowed with --lock_timeout=15s; give more: else a "
        "connection is "
        "given up while its statement waits for a row");
  Stops(
      "./gig_catalog --drain_time=1s",
      "gig-catalog: --lame_duck_time: 1s is not allowed with --drain_time=1s; give less: else running calls "
      "are cut off as soon as new ones are");
  Stops(
      "./gig_catalog --lame_duck_time=9s",
      "gig-catalog: --lame_duck_time: 9s is not allowed with --drain_time=8s; give less: else running calls "
      "are cut off as soon as new ones are");
  Stops("./gig_catalog --call_time_max=61s",
        "gig-catalog: --max_connection_age_grace: 1m is not allowed with --call_time_max=1m1s; give as much: "
        "else a call "
        "that has the time is cut off with its connection");
  Stops("./milestone_billing",
        "milestone-billing: --catalog: \"\" is not allowed; give GigCatalog's host:port");
  Stops("./offer_service --catalog=a:1",
        "offer-service: --billing: \"\" is not allowed; give MilestoneBilling's host:port");
  Stops("./milestone_billing --catalog=a:1 --offers=b:1 --provider=c:1 --charge_lease=1s",
        "milestone-billing: --charge_lease: 1s is not allowed; give more than 3 times --provider_timeout, "
        "15s: else two "
        "would ask about one attempt");
  Stops("./payment_simulator",
        "payment-simulator: --journal: \"\" is not allowed; give a file that exists or can be made");
  EXPECT_THAT(OutputOf("MILEPOST_ENVIRONMENT=production ./gig_catalog --test_clock=frozen").text,
              HasSubstr("production"));
}

// Kubernetes makes MILEPOST_DATABASE_PORT of a Service named milepost-database.
TEST(Settings, AServiceLinkStoppedTheStartAlthoughTheCommandLineWins) {
  const std::string link = "MILEPOST_DATABASE_PORT=tcp://10.0.0.5:3306 ./gig_catalog ";
  Stops(link + "health",
        "gig-catalog: MILEPOST_DATABASE_PORT: \"tcp://10.0.0.5:3306\" is not allowed; give 1 to 65535. "
        "Kubernetes sets "
        "this for a Service of such a name (service links): set enableServiceLinks: false in the pod");
  for (const char* flag : {"--database_port=3306", "--database_socket=/run/database"})
    EXPECT_THAT(OutputOf(link + "health --address=127.0.0.1:1 " + flag).text, HasSubstr("127.0.0.1:1: "));
}

TEST(Settings, VariablesThatAreNoSettingAreNamed) {
  const Output output = OutputOf(
      "MILEPOST_LAMES=3 MILEPOST_WEB_SERVICE_HOST=10.0.0.6 MILEPOST_WEB_PORT_80_TCP=tcp://10.0.0.6:80 "
      "./payment_simulator migrate");
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_THAT(output.text, HasSubstr("\"variable\":\"MILEPOST_LAMES\""));
  EXPECT_THAT(output.text, HasSubstr("\"variables\":\"MILEPOST_WEB_SERVICE_HOST MILEPOST_WEB_PORT_80_TCP\""));
}

TEST(Settings, AProxyIsForAProviderThatItCanLookUp) {
  Stops("./milestone_billing --catalog=a:1 --offers=b:1 --provider=dns:///c:1 --provider_proxy=d:1",
        "milestone-billing: --provider: \"dns:///c:1\" is not allowed with --provider_proxy; give host:port, "
        "which the "
        "proxy looks up");
  Stops("./milestone_billing --provider_proxy=http://d:x",
        "milestone-billing: --provider_proxy: \"http://d:x\" is not allowed; give address:port with a port "
        "of 0 to 65535, "
        "or nothing");
}

constexpr char kSecret[] = "hunter2-not-to-be-seen";

TEST(Settings, ASecretIsInNoOutput) {
  for (const char* command : {"./gig_catalog --help", "./gig_catalog --lanes=0",
                              "./gig_catalog migrate --database_host=127.0.0.1 --database_port=1",
                              "./milestone_billing migrate --database_host=127.0.0.1 --database_port=1"}) {
    const Output output = OutputOf(absl::StrCat("MILEPOST_DATABASE_PASSWORD=", kSecret, " ", command));
    EXPECT_FALSE(output.text.empty()) << command;
    EXPECT_THAT(output.text, Not(HasSubstr(kSecret))) << command;
  }
  Stops(absl::StrCat("./gig_catalog --database_password=", kSecret),
        "gig-catalog: --database_password: a secret is not taken from the command line; use "
        "--database_password_file or "
        "MILEPOST_DATABASE_PASSWORD");
}

// The database turns this password away, again and again; then the process is made to crash.
TEST(Settings, ASecretIsInNoLogOfARunThatFailsAndCrashes) {
  const db::ConnectOptions schema = NewCatalogSchema();
  std::vector<std::string> flags = testing::DatabaseFlags(schema);
  std::erase_if(flags, [](const std::string& flag) { return absl::StrContains(flag, "password"); });
  flags.insert(flags.end(),
               {"--log_level=debug", "--readiness_interval=10ms", "--database_user=nobody_known"});
  testing::ServerProcess server("gig_catalog", flags, {absl::StrCat("MILEPOST_DATABASE_PASSWORD=", kSecret)});
  EXPECT_FALSE(server.Start(absl::Seconds(3)).ok());
  EXPECT_THAT(server.log(), HasSubstr("no connection to the database"));
  ::kill(server.pid(), SIGABRT);
  server.Kill();
  EXPECT_THAT(server.log(), Not(HasSubstr(kSecret)));
}

}  // namespace
}  // namespace milepost::operation
