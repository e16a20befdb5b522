// Converts subcategories between the wire and the domain. Pure functions, under the same rules as gig_conversion.h.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "services/gig_catalog/domain/subcategory.h"

namespace milepost::gig_catalog {

namespace v1 = ::milepost::catalog::v1;

// Both refuse with INVALID_FIELDS.
absl::StatusOr<CreateSubcategory> CommandOf(const v1::CreateSubcategoryRequest& request);
absl::StatusOr<UpdateSubcategory> CommandOf(const v1::UpdateSubcategoryRequest& request);

v1::Subcategory ToWire(const Subcategory& subcategory);
// As an event shows it: without etag and update_time.
v1::Subcategory ToWire(absl::string_view code, const SubcategoryContent& content);

// "subcategories/{code}": how events name it.
std::string SubcategoryName(absl::string_view code);

}  // namespace milepost::gig_catalog
