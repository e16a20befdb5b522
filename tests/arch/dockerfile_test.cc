// The Dockerfile as it stands, and for each of its rules a text that must be flagged.
#include "tests/arch/dockerfile.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace milepost::arch {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
namespace fs = std::filesystem;

const fs::path kRoot = MILEPOST_SOURCE_DIR;

// What a server built with a package loads at run time. Empty: headers only, or of no server.
const std::map<std::string, std::vector<std::string>> kLoadedFrom = {
    {"libabsl-dev", {"libabsl20220623"}},
    {"libasio-dev", {}},
    {"libgmock-dev", {}},
    {"libgoogle-perftools-dev", {"libtcmalloc-minimal4"}},
    {"libgrpc++-dev", {"libgrpc++1.51", "libgrpc29"}},
    {"libgtest-dev", {}},
    {"libmysqlcppconn-dev", {"libmysqlcppconn7v5"}},
    {"libprotobuf-dev", {"libprotobuf32"}},
    {"libspdlog-dev", {"libspdlog1.10"}},
    {"libssl-dev", {"libssl3"}},
    {"prometheus-cpp-dev", {"libprometheus-cpp-core1.0", "libprometheus-cpp-pull1.0"}},
    {"zlib1g-dev", {}},  // the tests' own
};

std::string ReadText(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> DevelopmentPackages() {
  std::vector<std::string> packages;
  const std::string text = ReadText(kRoot / ".ci/packages.list");
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<std::string> columns = absl::StrSplit(line, absl::ByAnyChar("| "), absl::SkipEmpty());
    if (columns.size() > 2 && columns[0] == "build" && absl::EndsWith(columns[1], "-dev"))
      packages.push_back(columns[1]);
  }
  return packages;
}

ImageSurroundings Surroundings() {
  ImageSurroundings surroundings;
  surroundings.exists = [](const std::string& path) { return fs::exists(kRoot / path); };
  surroundings.is_sent = [](const std::string& path) {
    return IsSent(ReadText(kRoot / ".dockerignore"), path);
  };
  for (const fs::directory_entry& service : fs::directory_iterator(kRoot / "services"))
    if (service.is_directory()) surroundings.servers.push_back(service.path().filename());
  for (const std::string& package : DevelopmentPackages()) {
    const auto loaded = kLoadedFrom.find(package);
    if (loaded == kLoadedFrom.end()) continue;
    for (const std::string& library : loaded->second) surroundings.runtime_packages.push_back(library);
  }
  return surroundings;
}

TEST(Dockerfile, KeepsTheRulesOfTheImage) {
  const ImageSurroundings surroundings = Surroundings();
  EXPECT_THAT(surroundings.servers, SizeIs(4));
  EXPECT_THAT(surroundings.runtime_packages, Contains("libgrpc++1.51"));
  for (const Finding& finding : CheckDockerfile(ReadText(kRoot / "Dockerfile"), surroundings))
    ADD_FAILURE() << finding;
}

TEST(Dockerfile, InstallsWhatEveryBuildPackageNeedsAtRunTime) {
  for (const std::string& package : DevelopmentPackages())
    EXPECT_EQ(kLoadedFrom.count(package), 1u)
        << "say in kLoadedFrom what servers built with " << package << " load";
}

TEST(Dockerfile, EntrypointKnowsEveryServer) {
  const std::string entrypoint = ReadText(kRoot / ".ci/image/milepost");
  for (const std::string& server : Surroundings().servers) EXPECT_THAT(entrypoint, HasSubstr(server));
  EXPECT_THAT(entrypoint, HasSubstr("exec \"/usr/local/bin/$server\""));
}

TEST(ParseDockerfile, JoinsLinesAndLeavesCommentsOut) {
  const std::vector<Stage> stages =
      ParseDockerfile("# c\nFROM a:1 AS one\nRUN x && \\\n  # c\n  y\n\nFROM one\nUSER 1\n");
  ASSERT_THAT(stages, SizeIs(2));
  EXPECT_EQ(stages[0].name, "one");
  ASSERT_THAT(stages[0].instructions, SizeIs(1));
  EXPECT_EQ(stages[0].instructions[0].values, "x && y");
  EXPECT_EQ(stages[0].instructions[0].line, 3);
  EXPECT_EQ(stages[1].base, "one");
}

constexpr char kGood[] = R"(FROM debian:12 AS build
RUN apt-get update && apt-get install -y --no-install-recommends g++ && rm -rf /var/lib/apt/lists/*
COPY --chmod=0755 sources other ./
FROM debian:12 AS runtime
RUN apt-get update && apt-get install -y --no-install-recommends libssl3 && rm -rf /var/lib/apt/lists/*
USER 10001:10001
FROM runtime
COPY --from=build /out /
RUN server --help
ENTRYPOINT ["/server"]
)";

Findings CheckWith(const std::vector<std::pair<absl::string_view, absl::string_view>>& changes) {
  const std::string text = absl::StrReplaceAll(kGood, changes);
  return CheckDockerfile(text, {.exists = [](const std::string& path) { return path != "lost"; },
                                .is_sent = [](const std::string& path) { return path != "var"; },
                                .servers = {"server"},
                                .runtime_packages = {"libssl3"}});
}

void ExpectFlagged(absl::string_view from, absl::string_view to, const std::string& message) {
  EXPECT_THAT(CheckWith({{from, to}}), ElementsAre(Field(&Finding::message, HasSubstr(message))))
      << from << " → " << to;
}

TEST(CheckDockerfile, FlagsEachMistake) {
  EXPECT_THAT(CheckWith({}), IsEmpty());
  EXPECT_THAT(CheckWith({{"debian:12", "registry:5000/debian"}}), SizeIs(2));
  EXPECT_THAT(CheckWith({{"debian:12", "debian:latest"}}), SizeIs(2));
  ExpectFlagged("debian:12 AS build", "debian:13 AS build", "more than one base");
  ExpectFlagged("USER 10001:10001", "", "no USER");
  ExpectFlagged("USER 10001:10001", "USER milepost", "no number above 0");
  ExpectFlagged("USER 10001:10001", "USER 10001:0", "no number above 0");
  ExpectFlagged("ENTRYPOINT [\"/server\"]", "ENTRYPOINT /server", "signals would end there");
  ExpectFlagged("ENTRYPOINT [\"/server\"]", "", "no ENTRYPOINT");
  ExpectFlagged("COPY --chmod=0755 sources", "COPY lost", "does not exist");
  ExpectFlagged("COPY --chmod=0755 sources", "COPY var", "held back by .dockerignore");
  ExpectFlagged("libssl3", "libssl3 libssl-dev", "is for building");
  ExpectFlagged("libssl3", "libssl3 make", "is for building");
  ExpectFlagged("libssl3", "libssl1", "'libssl3' is not installed by name");
  ExpectFlagged("RUN server --help\nENTRYPOINT [\"/server\"]", "ENTRYPOINT [\"/other\"]", "no server");
  ExpectFlagged("-y --no-install-recommends g++", "-y g++", "only recommended");
  ExpectFlagged("libssl3 && rm -rf /var/lib/apt/lists/*", "libssl3", "apt's lists");
}

TEST(IsSent, FollowsTheExceptions) {
  EXPECT_TRUE(IsSent("*\n!common\n", "common"));
  EXPECT_TRUE(IsSent("*\n!common\n", "common/core"));
  EXPECT_FALSE(IsSent("*\n!common\n", "commons"));
  EXPECT_FALSE(IsSent("*\n", "common"));
}

}  // namespace
}  // namespace milepost::arch
