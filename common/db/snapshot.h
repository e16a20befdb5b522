// The result of reading one aggregate. A plain value.
#pragma once

#include "absl/time/time.h"
#include "common/core/decider.h"

namespace milepost::db {

// A state as of `now`, with its due deadlines fired, under `facts`.
template <class D>
struct Snapshot {
  typename D::State state;
  absl::Time now;
  [[no_unique_address]] FactsOf<D> facts = {};
};

}  // namespace milepost::db
