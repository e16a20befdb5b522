// A run passes only if it shows what it says to show: rounds, places, methods and deadlines.
#include "tests/torture/report.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "milepost/offers/v1/offer_service.pb.h"

namespace milepost::torture {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace fs = std::filesystem;

RoundReport SoundRound(Blow blow) {
  RoundReport round;
  round.blow = std::move(blow);
  round.fell = true;
  round.counts.acknowledged = kAcknowledgedMin;
  return round;
}

// Every place, every method and every deadline, in as many rounds as it takes.
Summary SoundRun() {
  Summary summary;
  summary.commit = "v1-2-gabc";
  summary.leaps = true;
  Schedule schedule({.seed = 3});
  while (summary.rounds.size() < kRoundsForAll) summary.rounds.push_back(SoundRound(schedule.Next()));
  for (const std::string& method : Mutations()) summary.by_method[method] = 7;
  summary.deadlines_fired = {
      {"CANCELLATION_ANSWER", 4}, {"DELIVERY", 9},         {"DISPUTE", 1},      {"EXPIRY", 3},
      {"LATE_CANCELLATION", 8},   {"NEXT_NOT_STARTED", 2}, {"NON_DELIVERY", 6}, {"REVIEW", 5}};
  return summary;
}

// The names in Command("…" and Step(…, "…" of what the virtual clients do.
std::set<std::string> MutationsInSources() {
  static const std::regex kSent(R"re(\b(?:Command\(|Step\(client, order, [\w.]+,)\s*"(\w+)")re");
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(MILEPOST_SOURCE_DIR) / "tests/torture")) {
    if (!absl::EndsWith(entry.path().string(), "_acts.cc")) continue;
    std::ostringstream stream;
    stream << std::ifstream(entry.path()).rdbuf();
    const std::string text = stream.str();
    for (std::sregex_iterator at(text.begin(), text.end(), kSent), end; at != end; ++at)
      names.insert((*at)[1]);
  }
  return names;
}

TEST(Mutations, AreWhatTheClientsSend) {
  EXPECT_EQ(std::set<std::string>(Mutations().begin(), Mutations().end()), MutationsInSources());
}

// What no virtual client sends.
const std::map<std::string, std::string>& NotSent() {
  static const auto& methods = *new std::map<std::string, std::string>{
      {"PlaceOrder", "OfferService sends it when an offer is accepted"},
      {"RecordOrderOutcome", "MilestoneBilling sends it when an order ends"},
      {"DeleteGig", "a gig's orders would end with it"},
      {"DisableMilestonePlan", "plans would run out; SetMilestonePayments closes and opens them"},
      {"MoveMilestone", "writes what UpdateMilestone writes: a plan"},
      {"UpdateSubstep", "writes what UpdateMilestone writes: a plan"},
      {"DeleteSubstep", "writes what UpdateMilestone writes: a plan"},
      {"CreateSubcategory",
       "operators rarely do; PlanReviewer.FollowsAChangeThroughThousandsOfPlans kills the server"},
      {"UpdateSubcategory",
       "operators rarely do; PlanReviewer.FollowsAChangeThroughThousandsOfPlans kills the server"}};
  return methods;
}

// The methods of the three services that change something.
std::set<std::string> MutationsInTheContract() {
  std::set<std::string> methods;
  for (const auto* file :
       {catalog::v1::GetGigRequest::descriptor()->file(), offers::v1::GetOfferRequest::descriptor()->file(),
        billing::v1::GetOrderRequest::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s)
      for (int m = 0; m < file->service(s)->method_count(); ++m)
        if (file->service(s)->method(m)->input_type()->FindFieldByName("request_id"))
          methods.emplace(file->service(s)->method(m)->name());
  }
  return methods;
}

TEST(Mutations, AreThoseOfTheContractButForWhatIsNotSent) {
  std::set<std::string> decided(Mutations().begin(), Mutations().end());
  for (const auto& [method, why] : NotSent())
    EXPECT_TRUE(decided.insert(method).second) << method << " is sent";
  EXPECT_EQ(decided, MutationsInTheContract()) << "send it in tests/torture/*_acts.cc, or say here why not";
}

TEST(Passed, WantsItsRoundsAndNoViolation) {
  EXPECT_TRUE(Passed(SoundRun(), kRoundsForAll, true));
  EXPECT_FALSE(Passed(SoundRun(), kRoundsForAll + 1, true));
  Summary violated = SoundRun();
  violated.rounds.back().violations.push_back("orders/1: escrow holds 3");
  EXPECT_FALSE(Passed(violated, kRoundsForAll, true));
}

TEST(Passed, WantsEveryMethodAcknowledged) {
  Summary gone = SoundRun(), zero = SoundRun();
  gone.by_method.erase("EndOrder");
  zero.by_method["EndOrder"] = 0;
  for (const Summary& summary : {gone, zero}) {
    EXPECT_THAT(summary.unseen(kRoundsForAll), ElementsAre("EndOrder"));
    EXPECT_FALSE(Passed(summary, kRoundsForAll, true));
    EXPECT_TRUE(Passed(summary, 1, true)) << "a short run need not show everything";
  }
}

TEST(Passed, WantsWhatOnlyComesWithTimeOnlyWhereItLeaps) {
  Summary summary = SoundRun();
  for (const std::string& method : MutationsOfLeaps()) {
    EXPECT_THAT(Mutations(), ::testing::Contains(method));
    summary.by_method.erase(method);
  }
  EXPECT_THAT(summary.unseen(kRoundsForAll), ::testing::ElementsAreArray(MutationsOfLeaps()));
  summary.leaps = false;
  EXPECT_THAT(summary.unseen(kRoundsForAll), IsEmpty());
}

TEST(Passed, WantsDeadlinesThatFired) {
  Summary summary = SoundRun();
  EXPECT_THAT(summary.unseen(kRoundsForAll), IsEmpty());
  summary.deadlines_fired.erase("REVIEW");
  summary.deadlines_fired.erase("NEXT_NOT_STARTED");
  EXPECT_THAT(summary.unseen(7), IsEmpty());
  EXPECT_THAT(summary.unseen(8), ElementsAre("the deadline REVIEW"));
  EXPECT_THAT(summary.unseen(kRoundsForAll),
              ElementsAre("the deadline REVIEW", "the deadline NEXT_NOT_STARTED"));
  EXPECT_FALSE(Passed(summary, 8, true));
  summary.leaps = false;
  EXPECT_THAT(summary.unseen(kRoundsForAll), IsEmpty()) << "windows are of days, and time is real";
}

TEST(Passed, WantsEveryNamedPlace) {
  Summary summary = SoundRun();
  std::erase_if(summary.rounds, [](const RoundReport& round) { return !round.blow.failpoint.empty(); });
  while (summary.rounds.size() < kRoundsForAll) summary.rounds.push_back(SoundRound({}));
  EXPECT_FALSE(Passed(summary, kRoundsForAll, true));
}

TEST(Figures, NameTheirCommitAndWhatFired) {
  const std::string json = JsonOf(SoundRun());
  EXPECT_THAT(json, HasSubstr(R"("commit":"v1-2-gabc")"));
  EXPECT_THAT(
      json,
      HasSubstr(R"("EXPIRY":3,"LATE_CANCELLATION":8,"NEXT_NOT_STARTED":2,"NON_DELIVERY":6,"REVIEW":5})"));
}

}  // namespace
}  // namespace milepost::torture
