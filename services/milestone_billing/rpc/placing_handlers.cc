#include "services/milestone_billing/rpc/placing_handlers.h"

#include <optional>
#include <utility>

#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/rpc/field_paths.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/rpc/order_wire.h"
#include "services/milestone_billing/rpc/preview_wire.h"

namespace milepost::billing {

void PlacingHandlers::AddTo(rpc::Service& service) {
  service.Add(&PlacingHandlers::PlaceOrder, *this);
  service.Add(&PlacingHandlers::PlaceGigOrder, *this);
}

rpc::Awaitable<v1::PlaceOrderResponse> PlacingHandlers::PlaceOrder(rpc::Call call,
                                                                   const v1::PlaceOrderRequest& request) {
  MILEPOST_CO_ASSIGN(Terms terms, TermsOf(request, policy_));
  MILEPOST_CO_ASSIGN(const Uuid offer, rpc::IdIn(request.offer(), "offers"));
  const OrderId order = OrderIdOf(OfferId(offer));
  billing::PlaceOrder command{call.actor,
                              OfferId(offer),
                              request.buyer(),
                              request.seller(),
                              std::move(terms),
                              request.terms_hash(),
                              request.payment_method(),
                              request.attempt(),
                              rpc::TimeOf(request.accept_until()),
                              steps_.attempts()};
  const Actor viewer = call.actor;
  auto step = steps_.Run(std::move(call), order, std::move(command), order.uuid());
  const absl::StatusOr<Stepped> stepped = co_await std::move(step);
  if (!stepped.ok()) co_return WithPathsOf(request, stepped.status());
  MILEPOST_CO_ASSIGN(const std::optional<MoneyPreview> preview, MoneyPreviewOf(*stepped));
  v1::PlaceOrderResponse response;
  if (preview) Write(*preview, *response.mutable_preview());
  const Order& placed = preview ? preview->order : stepped->order;
  PlacementOnWire placement = PlacementOnWireOf(placed, request.attempt());
  Write(placed, stepped->now, viewer, *response.mutable_order());
  response.set_replayed(stepped->replayed);
  response.set_placement(placement.state);
  *response.mutable_payment() = std::move(placement.payment);
  co_return response;
}

rpc::Awaitable<v1::PlaceGigOrderResponse> PlacingHandlers::PlaceGigOrder(
    rpc::Call call, const v1::PlaceGigOrderRequest& request) {
  MILEPOST_CO_ASSIGN(const Quote quote, DecodeQuote(request.quote(), call.actor.name));
  const OrderId order = OrderIdOf(quote.nonce, quote.buyer);
  auto agreeing = AgreementOf(quote, order, call);
  MILEPOST_CO_ASSIGN(Agreement agreement, co_await std::move(agreeing));
  billing::PlaceGigOrder command{call.actor,
                                 quote.nonce,
                                 std::move(agreement.seller),
                                 std::move(agreement.terms),
                                 quote.terms_hash,
                                 request.payment_method(),
                                 steps_.attempts()};
  command.quote_expires = quote.expire_time;
  command.orderable = std::move(agreement.orderable);
  const Uuid scope = HashUuid(quote.buyer);
  const Actor viewer = call.actor;
  auto step = steps_.Run(std::move(call), order, std::move(command), scope);
  const absl::StatusOr<Stepped> stepped = co_await std::move(step);
  if (!stepped.ok()) co_return rpc::AboutField(stepped.status(), "quote");
  v1::PlaceGigOrderResponse response;
  Write(stepped->order, stepped->now, viewer, *response.mutable_order());
  response.set_replayed(stepped->replayed);
  co_return response;
}

rpc::Awaitable<PlacingHandlers::Agreement> PlacingHandlers::AgreementOf(const Quote& quote,
                                                                        const OrderId& order,
                                                                        const rpc::Call& call) {
  auto reading = orders_.Get(order);
  MILEPOST_CO_ASSIGN(std::optional<OrderSnapshot> placed, co_await std::move(reading));
  if (placed && placed->state.created_at)
    co_return Agreement{std::move(placed->state.seller), std::move(placed->state.terms), absl::OkStatus()};
  auto asking = OfferedNow(quote, call);
  absl::StatusOr<Agreement> offered = co_await std::move(asking);
  if (offered.ok()) co_return offered;
  Agreement none{"", Terms{}, offered.status()};
  if (placed) {
    none.seller = std::move(placed->state.seller);
    none.terms = std::move(placed->state.terms);
  }
  co_return none;
}

rpc::Awaitable<PlacingHandlers::Agreement> PlacingHandlers::OfferedNow(const Quote& quote,
                                                                       const rpc::Call& call) {
  auto asking = catalog_.PreviewWorkflow(rpc::NameOf("gigs", quote.gig.uuid()), quote.package,
                                         {call.deadline, call.log_id, call.actor.name});
  MILEPOST_CO_ASSIGN(catalog::v1::PreviewWorkflowResponse gig, co_await std::move(asking));
  absl::StatusOr<Terms> terms = TermsOf(gig, quote.workflow, policy_);
  // It was orderable when it was quoted: that it no longer is, is a change like any other (A28).
  if (RefusalOf(terms.status())) co_return Refuse(Reason::kTermsChanged);
  if (!terms.ok()) co_return terms.status();
  co_return Agreement{gig.seller(), *std::move(terms), absl::OkStatus()};
}

}  // namespace milepost::billing
