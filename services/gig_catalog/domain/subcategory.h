// A subcategory of the platform: an aggregate that operators create and change while the services run. It decides which gigs
// may have a milestone plan (S2, S3, A1) and which offers may have milestones (S21, A9). Plain values and their rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/actor.h"
#include "common/core/audience.h"
#include "common/core/deadline.h"
#include "common/core/decider.h"
#include "common/core/id.h"
#include "common/core/money.h"

namespace milepost::gig_catalog {

using SubcategoryId = Id<struct SubcategoryTag>;

// The id of the subcategory with this code.
SubcategoryId SubcategoryIdOf(absl::string_view code);

// Everything about a subcategory that can change.
struct SubcategoryContent {
  std::string name_en;
  std::string name_de;
  bool milestone_plans = false;  // S2: gigs in it may have a milestone plan
  bool milestone_offers =
      false;  // S21, A9: offers for its gigs may have milestones; independent of milestone_plans
  // S3, A1: the price that BASIC must exceed for a plan, one a currency, by its code. Gigs in another currency have no plan.
  std::vector<Money> plan_thresholds;
  friend bool operator==(const SubcategoryContent&, const SubcategoryContent&) = default;
};

struct Subcategory {
  SubcategoryId id;
  uint64_t sequence = 0;  // 0: as the migration made it
  absl::Time updated_at;
  std::vector<milepost::Deadline<NoDeadline>> deadlines;  // always empty

  std::string code;  // "business-plans"; never changes
  SubcategoryContent content;
  // Of the last change that plans depend on (milestone_plans or plan_thresholds), by which they are reviewed; 0: none yet.
  uint64_t plans_sequence = 0;

  // The price that BASIC must exceed in this currency; nothing where the currency has no plans (A1).
  std::optional<Money> ThresholdIn(const Currency& currency) const;
};

// Operators only.
struct CreateSubcategory {
  std::string code;
  SubcategoryContent content;
};

// Operators only. An unset field is not changed.
struct UpdateSubcategory {
  std::optional<std::string> name_en;
  std::optional<std::string> name_de;
  std::optional<bool> milestone_plans;
  std::optional<bool> milestone_offers;
  std::optional<std::vector<Money>> plan_thresholds;
};

// A subcategory has no parties: its events are for operators and services.
struct SubcategoryCreated {
  static constexpr EventInfo kInfo{"subcategory.created", Audience::kNobody};
  std::string code;
  SubcategoryContent content;
};
// The whole content as it is now.
struct SubcategoryUpdated {
  static constexpr EventInfo kInfo{"subcategory.updated", Audience::kNobody};
  std::string code;
  SubcategoryContent content;
};

// A Domain (common/core/decider.h).
struct SubcategoryDomain {
  using Id = SubcategoryId;
  using Deadline = milepost::Deadline<NoDeadline>;
  using State = Subcategory;
  using Event = std::variant<SubcategoryCreated, SubcategoryUpdated>;
  struct Tick {};
  using Command = std::variant<Tick, CreateSubcategory, UpdateSubcategory>;

  // Refuses with, in this order: SUBCATEGORY_ALREADY_EXISTS or SUBCATEGORY_NOT_FOUND; INVALID_FIELDS for plans without any
  // threshold and for two thresholds in one currency; CURRENCY_NOT_ELIGIBLE for a threshold in a currency that orders are not
  // taken in.
  static absl::StatusOr<std::vector<Event>> Decide(const Subcategory* subcategory, const Command& command,
                                                   absl::Time now);
  static std::vector<Event> Fire(const Subcategory&, const Deadline&) { return {}; }
  static void Apply(Subcategory& subcategory, const Event& event, absl::Time at);
  static absl::string_view DeadlineName(NoDeadline) { return ""; }
};

using SubcategoryEvent = SubcategoryDomain::Event;

// "subcategory.created": the type that is stored and streamed.
absl::string_view SubcategoryEventType(const SubcategoryEvent& event);

}  // namespace milepost::gig_catalog
