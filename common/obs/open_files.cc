#include "common/obs/open_files.h"

#include <sys/resource.h>

#include <cerrno>
#include <cstring>

#include "common/obs/log.h"

namespace milepost::obs {

void RaiseOpenFiles() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t found = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0) {
    Log(Level::kInfo, "open files").With("limit", limit.rlim_cur).With("limit_before", found);
    return;
  }
  const char* const cause = std::strerror(errno);
  Log(Level::kWarn, "the limit of open files can't be raised")
      .With("limit", found)
      .With("hard_limit", limit.rlim_max)
      .With("cause", cause);
}

}  // namespace milepost::obs
