#include "services/gig_catalog/domain/subcategories.h"

#include <algorithm>
#include <utility>

namespace milepost::gig_catalog {

Subcategories::Subcategories(std::vector<Subcategory> subcategories) {
  std::sort(subcategories.begin(), subcategories.end(),
            [](const Subcategory& a, const Subcategory& b) { return a.code < b.code; });
  by_code_ = std::make_shared<const std::vector<Subcategory>>(std::move(subcategories));
}

const Subcategory* Subcategories::Find(absl::string_view code) const {
  if (!by_code_) return nullptr;
  const auto found =
      std::lower_bound(by_code_->begin(), by_code_->end(), code,
                       [](const Subcategory& each, absl::string_view wanted) { return each.code < wanted; });
  return found != by_code_->end() && found->code == code ? &*found : nullptr;
}

}  // namespace milepost::gig_catalog
