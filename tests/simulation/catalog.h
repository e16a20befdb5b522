// GigCatalog in this process: its rules on a database in memory, and the two methods that the other services call.
#pragma once

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/core/actor.h"
#include "common/db/timeline.h"
#include "services/gig_catalog/domain/decide.h"
#include "tests/simulation/lanes.h"
#include "tests/simulation/network.h"
#include "tests/support/memory_store.h"

namespace milepost::simulation {

class Catalog {
 public:
  explicit Catalog(absl::Time start);

  // Serves GetGig and PreviewWorkflow.
  void AddTo(Network& network);
  void ShowTime(absl::Time now) { (void)timeline_.ShowTime(now); }

  // Commits one command.
  absl::Status Do(const GigId& gig, gig_catalog::Command command, const Actor& actor);
  std::optional<gig_catalog::Gig> Find(const GigId& gig) const { return database_.Find(gig); }

  uint64_t commands() const { return commands_; }

 private:
  absl::StatusOr<gig_catalog::Gig> See(const Actor& viewer, absl::string_view name) const;

  const gig_catalog::Subcategories subcategories_;
  testing::MemoryDatabase<gig_catalog::GigDomain> database_;
  testing::MemoryTimeline<gig_catalog::GigDomain> timeline_{&database_};
  ManualLanes<gig_catalog::GigDomain> lanes_;
  uint64_t commands_ = 0;
};

}  // namespace milepost::simulation
