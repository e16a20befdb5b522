// What a process finds around it and did not ask for: standard streams that are closed, proxies that the environment names
// for others.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/e2e/platform.h"
#include "tests/e2e/stories/order_steps.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::e2e {
namespace {

using Server = Platform::Server;
using testing::ServerProcess;

class Surroundings : public ::testing::Test {
 protected:
  // A program that closes its standard streams and becomes ours.
  std::string WithoutStreams(const std::string& program) {
    const std::string path = absl::StrCat(scratch_.path(), "/", program);
    std::ofstream(path) << "#!/bin/sh\nexec '" << testing::ProgramPath(program) << "' \"$@\" <&- >&- 2>&-\n";
    ::chmod(path.c_str(), 0755);
    return path;
  }

  // The flags of one more replica of the platform's.
  std::vector<std::string> FlagsOf(Server server) {
    if (server == Server::kSimulator) return {absl::StrCat("--journal=", scratch_.path(), "/journal")};
    std::vector<std::string> flags = testing::DatabaseFlags(platform_.schema(server));
    flags.emplace_back("--test_clock=offset");  // as the platform's own
    const Addresses peers = platform_.addresses();
    if (server == Server::kOffers)
      flags.insert(flags.end(), {"--catalog=" + peers.catalog, "--billing=" + peers.billing});
    if (server == Server::kBilling)
      flags.insert(flags.end(), {"--catalog=" + peers.catalog, "--offers=" + peers.offers,
                                 "--provider=" + peers.simulator});
    return flags;
  }

  const testing::ScratchFolder scratch_{"milepost_surroundings"};
  Platform platform_;
};

void ExpectStreamsAtDevNull(const ServerProcess& process) {
  for (int stream = 0; stream < 3; ++stream) {
    const std::string link = absl::StrCat("/proc/", process.pid(), "/fd/", stream);
    EXPECT_EQ(std::filesystem::read_symlink(link), "/dev/null") << link;
  }
}

// Descriptor 2 was the journal, or a connection: the log was written into it.
TEST_F(Surroundings, ASocketOrAFileBecameTheErrorStream) {
  ASSERT_THAT(platform_.Start(), testing::IsOk());
  const std::vector<std::pair<std::string, Server>> programs = {{"gig_catalog", Server::kCatalog},
                                                                {"offer_service", Server::kOffers},
                                                                {"milestone_billing", Server::kBilling},
                                                                {"payment_simulator", Server::kSimulator}};
  for (const auto& [name, server] : programs) {
    const std::string program = WithoutStreams(name);
    const std::vector<std::string> flags = FlagsOf(server);
    EXPECT_EQ(RunProgram(program, "migrate", flags), 0) << name;
    ServerProcess process(program, flags);
    ASSERT_THAT(process.Start(), testing::IsOk()) << name;
    ExpectStreamsAtDevNull(process);
    EXPECT_EQ(RunProgram(program, "health", {"--address=" + process.address()}), 0) << name;
    const absl::StatusOr<int> code = process.Terminate();
    ASSERT_THAT(code, testing::IsOk()) << name;
    EXPECT_EQ(*code, 0) << name;
    ASSERT_THAT(process.Start(), testing::IsOk()) << name << " refused what it had written itself";
    process.Kill();
  }
  EXPECT_EQ(RunProgram(WithoutStreams("milestone_billing"), "audit", FlagsOf(Server::kBilling)), 0);
}

TEST_F(Surroundings, AProxyForOthersCutTheServicesOffFromEachOther) {
  for (const char* name : {"http_proxy", "https_proxy", "grpc_proxy"})
    ::setenv(name, "http://127.0.0.1:9", 1);
  ASSERT_THAT(platform_.Start(), testing::IsOk());
  Story story(platform_.client(), "a proxy for others", NewRequestId().substr(24));
  const Person sam = story.NewPerson("sam"), bea = story.NewPerson("bea");
  DeliveredOrder(story, sam, bea);  // every service has asked every peer of its, and the provider
  for (const auto& [program, server] :
       std::map<std::string, Server>{{"gig_catalog", Server::kCatalog},
                                     {"offer_service", Server::kOffers},
                                     {"milestone_billing", Server::kBilling},
                                     {"payment_simulator", Server::kSimulator}})
    EXPECT_EQ(RunProgram(program, "health", {"--address=" + platform_.process(server).address()}), 0)
        << program;
  for (const char* name : {"http_proxy", "https_proxy", "grpc_proxy"}) ::unsetenv(name);
}

}  // namespace
}  // namespace milepost::e2e
