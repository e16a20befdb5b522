// Encodes subcategories and their events as messages of milepost.storage.v1, and decodes them. Pure functions.
//
// Decoding returns exactly the encoded value; DATA_LOSS for bytes that none of these functions wrote.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/gig_catalog/domain/subcategory.h"

namespace milepost::gig_catalog {

// Everything but id, sequence and updated_at, which are columns of their own.
std::string EncodeSubcategory(const Subcategory& subcategory);
absl::StatusOr<Subcategory> DecodeSubcategory(absl::string_view body);

std::string EncodeSubcategoryEvent(const SubcategoryEvent& event);
absl::StatusOr<SubcategoryEvent> DecodeSubcategoryEvent(absl::string_view payload);

}  // namespace milepost::gig_catalog
