#include "common/obs/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "common/core/clock.h"

namespace milepost::obs {
namespace {

constexpr Metric kCpu{"process_cpu_seconds_total", MetricKind::kCounter, "CPU time used, user and system."};
constexpr Metric kResident{"process_resident_memory_bytes", MetricKind::kGauge, "Memory held in RAM."};
constexpr Metric kVirtual{"process_virtual_memory_bytes", MetricKind::kGauge, "Address space mapped."};
constexpr Metric kOpenFiles{"process_open_fds", MetricKind::kGauge,
                            "Open file descriptors, sockets included."};
constexpr Metric kMaxFiles{"process_max_fds", MetricKind::kGauge,
                           "The most file descriptors that may be open."};
constexpr Metric kThreads{"process_threads", MetricKind::kGauge, "Threads."};
constexpr Metric kStart{"process_start_time_seconds", MetricKind::kGauge,
                        "When the process began, since the epoch."};

// The fields of /proc/self/stat after the name in parentheses, of which the first is number 3 of proc(5). None where no file
// is left to read them by.
std::vector<std::string> StatFields() {
  std::ifstream file("/proc/self/stat");
  std::ostringstream content;
  content << file.rdbuf();
  const std::string text = content.str();
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  return absl::StrSplit(text.substr(name_end + 1), ' ', absl::SkipEmpty());
}

// Shows nothing where the field could not be read: 0 would be taken for its value.
void AddField(const std::vector<std::string>& fields, size_t number, const Metric& metric, double unit,
              Exposition& exposition) {
  double value = 0;
  if (number - 3 < fields.size() && absl::SimpleAtod(fields[number - 3], &value))
    exposition.Add(metric, value * unit);
}

double ProcessorSeconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return absl::ToDoubleSeconds(absl::DurationFromTimeval(used.ru_utime) +
                               absl::DurationFromTimeval(used.ru_stime));
}

// Where no file is left to open the folder with, all that are allowed.
std::optional<double> OpenFiles(const rlimit& files) {
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == nullptr && errno == EMFILE) return static_cast<double>(files.rlim_cur);
  if (folder == nullptr) return std::nullopt;
  int entries = 0;
  while (readdir(folder) != nullptr) ++entries;
  closedir(folder);
  return entries - 3;  // ".", ".." and the folder itself
}

// Before main.
const absl::Time started = WallNow();

}  // namespace

void ReadProcess(Exposition& exposition) {
  const std::vector<std::string> stat = StatFields();
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  exposition.Add(kCpu, ProcessorSeconds());
  AddField(stat, 20, kThreads, 1, exposition);
  AddField(stat, 23, kVirtual, 1, exposition);
  AddField(stat, 24, kResident, static_cast<double>(sysconf(_SC_PAGESIZE)), exposition);
  if (const std::optional<double> open = OpenFiles(files)) exposition.Add(kOpenFiles, *open);
  exposition.Add(kMaxFiles, static_cast<double>(files.rlim_cur));
  exposition.Add(kStart, absl::ToDoubleSeconds(started - absl::UnixEpoch()));
}

}  // namespace milepost::obs
