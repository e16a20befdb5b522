// Converts between the wire and the domain. Pure; messages from the wire have passed the rules beside their fields.
#pragma once

#include "absl/status/statusor.h"
#include "milepost/payments/v1/payment_provider.pb.h"
#include "milepost/testing/v1/payment_simulator.pb.h"
#include "services/payment_simulator/domain/behavior.h"
#include "services/payment_simulator/domain/book.h"
#include "services/payment_simulator/domain/charge.h"
#include "services/payment_simulator/rpc/call_log.h"
#include "services/payment_simulator/rpc/gate.h"

namespace milepost::payment_simulator {

payments::v1::ProviderCharge ToWire(const Charge& charge);
payments::v1::ProviderRefund ToWire(const Refund& refund);
testing::v1::SimulatedCharge ToWire(const KeyRecord& known);
testing::v1::SimulatedRefund ToWire(const RefundRecord& known);
testing::v1::ProviderCall ToWire(const LoggedCall& call);
testing::v1::SummarizeChargesResponse ToWire(const Summary& summary);

absl::StatusOr<Ask> AskOf(const payments::v1::ChargeRequest& request);
absl::StatusOr<Ask> AskOf(const payments::v1::GetChargeRequest& request);
absl::StatusOr<Ask> AskOf(const payments::v1::VoidChargeRequest& request);
absl::StatusOr<Ask> AskOf(const payments::v1::RefundRequest& request);
absl::StatusOr<Ask> AskOf(const payments::v1::GetRefundRequest& request);

// INVALID_FIELDS for faults that the rules beside the fields can't find: in the keys it is for, and in the length of
// a delay.
absl::StatusOr<Script> ScriptOf(const testing::v1::Script& script);
ProviderMethod MethodOf(testing::v1::ProviderMethod method);
PausePoint PointOf(testing::v1::PausePoint point);

}  // namespace milepost::payment_simulator
