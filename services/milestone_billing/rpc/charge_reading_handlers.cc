#include "services/milestone_billing/rpc/charge_reading_handlers.h"

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

rpc::Awaitable<OrderId> OrderOfCharge(Queries& queries, ChargeId charge) {
  auto finding = queries.Run<std::optional<OrderId>>(
      [charge](db::Connection& connection) { return FindOrderOfCharge(connection, charge); });
  MILEPOST_CO_ASSIGN(const std::optional<OrderId> owner, co_await std::move(finding));
  if (!owner) co_return Refuse(Reason::kChargeNotFound);
  co_return *owner;
}

void ChargeReadingHandlers::AddTo(rpc::Service& service) {
  service.Add(&ChargeReadingHandlers::GetCharge, *this);
  service.Add(&ChargeReadingHandlers::ListCharges, *this);
}

rpc::Awaitable<v1::GetChargeResponse> ChargeReadingHandlers::GetCharge(rpc::Call call,
                                                                       const v1::GetChargeRequest& request) {
  MILEPOST_CO_ASSIGN(const Uuid uuid, rpc::IdIn(request.name(), "charges"));
  const ChargeId id(uuid);
  auto finding = OrderOfCharge(queries_, id);
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

// The attempts are part of their order, which has few of them: a page is cut from them.
rpc::Awaitable<v1::ListChargesResponse> ChargeReadingHandlers::ListCharges(
    rpc::Call call, const v1::ListChargesRequest& request) {
  MILEPOST_CO_ASSIGN(const Uuid id, rpc::IdIn(request.order(), "orders"));
  auto reading = orders_.Get(OrderId(id));
  auto found = co_await std::move(reading);
  MILEPOST_CO_ASSIGN(const OrderSnapshot order, Visible(std::move(found), call.actor));
  const std::string filter = absl::StrCat("charges ", request.order());
  MILEPOST_CO_ASSIGN(const uint64_t shown, rpc::NumberPlaceOf(request.page_token(), filter));
  const std::vector<Charge>& all = order.state.charges;
  const std::vector<Charge> charges(all.begin() + std::min<size_t>(shown, all.size()), all.end());
  v1::ListChargesResponse response;
  response.set_next_page_token(rpc::WritePage(
      charges, rpc::PageSize(request.page_size()), filter, response.mutable_charges(),
      [&](const Charge& charge) { return ToWire(order.state, charge, call.actor); },
      [&](const Charge& last) { return shown + (&last - charges.data()) + 1; }));
  co_return response;
}

}  // namespace milepost::billing
