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

std::string ReadText(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

ImageSurroundings Surroundings() {
  ImageSurroundings surroundings;
  surroundings.exists = [](const std::string& path) { return fs::exists(kRoot / path); };
  surroundings.is_sent = [](const std::string& path) {
    return IsSent(ReadText(kRoot / ".dockerignore"), path);
  };
  for (const fs::directory_entry& service : fs::directory_iterator(kRoot / "services"))
    if (service.is_directory()) surroundings.servers.push_back(service.path().filename());
  return surroundings;
}

TEST(Dockerfile, KeepsTheRulesOfTheImage) {
  const ImageSurroundings surroundings = Surroundings();
  EXPECT_THAT(surroundings.servers, SizeIs(4));
  for (const Finding& finding : CheckDockerfile(ReadText(kRoot / "Dockerfile"), surroundings))
    ADD_FAILURE() << finding;
}

TEST(Dockerfile, InstallsOnlyWhatIsNeeded) {
  const std::string script = ReadText(kRoot / ".ci/image/install_stack");
  EXPECT_THAT(script, HasSubstr("apt-get install"));
  EXPECT_THAT(CheckInstall(".ci/image/install_stack", 0, script), IsEmpty());
}

TEST(Dockerfile, EntrypointKnowsEveryServer) {
  const std::string entrypoint = ReadText(kRoot / ".ci/image/milepost.cc");
  for (const std::string& server : Surroundings().servers)
    EXPECT_THAT(entrypoint, HasSubstr(absl::StrCat("{\"", server, "\", \"/usr/local/bin/", server, "\"},")));
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
RUN strip -o /out/server /build/server
FROM scratch AS files
COPY --from=build /out /
FROM files
USER 10001:10001
ENTRYPOINT ["/start"]
)";

Findings CheckWith(const std::vector<std::pair<absl::string_view, absl::string_view>>& changes) {
  const std::string text = absl::StrReplaceAll(kGood, changes);
  return CheckDockerfile(text, {.exists = [](const std::string& path) { return path != "lost"; },
                                .is_sent = [](const std::string& path) { return path != "var"; },
                                .servers = {"server"}});
}

void ExpectFlagged(absl::string_view from, absl::string_view to, const std::string& message) {
  EXPECT_THAT(CheckWith({{from, to}}), ElementsAre(Field(&Finding::message, HasSubstr(message))))
      << from << " → " << to;
}

TEST(CheckDockerfile, FlagsEachMistake) {
  EXPECT_THAT(CheckWith({}), IsEmpty());
  ExpectFlagged("debian:12", "registry:5000/debian", "has no version");
  ExpectFlagged("debian:12", "debian:latest", "has no version");
  ExpectFlagged("FROM scratch", "FROM debian:13 AS other\nFROM scratch", "more than one base");
  ExpectFlagged("USER 10001:10001", "", "no USER");
  ExpectFlagged("USER 10001:10001", "USER milepost", "no number above 0");
  ExpectFlagged("USER 10001:10001", "USER 10001:0", "no number above 0");
  ExpectFlagged("ENTRYPOINT [\"/start\"]", "ENTRYPOINT /start", "signals would end there");
  ExpectFlagged("ENTRYPOINT [\"/start\"]", "", "no ENTRYPOINT");
  ExpectFlagged("COPY --chmod=0755 sources", "COPY lost", "does not exist");
  ExpectFlagged("COPY --chmod=0755 sources", "COPY var", "held back by .dockerignore");
  ExpectFlagged("FROM scratch", "FROM debian:12", "not scratch");
  ExpectFlagged("USER 10001", "RUN [\"/server\", \"--help\"]\nUSER 10001", "could run a command");
  ExpectFlagged("RUN strip -o /out/server /build/server\n", "", "no server");
  ExpectFlagged("-y --no-install-recommends g++", "-y g++", "only recommended");
  ExpectFlagged("g++ && rm -rf /var/lib/apt/lists/*", "g++", "apt's lists");
}

TEST(IsSent, FollowsTheExceptions) {
  EXPECT_TRUE(IsSent("*\n!common\n", "common"));
  EXPECT_TRUE(IsSent("*\n!common\n", "common/core"));
  EXPECT_FALSE(IsSent("*\n!common\n", "commons"));
  EXPECT_FALSE(IsSent("*\n", "common"));
}

}  // namespace
}  // namespace milepost::arch
