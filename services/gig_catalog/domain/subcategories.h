// The subcategories that decisions about gigs go by: the facts of GigDomain (common/core/decider.h).
#pragma once

#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/gig_catalog/domain/subcategory.h"

namespace milepost::gig_catalog {

// Immutable, cheap to copy, thread-safe. Holds those that were asked for, and of them those that exist.
class Subcategories {
 public:
  Subcategories() = default;
  explicit Subcategories(std::vector<Subcategory> subcategories);

  // Null where it has no subcategory with this code. Valid as long as this object or a copy of it.
  const Subcategory* Find(absl::string_view code) const;

 private:
  std::shared_ptr<const std::vector<Subcategory>> by_code_;
};

}  // namespace milepost::gig_catalog
