// A server knows what it runs on: it says its versions and the known faults of its gRPC, keeps a faulty gRPC to this machine,
// and takes all open files that it may have. On a gRPC without known faults the same tests expect the other side.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/known_faults.h"
#include "common/rpc/this_build.h"
#include "tests/component/operation/metrics_page.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/server_process.h"

namespace milepost::operation {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::MatchesRegex;
using ::testing::Not;
using testing::ServerProcess;
using ::testing::SizeIs;

constexpr char kAnywhere[] = "--listen=0.0.0.0:0";
constexpr char kAccept[] = "--accept_known_grpc_faults";
constexpr char kWarning[] = "this gRPC has publicly known faults";

class Stack : public ::testing::Test {
 protected:
  // Each server, with flags with which it takes calls. Those with a database do without: they are not ready then.
  std::vector<std::pair<std::string, std::vector<std::string>>> Servers() const {
    const std::vector<std::string> database = {"--database_host=127.0.0.1", "--database_port=1"};
    const auto with = [&](std::vector<std::string> more) {
      more.insert(more.end(), database.begin(), database.end());
      return more;
    };
    return {{"gig_catalog", database},
            {"offer_service", with({"--catalog=127.0.0.1:1", "--billing=127.0.0.1:1"})},
            {"milestone_billing",
             with({"--catalog=127.0.0.1:1", "--offers=127.0.0.1:1", "--provider=127.0.0.1:1"})},
            {"payment_simulator", {Journal()}}};
  }
  std::string Journal() const { return absl::StrCat("--journal=", scratch_.path(), "/journal"); }

  // A program that takes these limits of open files and becomes the simulator.
  std::string WithLimits(int soft, int hard) const {
    const std::string path = absl::StrCat(scratch_.path(), "/limited");
    std::ofstream(path) << "#!/bin/sh\nulimit -S -n " << soft << " && ulimit -H -n " << hard << " && exec '"
                        << testing::ProgramPath("payment_simulator") << "' \"$@\"\n";
    ::chmod(path.c_str(), 0755);
    return path;
  }

  const testing::ScratchFolder scratch_{"milepost_stack"};
  const bool is_faulty_ = !rpc::FaultsOfThisGrpc().empty();
};

TEST_F(Stack, AFaultyGrpcIsNotShownToOtherMachines) {
  for (auto& [program, flags] : Servers()) {
    flags.emplace_back(kAnywhere);
    ServerProcess server(program, flags);
    const absl::Status started = server.Spawn();
    if (!is_faulty_) {
      EXPECT_THAT(started, IsOk()) << program;
      continue;
    }
    EXPECT_EQ(started.code(), absl::StatusCode::kAborted) << program << ": " << started;
    EXPECT_THAT(std::string(started.message()), HasSubstr("ended with 1:")) << program;
    EXPECT_THAT(server.log(), AllOf(HasSubstr("refusing to listen on 0.0.0.0:0"), HasSubstr(kAccept),
                                    Not(HasSubstr("\"msg\":\"listening\""))))
        << program;
  }
}

TEST_F(Stack, ItIsShownWhereItsFaultsAreAcceptedByFlagOrVariable) {
  for (auto& [program, flags] : Servers()) {
    flags.insert(flags.end(), {kAnywhere, kAccept});
    EXPECT_THAT(ServerProcess(program, flags).Spawn(), IsOk()) << program;
  }
  ServerProcess by_variable("payment_simulator", {Journal(), kAnywhere},
                            {"MILEPOST_ACCEPT_KNOWN_GRPC_FAULTS=true"});
  EXPECT_THAT(by_variable.Start(), IsOk());
}

TEST_F(Stack, TheKnownFaultsAreInTheLog) {
  ServerProcess simulator("payment_simulator", {Journal()});
  ASSERT_THAT(simulator.Start(), IsOk());
  const std::string log = simulator.log();
  EXPECT_EQ(absl::StrContains(log, kWarning), is_faulty_) << log;
  for (const rpc::KnownFault& fault : rpc::KnownFaults())
    EXPECT_EQ(absl::StrContains(log, absl::StrCat(fault.id, ": ", fault.what)), rpc::ThisGrpcHas(fault.id))
        << fault.id;
}

TEST_F(Stack, TheVersionsAreInTheMetricsAndInTheLog) {
  const rpc::BuildInfo build = rpc::ThisBuild();
  for (auto& [program, flags] : Servers()) {
    flags.emplace_back("--metrics_listen=127.0.0.1:0");
    ServerProcess server(program, flags);
    ASSERT_THAT(server.Spawn(), IsOk()) << program;
    const Page page = PageOf(server);
    ASSERT_TRUE(page.contains("milepost_build_info")) << program;
    const auto& samples = page.at("milepost_build_info").samples;
    ASSERT_THAT(samples, SizeIs(1)) << program;
    const auto& [sample, value] = *samples.begin();
    EXPECT_EQ(value, 1);
    EXPECT_THAT(sample, MatchesRegex(R"(milepost_build_info\{version="[^"]+",.*)"));
    EXPECT_THAT(sample, HasSubstr(absl::StrCat("\",grpc=\"", build.grpc, "\",protobuf=\"", build.protobuf,
                                               "\",compiler=\"", build.compiler, "\"}")));
    // The version is the server's own, not that of this test.
    const size_t begin = sample.find("version=\"") + 9;
    const std::string version = sample.substr(begin, sample.find('"', begin) - begin);
    EXPECT_NE(version, build.version) << program;
    EXPECT_THAT(server.log(), HasSubstr(absl::StrCat("\"msg\":\"starting\",\"version\":\"", version,
                                                     "\",\"grpc\":\"", build.grpc, "\"")))
        << program;
  }
}

TEST_F(Stack, AServerTakesAllOpenFilesThatItMayHave) {
  ServerProcess simulator(WithLimits(300, 2000), {Journal(), "--metrics_listen=127.0.0.1:0"});
  ASSERT_THAT(simulator.Start(), IsOk());
  EXPECT_THAT(simulator.log(), HasSubstr("\"msg\":\"open files\",\"limit\":2000,\"limit_before\":300"));
  const Page page = PageOf(simulator);
  EXPECT_EQ(ValueOf(page, "process_max_fds"), 2000);
  EXPECT_GT(ValueOf(page, "process_open_fds"), 3);
  EXPECT_LT(ValueOf(page, "process_open_fds"), 300);
}

}  // namespace
}  // namespace milepost::operation
