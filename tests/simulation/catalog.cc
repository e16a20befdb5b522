#include "tests/simulation/catalog.h"

#include <utility>

#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/rpc/wire.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "services/gig_catalog/domain/workflow.h"
#include "services/gig_catalog/rpc/gig_conversion.h"
#include "services/gig_catalog/rpc/plan_conversion.h"
#include "tests/support/some_subcategories.h"

namespace milepost::simulation {
namespace {

using gig_catalog::Gig;
using gig_catalog::GigDomain;

testing::MemoryOptions<GigDomain> DatabaseOptions(absl::Time start,
                                                  const gig_catalog::Subcategories& subcategories) {
  testing::MemoryOptions<GigDomain> options;
  options.clock = {db::ClockMode::kFrozen, {}, start};
  options.facts = subcategories;
  return options;
}

}  // namespace

Catalog::Catalog(absl::Time start)
    : subcategories_(testing::SomeSubcategories()),
      database_(DatabaseOptions(start, subcategories_)),
      lanes_(std::make_unique<testing::MemoryStore<GigDomain>>(&database_), nullptr) {
  lanes_.RunAtOnce(true);
}

absl::Status Catalog::Do(const GigId& gig, gig_catalog::Command command, const Actor& actor) {
  ++commands_;
  absl::Status done;
  lanes_.Submit({.aggregate = gig, .command = std::move(command), .actor = actor, .kind = "Gig"},
                [&](absl::StatusOr<db::Answer<GigDomain>> answer) { done = answer.status(); });
  return done;
}

absl::StatusOr<Gig> Catalog::See(const Actor& viewer, absl::string_view name) const {
  MILEPOST_ASSIGN_OR_RETURN(const Uuid id, rpc::IdIn(name, "gigs"));
  std::optional<Gig> gig = database_.Find(GigId(id));
  if (!gig || !gig_catalog::MaySee(*gig, viewer)) return Refuse(Reason::kGigNotFound);
  GigDomain::Judge(*gig, subcategories_);
  return *std::move(gig);
}

void Catalog::AddTo(Network& network) {
  using google::protobuf::Message;
  network.Serve(catalog::v1::GetGigRequest::descriptor(),
                [this](const rpc::Call& call, const Message& request,
                       Message& response) -> asio::awaitable<absl::Status> {
                  const auto& asked = static_cast<const catalog::v1::GetGigRequest&>(request);
                  MILEPOST_CO_ASSIGN(const Gig gig, See(call.actor, asked.name()));
                  *static_cast<catalog::v1::GetGigResponse&>(response).mutable_gig() =
                      gig_catalog::ToWire(gig, subcategories_, call.actor);
                  co_return absl::OkStatus();
                });
  network.Serve(catalog::v1::PreviewWorkflowRequest::descriptor(),
                [this](const rpc::Call& call, const Message& request,
                       Message& response) -> asio::awaitable<absl::Status> {
                  const auto& asked = static_cast<const catalog::v1::PreviewWorkflowRequest&>(request);
                  MILEPOST_CO_ASSIGN(const Gig gig, See(call.actor, asked.gig()));
                  const gig_catalog::Tier tier = gig_catalog::TierOf(asked.package());
                  MILEPOST_CO_ASSIGN(const gig_catalog::Workflow workflow,
                                     gig_catalog::PreviewWorkflow(gig, call.actor, tier));
                  MILEPOST_CO_ASSIGN(static_cast<catalog::v1::PreviewWorkflowResponse&>(response),
                                     gig_catalog::ToWire(gig, tier, workflow, timeline_.ReadClock()->now));
                  co_return absl::OkStatus();
                });
}

}  // namespace milepost::simulation
