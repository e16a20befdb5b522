// Named places where a crash test may kill the process, as `kill -9` would.
//
// Off unless the environment says MILEPOST_FAILPOINT=<name>[:<n>] when the process starts: the n-th time
// (default 1) that the place is reached, the process exits with 137 at once: no destructors, no flushes, no
// answers. With MILEPOST_ENVIRONMENT=production a set failpoint stops the process at its first use, so that
// none ships by mistake. Costs one load of a cached pointer where it is off. Thread-safe.
#pragma once

#include "absl/strings/string_view.h"

namespace milepost {

// Kills the process when `name` is the failpoint that is set and its turn has come; else does nothing.
void Failpoint(absl::string_view name);

}  // namespace milepost
