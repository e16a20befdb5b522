// A place in a list that is ordered by time: the last item of a page. A plain value.
#pragma once

#include "absl/time/time.h"

namespace milepost {

// Items are ordered by an instant, and by id if the instants are equal. `Id`: a Uuid or an Id<Tag>.
template <class Id>
struct Place {
  absl::Time at;
  Id id;
  friend bool operator==(const Place&, const Place&) = default;
};

}  // namespace milepost
