// The half of report.h that draws: two panels beside each other, one line a storage.
#include <algorithm>
#include <cmath>
#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/load/report.h"

namespace milepost::load {
namespace {

constexpr double kWidth = 420, kHeight = 300, kLeft = 70, kTop = 50, kGap = 110;
constexpr int kTicks = 5;

// One series of one panel.
struct Series {
  std::string storage;
  const char* color;
  const char* dash;
  std::function<double(const v1::Point&)> value;
};

class Panel {
 public:
  Panel(const v1::Report& report, double left, std::string title, std::vector<Series> series)
      : report_(report), left_(left), title_(std::move(title)), series_(std::move(series)) {
    for (const v1::Point& point : report.curve()) {
      if (point.in_flight() == 0) continue;
      widest_ = std::max(widest_, std::log2(point.in_flight()));
      for (const Series& each : series_) highest_ = std::max(highest_, each.value(point));
    }
  }

  std::string Draw() const {
    std::string svg;
    absl::StrAppendFormat(&svg, "<text x='%.0f' y='%.0f' class='title'>%s</text>\n", left_, kTop - 20,
                          title_);
    for (int i = 0; i <= kTicks; ++i) {
      const double value = highest_ * i / kTicks;
      absl::StrAppendFormat(&svg, "<line x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f' class='grid'/>\n", left_,
                            left_ + kWidth, Y(value), Y(value));
      absl::StrAppendFormat(&svg, "<text x='%.1f' y='%.1f' text-anchor='end'>%s</text>\n", left_ - 6,
                            Y(value) + 4, Print(value));
    }
    for (const v1::Point& point : report_.curve()) {
      if (point.in_flight() == 0) continue;
      absl::StrAppendFormat(&svg, "<text x='%.1f' y='%.1f' text-anchor='middle'>%d</text>\n",
                            X(point.in_flight()), kTop + kHeight + 18, point.in_flight());
    }
    absl::StrAppendFormat(&svg, "<text x='%.1f' y='%.1f' text-anchor='middle'>calls in flight</text>\n",
                          left_ + kWidth / 2, kTop + kHeight + 38);
    for (const Series& each : series_) absl::StrAppend(&svg, Line(each));
    return svg;
  }

 private:
  double X(int in_flight) const { return left_ + kWidth * std::log2(in_flight) / widest_; }
  double Y(double value) const { return kTop + kHeight * (1 - value / highest_); }

  std::string Line(const Series& series) const {
    std::string path;
    for (const v1::Point& point : report_.curve()) {
      if (point.in_flight() == 0 || point.storage() != series.storage) continue;
      absl::StrAppendFormat(&path, "%s%.1f,%.1f", path.empty() ? "" : " ", X(point.in_flight()),
                            Y(series.value(point)));
    }
    return absl::StrFormat(
        "<polyline points='%s' fill='none' stroke='%s' stroke-width='2' stroke-dasharray='%s'/>\n", path,
        series.color, series.dash);
  }

  const v1::Report& report_;
  const double left_;
  const std::string title_;
  const std::vector<Series> series_;
  double widest_ = 1, highest_ = 1;
};

}  // namespace

std::string Plot(const v1::Report& report) {
  const auto rate = [](const v1::Point& point) { return point.rate(); };
  const auto p50 = [](const v1::Point& point) { return point.p50_us() / 1000; };
  const auto p99 = [](const v1::Point& point) { return point.p99_us() / 1000; };
  constexpr char kDisk[] = "#1b5e9b", kMemory[] = "#c2571a", kWhole[] = "none", kDashed[] = "6 4";
  const Panel rates(report, kLeft, "commands/s: disk blue, memory orange",
                    {{"disk", kDisk, kWhole, rate}, {"memory", kMemory, kWhole, rate}});
  const Panel latencies(report, kLeft + kWidth + kGap, "latency in ms: p50 whole, p99 dashed",
                        {{"disk", kDisk, kWhole, p50},
                         {"disk", kDisk, kDashed, p99},
                         {"memory", kMemory, kWhole, p50},
                         {"memory", kMemory, kDashed, p99}});
  return absl::StrFormat(
      "<svg xmlns='http://www.w3.org/2000/svg' width='%.0f' height='%.0f'>\n"
      "<style>text{font:12px sans-serif;fill:#333}.title{font-size:14px;font-weight:bold}"
      ".grid{stroke:#ddd}</style>\n<rect width='100%%' height='100%%' fill='white'/>\n%s%s</svg>\n",
      kLeft + 2 * kWidth + kGap + 30, kTop + kHeight + 60, rates.Draw(), latencies.Draw());
}

}  // namespace milepost::load
