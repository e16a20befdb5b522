// Lists gigs over the read pool: newest first, by keyset, each page after the end of the previous one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/core/place.h"
#include "common/db/read_pool.h"
#include "services/gig_catalog/domain/gig.h"
#include "services/gig_catalog/domain/subcategories.h"

namespace milepost::gig_catalog {

using GigPlace = Place<GigId>;  // by the time of its creation

struct GigListQuery {
  std::string seller;                  // empty: all sellers
  std::vector<GigState> states;        // not empty, no repetition
  std::optional<GigPlace> older_than;  // none: from the newest on
  size_t limit = 50;
};

struct ListedGigs {
  std::vector<Gig> gigs;  // descending by place, judged by their subcategories
  Subcategories subcategories;
};

// Thread-safe. `pool` must outlive it.
class GigLists {
 public:
  using Listed = absl::AnyInvocable<void(absl::StatusOr<ListedGigs>)>;

  explicit GigLists(db::ReadPool& pool) : pool_(pool) {}

  // `done` is called exactly once, on any thread; it fails with DATABASE_UNAVAILABLE or OVERLOADED.
  void List(GigListQuery query, Listed done);

 private:
  db::ReadPool& pool_;
};

}  // namespace milepost::gig_catalog
