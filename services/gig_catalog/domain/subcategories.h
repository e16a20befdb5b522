// The built-in catalogue of subcategories, with the features that each allows. Immutable; safe from any thread.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace milepost::gig_catalog {

struct Subcategory {
  absl::string_view id;  // a slug, "business-plans"; never changes once released
  absl::string_view name_en;
  absl::string_view name_de;
  bool plan_eligible;     // S2: gigs here may have a milestone plan
  bool offer_milestones;  // S21, A9: custom offers here may have milestones; independent of plan_eligible
};

// Sorted by id.
absl::Span<const Subcategory> Subcategories();

// Null where there is no such subcategory.
const Subcategory* FindSubcategory(absl::string_view id);

}  // namespace milepost::gig_catalog
