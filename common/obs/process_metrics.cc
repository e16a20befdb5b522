#include "common/obs/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
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

// The fields of /proc/self/stat after the name in parentheses, of which the first is number 3 of proc(5).
std::vector<std::string> StatFields() {
  std::ifstream file("/proc/self/stat");
  std::ostringstream content;
  content << file.rdbuf();
  const std::string text = content.str();
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  return absl::StrSplit(text.substr(name_end + 1), ' ', absl::SkipEmpty());
}

double FieldOf(const std::vector<std::string>& fields, size_t number) {
  double value = 0;
  if (number - 3 >= fields.size() || !absl::SimpleAtod(fields[number - 3], &value)) return 0;
  return value;
}

// Where no file is left to open the folder with, all that are allowed.
double OpenFiles(const rlimit& files) {
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == nullptr) return errno == EMFILE ? static_cast<double>(files.rlim_cur) : 0;
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
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  exposition.Add(kCpu, (FieldOf(stat, 14) + FieldOf(stat, 15)) / ticks);
  exposition.Add(kThreads, FieldOf(stat, 20));
  exposition.Add(kVirtual, FieldOf(stat, 23));
  exposition.Add(kResident, FieldOf(stat, 24) * static_cast<double>(sysconf(_SC_PAGESIZE)));
  exposition.Add(kOpenFiles, OpenFiles(files));
  exposition.Add(kMaxFiles, static_cast<double>(files.rlim_cur));
  exposition.Add(kStart, absl::ToDoubleSeconds(started - absl::UnixEpoch()));
}

}  // namespace milepost::obs
