// Bugs that were met: logged and counted by their kind, for the alarm "A server has a bug".
#pragma once

#include "absl/status/status.h"
#include "common/obs/exposition.h"

namespace milepost::obs {

// Counts the status and writes an error line with what it says, if it is a bug (common/core/bug.h); else does nothing. The same
// bug again and again fills no log. Thread-safe.
void ReportBug(const absl::Status& status);

// How many of each kind this process has met.
void ReadBugs(Exposition& exposition);

}  // namespace milepost::obs
