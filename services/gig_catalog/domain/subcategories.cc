#include "services/gig_catalog/domain/subcategories.h"

#include <algorithm>

namespace milepost::gig_catalog {
namespace {

// Columns: id, English, German, plan (S2: exactly five; migration 0001 repeats them in a CHECK), milestone offers (A9).
constexpr Subcategory kSubcategories[] = {
    {"3d-product-animation", "3D Product Animation", "3D-Produktanimation", true, true},
    {"business-plans", "Business Plans", "Businesspläne", true, true},
    {"desktop-applications", "Desktop Applications", "Desktop-Anwendungen", true, true},
    {"game-coaching", "Game Coaching", "Gaming-Coaching", false, false},
    {"greeting-videos", "Greeting Videos", "Grußvideos", false, false},
    {"logo-design", "Logo Design", "Logodesign", false, true},
    {"mobile-apps", "Mobile Apps", "Mobile Apps", false, true},
    {"producers-composers", "Producers & Composers", "Produzenten & Komponisten", true, true},
    {"search-engine-optimization", "Search Engine Optimization", "Suchmaschinenoptimierung", false, true},
    {"social-media-marketing", "Social Media Marketing", "Social-Media-Marketing", true, true},
    {"translation", "Translation", "Übersetzung", false, true},
    {"video-editing", "Video Editing", "Videobearbeitung", false, true},
    {"voice-over", "Voice Over", "Sprachaufnahmen", false, true},
    {"website-development", "Website Development", "Webentwicklung", false, true},
};

}  // namespace

absl::Span<const Subcategory> Subcategories() {
  return kSubcategories;
}

const Subcategory* FindSubcategory(absl::string_view id) {
  const Subcategory* found = std::lower_bound(
      std::begin(kSubcategories), std::end(kSubcategories), id,
      [](const Subcategory& subcategory, absl::string_view wanted) { return subcategory.id < wanted; });
  return found != std::end(kSubcategories) && found->id == id ? found : nullptr;
}

}  // namespace milepost::gig_catalog
