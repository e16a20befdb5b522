// A place in a list that is ordered by time: where a page of it ended. A plain value.
#pragma once

#include "absl/time/time.h"

namespace milepost {

// By an instant of each item, and by its id where that is the same. `Id`: a Uuid or an Id<Tag>.
template <class Id>
struct Place {
  absl::Time at;
  Id id;
  friend bool operator==(const Place&, const Place&) = default;
};

}  // namespace milepost
