#include "tests/torture/report.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace milepost::torture {
namespace {

struct Tally {
  size_t rounds = 0, counted = 0, acknowledged = 0, violations = 0;
  absl::Duration recovery;  // the longest
};

// Sure to fire in so many rounds, half of which go past them; also where rounds are as short as they may be.
struct {
  const char* kind;
  size_t rounds;
} constexpr kSureDeadlines[] = {{"EXPIRY", 8},
                                {"REVIEW", 8},
                                {"DELIVERY", 8},
                                {"LATE_CANCELLATION", 8},
                                {"NON_DELIVERY", kRoundsForAll},
                                {"CANCELLATION_ANSWER", kRoundsForAll},
                                {"DISPUTE", kRoundsForAll},
                                {"NEXT_NOT_STARTED", kRoundsForAll}};

bool IsOfLeaps(const std::string& method) {
  return std::find(MutationsOfLeaps().begin(), MutationsOfLeaps().end(), method) != MutationsOfLeaps().end();
}

std::string Seconds(absl::Duration duration) {
  return absl::StrFormat("%.2f", absl::ToDoubleSeconds(duration));
}

std::string WordFor(const RoundReport& round) {
  if (!round.violations.empty()) return absl::StrCat("VIOLATED ", round.violations.size());
  if (!round.fell) return "ok, but the place was not reached: not counted";
  return round.counts_as_round() ? "ok" : "ok, but too few commands: not counted";
}

std::string Quoted(const std::string& text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}), "\"");
}

// "AcceptMilestone 3951, AcceptOffer 1152"
template <class Counts>
std::string Listed(const Counts& counts) {
  return absl::StrJoin(counts, ", ", [](std::string* out, const auto& count) {
    absl::StrAppend(out, count.first, " ", count.second);
  });
}

template <class Counts>
std::string JsonOfCounts(const Counts& counts) {
  const auto each = [](std::string* out, const auto& count) {
    absl::StrAppend(out, Quoted(count.first), ":", count.second);
  };
  return absl::StrCat("{", absl::StrJoin(counts, ",", each), "}");
}

std::string JsonOfRound(const RoundReport& round) {
  const auto quoted = [](std::string* out, const std::string& text) { out->append(Quoted(text)); };
  return absl::StrCat("{\"number\":", round.number, ",\"blow\":", Quoted(round.blow.name()),
                      ",\"replica\":", round.blow.replica, ",\"turn\":", round.blow.turn,
                      ",\"stormy\":", round.blow.stormy ? "true" : "false",
                      ",\"leaps\":", round.blow.leaps() ? "true" : "false",
                      ",\"fell\":", round.fell ? "true" : "false",
                      ",\"counted\":", round.counts_as_round() ? "true" : "false",
                      ",\"acknowledged\":", round.counts.acknowledged, ",\"refused\":", round.counts.refused,
                      ",\"retried\":", round.counts.retried, ",\"orders_judged\":", round.orders_judged,
                      ",\"recovery_s\":", Seconds(round.recovery), ",\"took_s\":", Seconds(round.took),
                      ",\"violations\":[", absl::StrJoin(round.violations, ",", quoted), "]}");
}

}  // namespace

std::string LineOf(const RoundReport& round) {
  return absl::StrFormat(
      "round %3d  %-36s %-6s %-5s %5d acknowledged %4d refused %5d retried  recovered in %5s s  took %5s s  "
      "%s",
      round.number, round.blow.name(), round.blow.stormy ? "stormy" : "calm",
      round.blow.leaps() ? "leaps" : "", round.counts.acknowledged, round.counts.refused,
      round.counts.retried, Seconds(round.recovery), Seconds(round.took), WordFor(round));
}

size_t Summary::counted() const {
  return static_cast<size_t>(
      std::count_if(rounds.begin(), rounds.end(), [](const auto& round) { return round.counts_as_round(); }));
}

size_t Summary::violations() const {
  size_t count = 0;
  for (const RoundReport& round : rounds) count += round.violations.size();
  return count;
}

absl::Duration Summary::longest_recovery() const {
  absl::Duration longest;
  for (const RoundReport& round : rounds) longest = std::max(longest, round.recovery);
  return longest;
}

