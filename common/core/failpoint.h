// Failpoints: named places where a crash test can kill the process, as `kill -9` would.
//
// Off unless the environment says MILEPOST_FAILPOINT=<name>[:<n>] when the process starts: the n-th time
// (default 1) that the place is reached, the process exits with 137 at once: no destructors, no flushes, no
// answers. With MILEPOST_ENVIRONMENT=production a set failpoint stops the process at its first use, so that
// none ships by mistake. Costs one load of a cached pointer where it is off. Thread-safe.
#pragma once

#include "absl/strings/string_view.h"

namespace milepost {

// Kills the process if `name` is the failpoint that is set and this is its n-th hit; otherwise does nothing.
void Failpoint(absl::string_view name);

}  // namespace milepost
