// The templates that a milestone plan can start from (S8): two for each subcategory of S2, in English and German.
// Immutable; safe from any thread.
//
// The amounts of a template are shares of the price (A4), so it fits every package at every price.
#pragma once

#include <cstddef>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/core/enum_list.h"
#include "services/gig_catalog/domain/gig.h"

namespace milepost::gig_catalog {

// The language of the texts that a plan starts with.
enum class PlanLanguage { kEnglish, kGerman };
constexpr EnumEntry EntryOf(PlanLanguage language) {
  switch (language) {
    case PlanLanguage::kEnglish:
      return {"EN", 1};
    case PlanLanguage::kGerman:
      return {"DE", 2};
  }
  return {};
}

struct PlanText {
  absl::string_view en;
  absl::string_view de;
  constexpr absl::string_view in(PlanLanguage language) const {
    return language == PlanLanguage::kGerman ? de : en;
  }
  constexpr bool empty() const { return en.empty() && de.empty(); }
};

inline constexpr size_t kMaxTemplateSubsteps = 4;

struct TemplateMilestone {
  PlanText title;
  PlanText description;
  bool zoom = false;  // A21
  int share = 0;      // basis points of the price; a template's add up to kMaxShare
  PlanText substep_titles[kMaxTemplateSubsteps];  // from the first on; those that are not used are empty

  absl::Span<const PlanText> substeps() const;
};

struct MilestoneTemplate {
  absl::string_view id;           // "business-plans-classic"; never changes once released
  absl::string_view subcategory;  // the only one whose gigs may start from it
  PlanText name;
  PlanText description;                         // for sellers: what it is good for, in one line
  TemplateMilestone steps[kMaxPlanMilestones];  // from the first on; those that are not used have no title

  absl::Span<const TemplateMilestone> milestones() const;
};

// By subcategory, then by id.
absl::Span<const MilestoneTemplate> MilestoneTemplates();

// Null where there is no such template.
const MilestoneTemplate* FindTemplate(absl::string_view id);

// The draft that a plan starts with: the template's milestones and substeps, each for all of `packages`, with shares.
PlanTerms DraftFrom(const MilestoneTemplate& chosen, const Packages& packages, PlanLanguage language);

}  // namespace milepost::gig_catalog
