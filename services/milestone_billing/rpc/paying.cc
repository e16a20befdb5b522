#include "services/milestone_billing/rpc/paying.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/rpc/page.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/rpc/order_wire.h"
#include "services/milestone_billing/rpc/visibility.h"
#include "services/milestone_billing/store/order_queries.h"

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

rpc::InPlace Paying::RetryPayment(rpc::Call call, const v1::RetryPaymentRequest& request,
                                  v1::RetryPaymentResponse& response) {
  billing::RetryPayment command{call.actor, request.payment_method(), steps_.attempts()};
  return AnswerStep(steps_, std::move(call), request.name(), std::move(command), response);
}

rpc::Awaitable<v1::GetChargeResponse> Paying::GetCharge(rpc::Call call, const v1::GetChargeRequest& request) {
  MILEPOST_CO_ASSIGN(const Uuid uuid, rpc::IdIn(request.name(), "charges"));
  const ChargeId id(uuid);
  auto finding = OrderOf(id);
  MILEPOST_CO_ASSIGN(const OrderId owner, co_await std::move(finding));
  auto reading = orders_.Get(owner);
  auto found = co_await std::move(reading);
  MILEPOST_CO_ASSIGN(const OrderSnapshot order,
                     Visible(std::move(found), call.actor, Reason::kChargeNotFound));
  const Charge* charge = order.state.FindCharge(id);
  if (charge == nullptr) co_return Refuse(Reason::kChargeNotFound);
  v1::GetChargeResponse response;
  *response.mutable_charge() = ToWire(order.state, *charge, call.actor);
  co_return response;
}

// An order has so few attempts that they are part of it; a page is cut from them.
rpc::Awaitable<v1::ListChargesResponse> Paying::ListCharges(rpc::Call call,
                                                            const v1::ListChargesRequest& request) {
  MILEPOST_CO_ASSIGN(const Uuid id, rpc::IdIn(request.order(), "orders"));
  auto reading = orders_.Get(OrderId(id));
  auto found = co_await std::move(reading);
  MILEPOST_CO_ASSIGN(const OrderSnapshot order, Visible(std::move(found), call.actor));
  const std::string filter = absl::StrCat("charges ", request.order());
  MILEPOST_CO_ASSIGN(const uint64_t shown, rpc::NumberPlaceOf(request.page_token(), filter));
  const std::vector<Charge>& charges = order.state.charges;
  const size_t first = std::min<size_t>(shown, charges.size());
  const size_t end = std::min(charges.size(), first + rpc::PageSize(request.page_size()));
  v1::ListChargesResponse response;
  for (size_t i = first; i < end; ++i) *response.add_charges() = ToWire(order.state, charges[i], call.actor);
  if (end < charges.size()) response.set_next_page_token(rpc::PageTokenAt(filter, end));
  co_return response;
}

rpc::Awaitable<v1::ResolveChargeResponse> Paying::ResolveCharge(rpc::Call call,
                                                                const v1::ResolveChargeRequest& request) {
  MILEPOST_CO_ASSIGN(const Uuid uuid, rpc::IdIn(request.name(), "charges"));
  MILEPOST_CO_ASSIGN(billing::ResolveCharge command, RulingOf(request));
  command.actor = call.actor;
  command.charge = ChargeId(uuid);
  command.recheck = steps_.recheck();
  auto finding = OrderOf(command.charge);
  MILEPOST_CO_ASSIGN(const OrderId owner, co_await std::move(finding));
  const ChargeId id = command.charge;
  const Actor viewer = call.actor;
  auto step = steps_.Take(std::move(call), owner, std::move(command), owner.uuid());
  MILEPOST_CO_ASSIGN(const Stepped stepped, co_await std::move(step));
  v1::ResolveChargeResponse response;
  *response.mutable_charge() = ToWire(stepped.order, *stepped.order.FindCharge(id), viewer);
  Write(stepped.order, stepped.now, viewer, *response.mutable_order());
  response.set_replayed(stepped.replayed);
  co_return response;
}

rpc::Awaitable<OrderId> Paying::OrderOf(ChargeId charge) {
  auto finding = queries_.Run<std::optional<OrderId>>(
      [charge](db::Connection& connection) { return FindOrderOfCharge(connection, charge); });
  MILEPOST_CO_ASSIGN(const std::optional<OrderId> owner, co_await std::move(finding));
  if (!owner) co_return Refuse(Reason::kChargeNotFound);
  co_return *owner;
}

}  // namespace milepost::billing
