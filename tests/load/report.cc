#include "tests/load/report.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/core/stack.h"
#include "google/protobuf/util/json_util.h"

namespace milepost::load {
namespace {

constexpr double kShortestGrowth = 0.25;  // minutes; over less, growth says nothing and is no figure

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// Makes the figures of one storage.
class FigureMaker {
 public:
  FigureMaker(std::string storage, const Measured& measured, v1::Report* report)
      : storage_(std::move(storage)), measured_(measured), report_(*report) {}

  void Make() {
    Ratio("P1", measure::kCommands, measure::kNoOp, 0.18, 0.25, true);
    Ratio("P1b", measure::kCommands, measure::kSysbench, 1.8, 2.5, true);
    if (v1::Figure* p2 = Ratio("P2 (by hand)", measure::kCommands, measure::kByHand, 2, 3, true))
      NoteSparing(*p2, measure::kCommands, measure::kByHandSparing);
    Ratio("P2 (batch limit 1)", measure::kCommands, measure::kSingly, 3, 4, true);
    if (v1::Figure* p3 = Ratio("P3", measure::kIdleCall, measure::kIdleByHand, 1.5, 1.25, false))
      NoteSparing(*p3, measure::kIdleCall, measure::kIdleByHandSparing);
    Ratio("P4", measure::kWholeOrders, measure::kCommands, 0.035, 0.05, true);
    Memory();
    Starts();
    Searches();
  }

 private:
  const std::vector<double>* Find(const std::string& name) const {
    const auto found = measured_.find(name);
    return found == measured_.end() ? nullptr : &found->second;
  }

  v1::Figure& Add(const std::string& id, const std::string& what, double value, double bar, double stretch,
                  bool at_least) {
    v1::Figure& figure = *report_.add_figures();
    figure.set_id(id);
    figure.set_storage(storage_);
    figure.set_what(what);
    figure.set_value(value);
    figure.set_bar(bar);
    figure.set_stretch(stretch);
    figure.set_at_least(at_least);
    return figure;
  }

  void AddMeasure(v1::Figure& figure, const std::string& name) {
    const std::vector<double>& rounds = *Find(name);
    v1::Measure& measure = *figure.add_measures();
    measure.set_name(name);
    measure.set_median(Median(rounds));
    measure.mutable_rounds()->Add(rounds.begin(), rounds.end());
  }

  // Null where one of the two was not measured.
  v1::Figure* Ratio(const std::string& id, const std::string& above, const std::string& below, double bar,
                    double stretch, bool at_least) {
    if (Find(above) == nullptr || Find(below) == nullptr) return nullptr;
    v1::Figure& figure = Add(id, absl::StrCat(above, " / ", below),
                             Median(*Find(above)) / Median(*Find(below)), bar, stretch, at_least);
    AddMeasure(figure, above);
    AddMeasure(figure, below);
    if (below == measure::kByHand) {
      for (const auto& [name, rounds] : measured_)
        if (name.starts_with(measure::kByHand) && name.ends_with(" connections")) AddMeasure(figure, name);
    }
    if (id == "P3" && storage_ != "disk") figure.set_note("the bar is for disk");
    return &figure;
  }

  // Beside the figure: what it would be with a baseline that spares a statement.
  void NoteSparing(v1::Figure& figure, const std::string& above, const std::string& below) {
    if (Find(below) == nullptr) return;
    AddMeasure(figure, below);
    const std::string note =
        absl::StrCat("without a row in lane_commits: ", Print(Median(*Find(above)) / Median(*Find(below))));
    figure.set_note(figure.note().empty() ? note : absl::StrCat(figure.note(), "; ", note));
  }

  // The server that is largest, and the one that grew most.
  void Memory() {
    double largest = 0, growth = 0;
    std::vector<std::string> names;
    for (const auto& [name, values] : measured_) {
      const size_t cut = name.find(" MiB after");
      if (cut == std::string::npos) continue;
      const std::string before = absl::StrCat(name.substr(0, cut), " MiB before");
      largest = std::max(largest, values.back());
      growth = std::max(growth, values.back() - Find(before)->back());
      names.push_back(before);
      names.push_back(name);
    }
    if (names.empty()) return;
    v1::Figure& size =
        Add("P8 (size)", "MiB resident of the largest service under P1", largest, 64, 32, false);
    for (const std::string& name : names) AddMeasure(size, name);
    v1::Figure& grown =
        Add("P8 (growth)", "MiB that the service grew by which grew most", growth, 2, 0, false);
    grown.set_note(absl::StrFormat("from minute %.1f to %.1f", Find(measure::kMemoryFrom)->back(),
                                   Find(measure::kMemoryUntil)->back()));
  }

  void Starts() {
    double slowest = 0;
    std::vector<std::string> names;
    for (const auto& [name, values] : measured_) {
      if (name.find(" start, ms") == std::string::npos) continue;
      slowest = std::max(slowest, Median(values));
      names.push_back(name);
    }
    if (names.empty()) return;
    v1::Figure& figure =
        Add("P9", "ms from process start to SERVING, slowest server", slowest, 300, 100, false);
    for (const std::string& name : names) AddMeasure(figure, name);
  }

