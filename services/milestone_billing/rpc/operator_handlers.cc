#include "services/milestone_billing/rpc/operator_handlers.h"

#include <utility>

#include "common/core/status_macros.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/rpc/charge_reading_handlers.h"
#include "services/milestone_billing/rpc/order_wire.h"

namespace milepost::billing {
namespace {

// How the attempt ended and why we believe it; the rest of the command is the caller's to fill in.
absl::StatusOr<billing::ResolveCharge> RulingOf(const v1::ResolveChargeRequest& request) {
  billing::ResolveCharge command;
  command.evidence = request.evidence();
  if (request.has_succeeded()) {
    command.outcome = Succeeded{request.succeeded().provider_reference()};
    MILEPOST_ASSIGN_OR_RETURN(command.amount, rpc::MoneyOf(request.succeeded().amount()));
  } else if (request.has_declined()) {
    command.outcome = Declined{DeclineReason::kRefusedByIssuer};
  } else {
    command.outcome = Voided{};
  }
  return command;
}

}  // namespace

void OperatorHandlers::AddTo(rpc::Service& service) {
  service.Add(&OperatorHandlers::ResolveCharge, *this);
}

rpc::Awaitable<v1::ResolveChargeResponse> OperatorHandlers::ResolveCharge(
    rpc::Call call, const v1::ResolveChargeRequest& request) {
  MILEPOST_CO_ASSIGN(const Uuid uuid, rpc::IdIn(request.name(), "charges"));
  MILEPOST_CO_ASSIGN(billing::ResolveCharge command, RulingOf(request));
  command.actor = call.actor;
  command.charge = ChargeId(uuid);
  command.recheck = steps_.recheck();
  auto finding = OrderOfCharge(queries_, command.charge);
  MILEPOST_CO_ASSIGN(const OrderId owner, co_await std::move(finding));
  const ChargeId id = command.charge;
  const Actor viewer = call.actor;
  auto step = steps_.Run(std::move(call), owner, std::move(command), owner.uuid());
  MILEPOST_CO_ASSIGN(const Stepped stepped, co_await std::move(step));
  v1::ResolveChargeResponse response;
  *response.mutable_charge() = ToWire(stepped.order, *stepped.order.FindCharge(id), viewer);
  Write(stepped.order, stepped.now, viewer, *response.mutable_order());
  response.set_replayed(stepped.replayed);
  co_return response;
}

}  // namespace milepost::billing
