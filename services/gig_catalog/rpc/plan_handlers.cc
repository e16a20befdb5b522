#include "services/gig_catalog/rpc/plan_handlers.h"

#include <utility>

#include "common/core/status_macros.h"
#include "common/rpc/field_paths.h"
#include "services/gig_catalog/rpc/plan_conversion.h"

namespace milepost::gig_catalog {

using rpc::Awaitable;
using rpc::Call;

void PlanHandlers::AddTo(rpc::Service& service) {
  service.Add(&PlanHandlers::StartMilestonePlan, *this);
  service.Add(&PlanHandlers::AddMilestone, *this);
  service.Add(&PlanHandlers::UpdateMilestone, *this);
  service.Add(&PlanHandlers::DeleteMilestone, *this);
  service.Add(&PlanHandlers::MoveMilestone, *this);
  service.Add(&PlanHandlers::AddSubstep, *this);
  service.Add(&PlanHandlers::UpdateSubstep, *this);
  service.Add(&PlanHandlers::DeleteSubstep, *this);
  service.Add(&PlanHandlers::SetMilestonePayments, *this);
  service.Add(&PlanHandlers::PublishMilestonePlan, *this);
  service.Add(&PlanHandlers::DisableMilestonePlan, *this);
  service.Add(&PlanHandlers::GetMilestonePlan, *this);
}

template <class Response>
Awaitable<Response> PlanHandlers::Change(Call call, std::string gig, Command command) {
  const Actor viewer = call.actor;
  MILEPOST_CO_ASSIGN(const GigAccess::Changed changed,
                     co_await gigs_.Change(std::move(call), std::move(gig), std::move(command)));
  Response response;
  MILEPOST_CO_ASSIGN(*response.mutable_milestone_plan(), PlanToWire(changed.state, viewer));
  response.set_replayed(changed.replayed);
  co_return response;
}

Awaitable<v1::StartMilestonePlanResponse> PlanHandlers::StartMilestonePlan(
    Call call, const v1::StartMilestonePlanRequest& request) {
  PlanStart start{request.template_id(), LanguageOf(request.language())};
  Command command = request.replace_draft()
                        ? Command(RestartMilestonePlan{call.actor, std::move(start)})
                        : Command(gig_catalog::StartMilestonePlan{call.actor, std::move(start)});
  auto changing = Change<v1::StartMilestonePlanResponse>(std::move(call), request.gig(), std::move(command));
  co_return co_await std::move(changing);
}

Awaitable<v1::AddMilestoneResponse> PlanHandlers::AddMilestone(Call call,
                                                               const v1::AddMilestoneRequest& request) {
  MILEPOST_CO_ASSIGN(Milestone milestone, MilestoneOf(request.milestone()));
  Command command = gig_catalog::AddMilestone{call.actor, std::move(milestone)};
  auto changing = Change<v1::AddMilestoneResponse>(std::move(call), request.gig(), std::move(command));
  co_return co_await std::move(changing);
}

Awaitable<v1::UpdateMilestoneResponse> PlanHandlers::UpdateMilestone(
    Call call, const v1::UpdateMilestoneRequest& request) {
  MILEPOST_CO_ASSIGN(Milestone milestone, MilestoneOf(request.milestone()));
  Command command =
      gig_catalog::UpdateMilestone{call.actor, request.milestone_number(), std::move(milestone)};
  auto changing = Change<v1::UpdateMilestoneResponse>(std::move(call), request.gig(), std::move(command));
  co_return co_await std::move(changing);
}

Awaitable<v1::DeleteMilestoneResponse> PlanHandlers::DeleteMilestone(
    Call call, const v1::DeleteMilestoneRequest& request) {
  Command command = gig_catalog::DeleteMilestone{call.actor, request.milestone_number()};
  auto changing = Change<v1::DeleteMilestoneResponse>(std::move(call), request.gig(), std::move(command));
  co_return co_await std::move(changing);
}

Awaitable<v1::MoveMilestoneResponse> PlanHandlers::MoveMilestone(Call call,
                                                                 const v1::MoveMilestoneRequest& request) {
  Command command = gig_catalog::MoveMilestone{call.actor, request.milestone_number(), request.to_number()};
  auto changing = Change<v1::MoveMilestoneResponse>(std::move(call), request.gig(), std::move(command));
  co_return co_await std::move(changing);
}

Awaitable<v1::AddSubstepResponse> PlanHandlers::AddSubstep(Call call, const v1::AddSubstepRequest& request) {
  Command command =
      gig_catalog::AddSubstep{call.actor, request.milestone_number(), SubstepOf(request.substep())};
  auto changing = Change<v1::AddSubstepResponse>(std::move(call), request.gig(), std::move(command));
  co_return co_await std::move(changing);
}

Awaitable<v1::UpdateSubstepResponse> PlanHandlers::UpdateSubstep(Call call,
                                                                 const v1::UpdateSubstepRequest& request) {
  Command command = gig_catalog::UpdateSubstep{call.actor, request.milestone_number(),
                                               request.substep_number(), SubstepOf(request.substep())};
  auto changing = Change<v1::UpdateSubstepResponse>(std::move(call), request.gig(), std::move(command));
  co_return co_await std::move(changing);
}

Awaitable<v1::DeleteSubstepResponse> PlanHandlers::DeleteSubstep(Call call,
                                                                 const v1::DeleteSubstepRequest& request) {
  Command command =
      gig_catalog::DeleteSubstep{call.actor, request.milestone_number(), request.substep_number()};
  auto changing = Change<v1::DeleteSubstepResponse>(std::move(call), request.gig(), std::move(command));
  co_return co_await std::move(changing);
}

Awaitable<v1::SetMilestonePaymentsResponse> PlanHandlers::SetMilestonePayments(
    Call call, const v1::SetMilestonePaymentsRequest& request) {
  Command command = gig_catalog::SetMilestonePayments{call.actor, request.payments_enabled()};
  auto changing =
      Change<v1::SetMilestonePaymentsResponse>(std::move(call), request.gig(), std::move(command));
  co_return co_await std::move(changing);
}

Awaitable<v1::PublishMilestonePlanResponse> PlanHandlers::PublishMilestonePlan(
    Call call, const v1::PublishMilestonePlanRequest& request) {
  Command command = gig_catalog::PublishMilestonePlan{call.actor};
  auto changing =
      Change<v1::PublishMilestonePlanResponse>(std::move(call), request.gig(), std::move(command));
  absl::StatusOr<v1::PublishMilestonePlanResponse> published = co_await std::move(changing);
  // What is wrong with a price stands in the gig, of which this request has the name alone.
  if (!published.ok()) co_return rpc::AboutField(published.status(), "gig");
  co_return published;
}

Awaitable<v1::DisableMilestonePlanResponse> PlanHandlers::DisableMilestonePlan(
    Call call, const v1::DisableMilestonePlanRequest& request) {
  Command command = gig_catalog::DisableMilestonePlan{call.actor};
  auto changing =
      Change<v1::DisableMilestonePlanResponse>(std::move(call), request.gig(), std::move(command));
  co_return co_await std::move(changing);
}

Awaitable<v1::GetMilestonePlanResponse> PlanHandlers::GetMilestonePlan(
    Call call, const v1::GetMilestonePlanRequest& request) {
  MILEPOST_CO_ASSIGN(const GigAccess::Seen seen, co_await gigs_.See(call.actor, request.gig()));
  v1::GetMilestonePlanResponse response;
  MILEPOST_CO_ASSIGN(*response.mutable_milestone_plan(), PlanToWire(seen.state, call.actor));
  co_return response;
}

}  // namespace milepost::gig_catalog