std::vector<std::string> Summary::missed_places() const {
  std::set<std::string> hit;
  for (const RoundReport& round : rounds)
    if (round.counts_as_round() && !round.blow.failpoint.empty()) hit.insert(round.blow.name());
  std::vector<std::string> missed;
  for (const Place& place : Places())
    if (!hit.contains(place.name())) missed.push_back(place.name());
  return missed;
}

std::vector<std::string> Summary::unseen(size_t wanted) const {
  const auto none = [](const auto& counts, const std::string& name) {
    const auto at = counts.find(name);
    return at == counts.end() || at->second == 0;
  };
  std::vector<std::string> names;
  for (const std::string& method : Mutations())
    if (wanted >= kRoundsForAll && (leaps || !IsOfLeaps(method)) && none(by_method, method))
      names.push_back(method);
  for (const auto& [kind, rounds] : kSureDeadlines)
    if (leaps && wanted >= rounds && none(deadlines_fired, kind))
      names.push_back(absl::StrCat("the deadline ", kind));
  return names;
}

const std::vector<std::string>& Mutations() {
  static const auto* const methods = new std::vector<std::string>{
      "AcceptMilestone",
      "AcceptOffer",
      "AddMilestone",
      "AddSubstep",
      "AnswerCancellation",
      "CancelLateMilestone",
      "CreateGig",
      "CreateOffer",
      "DeclineOffer",
      "DeleteMilestone",
      "DeleteOffer",
      "DeliverMilestone",
      "EndOrder",
      "OpenDispute",
      "PauseGig",
      "PlaceGigOrder",
      "PostUpdate",
      "PublishGig",
      "RequestRevision",
      "PublishMilestonePlan",
      "RequestCancellation",
      "ResolveCharge",
      "ResolveDispute",
      "RetryPayment",
      "SendOffer",
      "UpdateGig",
      "UpdateOffer",
      "SetMilestonePayments",
      "StartMilestonePlan",
      "StartNextMilestone",
      "UpdateMilestone",
      "WithdrawDispute",
      "WithdrawOffer",
  };
  return *methods;
}

const std::vector<std::string>& MutationsOfLeaps() {
  static const auto* const methods = new std::vector<std::string>{"CancelLateMilestone"};
  return *methods;
}

bool Passed(const Summary& summary, size_t wanted, bool database_is_mortal) {
  const bool every_place =
      wanted < Schedule::EverythingOnce(database_is_mortal) || summary.missed_places().empty();
  return summary.violations() == 0 && summary.counted() >= wanted && every_place &&
         summary.unseen(wanted).empty();
}

std::string TableOf(const Summary& summary) {
  std::map<std::string, Tally> tallies;
  for (const RoundReport& round : summary.rounds) {
    Tally& tally = tallies[round.blow.name()];
    ++tally.rounds;
    tally.counted += round.counts_as_round();
    tally.acknowledged += round.counts.acknowledged;
    tally.violations += round.violations.size();
    tally.recovery = std::max(tally.recovery, round.recovery);
  }
  std::string table = absl::StrFormat("%-38s %7s %8s %13s %18s %11s\n", "killed", "rounds", "counted",
                                      "acknowledged", "longest recovery", "violations");
  for (const auto& [name, tally] : tallies)
    absl::StrAppendFormat(&table, "%-38s %7d %8d %13d %16s s %11d\n", name, tally.rounds, tally.counted,
                          tally.acknowledged, Seconds(tally.recovery), tally.violations);
  absl::StrAppend(&table, "acknowledged: ", Listed(summary.by_method),
                  "\ndeadlines that fired: ", Listed(summary.deadlines_fired), "\n");
  return table;
}

std::string JsonOf(const Summary& summary) {
  return absl::StrCat(
      "{\"commit\":", Quoted(summary.commit), ",\"seed\":", summary.seed,
      ",\"rounds\":", summary.rounds.size(), ",\"counted\":", summary.counted(),
      ",\"leaps\":", summary.leaps ? "true" : "false", ",\"violations\":", summary.violations(),
      ",\"longest_recovery_s\":", Seconds(summary.longest_recovery()), ",\"took_s\":", Seconds(summary.took),
      ",\"acknowledged\":", JsonOfCounts(summary.by_method),
      ",\"deadlines_fired\":", JsonOfCounts(summary.deadlines_fired), ",\"each\":[\n",
      absl::StrJoin(summary.rounds, ",\n",
                    [](std::string* out, const auto& round) { out->append(JsonOfRound(round)); }),
      "\n]}\n");
}

}  // namespace milepost::torture
