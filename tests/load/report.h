// From what was measured to figures, and from figures to what people read: a table, a plot, JSON.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "report.pb.h"

namespace milepost::load {

// The names under which measurements are kept.
namespace measure {
inline constexpr char kNoOp[] = "no-op calls/s";
inline constexpr char kCommands[] = "commands/s";
inline constexpr char kSingly[] = "commands/s, batch limit 1";
inline constexpr char kSysbench[] = "sysbench transactions/s";
inline constexpr char kByHand[] = "by hand transactions/s";
inline constexpr char kWholeOrders[] = "whole orders/s";
inline constexpr char kIdleCall[] = "DeliverMilestone alone, p50 us";
inline constexpr char kIdleByHand[] = "the same by hand, p50 us";
// Without the row in lane_commits, which a client of one's own could spare:
inline constexpr char kByHandSparing[] = "by hand transactions/s, without lane_commits";
inline constexpr char kIdleByHandSparing[] = "the same by hand, p50 us, without lane_commits";
inline constexpr char kMemoryFrom[] = "memory from minute";
inline constexpr char kMemoryUntil[] = "memory until minute";
// Of SearchBench, each with Latency().
inline constexpr char kGet[] = "GetGig";
inline constexpr char kRare[] = "SearchGigs, a word of at most 10000 gigs";
inline constexpr char kNearlyCommon[] = "SearchGigs, a word of 8750 to 10000 gigs";
inline constexpr char kDeep[] = "SearchGigs, a word of 8750 to 10000 gigs, past those with it in their title";
inline constexpr char kTwoRare[] = "SearchGigs, two words of at most 10000 gigs each";
inline constexpr char kShort[] = "SearchGigs, a word of two characters";
inline constexpr char kCommon[] = "SearchGigs, a word of more than 17000 gigs";
inline constexpr char kTwoCommon[] = "SearchGigs, two words of more than 17000 gigs each";
inline constexpr char kFiltered[] = "SearchGigs, a rare word and all filters";
inline constexpr char kNewest[] = "SearchGigs, no word";
inline constexpr char kSeldomPrice[] = "SearchGigs, no word, a price of few";
inline constexpr char kListFirst[] = "ListGigs, page 1";
inline constexpr char kListFar[] = "ListGigs, page 1000";
inline constexpr char kFill[] = "gigs stored in s";
inline constexpr char kIndex[] = "full-text index made in s";
inline constexpr char kFirstSearch[] = "first search of a replica, ms";
// The name of a kind's latency in ms; `which`: "p50".
std::string Latency(absl::string_view kind, absl::string_view which);
}  // namespace measure

using Measured = std::map<std::string, std::vector<double>>;

// The figures that can be made of what was measured.
void AddFigures(const std::string& storage, const Measured& measured, v1::Report* report);
bool IsMet(const v1::Figure& figure);
// Some figures, and every bar is met. P3 has its bar on disk only.
bool AllMet(const v1::Report& report);

std::string PrintTable(const v1::Report& report);
std::string PrintPoint(const v1::Point& point);
std::string Print(double value);  // in at least three digits
// Throughput and latency against calls in flight, as an SVG.
std::string Plot(const v1::Report& report);

absl::Status WriteText(const std::string& path, absl::string_view text);
// The report's JSON; what is there already is read and kept.
absl::Status ReadReport(const std::string& path, v1::Report* report);
absl::Status WriteReport(const std::string& path, const v1::Report& report);

// One line of progress.
void Say(absl::string_view line);

}  // namespace milepost::load
