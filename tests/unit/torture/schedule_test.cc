// The crash rounds leave nothing out: every victim and every named place of the sources, whatever the seed.
#include "tests/torture/schedule.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace milepost::torture {
namespace {

namespace fs = std::filesystem;

std::string Text(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

bool Mentions(const std::string& folder, const std::string& what) {
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(MILEPOST_SOURCE_DIR) / folder))
    if (entry.is_regular_file() && absl::StrContains(Text(entry.path()), what)) return true;
  return false;
}

// The names in Failpoint("…") below a folder of the sources.
std::set<std::string> FailpointsIn(const std::string& folder) {
  static const std::regex kCall(R"re(\bFailpoint\("([^"]+)"\))re");
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(MILEPOST_SOURCE_DIR) / folder)) {
    if (entry.path().extension() != ".cc" && entry.path().extension() != ".h") continue;
    const std::string text = Text(entry.path());
    for (std::sregex_iterator at(text.begin(), text.end(), kCall), end; at != end; ++at)
      names.insert((*at)[1]);
  }
  return names;
}

std::set<std::string> PlacesOf(Victim service) {
  std::set<std::string> names;
  for (const Place& place : Places())
    if (place.service == service) names.insert(place.failpoint);
  return names;
}

std::set<std::string> Names(Schedule& schedule, size_t rounds) {
  std::set<std::string> names;
  for (size_t i = 0; i < rounds; ++i) names.insert(schedule.Next().name());
  return names;
}

TEST(Places, AreTheNamedPlacesOfTheSources) {
  ASSERT_TRUE(Mentions("common/service", "StartSequencer")) << "the shell of every service runs one";
  std::set<std::string> shared;
  for (const char* folder : {"common/core", "common/db", "common/rpc"}) shared.merge(FailpointsIn(folder));
  EXPECT_THAT(shared, ::testing::Contains("before_commit"));
  const std::pair<Victim, const char*> services[] = {{Victim::kCatalog, "services/gig_catalog"},
                                                     {Victim::kOffers, "services/offer_service"},
                                                     {Victim::kBilling, "services/milestone_billing"}};
  for (const auto& [service, folder] : services) {
    std::set<std::string> expected = FailpointsIn(folder);
    expected.insert(shared.begin(), shared.end());
    if (Mentions(folder, "service::Shell<")) expected.merge(FailpointsIn("common/events"));
    EXPECT_EQ(PlacesOf(service), expected) << folder;
  }
}

TEST(Schedule, BringsEveryVictimAndPlaceOnceBeforeChanceDecides) {
  for (const uint64_t seed : {1u, 2u, 3u, 77u}) {
    Schedule schedule({.seed = seed});
    const std::set<std::string> names = Names(schedule, Schedule::EverythingOnce(true));
    for (const Place& place : Places()) EXPECT_TRUE(names.contains(place.name())) << place.name();
    for (const Victim victim : kVictims)
      EXPECT_TRUE(names.contains(absl::StrCat("kill ", NameOf(victim)))) << NameOf(victim);
  }
}

TEST(Schedule, FitsIntoTheThirtyRoundsOfTheTest) {
  EXPECT_LE(Schedule::EverythingOnce(true), 30u);
}

TEST(Schedule, BringsAMissedPlaceAgainAndSooner) {
  Schedule schedule({.seed = 1});
  Names(schedule, Schedule::EverythingOnce(true));
  Blow missed;
  missed.victim = Victim::kBilling;
  missed.failpoint = "steps.committed";
  missed.turn = 40;
  schedule.Missed(missed);
  const Blow again = schedule.Next();
  EXPECT_EQ(again.name(), missed.name());
  EXPECT_LE(again.turn, 20);
}

TEST(Schedule, SparesADatabaseThatMustNotBeKilled) {
  Schedule schedule({.seed = 4, .database_is_mortal = false});
  const std::set<std::string> names = Names(schedule, 200);
  EXPECT_FALSE(names.contains("kill database"));
  EXPECT_FALSE(names.contains("kill everything"));
}

TEST(Schedule, LeapsInEveryOtherRoundWhereItIsTo) {
  Schedule still({.seed = 1}), leaping({.seed = 1, .leaps = true});
  std::map<int, int> leaps;  // how often, by days
  for (int i = 0; i < 60; ++i) {
    const Blow a = still.Next(), b = leaping.Next();
    EXPECT_FALSE(a.leaps());
    EXPECT_EQ(a.name(), b.name()) << "the same seed kills the same, whether time leaps or not";
    ++leaps[b.leap_days];
  }
  EXPECT_EQ(leaps, (std::map<int, int>{{0, 30}, {9, 20}, {40, 10}}))
      << "past most deadlines, and sometimes past all";
}

TEST(Schedule, IsAFunctionOfItsSeed) {
  Schedule one({.seed = 9}), same({.seed = 9}), other({.seed = 10});
  bool differs = false;
  for (int i = 0; i < 40; ++i) {
    const Blow a = one.Next(), b = same.Next(), c = other.Next();
    EXPECT_EQ(a.name(), b.name());
    EXPECT_EQ(a.after, b.after);
    EXPECT_EQ(a.load_seed, b.load_seed);
    differs |= a.name() != c.name();
  }
  EXPECT_TRUE(differs);
}

}  // namespace
}  // namespace milepost::torture