  // Each kind of search has a bar for 95 of 100 calls, and stands beside GetGig.
  void Searches() {
    for (const auto& [id, kind, bar] :
         {std::tuple("S1", measure::kRare, 50.0), std::tuple("S1 (near 1 %)", measure::kNearlyCommon, 50.0),
          std::tuple("S1 (deep page)", measure::kDeep, 50.0),
          std::tuple("S1 (two words)", measure::kTwoRare, 50.0),
          std::tuple("S1 (short)", measure::kShort, 50.0),
          std::tuple("S1 (filters)", measure::kFiltered, 50.0), std::tuple("S2", measure::kCommon, 100.0),
          std::tuple("S2 (two words)", measure::kTwoCommon, 100.0),
          std::tuple("S2 (no word)", measure::kNewest, 100.0),
          std::tuple("S2 (price)", measure::kSeldomPrice, 100.0)}) {
      const std::string p95 = measure::Latency(kind, "p95");
      if (Find(p95) == nullptr) continue;
      v1::Figure& figure = Add(id, p95, Median(*Find(p95)), bar, 0, false);
      AddMeasure(figure, measure::Latency(kind, "p50"));
      AddMeasure(figure, measure::Latency(measure::kGet, "p50"));
    }
    if (v1::Figure* far = Ratio("S3", measure::Latency(measure::kListFar, "p50"),
                                measure::Latency(measure::kListFirst, "p50"), 1.25, 0, false))
      for (const char* once : {measure::kFill, measure::kIndex, measure::kFirstSearch})
        AddMeasure(*far, once);
  }

  const std::string storage_;
  const Measured& measured_;
  v1::Report& report_;
};

bool HasBar(const v1::Figure& figure) {
  return figure.id() != "P3" || figure.storage() == "disk";
}

std::string State(const v1::Figure& figure) {
  if (!HasBar(figure)) return "-";
  if (!IsMet(figure)) return "NO";
  const bool stretched = figure.stretch() > 0 && (figure.at_least() ? figure.value() >= figure.stretch()
                                                                    : figure.value() <= figure.stretch());
  return stretched ? "stretch" : "yes";
}

}  // namespace

void AddFigures(const std::string& storage, const Measured& measured, v1::Report* report) {
  FigureMaker(storage, measured, report).Make();
}

std::string measure::Latency(absl::string_view kind, absl::string_view which) {
  return absl::StrCat(kind, ", ", which, " ms");
}

bool IsMet(const v1::Figure& figure) {
  return figure.at_least() ? figure.value() >= figure.bar() : figure.value() <= figure.bar();
}

bool AllMet(const v1::Report& report) {
  return report.figures_size() > 0 &&
         std::all_of(report.figures().begin(), report.figures().end(),
                     [](const v1::Figure& figure) { return !HasBar(figure) || IsMet(figure); });
}

std::string Print(double value) {
  if (value >= 1000) return absl::StrFormat("%.0f", value);
  if (value >= 10) return absl::StrFormat("%.1f", value);
  return absl::StrFormat(value >= 1 ? "%.2f" : "%.3f", value);
}

std::string PrintPoint(const v1::Point& point) {
  const std::string load = point.in_flight() > 0
                               ? absl::StrFormat("%3d in flight", point.in_flight())
                               : absl::StrFormat("open loop at %5.0f/s", point.intended_rate());
  return absl::StrFormat("  %-7s %-22s %6.0f commands/s   p50 %7.2f ms   p99 %7.2f ms   longest %7.2f ms",
                         point.storage(), load, point.rate(), point.p50_us() / 1000, point.p99_us() / 1000,
                         point.max_us() / 1000);
}

std::string PrintTable(const v1::Report& report) {
  std::string text =
      absl::StrCat(report.began(), "  ", report.machine(), "  commit ", report.commit(), "\n\n");
  absl::StrAppendFormat(&text, "%-19s %-7s %8s   %-9s %-9s %-8s %s\n", "figure", "storage", "value", "bar",
                        "stretch", "met", "of");
  for (const v1::Figure& figure : report.figures()) {
    const std::string sign = figure.at_least() ? ">= " : "<= ";
    std::string measures = figure.what();
    for (const v1::Measure& measure : figure.measures()) {
      if (measure.name().find(", ") != std::string::npos && figure.id() == "P2 (by hand)") continue;
      absl::StrAppend(&measures, "; ", measure.name(), " ", Print(measure.median()));
    }
    if (!figure.note().empty()) absl::StrAppend(&measures, " (", figure.note(), ")");
    absl::StrAppendFormat(&text, "%-19s %-7s %8s   %-9s %-9s %-8s %s\n", figure.id(), figure.storage(),
                          Print(figure.value()), absl::StrCat(sign, Print(figure.bar())),
                          figure.stretch() > 0 ? Print(figure.stretch()) : "-", State(figure), measures);
  }
  if (report.curve_size() > 0) text += "\n";
  for (const v1::Point& point : report.curve()) absl::StrAppend(&text, PrintPoint(point), "\n");
  return text;
}

absl::Status WriteText(const std::string& path, absl::string_view text) {
  std::ofstream file(path, std::ios::trunc);
  file << text;
  return file.flush() ? absl::OkStatus() : absl::AbortedError(absl::StrCat("can't write ", path));
}

absl::Status ReadReport(const std::string& path, v1::Report* report) {
  std::ifstream file(path);
  const std::string json(std::istreambuf_iterator<char>(file), {});
  if (json.empty()) return absl::OkStatus();
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, report);
  return parsed.ok() ? absl::OkStatus() : absl::AbortedError(absl::StrCat(path, ": ", parsed.ToString()));
}

absl::Status WriteReport(const std::string& path, const v1::Report& report) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  stack::PrintDefaults(options);
  std::string json;
  const auto printed = google::protobuf::util::MessageToJsonString(report, &json, options);
  return printed.ok() ? WriteText(path, json) : absl::InternalError(printed.ToString());
}

void Say(absl::string_view line) {
  std::cout << line << std::endl;
}

}  // namespace milepost::load
