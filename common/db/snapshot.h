// What a read of one aggregate answers. A plain value.
#pragma once

#include "absl/time/time.h"

namespace milepost::db {

// A state as it stands at `now`, its due deadlines fired.
template <class D>
struct Snapshot {
  typename D::State state;
  absl::Time now;
};

}  // namespace milepost::db
