// Adds the counters of lanes, read pool and connections to the metrics page.
#pragma once

#include "common/db/lane_metrics.h"
#include "common/db/read_pool.h"
#include "common/obs/exposition.h"

namespace milepost::db {

// The classes 2^first … 2^last of `histogram`, its values divided by `divisor`; smaller values count in the first
// class, larger ones in the one after the last.
obs::Classes ClassesOf(const PowerHistogram& histogram, size_t first, size_t last, double divisor);

void ReadLanes(const LaneMetrics& lanes, obs::Exposition& exposition);
void ReadReads(const ReadPoolMetrics& reads, obs::Exposition& exposition);
// Of the whole process.
void ReadConnections(obs::Exposition& exposition);

}  // namespace milepost::db
