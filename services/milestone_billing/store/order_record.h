// Encodes orders and their events as stored bytes (protos/milepost/storage/v1/order.proto), and decodes them. Pure
// functions.
//
// Decoding returns exactly the encoded value; DATA_LOSS for bytes that none of these functions wrote.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/domain/order.h"

namespace milepost::billing {

// The column `orders.body`: everything but id, sequence and updated_at, which are columns of their own.
std::string EncodeOrder(const Order& order);
absl::StatusOr<Order> DecodeOrder(absl::string_view body);

// The column `events.payload`.
std::string EncodeEvent(const OrderEvent& event);
absl::StatusOr<OrderEvent> DecodeEvent(absl::string_view payload);

}  // namespace milepost::billing
