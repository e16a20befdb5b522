#include "common/rpc/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include "absl/strings/str_cat.h"

namespace milepost::rpc {
namespace {

using ::testing::HasSubstr;

class FlagsTest : public ::testing::Test {
 protected:
  FlagsTest() {
    flags_.AddCommand("serve", "Takes calls.");
    flags_.AddCommand("migrate", "Migrates.");
    flags_.AddText("listen", &listen_, "Where.");
    flags_.AddChoice("log_level", &level_, {"info", "error"}, "How much.");
    flags_.AddBool("fast", &fast_, "Whether.");
    flags_.AddInt("lanes", &lanes_, 1, 64, "How many.");
    flags_.AddDuration("drain_time", &drain_, absl::Seconds(1), absl::Minutes(5), "How long.");
    flags_.AddSecret("password", &password_, "What.");
  }

  std::string Parse(const std::vector<std::string>& arguments) {
    const auto command = flags_.Parse(arguments, [this](const char* name) -> const char* {
      const auto found = environment_.find(name);
      return found == environment_.end() ? nullptr : found->second.c_str();
    });
    return command.ok() ? *command : "error: " + std::string(command.status().message());
  }

  std::map<std::string, std::string> environment_;
  std::string listen_ = "0.0.0.0:0", level_ = "info", password_;
  bool fast_ = false;
  int lanes_ = 4;
  absl::Duration drain_ = absl::Seconds(8);
  FlagSet flags_{"program", "A purpose."};
};

TEST_F(FlagsTest, KeepsDefaultsAndTheFirstCommand) {
  EXPECT_EQ(Parse({}), "serve");
  EXPECT_EQ(lanes_, 4);
}

TEST_F(FlagsTest, ReadsEveryKindInBothForms) {
  EXPECT_EQ(
      Parse({"--listen=:1", "migrate", "--lanes", "64", "--fast", "--drain_time=1m30s", "--log_level=error"}),
      "migrate");
  EXPECT_EQ(listen_, ":1");
  EXPECT_EQ(lanes_, 64);
  EXPECT_TRUE(fast_);
  EXPECT_EQ(drain_, absl::Seconds(90));
  EXPECT_EQ(level_, "error");
  EXPECT_EQ(Parse({"--fast=false"}), "serve");
  EXPECT_FALSE(fast_);
}

TEST_F(FlagsTest, TheCommandLineWinsOverTheEnvironment) {
  environment_ = {{"MILEPOST_LANES", "2"}, {"MILEPOST_LISTEN", ":2"}, {"MILEPOST_FAST", "true"}};
  EXPECT_EQ(Parse({"--lanes=3"}), "serve");
  EXPECT_EQ(lanes_, 3);
  EXPECT_EQ(listen_, ":2");
  EXPECT_TRUE(fast_);
}

// MILEPOST_LANES=x beside --lanes=3 stopped the start, although the command line wins.
TEST_F(FlagsTest, AWrongVariableBesideItsFlagStoppedTheStart) {
  environment_ = {{"MILEPOST_LANES", "tcp://10.0.0.5:3306"}};
  EXPECT_EQ(Parse({"--lanes=3"}), "serve");
  EXPECT_EQ(lanes_, 3);
  EXPECT_EQ(Parse({}),
            "error: MILEPOST_LANES: \"tcp://10.0.0.5:3306\" is not allowed; give 1 to 64. Kubernetes sets "
            "this for a "
            "Service of such a name (service links): set enableServiceLinks: false in the pod");
}

TEST_F(FlagsTest, AVariableIsNotReadWhereTheCommandLineSaysItInAnotherWay) {
  std::string socket;
  flags_.AddText("socket", &socket, "Where else.");
  flags_.AddAlternative("socket", {"listen", "lanes"});
  environment_ = {{"MILEPOST_LANES", "x"}, {"MILEPOST_PASSWORD", "from the environment"}};
  const std::string path = ::testing::TempDir() + "/secret" + std::to_string(getpid());
  std::ofstream(path) << "from a file\n";
  EXPECT_EQ(Parse({"--socket=/s", "--password_file=" + path}), "serve");
  unlink(path.c_str());
  EXPECT_EQ(lanes_, 4);
  EXPECT_EQ(password_, "from a file");
  environment_ = {{"MILEPOST_SOCKET", "/other"}, {"MILEPOST_LANES", "5"}};
  socket.clear();
  EXPECT_EQ(Parse({"--listen=:1"}), "serve");
  EXPECT_EQ(socket, "");
  EXPECT_EQ(lanes_, 5) << "which is no other way to say --listen";
}

TEST_F(FlagsTest, KnowsTheVariablesThatAreNoSettingAndThoseOfKubernetes) {
  const FlagSet::Strangers strangers = flags_.StrangersAmong(
      {"PATH", "MILEPOST_LANES", "MILEPOST_LAMES", "MILEPOST_PASSWORD_FILE", "MILEPOST_DATABASE_SERVICE_HOST",
       "MILEPOST_DATABASE_SERVICE_PORT", "MILEPOST_DATABASE_SERVICE_PORT_MYSQL", "MILEPOST_DATABASE_PORT",
       "MILEPOST_DATABASE_PORT_3306_TCP", "MILEPOST_DATABASE_PORT_3306_TCP_ADDR",
       "MILEPOST_DATABASE_PORT_3306"});
  EXPECT_THAT(strangers.unknown, ::testing::ElementsAre("MILEPOST_LAMES", "MILEPOST_DATABASE_PORT_3306"));
  EXPECT_THAT(strangers.service_links, ::testing::SizeIs(6));
}

// Each run of ./dev and of the tests warned of what they set themselves.
TEST_F(FlagsTest, TheVariablesOfOurToolsAreNoStrangers) {
  const FlagSet::Strangers strangers = flags_.StrangersAmong(
      {"MILEPOST_RUN", "MILEPOST_VAR", "MILEPOST_TEST_DATABASE", "MILEPOST_TEST_DATABASE_USER",
       "MILEPOST_TEST_DATABASE_PASSWORD_FILE", "MILEPOST_TEST_DATABASE_TLS_CA", "MILEPOST_RUNS",
       "MILEPOST_VAR_X", "MILEPOST_TEST_CLOK"});
  EXPECT_THAT(strangers.unknown,
              ::testing::ElementsAre("MILEPOST_RUNS", "MILEPOST_VAR_X", "MILEPOST_TEST_CLOK"));
  EXPECT_THAT(strangers.service_links, ::testing::IsEmpty());
}

TEST_F(FlagsTest, AWrongValueNamesFlagValueAndWhatIsAllowed) {
  EXPECT_EQ(Parse({"--lanes=0"}), "error: --lanes: \"0\" is not allowed; give 1 to 64");
  EXPECT_EQ(Parse({"--lanes=65"}), "error: --lanes: \"65\" is not allowed; give 1 to 64");
  EXPECT_EQ(Parse({"--lanes=four"}), "error: --lanes: \"four\" is not allowed; give 1 to 64");
  EXPECT_EQ(Parse({"--drain_time=8"}), "error: --drain_time: \"8\" is not allowed; give 1s to 5m");
  EXPECT_EQ(Parse({"--drain_time=999ms"}), "error: --drain_time: \"999ms\" is not allowed; give 1s to 5m");
  EXPECT_EQ(Parse({"--fast=yes"}), "error: --fast: \"yes\" is not allowed; give true or false");
  EXPECT_EQ(Parse({"--log_level=loud"}),
            "error: --log_level: \"loud\" is not allowed; give one of info, error");
  EXPECT_EQ(Parse({"--lanes"}), "error: --lanes: a value is missing; give 1 to 64");
  EXPECT_EQ(Parse({"--lnes=1"}), "error: --lnes: there is no such flag; see --help");
  EXPECT_EQ(Parse({"dance"}), "error: \"dance\" is not a command; give serve, migrate");
  EXPECT_EQ(Parse({"serve", "migrate"}), "error: \"migrate\" is one argument too many");
  environment_ = {{"MILEPOST_LANES", "x"}};
  EXPECT_EQ(Parse({}), "error: MILEPOST_LANES: \"x\" is not allowed; give 1 to 64");
}

TEST_F(FlagsTest, AnAddressHasAPort) {
  std::string off;
  flags_.AddAddress("address", &listen_, "Where.");
  flags_.AddAddress("metrics", &off, "Where else.");
  for (const char* good : {"127.0.0.1:50051", "[::]:0", ":65535"})
    EXPECT_EQ(Parse({"--address", good}), "serve") << good;
  for (const char* bad : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:http"})
    EXPECT_EQ(Parse({"--address", bad}),
              absl::StrCat("error: --address: \"", bad,
                           "\" is not allowed; give address:port with a port of 0 to 65535"));
  EXPECT_EQ(Parse({"--metrics="}), "serve");
  EXPECT_THAT(Parse({"--metrics=x"}), HasSubstr("0 to 65535, or nothing"));
}

TEST_F(FlagsTest, ACommandMayRequireAText) {
  std::string peer;
  flags_.AddText("peer", &peer, "Who.");
  flags_.Require("serve", "peer", &peer, "a host:port");
  EXPECT_EQ(Parse({"serve"}), "error: --peer: \"\" is not allowed; give a host:port");
  EXPECT_EQ(Parse({}), Parse({"serve"}));
  EXPECT_EQ(Parse({"migrate"}), "migrate");
  environment_ = {{"MILEPOST_PEER", "catalog:1"}};
  EXPECT_EQ(Parse({"serve"}), "serve");
}

TEST_F(FlagsTest, ARuleOverSeveralIsAskedOnceAllAreRead) {
  flags_.AddCheck(
      [this](absl::string_view) -> std::string { return fast_ && lanes_ > 8 ? "--lanes: too many" : ""; });
  EXPECT_EQ(Parse({"--lanes=9"}), "serve");
  EXPECT_EQ(Parse({"--lanes=9", "--fast"}), "error: --lanes: too many");
  EXPECT_EQ(Parse({"--fast", "--lanes=8"}), "serve");
}

TEST_F(FlagsTest, SecretsComeFromTheEnvironmentOrAFileOnly) {
  EXPECT_EQ(Parse({"--password=hunter2"}),
            "error: --password: a secret is not taken from the command line; use --password_file or "
            "MILEPOST_PASSWORD");
  environment_ = {{"MILEPOST_PASSWORD", "from the environment"}};
  EXPECT_EQ(Parse({}), "serve");
  EXPECT_EQ(password_, "from the environment");
  const std::string path = ::testing::TempDir() + "/secret" + std::to_string(getpid());
  std::ofstream(path) << "from a file\n";
  EXPECT_EQ(Parse({"--password_file=" + path}), "serve");
  EXPECT_EQ(password_, "from a file");
  unlink(path.c_str());
  EXPECT_THAT(Parse({"--password_file=" + path}), HasSubstr("give a file that can be read"));
}

// MILEPOST_PASSWORD_FILE=hunter2, where MILEPOST_PASSWORD was meant, put the password into the log.
TEST_F(FlagsTest, APasswordGivenAsItsFileWasEchoed) {
  environment_ = {{"MILEPOST_PASSWORD_FILE", "hunter2"}};
  EXPECT_EQ(Parse({}),
            "error: MILEPOST_PASSWORD_FILE: what it says (no path) is not allowed; give a file that can be "
            "read");
  environment_ = {};
  EXPECT_THAT(Parse({"--password_file=hunter2"}), ::testing::Not(HasSubstr("hunter2")));
  EXPECT_THAT(Parse({"--password_file=./hunter2"}), HasSubstr("\"./hunter2\" is not allowed"));
}

TEST_F(FlagsTest, AFileThatCanNotBeReadIsNotAllowed) {
  std::string path;
  flags_.AddFile("ca_file", &path, "Whose.");
  EXPECT_EQ(Parse({"--ca_file=/nowhere/ca.pem"}),
            "error: --ca_file: \"/nowhere/ca.pem\" is not allowed; give a file that can be read, or nothing");
  EXPECT_THAT(Parse({"--ca_file=/"}), HasSubstr("is not allowed")) << "a folder";
  EXPECT_EQ(Parse({"--ca_file=/dev/null"}), "serve");
  EXPECT_EQ(path, "/dev/null");
  EXPECT_EQ(Parse({"--ca_file="}), "serve");
  EXPECT_EQ(path, "");
}

TEST_F(FlagsTest, HelpListsEverythingButSecrets) {
  password_ = "hunter2";
  const std::string help = flags_.Help();
  for (const char* part :
       {"program: A purpose.", "serve", "migrate", "--listen", "--lanes", "1 to 64", "Default: 4",
        "Default: 8s", "one of info, error", "MILEPOST_PASSWORD", "--password_file"})
    EXPECT_THAT(help, HasSubstr(part));
  EXPECT_THAT(help, ::testing::Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace milepost::rpc
