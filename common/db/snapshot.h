// The result of reading one aggregate. A plain value.
#pragma once

#include "absl/time/time.h"

namespace milepost::db {

// A state as of `now`, with its due deadlines fired.
template <class D>
struct Snapshot {
  typename D::State state;
  absl::Time now;
};

}  // namespace milepost::db
