// Logs and counts bugs by their kind, for the alarm "A server has a bug".
#pragma once

#include "absl/status/status.h"
#include "common/obs/exposition.h"

namespace milepost::obs {

// Counts the status and logs its message as an error, if it is a bug (common/core/bug.h); otherwise does nothing. A
// repeated bug is logged rarely. Thread-safe.
void ReportBug(const absl::Status& status);

// Adds the number of bugs of each kind that this process has met.
void ReadBugs(Exposition& exposition);

}  // namespace milepost::obs
