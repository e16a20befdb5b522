// The lanes and the reader of orders, as awaitables for handlers and workers. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "asio/awaitable.hpp"
#include "common/db/lane.h"
#include "common/db/reader.h"
#include "common/db/submission.h"
#include "services/milestone_billing/domain/order_domain.h"

namespace milepost::billing {

using OrderSubmission = db::Submission<OrderDomain>;
using OrderAnswer = db::Answer<OrderDomain>;
using OrderSnapshot = db::Snapshot<OrderDomain>;

class Orders {
 public:
  // Both outlive this object and every call to it.
  Orders(db::Lanes<OrderDomain>& lanes, db::Reader<OrderDomain>& reader) : lanes_(lanes), reader_(reader) {}

  // Decided and committed, what came of payment attempts counted (charge_outcomes.h); refused as db::Lanes::Submit and the domain refuse.
  asio::awaitable<absl::StatusOr<OrderAnswer>> Submit(OrderSubmission submission);
  // Submits in the system's name, `kind` being the command's name. An overloaded lane is asked again for about a second:
  // what a provider has said is worth more than a new command.
  asio::awaitable<absl::StatusOr<OrderAnswer>> Record(OrderId order, OrderCommand command, std::string kind);
  // What Submit would answer, with nothing written (validate_only).
  asio::awaitable<absl::StatusOr<OrderAnswer>> Preview(OrderSubmission submission);
  // Due deadlines fired; nothing where there is no such order.
  asio::awaitable<absl::StatusOr<std::optional<OrderSnapshot>>> Get(OrderId order);
  // The same of several, in any order.
  asio::awaitable<absl::StatusOr<std::vector<OrderSnapshot>>> GetMany(std::vector<OrderId> orders);

 private:
  db::Lanes<OrderDomain>& lanes_;
  db::Reader<OrderDomain>& reader_;
};

}  // namespace milepost::billing
