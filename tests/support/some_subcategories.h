// A few subcategories for tests of gigs without a database: five with plans and milestone offers, some with milestone offers
// alone, one with neither.
#pragma once

#include <string>
#include <vector>

#include "services/gig_catalog/domain/subcategories.h"

namespace milepost::testing {

inline gig_catalog::Subcategory SomeSubcategory(const std::string& code, bool plans, bool offers) {
  gig_catalog::Subcategory subcategory;
  subcategory.id = gig_catalog::SubcategoryIdOf(code);
  subcategory.code = code;
  subcategory.content = {code, code, plans, offers, {Money::Usd(10'000)}};
  return subcategory;
}

inline gig_catalog::Subcategories SomeSubcategories() {
  std::vector<gig_catalog::Subcategory> some;
  for (const char* code : {"business-plans", "social-media-marketing", "3d-product-animation",
                           "desktop-applications", "producers-composers"})
    some.push_back(SomeSubcategory(code, true, true));
  for (const char* code : {"logo-design", "translation", "website-development"})
    some.push_back(SomeSubcategory(code, false, true));
  some.push_back(SomeSubcategory("game-coaching", false, false));
  return gig_catalog::Subcategories(std::move(some));
}

}  // namespace milepost::testing
