#include "services/milestone_billing/rpc/order_reading_handlers.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/rpc/page.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/rpc/order_wire.h"
#include "services/milestone_billing/rpc/visibility.h"
#include "services/milestone_billing/rpc/workflow_wire.h"
#include "services/milestone_billing/store/order_queries.h"

namespace milepost::billing {
namespace {

// The filters of the request that are missing or not for this caller.
std::vector<FieldViolation> WrongFilters(const v1::ListOrdersRequest& request, const Actor& actor) {
  std::vector<FieldViolation> wrong;
  if (request.operator_needed() && request.has_due_before())
    wrong.push_back({"operator_needed", "can't be combined with due_before"});
  if (!actor.is_user()) {
    if (request.role() != v1::ORDER_ROLE_UNSPECIFIED)
      wrong.push_back({"role", "must be unspecified: only users have a side in their orders"});
    return wrong;
  }
  if (request.role() == v1::ORDER_ROLE_UNSPECIFIED) wrong.push_back({"role", "is required"});
  const auto check = [&](absl::string_view field, const std::string& user, v1::OrderRole side) {
    if (!user.empty() && (user != actor.name || request.role() != side))
      wrong.push_back(
          {std::string(field), absl::StrCat("must be empty, or ", actor.name,
                                            " on the side of role: a user lists its own orders")});
  };
  check("buyer", request.buyer(), v1::ORDER_ROLE_BUYER);
  check("seller", request.seller(), v1::ORDER_ROLE_SELLER);
  if (request.has_due_before()) wrong.push_back({"due_before", "is for operators and peer services only"});
  if (request.operator_needed())
    wrong.push_back({"operator_needed", "is for operators and peer services only"});
  return wrong;
}

OrderFilter FilterOf(const v1::ListOrdersRequest& request, const Actor& actor) {
  OrderFilter filter{request.buyer(), request.seller(), StateFrom(request.state()), std::nullopt,
                     request.operator_needed()};
  if (request.role() == v1::ORDER_ROLE_BUYER) filter.buyer = actor.name;
  if (request.role() == v1::ORDER_ROLE_SELLER) filter.seller = actor.name;
  if (request.has_due_before()) filter.due_before = rpc::TimeOf(request.due_before());
  return filter;
}

// All of the request that a page token is bound to.
std::string TextOf(const v1::ListOrdersRequest& request, const Actor& actor) {
  if (actor.is_user()) return absl::StrCat("orders ", actor.name, " ", request.role(), " ", request.state());
  const std::string due =
      request.has_due_before() ? absl::StrCat(ToMicros(rpc::TimeOf(request.due_before()))) : "any";
  return absl::StrCat("all orders ", request.buyer(), " ", request.seller(), " ", request.state(), " ", due,
                      " ", request.operator_needed());
}

// A stored deadline as the order shows it: one that is due has fired, with all that follows from it, whether or not the sweeper has
// written that yet (A14). What was set since the order was read stays as it is stored.
StoredDeadline Shown(StoredDeadline stored, const Order& order) {
  const bool is_set = stored.status == DeadlineStatus::kPending || stored.status == DeadlineStatus::kFrozen;
  if (!is_set || stored.deadline.number > order.deadlines_set) return stored;
  const auto is_it = [&](const Deadline& deadline) { return deadline.number == stored.deadline.number; };
  const auto shown = absl::c_find_if(order.deadlines, is_it);
  if (shown != order.deadlines.end())
    return {*shown, shown->frozen() ? DeadlineStatus::kFrozen : DeadlineStatus::kPending, std::nullopt};
  // The order's last event ended it: by its own firing if it was due then, else by clearing it.
  const bool fired = stored.status == DeadlineStatus::kPending && stored.deadline.due <= order.updated_at;
  stored.status = fired ? DeadlineStatus::kFired : DeadlineStatus::kCleared;
  if (fired) stored.fired_at = stored.deadline.due;
  stored.deadline.left.reset();
  return stored;
}

// The rows of a page, which are those after `after`, as the order shows them; on the last page also the deadlines that have no row
// yet, because what set them has fired since.
std::vector<StoredDeadline> Shown(const std::vector<StoredDeadline>& page, size_t size, uint64_t after,
                                  const OrderSnapshot& order) {
  std::vector<StoredDeadline> shown;
  for (const StoredDeadline& stored : page) shown.push_back(Shown(stored, order.state));
  if (shown.size() > size) return shown;
  const uint64_t last = shown.empty() ? after : shown.back().deadline.number;
  for (const Deadline& deadline : order.state.deadlines)
    if (deadline.number > last) shown.push_back({deadline, DeadlineStatus::kPending, std::nullopt});
  absl::c_sort(shown, [](const StoredDeadline& a, const StoredDeadline& b) {
    return a.deadline.number < b.deadline.number;
  });
  return shown;
}

v1::Deadline ToWire(const StoredDeadline& stored, const OrderId& order) {
  v1::Deadline wire;
  wire.set_order(rpc::NameOf("orders", order.uuid()));
  wire.set_number(stored.deadline.number);
  wire.set_kind(ToWire(stored.deadline.kind));
  *wire.mutable_due_time() = rpc::ToWire(stored.deadline.due);
  wire.set_state(WireOf<v1::DeadlineState>(stored.status));
  if (stored.fired_at) *wire.mutable_fire_time() = rpc::ToWire(*stored.fired_at);
  wire.set_subject(stored.deadline.subject);
  if (stored.deadline.left) *wire.mutable_time_left() = rpc::ToWire(*stored.deadline.left);
  return wire;
}

}  // namespace

void OrderReadingHandlers::AddTo(rpc::Service& service) {
  service.Add(&OrderReadingHandlers::GetOrder, *this);
  service.Add(&OrderReadingHandlers::BatchGetOrders, *this);
  service.Add(&OrderReadingHandlers::ListOrders, *this);
  service.Add(&OrderReadingHandlers::ListDeadlines, *this);
  service.Add(&OrderReadingHandlers::GetWorkflowDefinition, *this);
}

rpc::InPlace OrderReadingHandlers::GetOrder(rpc::Call call, const v1::GetOrderRequest& request,
                                            v1::GetOrderResponse& response) {
  MILEPOST_CO_ASSIGN(const Uuid id, rpc::IdIn(request.name(), "orders"));
  auto reading = orders_.Get(OrderId(id));
  auto found = co_await std::move(reading);
  MILEPOST_CO_ASSIGN(const OrderSnapshot order, Visible(std::move(found), call.actor));
  Write(order.state, order.now, call.actor, *response.mutable_order());
  co_return absl::OkStatus();
}

rpc::Awaitable<v1::BatchGetOrdersResponse> OrderReadingHandlers::BatchGetOrders(
    rpc::Call call, const v1::BatchGetOrdersRequest& request) {
  std::vector<OrderId> ids;
  for (const std::string& name : request.names()) {
    MILEPOST_CO_ASSIGN(const Uuid id, rpc::IdIn(name, "orders"));
    ids.emplace_back(id);
  }
  auto reading = orders_.GetMany(ids);
  MILEPOST_CO_ASSIGN(const std::vector<OrderSnapshot> found, co_await std::move(reading));
  v1::BatchGetOrdersResponse response;
  rpc::PageWriter<v1::Order> page(ids.size(), response.mutable_orders());
  bool full = false;
  auto next = found.begin();
  for (const OrderId& id : ids) {
    const bool exists = next != found.end() && next->state.id == id;
    if (!exists || !ViewerOf(call.actor, next->state.buyer, next->state.seller)) {
      response.add_missing(rpc::NameOf("orders", id.uuid()));
    } else {
      v1::Order wire;
      Write(next->state, next->now, call.actor, wire);
      full = full || !page.Add(std::move(wire));
      if (full) response.add_remaining(rpc::NameOf("orders", id.uuid()));
    }
    if (exists) ++next;
  }
  co_return response;
}

rpc::Awaitable<v1::ListOrdersResponse> OrderReadingHandlers::ListOrders(
    rpc::Call call, const v1::ListOrdersRequest& request) {
  std::vector<FieldViolation> wrong = WrongFilters(request, call.actor);
  if (!wrong.empty()) co_return RefuseFields(std::move(wrong));
  const std::string text = TextOf(request, call.actor);
  MILEPOST_CO_ASSIGN(const std::optional<OrderPlace> after,
                     rpc::PlaceIn<OrderId>(request.page_token(), text));
  const size_t size = rpc::PageSize(request.page_size());
  auto listing = queries_.Run<std::vector<OrderPlace>>(
      [filter = FilterOf(request, call.actor), after, size](db::Connection& connection) {
        return billing::ListOrders(connection, filter, after, static_cast<int>(size + 1));
      });
  MILEPOST_CO_ASSIGN(const std::vector<OrderPlace> places, co_await std::move(listing));
  std::vector<OrderId> ids;
  for (const OrderPlace& place : places) ids.push_back(place.id);
  v1::ListOrdersResponse response;
  rpc::PageWriter<v1::Order> page(size, response.mutable_orders());
  std::optional<OrderId> last;
  bool full = false;
  auto reading = orders_.Each(std::move(ids), [&](const OrderSnapshot& order) {
    v1::Order wire;
    Write(order.state, order.now, call.actor, wire);
    full = !page.Add(std::move(wire));
    if (!full) last = order.state.id;
    return !full;
  });
  MILEPOST_CO_RETURN_IF_ERROR((co_await std::move(reading)).status());
  const auto place = absl::c_find_if(places, [&](const OrderPlace& each) { return each.id == last; });
  if (full) response.set_next_page_token(rpc::PageTokenAt(text, *place));
  co_return response;
}

rpc::Awaitable<v1::ListDeadlinesResponse> OrderReadingHandlers::ListDeadlines(
    rpc::Call call, const v1::ListDeadlinesRequest& request) {
  MILEPOST_CO_ASSIGN(const Uuid id, rpc::IdIn(request.order(), "orders"));
  auto reading = orders_.Get(OrderId(id));
  auto found = co_await std::move(reading);
  MILEPOST_CO_ASSIGN(const OrderSnapshot order, Visible(std::move(found), call.actor));
  const std::string filter = absl::StrCat("deadlines ", request.order());
  MILEPOST_CO_ASSIGN(const uint64_t after, rpc::NumberPlaceOf(request.page_token(), filter));
  const size_t size = rpc::PageSize(request.page_size());
  auto listing = queries_.Run<std::vector<StoredDeadline>>([&](db::Connection& connection) {
    return billing::ListDeadlines(connection, order.state.id, after, static_cast<int>(size + 1));
  });
  MILEPOST_CO_ASSIGN(const std::vector<StoredDeadline> deadlines, co_await std::move(listing));
  v1::ListDeadlinesResponse response;
  response.set_next_page_token(rpc::WritePage(
      Shown(deadlines, size, after, order), size, filter, response.mutable_deadlines(),
      [&](const StoredDeadline& stored) { return ToWire(stored, order.state.id); },
      [](const StoredDeadline& stored) { return uint64_t{stored.deadline.number}; }));
  co_return response;
}

rpc::Awaitable<v1::GetWorkflowDefinitionResponse> OrderReadingHandlers::GetWorkflowDefinition(
    rpc::Call, const v1::GetWorkflowDefinitionRequest&) {
  co_return WorkflowOnWire();
}

}  // namespace milepost::billing
