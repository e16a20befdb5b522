// The process's own metrics, under the names that Prometheus's client libraries share, so that dashboards know them.
#pragma once

#include "common/obs/exposition.h"

namespace milepost::obs {

// Adds the values that /proc shows now.
void ReadProcess(Exposition& exposition);

}  // namespace milepost::obs
