#include "services/milestone_billing/clients/payment_provider_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/clients/self.h"

namespace milepost::billing {
namespace {

constexpr char kProvider[] = "services/payment-provider";

// A reason that we don't know yet counts as the issuer's refusal, as the contract says.
DeclineReason ReasonOf(type::v1::DeclineReason reason) {
  switch (reason) {
    case type::v1::DECLINE_REASON_INSUFFICIENT_FUNDS:
      return DeclineReason::kInsufficientFunds;
    case type::v1::DECLINE_REASON_CARD_EXPIRED:
      return DeclineReason::kCardExpired;
    case type::v1::DECLINE_REASON_UNKNOWN_PAYMENT_METHOD:
      return DeclineReason::kUnknownPaymentMethod;
    case type::v1::DECLINE_REASON_AUTHENTICATION_REQUIRED:
      return DeclineReason::kAuthenticationRequired;
    case type::v1::DECLINE_REASON_SUSPECTED_FRAUD:
      return DeclineReason::kSuspectedFraud;
    default:
      return DeclineReason::kRefusedByIssuer;
  }
}

// An answer that breaks the contract tells nothing: as if none had come.
absl::Status Unusable(absl::string_view what) {
  return Refuse(Reason::kPeerUnavailable, {{"service", kProvider}, {"cause", std::string(what)}});
}

// The contract sets no limit to a reference, our column does. Never cuts a UTF-8 sequence in two.
std::string Shortened(const std::string& reference) {
  constexpr size_t kBytesMax = 255;
  if (reference.size() <= kBytesMax) return reference;
  size_t end = kBytesMax;
  while (end > 0 && (static_cast<unsigned char>(reference[end]) & 0xC0) == 0x80) --end;
  return reference.substr(0, end);
}

absl::StatusOr<ProviderCharge> ChargeOf(const std::string& key, const payments::v1::ProviderCharge& wire) {
  using State = ProviderCharge::State;
  if (wire.key() != key) return Unusable("it answered about another key");
  ProviderCharge charge;
  if (wire.has_amount()) {
    const absl::StatusOr<Money> amount = rpc::MoneyOf(wire.amount());
    if (!amount.ok()) return Unusable(amount.status().message());
    charge.amount = *amount;
  }
  switch (wire.state()) {
    case payments::v1::CHARGE_STATE_PENDING:
      charge.state = State::kPending;
      return charge;
    case payments::v1::CHARGE_STATE_SUCCEEDED:
      charge.state = State::kSucceeded;
      charge.capture_reference = Shortened(wire.capture_reference());
      return charge;
    case payments::v1::CHARGE_STATE_DECLINED:
      charge.state = State::kDeclined;
      charge.decline_reason = ReasonOf(wire.decline_reason());
      return charge;
    case payments::v1::CHARGE_STATE_VOIDED:
      charge.state = State::kVoided;
      return charge;
    default:
      return Unusable(absl::StrCat("it answered state ", wire.state()));
  }
}

absl::StatusOr<ProviderRefund> RefundOf(const std::string& key, const payments::v1::ProviderRefund& wire) {
  using State = ProviderRefund::State;
  if (wire.key() != key) return Unusable("it answered about another key");
  const absl::StatusOr<Money> amount = rpc::MoneyOf(wire.amount());
  if (!amount.ok()) return Unusable(amount.status().message());
  ProviderRefund refund{.amount = *amount};
  switch (wire.state()) {
    case payments::v1::REFUND_STATE_PENDING:
      return refund;
    case payments::v1::REFUND_STATE_SUCCEEDED:
      refund.state = State::kSucceeded;
      refund.refund_reference = Shortened(wire.refund_reference());
      return refund;
    case payments::v1::REFUND_STATE_FAILED:
      refund.state = State::kFailed;
      refund.failure_reason = Shortened(wire.failure_reason());
      return refund;
    default:
      return Unusable(absl::StrCat("it answered state ", wire.state()));
  }
}

}  // namespace

PaymentProviderClient::PaymentProviderClient(std::string address, std::string proxy, absl::Duration timeout,
                                             rpc::Carrier* carrier)
    : peer_({.name = kProvider,
             .address = std::move(address),
             .self = kSelf,
             .proxy = std::move(proxy),
             .call_time_max = timeout,
             .carrier = carrier}) {}

rpc::Awaitable<ProviderCharge> PaymentProviderClient::Charge(std::string key, Money amount,
                                                             std::string payment_method, rpc::PeerCall call) {
  payments::v1::ChargeRequest request;
  request.set_key(key);
  *request.mutable_amount() = rpc::ToWire(amount);
  request.set_payment_method(std::move(payment_method));
  auto asked = peer_.Call(&decltype(peer_)::Async::Charge, std::move(request), std::move(call));
  MILEPOST_CO_ASSIGN(const payments::v1::ChargeResponse response, co_await std::move(asked));
  co_return ChargeOf(key, response.charge());
}

rpc::Awaitable<ProviderCharge> PaymentProviderClient::GetCharge(std::string key, rpc::PeerCall call) {
  payments::v1::GetChargeRequest request;
  request.set_key(key);
  auto asked = peer_.Call(&decltype(peer_)::Async::GetCharge, std::move(request), std::move(call));
  MILEPOST_CO_ASSIGN(const payments::v1::GetChargeResponse response, co_await std::move(asked));
  co_return ChargeOf(key, response.charge());
}

rpc::Awaitable<ProviderCharge> PaymentProviderClient::VoidCharge(std::string key, rpc::PeerCall call) {
  payments::v1::VoidChargeRequest request;
  request.set_key(key);
  auto asked = peer_.Call(&decltype(peer_)::Async::VoidCharge, std::move(request), std::move(call));
  MILEPOST_CO_ASSIGN(const payments::v1::VoidChargeResponse response, co_await std::move(asked));
  co_return ChargeOf(key, response.charge());
}

rpc::Awaitable<ProviderRefund> PaymentProviderClient::Refund(std::string key, std::string charge_key,
                                                             Money amount, rpc::PeerCall call) {
  payments::v1::RefundRequest request;
  request.set_key(key);
  request.set_charge_key(std::move(charge_key));
  *request.mutable_amount() = rpc::ToWire(amount);
  auto asked = peer_.Call(&decltype(peer_)::Async::Refund, std::move(request), std::move(call));
  MILEPOST_CO_ASSIGN(const payments::v1::RefundResponse response, co_await std::move(asked));
  co_return RefundOf(key, response.refund());
}

rpc::Awaitable<ProviderRefund> PaymentProviderClient::GetRefund(std::string key, rpc::PeerCall call) {
  payments::v1::GetRefundRequest request;
  request.set_key(key);
  auto asked = peer_.Call(&decltype(peer_)::Async::GetRefund, std::move(request), std::move(call));
  MILEPOST_CO_ASSIGN(const payments::v1::GetRefundResponse response, co_await std::move(asked));
  co_return RefundOf(key, response.refund());
}

}  // namespace milepost::billing
