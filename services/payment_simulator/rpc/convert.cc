#include "services/payment_simulator/rpc/convert.h"

#include <string>
#include <utility>
#include <vector>

#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/rpc/reason_wire.h"
#include "common/rpc/wire.h"

namespace milepost::payment_simulator {
namespace {

namespace wire = testing::v1;

constexpr absl::Duration kMaxAnswerDelay = absl::Seconds(60);

absl::Duration DurationOf(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

RefundBehavior RefundBehaviorOf(const wire::RefundScript& script) {
  return {.failure_reason = script.failure_reason(),
          .pending_queries = static_cast<uint32_t>(script.pending_queries()),
          .dropped_calls = static_cast<uint32_t>(script.dropped_calls()),
          .lost_answers = static_cast<uint32_t>(script.lost_answers())};
}

}  // namespace

payments::v1::ProviderCharge ToWire(const Charge& charge) {
  payments::v1::ProviderCharge out;
  out.set_key(charge.key);
  out.set_state(WireOf<payments::v1::ChargeState>(charge.state));
  if (charge.amount) *out.mutable_amount() = rpc::ToWire(*charge.amount);
  out.set_payment_method(charge.payment_method);
  out.set_decline_reason(WireOf<type::v1::DeclineReason>(charge.decline_reason));
  out.set_decline_message(std::string(DeclineMessage(charge.decline_reason)));
  if (charge.state == ChargeState::kSucceeded) out.set_capture_reference(CaptureReference(charge.key));
  *out.mutable_create_time() = rpc::ToWire(charge.created_at);
  if (charge.ended()) *out.mutable_end_time() = rpc::ToWire(charge.ended_at);
  return out;
}

payments::v1::ProviderRefund ToWire(const Refund& refund) {
  payments::v1::ProviderRefund out;
  out.set_key(refund.key);
  out.set_charge_key(refund.charge_key);
  out.set_state(WireOf<payments::v1::RefundState>(refund.state));
  *out.mutable_amount() = rpc::ToWire(refund.amount);
  out.set_failure_reason(refund.failure_reason);
  if (refund.state == RefundState::kSucceeded) out.set_refund_reference(RefundReference(refund.key));
  *out.mutable_create_time() = rpc::ToWire(refund.created_at);
  if (refund.ended()) *out.mutable_end_time() = rpc::ToWire(refund.ended_at);
  return out;
}

wire::SimulatedRefund ToWire(const RefundRecord& known) {
  wire::SimulatedRefund out;
  *out.mutable_refund() = ToWire(*known.refund);
  out.set_payouts(static_cast<int32_t>(known.payouts));
  out.set_refund_calls(static_cast<int32_t>(known.refund_calls));
  out.set_get_calls(static_cast<int32_t>(known.get_calls));
  return out;
}

wire::SimulatedCharge ToWire(const KeyRecord& known) {
  wire::SimulatedCharge out;
  *out.mutable_charge() = ToWire(*known.charge);
  out.set_captures(static_cast<int32_t>(known.captures));
  out.set_charge_calls(static_cast<int32_t>(known.charge_calls));
  out.set_get_calls(static_cast<int32_t>(known.get_calls));
  out.set_void_calls(static_cast<int32_t>(known.void_calls));
  return out;
}

wire::ProviderCall ToWire(const LoggedCall& call) {
  wire::ProviderCall out;
  out.set_number(call.number);
  out.set_method(WireOf<wire::ProviderMethod>(MethodOf(call.ask)));
  out.set_key(KeyOf(call.ask));
  if (const AskCharge* charge = std::get_if<AskCharge>(&call.ask)) {
    *out.mutable_amount() = rpc::ToWire(charge->amount);
    out.set_payment_method(charge->payment_method);
  }
  if (const AskRefund* refund = std::get_if<AskRefund>(&call.ask))
    *out.mutable_amount() = rpc::ToWire(refund->amount);
  if (call.refund_state) out.set_refund_state(WireOf<payments::v1::RefundState>(*call.refund_state));
  out.set_state(WireOf<wire::CallState>(call.state));
  if (call.charge_state) out.set_charge_state(WireOf<payments::v1::ChargeState>(*call.charge_state));
  if (call.reason) out.set_reason(rpc::ToWire(*call.reason));
  *out.mutable_receive_time() = rpc::ToWire(call.received_at);
  return out;
}

wire::SummarizeChargesResponse ToWire(const Summary& summary) {
  wire::SummarizeChargesResponse out;
  out.set_pending(summary.pending);
  out.set_succeeded(summary.succeeded);
  out.set_declined(summary.declined);
  out.set_voided(summary.voided);
  out.set_captures(summary.captures);
  for (const auto& [currency, minor] : summary.captured)
    *out.add_captured() = rpc::ToWire(Money{minor, currency});
  return out;
}

absl::StatusOr<Ask> AskOf(const payments::v1::ChargeRequest& request) {
  MILEPOST_ASSIGN_OR_RETURN(const Money amount, rpc::MoneyOf(request.amount()));
  return AskCharge{request.key(), amount, request.payment_method()};
}

absl::StatusOr<Ask> AskOf(const payments::v1::GetChargeRequest& request) {
  return AskGet{request.key()};
}

absl::StatusOr<Ask> AskOf(const payments::v1::VoidChargeRequest& request) {
  return AskVoid{request.key()};
}

absl::StatusOr<Ask> AskOf(const payments::v1::GetRefundRequest& request) {
  return AskGetRefund{request.key()};
}

absl::StatusOr<Ask> AskOf(const payments::v1::RefundRequest& request) {
  MILEPOST_ASSIGN_OR_RETURN(const Money amount, rpc::MoneyOf(request.amount()));
  return AskRefund{request.key(), request.charge_key(), amount};
}

absl::StatusOr<Script> ScriptOf(const wire::Script& script) {
  const absl::Duration answer_delay = DurationOf(script.answer_delay());
  std::vector<FieldViolation> violations;
  if (script.key_prefix().empty() && script.payment_method().empty())
    violations.push_back({"script", "needs a key_prefix or a payment_method"});
  if (answer_delay < absl::ZeroDuration() || answer_delay > kMaxAnswerDelay)
    violations.push_back({"script.answer_delay", "must lie between 0 and 60 seconds"});
  if (!violations.empty()) return RefuseFields(std::move(violations));
  return Script{
      .key_prefix = script.key_prefix(),
      .payment_method = script.payment_method(),
      .behavior = {
          .decline_reason =
              EnumFromWire<DeclineReason>(script.decline_reason()).value_or(DeclineReason::kRefusedByIssuer),
          .pending_queries = static_cast<uint32_t>(script.pending_queries()),
          .dropped_calls = static_cast<uint32_t>(script.dropped_calls()),
          .lost_answers = static_cast<uint32_t>(script.lost_answers()),
          .timed_out_answers = static_cast<uint32_t>(script.timed_out_answers()),
          .answer_delay = answer_delay,
          .captured_after_void = static_cast<uint32_t>(script.captured_after_void()),
          .refunds = RefundBehaviorOf(script.refunds())}};
}

ProviderMethod MethodOf(wire::ProviderMethod method) {
  return EnumFromWire<ProviderMethod>(method).value_or(ProviderMethod::kAny);
}

PausePoint PointOf(wire::PausePoint point) {
  return EnumFromWire<PausePoint>(point).value_or(PausePoint::kBeforeRecording);
}

}  // namespace milepost::payment_simulator
